"""A case follows its process 办件跟随流程: state, tasks and days change in the transaction of the step.

Processes share the ids of their nodes: tasks `accept`, `supplement`, `opine`, `decide`; ends `granted`, `denied`,
`not_accepted`; the boundary event `silence`. What lies between is the process's own affair.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Max

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.events.api import emit
from zhengtong.process.cases import law, outputs, queries
from zhengtong.process.cases.contracts import (
    CaseAccepted,
    CaseConcluded,
    CaseReturned,
    CaseState,
    Decision,
    IssueOrder,
    Permission,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.services.clocks import start_periods
from zhengtong.process.cases.services.common import record_act
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.process.store.api import InstanceState, LogEntry, Receipt
from zhengtong.trust.identity import api as identity

_STATE_OF_TASK = {
    "accept": CaseState.RECEIVED,
    "supplement": CaseState.CORRECTION,
    "opine": CaseState.ACCEPTED,
    "decide": CaseState.ACCEPTED,
}
_STATE_OF_END = {"granted": CaseState.GRANTED, "denied": CaseState.DENIED, "not_accepted": CaseState.NOT_ACCEPTED}
_PERMISSION_OF_TASK = {"accept": Permission.ACCEPT, "opine": Permission.OPINE, "decide": Permission.DECIDE}
_OPINION = "opinion:"


def after_step(receipt: Receipt, at: datetime) -> None:
    """Bring the case of this instance, if it is one, in step with it."""
    case = Case.objects.filter(pk=receipt.instance).defer("form", "evidence").first()
    if case is None:
        return
    before = CaseState(case.state)
    deemed = any(entry.what == "event_caught" and entry.node == "silence" for entry in receipt.entries)
    if deemed:
        record_act(identity.system_actor(), "deem", case, at)
    case.state = _state(receipt, before)
    if CaseState(case.state).ended:
        case.concluded_at = at
        case.suspended_on = None
        case.output = _issue(case, at) if case.state == CaseState.GRANTED else ""
    case.revision += 1
    case.save(update_fields=["state", "concluded_at", "suspended_on", "output", "revision"])
    if case.state == CaseState.ACCEPTED and case.accepted_on is None:
        start_periods(case, _handed_in_on(case) if deemed else clock.on_day(at))
    _move_stages(case, receipt.entries, at, deemed=deemed)
    if case.state != before:
        _announce(case, at)


def _state(receipt: Receipt, before: CaseState) -> CaseState:
    if receipt.state is InstanceState.CANCELLED:
        return CaseState.WITHDRAWN
    state = before
    for entry in receipt.entries:
        if entry.what == "work_opened":
            state = _STATE_OF_TASK.get(entry.node, state)
        elif entry.what == "event_thrown":
            state = _STATE_OF_END.get(entry.node, state)
    return state


def _issue(case: Case, at: datetime) -> str:
    """Have the output issued in the transaction of the decision, and return its number."""
    output = items.version(case.item, case.item_version).output
    said = queries.document(case)
    order = IssueOrder(
        case=case.id, reference=case.reference, item=case.item, output=output.key, name=output.name.zh,
        licence=output.licence, holder=case.applicant, organisation=case.organisation_id, region=case.region_id,
        answers={**said.answers, **{name: known["value"] for name, known in said.prefilled.items()}},
    )  # fmt: skip
    return outputs.issue(order, at=at)


def _handed_in_on(case: Case) -> date:
    """Return the day the papers came: silence is acceptance from that day on (§32)."""
    supplied = Stage.objects.filter(case=case, decision=Decision.SUPPLIED).aggregate(last=Max("closed_at"))["last"]
    return clock.on_day(supplied or case.received_at)


def _move_stages(case: Case, entries: Iterable[LogEntry], at: datetime, *, deemed: bool) -> None:
    """Open and close the stages whose work items the step opened and closed."""
    closed = {entry.data["work_item"] for entry in entries if entry.what in {"work_completed", "work_withdrawn"}}
    waiting = Stage.objects.filter(case=case, closed_at=None)
    if CaseState(case.state).ended:
        waiting.update(closed_at=at, decision=Decision.LAPSED)
    elif closed:
        waiting.filter(number__in=closed).update(closed_at=at, decision=Decision.DEEMED if deemed else Decision.LAPSED)
    opened = [entry for entry in entries if entry.what == "work_opened" and entry.data["work_item"] not in closed]
    joined = _whose_opinion(case) if any(entry.node == "opine" for entry in opened) else {}
    Stage.objects.bulk_create(_stage(case, entry, joined, at) for entry in opened)


def _whose_opinion(case: Case) -> dict[int, tuple[str, str]]:
    """Return, by work item, at which organisation and region an opinion is asked."""
    asked = {}
    for work in store.open_work(case.id):
        for performer in work.performers:
            if performer.startswith(_OPINION):
                organisation, _at, region = performer.removeprefix(_OPINION).partition("@")
                asked[work.work_item] = (organisation, region)
    return asked


def _stage(case: Case, entry: LogEntry, joined: dict[int, tuple[str, str]], at: datetime) -> Stage:
    organisation, region = str(case.organisation_id), case.region_id
    if entry.node == "accept" and case.receiver_id and case.receiver_region_id:
        organisation, region = str(case.receiver_id), case.receiver_region_id
    organisation, region = joined.get(entry.data["work_item"], (organisation, region))
    return Stage(
        case=case,
        number=entry.data["work_item"],
        kind=entry.node,
        permission=_PERMISSION_OF_TASK.get(entry.node, ""),
        organisation_id=organisation,
        region_id=region,
        opened_at=at,
        due_on=_due(case, entry.node, at),
    )


def _due(case: Case, node: str, at: datetime) -> date | None:
    if node == "accept":
        return law.acceptance_due(clock.on_day(at), calendars.current()).on
    return law.shown_due(case.promised_due, case.suspended_on) if node in {"decide", "opine"} else None


def _announce(case: Case, at: datetime) -> None:
    if case.state == CaseState.ACCEPTED:
        accepted = CaseAccepted(case=case.id, item=case.item, applicant=case.applicant)
        emit("process.case.accepted.v1", subject=case.id, data=accepted, at=at)
    elif case.state == CaseState.CORRECTION:
        returned = CaseReturned(case=case.id, item=case.item, applicant=case.applicant)
        emit("process.case.returned.v1", subject=case.id, data=returned, at=at)
    elif CaseState(case.state).ended:
        concluded = CaseConcluded(case=case.id, item=case.item, applicant=case.applicant, outcome=case.state)
        emit("process.case.concluded.v1", subject=case.id, data=concluded, at=at)
