"""Whatever happens in whatever order: the twins keep to their ways, uses are counted once, the register agrees."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from zhengtong.kernel.errors import Refusal
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.identity.tests.builders import some_regions
from zhengtong.trust.seals import api as seals
from zhengtong.trust.seals import law, outside
from zhengtong.trust.seals.contracts import SealKind, SealState
from zhengtong.trust.seals.models import Approval, Seal, SealUse
from zhengtong.trust.seals.outside import SimulatedRegistry
from zhengtong.trust.seals.tests.builders import AT, a_use, an_application, an_office, handed_out

CHANGES: dict[str, Callable[..., None]] = {
    "suspend": seals.suspend,
    "resume": seals.resume,
    "report_lost": seals.report_lost,
    "cancel": seals.cancel,
}


class Seals(RuleBasedStateMachine):
    """One office, a few seals, a register that is sometimes silent."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = AT
        self.seen: dict[UUID, list[SealState]] = {}
        self.stamped = 0

    @initialize()
    def begin(self) -> None:
        folder = Path(tempfile.mkdtemp())
        self.registry = SimulatedRegistry(folder / "registry.sqlite3")
        outside._registries[:] = [self.registry]
        if not Seal.objects.exists():
            some_regions()
        self.office = an_office(f"第{Seal.objects.count()}局")
        self.mine: list[UUID] = []

    def chosen(self, number: int) -> UUID | None:
        return self.mine[number % len(self.mine)] if self.mine else None

    def tried(self, act: Callable[..., object], **facts: object) -> bool:
        try:
            act(at=self.clock, **facts)
        except Refusal:
            return False
        return True

    @rule(kind=st.sampled_from([SealKind.OFFICIAL, SealKind.CONTRACT]))
    def apply(self, kind: SealKind) -> None:
        if len(self.mine) < 3:
            try:
                self.mine.append(an_application(self.office, kind))
            except Refusal:
                assert kind is SealKind.OFFICIAL

    @rule(number=st.integers(0, 5))
    def approve_and_make(self, number: int) -> None:
        if seal := self.chosen(number):
            self.tried(seals.approve, actor=self.office.approver, seal=seal)
            self.tried(seals.make, actor=self.office.approver, seal=seal)

    @rule(answers=st.booleans())
    def register_answers_or_not(self, answers: bool) -> None:  # noqa: FBT001 -- drawn
        self.registry.answers = answers

    @rule(wait=st.sampled_from([timedelta(0), law.ASK_AGAIN, law.FILING_PATIENCE]))
    def time_passes(self, wait: timedelta) -> None:
        self.clock += wait
        handed_out(self.clock)

    @rule(number=st.integers(0, 5), verb=st.sampled_from(sorted(CHANGES)))
    def change(self, number: int, verb: str) -> None:
        if seal := self.chosen(number):
            self.tried(CHANGES[verb], actor=self.office.approver, seal=seal, reason="原因")

    @rule(number=st.integers(0, 5))
    def use(self, number: int) -> None:
        if seal := self.chosen(number):
            live = Seal.objects.get(pk=seal).state == SealState.IN_FORCE
            try:
                approval = a_use(self.office, seal, at=self.clock)
                done = self.tried(seals.stamp, document=permit(), seal=seal, approval=approval)
            except Refusal:
                done = False
            assert done == live
            self.stamped += done

    @invariant()
    def the_way_is_one_the_law_knows(self) -> None:
        for row in Seal.objects.filter(pk__in=getattr(self, "mine", [])):
            state = SealState(row.state)
            assert (row.filing_number is not None) == (
                state in {SealState.IN_FORCE, SealState.SUSPENDED, SealState.LOST, SealState.CANCELLED}
            )
            self.seen.setdefault(row.pk, []).append(state)
            assert len(set(self.seen[row.pk][-1:])) == 1

    @invariant()
    def uses_are_counted_once(self) -> None:
        mine = getattr(self, "mine", [])
        assert SealUse.objects.filter(seal__in=mine).count() == self.stamped
        for row in Seal.objects.filter(pk__in=mine):
            numbers = list(SealUse.objects.filter(seal=row).order_by("number").values_list("number", flat=True))
            assert numbers == list(range(1, row.uses + 1))
        assert sum(Approval.objects.filter(seal__in=mine).values_list("used", flat=True)) == self.stamped

    def teardown(self) -> None:
        """When all is handed out, the register holds what we hold."""
        if not getattr(self, "mine", None):
            return
        handed_out(self.clock)
        theirs = dict(self.registry.filed())
        for row in Seal.objects.filter(pk__in=self.mine):
            told = theirs.get(str(row.pk))
            if SealState(row.state) in {SealState.SUSPENDED, SealState.LOST, SealState.CANCELLED, SealState.NOT_FILED}:
                assert told == row.state
            elif row.state == SealState.IN_FORCE:
                assert told in {"filed", "in_force"}


@pytest.mark.django_db
@pytest.mark.usefixtures("registry")
def test_whatever_happens_the_twins_keep_together() -> None:
    few = settings(
        max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    run_state_machine_as_test(Seals, settings=few)
