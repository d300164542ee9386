"""One case of a random history: applied for, acted on or not, and checked against the reckoning after each act."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import FORM, ITEM, LICENCE, MONDAY
from zhengtong.process.cases.tests.reckoning import Reckoning, light_of
from zhengtong.process.cases.tests.town import HOME, Town
from zhengtong.process.items.api import EvidenceRoute
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import ActKind, acts_on

ROUTES = [route.value for route in EvidenceRoute]
REASON = "理由"
ROLE_OF = {"accept": "accepting", "decide": "deciding", "opine": "heading", "extension": "heading"}


class CaseHistory(RuleBasedStateMachine):
    """One case from its application on, and what holds after every act; `town` is built by whoever runs it."""

    town: ClassVar[Town]
    checked: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(transaction.atomic())

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.close()

    @initialize(item=st.sampled_from([ITEM, LICENCE]), days=st.integers(0, 80))
    def apply(self, item: str, days: int) -> None:
        """The citizen applies, twice with the same key."""
        guide = self.town.items[item]
        self.now = MONDAY + timedelta(days=days)
        self.case, self.item = new_id(), guide
        self.told: dict[int, tuple[Any, ...]] = {}
        self.revision = -1
        self.last: Callable[[], object] | None = None
        uploads = {piece.key: str(new_id()) for piece in guide.evidence if piece.served is EvidenceRoute.UPLOAD}
        committed = [piece.key for piece in guide.evidence if piece.served is EvidenceRoute.COMMITMENT]
        sent = [
            cases.receive(
                actor=self.town.citizen, case=self.case, item=item, form=FORM, at=self.now, region=HOME,
                uploads=uploads, committed=committed,
            )
            for _time in (1, 2)
        ]  # fmt: skip
        assert sent[0] == sent[1]
        self.reference = sent[0]
        self.law = Reckoning(
            item=item, region=HOME, promised=guide.promised.days, statutory=20, opinions=2 * (item == LICENCE),
            handed_in_on=self.today, acts=1,
            unchecked={piece.key for piece in guide.evidence if piece.served is EvidenceRoute.LICENCE},
        )  # fmt: skip
        self.law.examine(self.today)

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return clock.on_day(self.now)

    def official(self, role: str, number: str, region: str = "") -> Actor:
        """Return an official of the office that has the case, or of *region*."""
        return self.town.officials[f"{role}{number}@{region or self.law.region}"]

    def facts(self) -> tuple[Any, ...]:
        """Return all that an act may change."""
        return (
            Case.objects.filter(pk=self.case).values().get(),
            list(Stage.objects.filter(case=self.case).order_by("pk").values()),
            self.acts(),
        )

    def acts(self) -> int:
        """Return how many Acts changed the case, looks not counted."""
        found = acts_on("process.case", str(self.case), limit=200).items
        return sum(one.act.kind is ActKind.WRITE for one in found)

    def refused(self, call: Callable[[], object], *why: type[Refusal]) -> None:
        """Try, be refused, and find nothing changed."""
        before = self.facts()
        with pytest.raises(why):
            call()
        assert self.facts() == before

    def do(self, call: Callable[[], object], acts: int = 1) -> None:
        """Act, and remember how, so that a client may send it again."""
        call()
        self.last = call
        self.law.acts += acts

    def number_of(self, kind: str, region: str = "") -> int:
        """Return the number of an open task, as a dossier shows it."""
        facts = {"region": region} if region else {}
        stage = Stage.objects.filter(case=self.case, kind=kind, closed_at=None, **facts).order_by("pk")[0]
        return -stage.pk if stage.number is None else stage.number

    def decides(self, actor: Actor, kind: str, decision: Decision, **more: Any) -> Callable[[], None]:
        """Return the call by which *actor* decides the first open task of *kind*."""
        task, at = self.number_of(kind), self.now
        facts = {"reason": REASON, **more}
        return lambda: cases.decide(actor=actor, case=self.case, task=task, decision=decision, at=at, **facts)

    def name_of(self, actor: Actor) -> str:
        """Return an official's name in this town."""
        return next(name for name, one in self.town.officials.items() if one is actor)

    def assigned_elsewhere(self, kind: str, actor: Actor) -> bool:
        """Tell whether the first open task of *kind* was given to somebody else."""
        assignee = self.law.open(kind)[0].assignee
        return assignee not in {"", self.name_of(actor)}

    def subject_name(self, subject: UUID | None) -> str:
        """Return the name of the official who is *subject*, empty for nobody."""
        return next((name for name, one in self.town.officials.items() if one.subject == subject), "")

    def credit(self, actor: Actor) -> None:
        """Note that *actor* has ended a stage."""
        name = self.name_of(actor)
        self.law.done[name] = self.law.done.get(name, 0) + 1

    @invariant()
    def state_and_acts_are_those_of_the_law(self) -> None:
        """One Act for each thing done; a concluded case has nothing that waits; a revision never goes back."""
        type(self).checked += 1
        row = Case.objects.get(pk=self.case)
        assert CaseState(row.state) is self.law.state
        assert row.revision >= self.revision
        self.revision = row.revision
        assert self.acts() == self.law.acts
        assert (row.concluded_at is not None) is self.law.state.ended
        assert row.region_id == self.law.region

    @invariant()
    def what_waits_is_what_the_law_waits_for(self) -> None:
        """The open tasks, at whom, given to whom, due when."""
        stages = list(Stage.objects.filter(case=self.case, closed_at=None).exclude(kind__in=list(cases.Procedure)))
        assignees = {stage.pk: self.subject_name(stage.assignee) for stage in stages}
        found = Counter((stage.kind, stage.region_id, assignees[stage.pk], stage.due_on) for stage in stages)
        law = self.law
        assert found == Counter((task.kind, task.region, task.assignee, law.due_of(task)) for task in law.waiting)

    @invariant()
    def a_closed_stage_is_never_altered_and_a_task_decided_once(self) -> None:
        """Nobody rewrites what was decided, and a correction is asked for at most once."""
        stages = list(Stage.objects.filter(case=self.case).order_by("pk"))
        closed = {
            stage.pk: (stage.number, stage.kind, stage.decision, stage.official, stage.closed_at, stage.reason)
            for stage in stages
            if stage.closed_at is not None
        }
        assert {key: closed[key] for key in self.told} == self.told
        self.told = closed
        numbers = [stage.number for stage in stages if stage.number is not None]
        assert len(numbers) == len(set(numbers))
        assert [stage.decision for stage in stages].count(Decision.RETURN) == int(self.law.returned)

    @invariant()
    def days_and_lights_are_those_of_the_working_calendar(self) -> None:
        """In the applicant's list and view, and in the office's list."""
        law = self.law
        view = cases.own_case(self.town.citizen, self.reference, at=self.now)
        due = min((day for task in law.waiting if (day := law.due_of(task))), default=None)
        assert (view.line.due_on, view.line.light) == (due, light_of(self.today, due))
        promised = None if law.state.ended else law.due("promised")
        (line,) = cases.cases_of(self.town.citizen, at=self.now).items
        assert (line.due_on, line.light) == (promised, light_of(self.today, promised))
        (line,) = cases.cases_at(self.official("deciding", "1"), items=[], at=self.now).items
        assert (line.due_on, line.light) == (promised, light_of(self.today, promised))
        if law.state is CaseState.ACCEPTED and not law.running:
            assert (view.promised_due, view.statutory_due) == (law.due("promised"), law.due("statutory"))

    @invariant()
    def evidence_keeps_its_order_and_its_routes(self) -> None:
        """A piece is served by its first route or a later one; what is missing or unchecked is told."""
        served = cases.evidence_of(self.case)
        assert [piece.key for piece in served] == [piece.key for piece in self.item.evidence]
        for piece, asked in zip(served, self.item.evidence, strict=True):
            assert ROUTES.index(piece.route) >= ROUTES.index(asked.served.value)
        assert {piece.key for piece in served if piece.missing} == self.law.missing
        assert {piece.key for piece in served if piece.to_check} == self.law.unchecked

    @rule()
    def each_desk_shows_what_waits_and_what_it_did(self) -> None:
        """The inbox of each official, and what they have done: not what lapsed, nor what silence did."""
        for name, actor in self.town.officials.items():
            role, region = name[:-8], name[-6:]
            mine = [
                task
                for task in self.law.waiting
                if (ROLE_OF.get(task.kind), task.region) == (role, region) and task.assignee in {"", name}
            ]
            assert cases.waiting_tasks(actor, at=self.now) == len(mine), name
            done = cases.done_by(actor, at=self.now, limit=50).items
            assert len(done) == self.law.done.get(name, 0), name
