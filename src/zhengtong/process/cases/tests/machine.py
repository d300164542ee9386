"""A case in the hands of an applicant, two offices, a worker and bad luck.

Every rule either succeeds, as the reckoning says it must, or is refused as it says, and then changes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision, Procedure
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import FORM
from zhengtong.process.cases.tests.history import REASON, ROLE_OF, CaseHistory
from zhengtong.process.cases.tests.reckoning import LONGEST_EXTENSION
from zhengtong.process.cases.tests.town import HOME, NEIGHBOUR
from zhengtong.process.store import api as store
from zhengtong.trust.identity.contracts import Actor

WHO = st.sampled_from(["1", "2"])
ENDS = {Decision.GRANT: CaseState.GRANTED, Decision.DENY: CaseState.DENIED, Decision.REFUSE: CaseState.NOT_ACCEPTED}


class CaseMachine(CaseHistory):
    """What people and the worker do to the case of a history."""

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule()
    def the_worker_runs(self) -> None:
        """Silence is acceptance from the day the papers came; what is late is escalated once; twice changes nothing."""
        late = [task for task in self.law.waiting if not task.escalated]
        deemed = self.law.silent(self.today)
        if deemed:
            self.law.accept(self.law.handed_in_on, "")
            self.law.acts += 1
            late = self.law.waiting
        late = [task for task in late if (due := self.law.due_of(task)) is not None and self.today > due]
        for _time in (1, 2):
            store.fire_due_timers(self.now)
            cases.escalate_late(self.now)
        for task in late:
            task.escalated = True
        self.law.acts += len(late)

    @precondition(lambda self: self.law.open("accept"))
    @rule()
    def nobody_answers(self) -> None:
        """Silence is rare among random days, and the law has much to say of it."""
        self.time_passes(days=8)
        self.the_worker_runs()

    @precondition(lambda self: self.law.open("accept"))
    @rule(
        who=WHO,
        decision=st.sampled_from([Decision.ACCEPT, Decision.ACCEPT, Decision.RETURN, Decision.RETURN, Decision.REFUSE]),
    )
    def examine(self, who: str, decision: Decision) -> None:
        clerk = self.official("accepting", who)
        call = self.decides(clerk, "accept", decision)
        if self.assigned_elsewhere("accept", clerk):
            self.refused(call, cases.AssignedElsewhere)
        elif self.law.silent(self.today):
            self.too_late(call)
        elif decision is Decision.RETURN and self.law.returned:
            self.refused(call, cases.AlreadyReturned)
        else:
            self.do(call)
            self.credit(clerk)
            self.examined(decision, clerk)

    def too_late(self, call: Callable[[], object]) -> None:
        """Silence has spoken before the official, whether or not a worker was there to say so."""
        with pytest.raises(cases.AlreadyHandled):
            call()
        self.law.accept(self.law.handed_in_on, "")
        self.law.acts += 1

    def examined(self, decision: Decision, clerk: Actor) -> None:
        """Bring the reckoning to what a clerk has decided."""
        if decision is Decision.RETURN:
            self.law.returned, self.law.state = True, CaseState.CORRECTION
            self.law.await_correction()
        elif decision is Decision.REFUSE:
            self.law.end(CaseState.NOT_ACCEPTED)
        else:
            self.law.accept(self.today, self.name_of(clerk))

    @precondition(lambda self: self.law.open("accept") and not self.law.silent(self.today))
    @rule(who=WHO, named=st.booleans())
    def accept_conditionally(self, who: str, *, named: bool) -> None:
        clerk = self.official("accepting", who)
        key = self.item.evidence[0].key
        missing = [key] if named else []
        call = self.decides(clerk, "accept", Decision.ACCEPT_CONDITIONALLY, missing=missing)
        if self.assigned_elsewhere("accept", clerk):
            self.refused(call, cases.AssignedElsewhere)
        elif not named:
            self.refused(call, cases.NothingMissing)
        else:
            self.do(call)
            self.credit(clerk)
            self.law.missing = {key}
            self.examined(Decision.ACCEPT, clerk)

    @rule(with_file=st.booleans())
    def supplement(self, *, with_file: bool) -> None:
        key = self.item.evidence[0].key
        uploads = {key: str(new_id())} if with_file else {}
        at = self.now

        def call() -> None:
            cases.supplement(actor=self.town.citizen, case=self.case, form=FORM, at=at, uploads=uploads)

        if self.law.state is not CaseState.CORRECTION:
            self.refused(call, cases.NothingToSupplement)
            return
        self.do(call)
        self.law.handed_in_on = self.today
        if with_file:
            self.law.unchecked.discard(key)
        self.law.examine(self.today)

    @rule()
    def hand_in_missing(self) -> None:
        key, at = self.item.evidence[0].key, self.now
        uploads = {key: str(new_id())}

        def call() -> None:
            cases.hand_in_missing(actor=self.town.citizen, case=self.case, uploads=uploads, at=at)

        if not self.law.missing or self.law.state.ended:
            self.refused(call, cases.NothingToSupplement)
            return
        self.do(call)
        self.law.missing.clear()
        self.law.unchecked.discard(key)

    @precondition(lambda self: self.law.open("opine"))
    @rule(who=WHO, decision=st.sampled_from([Decision.AGREE, Decision.DISAGREE]))
    def opine(self, who: str, decision: Decision) -> None:
        head = self.official("heading", who, HOME)
        self.do(self.decides(head, "opine", decision))
        self.credit(head)
        self.law.spoken()

    @precondition(lambda self: self.law.open("decide"))
    @rule(who=WHO, decision=st.sampled_from([Decision.GRANT, Decision.DENY]), checks=st.booleans())
    def decide(self, who: str, decision: Decision, *, checks: bool) -> None:
        approver = self.official("deciding", who)
        checked = [piece.key for piece in self.item.evidence] if checks else []
        call = self.decides(approver, "decide", decision, checked=checked)
        open_evidence = self.law.missing or (self.law.unchecked and not checks)
        if self.assigned_elsewhere("decide", approver):
            self.refused(call, cases.AssignedElsewhere)
        elif self.law.running:
            self.refused(call, cases.ProcedureRuns)
        elif decision is Decision.GRANT and open_evidence:
            self.refused(call, cases.EvidenceOpen)
        else:
            self.do(call)
            self.credit(approver)
            self.law.end(ENDS[decision])
            if decision is Decision.GRANT:
                self.law.unchecked.clear()

    @rule(procedure=st.sampled_from(Procedure), who=WHO)
    def begin_procedure(self, procedure: Procedure, who: str) -> None:
        at, approver = self.now, self.official("deciding", who)

        def call() -> None:
            cases.begin_procedure(actor=approver, case=self.case, procedure=procedure, days=5, reason=REASON, at=at)

        if self.law.state is not CaseState.ACCEPTED:
            self.refused(call, cases.NotInProgress)
        elif self.law.running:
            self.refused(call, cases.ProcedureRuns)
        else:
            self.do(call)
            self.law.procedures.append((self.today, None))
            self.law.untouched = False

    @rule(who=WHO)
    def end_procedure(self, who: str) -> None:
        at, approver = self.now, self.official("deciding", who)

        def call() -> None:
            cases.end_procedure(actor=approver, case=self.case, at=at)

        if self.law.state is not CaseState.ACCEPTED:
            self.refused(call, cases.NotInProgress)
        elif not self.law.running:
            self.refused(call, cases.NoProcedure)
        else:
            self.do(call)
            self.credit(approver)
            self.law.procedures[-1] = (self.law.procedures[-1][0], self.today)

    @rule(days=st.sampled_from([0, 1, 5, 10, 11]), who=WHO)
    def ask_extension(self, days: int, who: str) -> None:
        at, approver = self.now, self.official("deciding", who)

        def call() -> None:
            cases.ask_extension(actor=approver, case=self.case, days=days, reason=REASON, at=at)

        lawful = 1 <= days <= LONGEST_EXTENSION and not self.law.extension
        if self.law.state is not CaseState.ACCEPTED:
            self.refused(call, cases.NotInProgress)
        elif not lawful or self.law.late("statutory", self.today):
            self.refused(call, cases.ExtensionTooLong)
        else:
            self.do(call)
            self.law.ask_extension(days)

    @precondition(lambda self: self.law.open("extension"))
    @rule(who=WHO, decision=st.sampled_from([Decision.EXTEND, Decision.KEEP]))
    def decide_extension(self, who: str, decision: Decision) -> None:
        head = self.official("heading", who)
        call = self.decides(head, "extension", decision)
        if decision is Decision.EXTEND and self.law.late("statutory", self.today):
            self.refused(call, cases.ExtensionTooLong)
            return
        self.do(call)
        self.credit(head)
        self.law.extension_decided(self.today, granted=decision is Decision.EXTEND)

    @rule(hesitates=st.integers(0, 4))
    def withdraw(self, hesitates: int) -> None:
        """One in five who think of it do it, so that histories grow long."""
        if hesitates:
            return
        at = self.now

        def call() -> None:
            cases.withdraw(actor=self.town.citizen, case=self.case, at=at)

        if self.law.state is CaseState.WITHDRAWN:
            before = self.facts()
            call()
            assert self.facts() == before
        elif self.law.state.ended:
            self.refused(call, store.InstanceEnded)
        else:
            self.do(call)
            self.law.end(CaseState.WITHDRAWN)

    @rule(who=WHO)
    def transfer(self, who: str) -> None:
        """To the other office: by the clerk before acceptance, by the approver after; opinions stay where they are."""
        law, at = self.law, self.now
        there = NEIGHBOUR if law.region == HOME else HOME
        to = self.town.offices[law.item, there]
        actor = self.official("accepting" if law.state is CaseState.RECEIVED else "deciding", who)

        def call() -> None:
            cases.transfer(actor=actor, case=self.case, to=to, reason=REASON, at=at)

        if law.state not in {CaseState.RECEIVED, CaseState.ACCEPTED}:
            self.refused(call, cases.NotInProgress)
            return
        self.do(call)
        self.credit(actor)
        law.move(there)

    @rule(who=WHO)
    def recall(self, who: str) -> None:
        at, clerk = self.now, self.town.officials[f"accepting{who}@{HOME}"]

        def call() -> None:
            cases.recall(actor=clerk, case=self.case, reason=REASON, at=at)

        if not self.law.recallable(self.name_of(clerk)):
            self.refused(call, cases.CannotRecall)
            return
        self.do(call)
        self.credit(clerk)
        self.law.recall(self.today)

    @precondition(lambda self: self.law.open("accept") or self.law.open("decide"))
    @rule(who=WHO)
    def delegate(self, who: str) -> None:
        """To the colleague with the other number."""
        kind, at = ("accept" if self.law.open("accept") else "decide"), self.now
        task = self.law.open(kind)[0]
        giver = self.official(ROLE_OF[kind], who)
        colleague = self.official(ROLE_OF[kind], "2" if who == "1" else "1")
        number = self.number_of(kind)

        def call() -> None:
            cases.delegate(actor=giver, case=self.case, task=number, to=colleague.subject, at=at)

        if self.assigned_elsewhere(kind, giver):
            self.refused(call, cases.AssignedElsewhere)
            return
        self.do(call)
        task.assignee, task.giver = self.name_of(colleague), self.name_of(giver)

    @precondition(lambda self: self.law.open("accept") or self.law.open("decide"))
    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        kind, at = ("accept" if self.law.open("accept") else "decide"), self.now
        task, giver, number = self.law.open(kind)[0], self.official(ROLE_OF[kind], who), self.number_of(kind)

        def call() -> None:
            cases.take_back(actor=giver, case=self.case, task=number, at=at)

        if not task.assignee:
            self.refused(call, cases.AlreadyHandled)
        elif task.giver != self.name_of(giver):
            self.refused(call, cases.AssignedElsewhere)
        else:
            self.do(call)
            task.assignee = task.giver = ""

    @precondition(lambda self: self.law.open("accept") and not self.law.silent(self.today))
    @rule(first=st.sampled_from([Decision.ACCEPT, Decision.REFUSE]), same=st.booleans())
    def two_clerks_decide_what_both_have_read(self, first: Decision, *, same: bool) -> None:
        """Of two with the same revision one decides; so of two clicks of one."""
        if self.law.open("accept")[0].assignee:
            return
        one, other = self.official("accepting", "1"), self.official("accepting", "1" if same else "2")
        read = cases.open_dossier(actor=one, reference=self.reference, at=self.now)
        also = cases.open_dossier(actor=other, reference=self.reference, at=self.now)
        assert read.revision == also.revision
        second = self.decides(other, "accept", Decision.RETURN, revision=also.revision)
        self.do(self.decides(one, "accept", first, revision=read.revision))
        self.credit(one)
        self.examined(first, one)
        self.refused(second, cases.AlreadyHandled, cases.CaseChanged)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_answer_was_lost_and_the_client_sends_again(self) -> None:
        """The same call at the same moment once more: nothing is done twice."""
        call, before = self.last, self.facts()
        assert call is not None
        with suppress(Refusal):
            call()
        assert self.facts() == before

    @precondition(lambda self: self.law.waiting)
    @rule(who=WHO)
    def an_official_of_another_office_tries(self, who: str) -> None:
        task = self.law.waiting[0]
        if task.kind not in ROLE_OF:
            return
        elsewhere = NEIGHBOUR if task.region == HOME else HOME
        stranger = self.official(ROLE_OF[task.kind], who, elsewhere)
        decision = {"accept": Decision.ACCEPT, "decide": Decision.DENY, "opine": Decision.AGREE}
        chosen = decision.get(task.kind, Decision.KEEP)
        self.refused(self.decides(stranger, task.kind, chosen), NotAllowed)

    @rule(days=st.integers(0, 40))
    def the_archivist_comes(self, days: int) -> None:
        """Thirty days after its end a case is archived, once."""
        row = Case.objects.get(pk=self.case)
        at = self.now + timedelta(days=days)
        due = row.concluded_at is not None and row.archived_at is None and row.concluded_at + timedelta(30) < at
        assert cases.archive_due(at) == int(due)
        self.law.acts += due

    @precondition(lambda self: self.law.state.ended)
    @rule(decision=st.sampled_from(Decision), who=WHO)
    def nothing_leads_out_of_an_end(self, decision: Decision, who: str) -> None:
        """Whatever is decided on whatever task, by whoever could."""
        tasks = Stage.objects.filter(case=self.case, number__isnull=False).order_by("pk")
        at, number = self.now, tasks[0].number or 0
        for role in ("accepting", "deciding", "heading"):
            actor = self.official(role, who)
            self.refused(
                lambda actor=actor: cases.decide(  # type: ignore[misc]
                    actor=actor, case=self.case, task=number, decision=decision, reason=REASON, at=at
                ),
                Refusal,
            )
