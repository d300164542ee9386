"""Have whoever files, changes or uses a seal die at each named place, then go on and print how it ended.

python -m killable.sealkeeper
"""

import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import django
from killable.nursery import in_a_child, work_off_the_rest

REASON = "测试"


@dataclass(kw_only=True)
class Course:
    """One seal of one office, and what is done to it by a process that dies and again by the next."""

    place: str
    number: int

    def __post_init__(self) -> None:
        from zhengtong.kernel import clock
        from zhengtong.trust.seals import outside
        from zhengtong.trust.seals.tests.builders import an_office

        self.at = clock.system.now()
        self.seal = uuid4()
        self.office = an_office(f"第{self.number}局")
        self.approval: UUID | None = None
        outside.seal_registry().answers = True  # type: ignore[attr-defined]  # the simulator's

    def apply(self) -> None:
        from zhengtong.trust.seals import api

        api.apply(
            actor=self.office.applicant,
            seal=self.seal,
            organisation=self.office.body,
            kind=api.SealKind.OFFICIAL,
            at=self.at,
        )

    def act(self, verb: str, **facts: str) -> None:
        """Have the approver do *verb*, as a form sent twice does: what is done already is not done again."""
        from zhengtong.trust.seals import api

        with contextlib.suppress(api.SealStepNotPossible):
            getattr(api, verb)(actor=self.office.approver, seal=self.seal, at=self.at, **facts)

    def made(self) -> None:
        self.apply()
        self.act("approve")
        self.act("make")

    def live(self) -> None:
        self.made()
        work_off_the_rest()

    def lost(self) -> None:
        self.live()
        self.act("report_lost", reason=REASON)
        work_off_the_rest()

    def silent(self) -> None:
        """Have it made while public security does not answer."""
        from zhengtong.trust.seals import outside

        outside.seal_registry().answers = False  # type: ignore[attr-defined]  # the simulator's
        self.live()

    def granted(self) -> None:
        self.live()
        self.grant()

    def grant(self) -> None:
        from zhengtong.trust.seals.tests.builders import a_use

        self.approval = a_use(self.office, self.seal, at=self.at)

    def stamp(self) -> None:
        """Seal a document, unless the approval's one use was counted before the process died."""
        from zhengtong.trust.documents.tests.builders import permit
        from zhengtong.trust.seals import api

        assert self.approval
        with contextlib.suppress(api.UseApprovalMissing):
            api.stamp(document=permit(), seal=self.seal, approval=self.approval, at=self.at)

    def acknowledge(self) -> None:
        """Have public security's answer come by itself."""
        from zhengtong.trust.seals import api, outside
        from zhengtong.trust.seals.models import Seal
        from zhengtong.trust.seals.services import _request

        registry = outside.seal_registry()
        registry.answers = True  # type: ignore[attr-defined]  # the simulator's
        answer = registry.file(_request(Seal.objects.get(pk=self.seal)))
        assert answer
        api.acknowledge(seal=self.seal, answer=answer, at=self.at)

    def give_up(self) -> None:
        from zhengtong.trust.seals import api, law

        api.give_up_filing(seal=self.seal, at=self.at + law.FILING_PATIENCE)
        work_off_the_rest()

    def suspend(self) -> None:
        self.act("suspend", reason=REASON)
        work_off_the_rest()

    def report_lost(self) -> None:
        self.act("report_lost", reason=REASON)
        work_off_the_rest()

    def cancel(self) -> None:
        self.act("cancel", reason=REASON)
        work_off_the_rest()

    def standing(self) -> tuple[str, bool]:
        """Return the state, and whether public security knows the filing of a seal that has a number."""
        from zhengtong.trust.seals.models import Seal

        row = Seal.objects.filter(pk=self.seal).first()
        known = [state for request, state in self.registered() if request == str(self.seal)]
        if row is None:
            return "none", True
        return row.state, (row.filing_number is None) or len(known) == 1

    def registered(self) -> list[tuple[str, str]]:
        from zhengtong.trust.seals import outside

        return outside.seal_registry().filed()  # type: ignore[attr-defined,no-any-return]  # the simulator's

    def tally(self) -> str:
        """Return how many of everything there is now."""
        from zhengtong.trust.keys.models import SoftwareKeyRow
        from zhengtong.trust.ledger.api import acts_on
        from zhengtong.trust.seals.models import Approval, Seal, SealUse

        row = Seal.objects.get(pk=self.seal)
        keys = SoftwareKeyRow.objects.filter(pk__in=[key for key in (row.key, row.pdf_key) if key])
        alive = keys.filter(destroyed_at=None).count()
        verbs = [item.act.business.command.rpartition(".")[2] for item in acts_on("trust.seal", str(self.seal)).items]
        told = [state for request, state in self.registered() if request == str(self.seal)]
        numbers = [used.number for used in SealUse.objects.filter(seal=self.seal).order_by("number")]
        taken = sum(Approval.objects.filter(seal=self.seal).values_list("used", flat=True))
        return (
            f"{row.state}, numbered {bool(row.filing_number)}, register {told}, keys {alive}, "
            f"uses {row.uses} {numbers} {taken}, acts {' '.join(reversed(verbs))}"
        )


def courses() -> list[tuple[str, Callable[[Course], None], Callable[[Course], None]]]:
    """Return each place with how a seal comes before it and what is done when the process dies there."""

    def nothing(_course: Course) -> None: ...

    def applied(course: Course) -> None:
        course.apply()

    def approved(course: Course) -> None:
        course.apply()
        course.act("approve")

    def filing(_course: Course) -> None:
        work_off_the_rest()

    return [
        ("seals.applied", nothing, Course.apply),
        ("seals.settled", nothing, Course.apply),
        ("seals.approved", applied, lambda course: course.act("approve")),
        ("seals.settled", applied, lambda course: course.act("approve")),
        ("seals.made", approved, lambda course: course.act("make")),
        ("seals.due", approved, lambda course: course.act("make")),
        ("seals.settled", approved, lambda course: course.act("make")),
        ("seals.answered", Course.made, filing),
        ("seals.live", Course.made, filing),
        ("events.committed", Course.made, filing),
        ("seals.live", Course.silent, Course.acknowledge),
        ("seals.withdrawn", Course.silent, Course.give_up),
        ("seals.granted", Course.live, Course.grant),
        ("seals.sealed", Course.granted, Course.stamp),
        ("seals.counted", Course.granted, Course.stamp),
        ("seals.used", Course.granted, Course.stamp),
        ("seals.changed", Course.live, Course.suspend),
        ("seals.settled", Course.live, Course.suspend),
        ("seals.reported", Course.live, Course.suspend),
        ("seals.changed", Course.live, Course.report_lost),
        ("seals.settled", Course.live, Course.report_lost),
        ("seals.reported", Course.live, Course.report_lost),
        ("seals.changed", Course.lost, Course.cancel),
        ("seals.reported", Course.lost, Course.cancel),
    ]


def run(number: int, place: str, before: Callable[[Course], None], work: Callable[[Course], None]) -> None:
    """Have one process die at *place*, tell how the seal stands, have the next one do the work, tell how it ended."""
    from zhengtong.kernel import failpoints

    course = Course(place=place, number=number)
    before(course)

    def work_and_die() -> None:
        failpoints.arm(place)
        work(course)

    killed = in_a_child(work_and_die) == signal.SIGKILL
    state, acknowledged = course.standing()
    print(f"{place}: killed {int(killed)} at {state}, acknowledged {acknowledged}")  # noqa: T201 -- its result
    work_off_the_rest()
    work(course)
    work_off_the_rest()
    print(course.tally())  # noqa: T201 -- its result


def balance(others: list[UUID]) -> None:
    """Print whether keys (but *others*), seals and the register belong to each other, over all courses."""
    from zhengtong.trust.keys.models import SoftwareKeyRow
    from zhengtong.trust.seals import outside
    from zhengtong.trust.seals.models import Seal

    made = Seal.objects.exclude(data=None)
    owned = {key for row in made for key in (row.key, row.pdf_key)}
    registered = [request for request, _ in outside.seal_registry().filed()]  # type: ignore[attr-defined]  # the simulator's
    stray = SoftwareKeyRow.objects.exclude(pk__in=[*owned, *others]).count()
    same = sorted(registered) == sorted(str(row.pk) for row in made)
    print(f"keys of no seal {stray}, the register has each seal once {same}")  # noqa: T201 -- its result


def main() -> None:
    """Run every course."""
    django.setup()
    from zhengtong.trust.identity.tests.builders import some_regions
    from zhengtong.trust.keys.models import SoftwareKeyRow
    from zhengtong.trust.ledger.log.beginning import begin_log

    some_regions()
    begin_log()
    keys_of_the_log = list(SoftwareKeyRow.objects.values_list("pk", flat=True))
    for number, (place, before, work) in enumerate(courses(), start=1):
        run(number, place, before, work)
    balance(keys_of_the_log)


if __name__ == "__main__":
    main()
