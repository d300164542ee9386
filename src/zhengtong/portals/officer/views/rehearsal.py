"""Judging processes 流程研判: where recorded cases wait and repeat, what is asked twice, what a change would bring."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal, bars
from zhengtong.portals.officer.reform_forms import PEOPLE, PEOPLE_AFTER, RehearsalForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.portals.officer.views.reform import chosen, named, role
from zhengtong.process.bpmn import api as bpmn
from zhengtong.process.cases import api as cases
from zhengtong.process.mining import api as mining
from zhengtong.process.simulation import api as simulation
from zhengtong.process.store import api as store
from zhengtong.trust.access.api import require

PERIODS = {30: _("最近 30 天"), 90: _("最近一个季度"), 365: _("最近一年")}
_PERIOD, _REPLICATIONS, _MOST_CASES = 90, 5, 20_000
_HOUR, _MEMORY = 3600, "512MB"
_APPLICANT = "applicant"
MEASURES: Mapping[str, Text] = {
    "working_days": _("平均办理工作日"),
    "working_days_p90": _("九成办件不超过的工作日"),
    "calendar_days": _("平均自然日"),
    "office_hours": _("每件占用人员小时"),
}
_WHERE: Mapping[mining.Where, Text] = {
    mining.Where.CASE: _("同一办件"),
    mining.Where.ITEM: _("同一事项的另一件"),
    mining.Where.ITEMS: _("另一事项"),
}


@require_safe
def mining_board(request: HttpRequest, key: str) -> HttpResponse:
    """Show where the recorded cases of a definition wait, what they repeat, and which ways they go."""
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.JUDGE)
    versions = store.versions_of(key, now)
    days = _days(request)
    recorded = cases.stages_recorded(key, since=now - timedelta(days=days))
    titles = _titles([store.graph_of(one.id) for one in versions[:3]])
    context: dict[str, Any] = {
        "key": key, "name": store.name_of(versions[0].id) or key, "days": days, "periods": PERIODS.items(),
        "cases": len({one.case for one in recorded}), "stages": len(recorded),
    }  # fmt: skip
    if recorded:
        with _log(recorded) as log:
            waits = mining.bottlenecks(log, most=20)
            context |= {
                "waits": [
                    (titles.get(one.activity, one.activity), one, _hours(one.worked.median), _hours(one.worked.p90))
                    for one in waits
                ],
                "chart": bars(
                    [(titles.get(one.activity, one.activity), round(one.total_worked / _HOUR)) for one in waits[:8]],
                    label=_("等到这一步"), unit=_("合计工作小时"),
                ),
                "rework": [
                    (titles.get(one.activity, one.activity), one, _hours(one.worked)) for one in mining.rework(log)
                ],
                "variants": [
                    (" → ".join(titles.get(name, name) for name in one.activities), one, _hours(one.worked.median))
                    for one in mining.variants(log, most=10)
                ],
            }  # fmt: skip
    return page(request, "officer/reform_mining.html", context, actor=actor)


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Show which evidence the same people handed in again, and which items would gain from being handled together."""
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.JUDGE)
    days = _days(request)
    handed_in = list(cases.evidence_recorded(since=now - timedelta(days=days)))
    context: dict[str, Any] = {"days": days, "periods": PERIODS.items()}
    if handed_in:
        with mining.Log(memory=_MEMORY) as log:
            mining.add_evidence(log, handed_in)
            found = mining.repeated_evidence(log)
            context |= {
                "summary": mining.evidence_summary(log),
                "repeated": [(one, _WHERE[one.where]) for one in found],
                "together": _together(found),
            }
    return page(request, "officer/reform_evidence.html", context, actor=actor)


def _together(found: Sequence[mining.RepeatedEvidence]) -> list[tuple[str, str, int]]:
    """Return pairs of items that ask the same people for the same evidence: candidates for one bundle, best first."""
    pairs: dict[tuple[str, str], int] = {}
    for one in found:
        if one.where == mining.Where.ITEMS:
            first, second = sorted((one.first_item, one.second_item))
            pairs[first, second] = pairs.get((first, second), 0) + one.avoidable
    return [(*pair, count) for pair, count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))]


@require_safe
def rehearse(request: HttpRequest, key: str) -> HttpResponse:
    """Simulate recorded cases under the version in effect and under a change, and show both side by side."""
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.JUDGE)
    versions = store.versions_of(key, now)
    current = chosen(versions, None)
    graph = store.graph_of(current.id)
    recorded = cases.stages_recorded(key, since=now - timedelta(days=365), most=_MOST_CASES)
    candidates = _candidates(versions, current, graph)
    steps = _work([graph, *(store.graph_of(one.id) for one in versions[:5])])
    form = RehearsalForm(
        request.GET, choices=[(name, title) for name, (title, _make) in candidates.items()],
        roles=_roles(steps, recorded), steps=[step for step in steps.values() if step.who != (f'"{_APPLICANT}"',)],
    )  # fmt: skip
    context: dict[str, Any] = {
        "form": form, "key": key, "name": store.name_of(current.id) or key, "current": current, "any": bool(recorded)
    }  # fmt: skip
    if recorded and candidates and form.is_bound and form.is_valid():
        since = now - timedelta(days=form.cleaned_data["days"])
        try:
            changed = candidates[form.cleaned_data["candidate"]][1]()
            context |= _judged(current.id, changed, [one for one in recorded if one.closed_at >= since], form)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    return page(request, "officer/reform_simulate.html", context, actor=actor, status=422 if form.errors else 200)


def _judged(
    current: int, changed: bpmn.Definitions, recorded: list[cases.RecordedStage], form: RehearsalForm
) -> dict[str, Any]:
    before = store.graph_of(current)
    scenario = simulation.scenario_from(_scenario(before, changed, form), calendars.current().is_working_day)
    with _log(recorded) as log:
        found = simulation.judge(before, changed, log, scenario, evaluator=store.evaluator_of(current))
    comparison = found.comparison
    context: dict[str, Any] = {
        "measures": [
            (title, comparison.first.measures[name], comparison.second.measures[name], comparison.differences[name])
            for name, title in MEASURES.items()
        ],
        "stations": [
            (role(name), one, comparison.second.stations.get(name)) for name, one in comparison.first.stations.items()
        ],
        "count": len({one.case for one in recorded}),
        "conforming": round(found.lesson.conforming * 100),
        "unfinished": comparison.second.unfinished,
    }  # fmt: skip
    if found.replay is not None:
        context["replayed"] = round(found.replay.share_conforming * 100)
        context["divergences"] = found.replay.divergences[:5]
    return context


def _scenario(before: bpmn.Definitions, after: bpmn.Definitions, form: RehearsalForm) -> dict[str, Any]:
    """Return the scenario: recorded lengths and branches, the people of the form, its minutes for the change alone."""
    minutes = form.minutes()
    after_tasks = {
        node: {**rule, **({"service": f"{minutes[node]}m"} if node in minutes else {})}
        for node, rule in _rules(after).items()
    }
    people, later = form.people(PEOPLE), form.people(PEOPLE_AFTER)
    return {
        "seed": 1,
        "replications": _REPLICATIONS,
        "calendar": "state-council",
        "staff": {name: {"people": count} for name, count in people.items()},
        "tasks": _rules(before),
        "other": {"staff": {name: {"people": count} for name, count in later.items()}, "tasks": after_tasks},
    }


def _rules(graph: bpmn.Definitions) -> dict[str, dict[str, Any]]:
    """Return who does each task: the applicant is nobody's colleague."""
    return {step.node: {"staff": _role_of(step) or "outside"} for step in _work([graph]).values()}


def _role_of(step: bpmn.Step) -> str:
    """Return who does a step, or nothing for the applicant and for machines."""
    who = named(step.who[0]) if step.who else ""
    return "" if who == _APPLICANT or step.kind == "serviceTask" else who or step.title


def _work(graphs: Sequence[bpmn.Definitions]) -> dict[str, bpmn.Step]:
    found = (step for graph in graphs for step in bpmn.steps_of(graph))
    return {step.node: step for step in found if step.kind in {"userTask", "serviceTask"}}


def _roles(steps: Mapping[str, bpmn.Step], recorded: Sequence[cases.RecordedStage]) -> dict[str, tuple[Any, int]]:
    """Return who does the work, each in words and with how many people were seen to do it."""
    found: dict[str, tuple[Any, int]] = {}
    for name in dict.fromkeys(_role_of(step) for step in steps.values()):
        if name:
            own = {node for node, step in steps.items() if _role_of(step) == name}
            people = {one.official for one in recorded if one.node in own and one.official}
            found[name] = (role(name), max(1, len(people)))
    return found


def _candidates(
    versions: Sequence[store.VersionLine], current: store.VersionLine, graph: bpmn.Definitions
) -> dict[str, tuple[Any, Any]]:
    """Return what may be judged, by name: its title, and what makes its graphs."""
    found: dict[str, tuple[Any, Any]] = {}
    for one, other in simulation.parallel_pairs(graph):
        title = _("“%(first)s”和“%(second)s”同时进行") % {"first": one.name or one.id, "second": other.name or other.id}

        def make(one: str = one.id, other: str = other.id) -> bpmn.Definitions:
            text = simulation.in_parallel(store.source_of(current.id).bpmn, graph, one, other)
            return bpmn.read_definitions(bpmn.read_document(text))

        found[f"parallel:{one.id}:{other.id}"] = (title, make)
    for version in versions:
        if version.id != current.id:
            found[f"v{version.version}"] = (
                _("第 %(version)s 版") % {"version": version.version},
                lambda version=version: store.graph_of(version.id),
            )
    found["same"] = (_("流程不变，只改人数或时长"), lambda: graph)
    return found


def _log(recorded: Sequence[cases.RecordedStage]) -> mining.Log:
    """Return recorded stages as an event log over office hours of the working calendar."""
    log = mining.Log(hours=mining.OfficeHours(is_working_day=calendars.current().is_working_day), memory=_MEMORY)
    log.add_rows(
        (one.case, one.node, _local(one.closed_at), one.office, one.item, None, one.official or None)
        for one in recorded
    )
    return log


def _local(moment: datetime) -> datetime:
    return moment.astimezone(clock.BEIJING).replace(tzinfo=None)


def _titles(graphs: Sequence[bpmn.Definitions]) -> dict[str, str]:
    return {step.node: step.title for graph in reversed(graphs) for step in bpmn.steps_of(graph)}


def _hours(seconds: float) -> float:
    return round(seconds / _HOUR, 1)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in PERIODS else _PERIOD
