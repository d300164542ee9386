"""At whom a case waits 当前环节, and reminding them 催办: for whoever answers for more than one case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases import law
from zhengtong.process.cases.contracts import DeadlineLight, Permission
from zhengtong.process.cases.models import Stage
from zhengtong.trust.access import api as access
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_post
from zhengtong.trust.identity import api as identity

_MOST_POSTS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """What a case waits for: an organisation, or its applicant; `due_on` is empty while the clock stands still."""

    case: UUID
    organisation: UUID
    organisation_name: str
    organisation_name_en: str
    on_applicant: bool
    due_on: date | None
    light: DeadlineLight | None


def waits_of(cases: Iterable[UUID], *, at: datetime) -> dict[UUID, Wait]:
    """Return by case what it waits for, the first due first; nothing for a case that is concluded. One statement."""
    found: dict[UUID, Wait] = {}
    for stage in _waiting(cases):
        found.setdefault(stage.case_id, _wait(stage, clock.on_day(at)))
    return found


def remind(*, case: UUID, by: str, at: datetime) -> tuple[UUID, ...]:
    """Remind the office a case waits at, in the mailboxes of the posts that may handle it, and return these.

    Args:
        case: which; the caller has checked that the reminding organisation may.
        by: the name of that organisation.
        at: the present moment.
    """
    return _tell(
        case, MessageKind.REMINDER, Wording(zh="催办", en="Reminder"), at,
        [Fact(label=Wording(zh="催办单位", en="Reminded by"), value=Wording(zh=by))],
    )  # fmt: skip


def tell_the_office(*, case: UUID, what: Wording, facts: Iterable[Fact], at: datetime) -> tuple[UUID, ...]:
    """Tell the office a case waits at something about it, in the mailboxes of the posts that may handle it.

    Args:
        case: which; nothing is told of a case that waits for its applicant or is concluded.
        what: in a few words, the beginning of the title.
        facts: what is told besides item, number and day due; never of a person.
        at: the present moment.
    """
    return _tell(case, MessageKind.NOTICE, what, at, facts)


def _tell(case: UUID, kind: MessageKind, what: Wording, at: datetime, facts: Iterable[Fact]) -> tuple[UUID, ...]:
    stage = next((one for one in _waiting([case]) if one.permission), None)
    if stage is None:
        return ()
    posts = _posts_at(stage)
    row = stage.case
    for post in posts:
        deliver(
            to=of_post(post),
            kind=kind,
            title=Wording(zh=f"{what.zh}：{row.item_name}"[:200], en=f"{what.en}: {row.item_name_en}"[:200]),
            body=[
                Fact(label=Wording(zh="办件编号", en="Case number"), value=Wording(zh=row.reference)),
                *facts,
                Fact(label=Wording(zh="到期日", en="Due"), value=Wording(zh=str(stage.due_on or "—"))),
            ],
            link=f"/officer/cases/{row.reference}/",
            related=Related(object_type="process.case", object_id=str(row.id)),
            at=at,
        )
    return posts


def _waiting(cases: Iterable[UUID]) -> list[Stage]:
    """Return the open stages of *cases* at an office or the applicant, the first due first."""
    rows = Stage.objects.filter(case__in=list(cases), closed_at=None).select_related("case", "organisation", "region")
    open_stages = [stage for stage in rows.defer("reason", "case__form") if stage.permission or _of_applicant(stage)]
    return sorted(open_stages, key=lambda stage: (_of_applicant(stage), stage.due_on or date.max, stage.pk))


def _of_applicant(stage: Stage) -> bool:
    return stage.kind == "supplement"


def _wait(stage: Stage, today: date) -> Wait:
    due = stage.due_on
    return Wait(
        case=stage.case_id,
        organisation=stage.organisation_id,
        organisation_name=stage.organisation.name,
        organisation_name_en=stage.organisation.name_en,
        on_applicant=_of_applicant(stage),
        due_on=due,
        light=None if due is None else law.light(today, due, calendars.current()),
    )


def _posts_at(stage: Stage) -> tuple[UUID, ...]:
    """Return the posts that may handle *stage*, those of the nearest organisations first."""
    grants = access.holders_of(Permission(stage.permission), actor=identity.system_actor())
    covering = [
        grant
        for grant in grants
        if grant.post and grant.clause.covers(organisation=stage.organisation.path, place=stage.region.low)
    ]
    covering.sort(key=lambda grant: -len(grant.clause.organisation or ""))
    return tuple(dict.fromkeys(grant.post for grant in covering if grant.post))[:_MOST_POSTS]
