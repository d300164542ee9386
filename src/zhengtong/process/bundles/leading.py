"""What the lead authority of a bundle does 牵头部门: sees whom each part waits for, and reminds a late department 催办.

国发〔2024〕3号: the lead authority answers for the whole; each department decides its own part. So the lead authority
sees how far every part is and never what is in it, and it can remind but not decide.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.events.api import emit
from zhengtong.process.bundles.contracts import (
    BundleLine,
    BundleNudged,
    BundleUnknown,
    NothingToNudge,
    NudgedToday,
    PartState,
    PartView,
)
from zhengtong.process.bundles.models import BundleCase, BundleNudge, BundlePart
from zhengtong.process.bundles.queries import line, parts_of
from zhengtong.process.cases import api as cases
from zhengtong.trust.access.api import scope_filter, within
from zhengtong.trust.identity.api import responsibility_of
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, record

CLAUSE = "国发〔2024〕3号"
PAGE = 20
_MAY = (cases.Permission.DECIDE, cases.Permission.SUPERVISE)


@dataclass(frozen=True, kw_only=True, slots=True)
class LedPart:
    """A part as the lead authority sees it; `wait` is None where nothing waits, `nudged_at` the last reminder."""

    part: PartView
    wait: cases.Wait | None
    nudged_at: datetime | None
    may_nudge: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LedBundle:
    """A bundle as its lead authority sees it: how far every part is, nothing of what the applicant said."""

    id: UUID
    line: BundleLine
    lead: UUID
    lead_name: str
    lead_name_en: str
    concluded_at: datetime | None
    parts: tuple[LedPart, ...]

    def count(self, state: PartState) -> int:
        """Return how many parts are in *state*."""
        return sum(one.part.state is state for one in self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class LedLine:
    """A bundle in the lead authority's list; `light` is the worst of its open parts."""

    line: BundleLine
    done: int
    parts: int
    light: cases.DeadlineLight | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LedPage:
    """Some bundles; `after` marks the next page, empty on the last."""

    items: tuple[LedLine, ...]
    after: str


def bundles_led_by(
    actor: Actor, *, at: datetime, concluded: bool = False, after: str = "", limit: int = PAGE
) -> LedPage:
    """Return the bundles that organisations within *actor*'s reach lead: three statements.

    Open ones come the oldest first, concluded ones the latest first.

    Raises:
        ValueError: *after* marks no page.
    """
    moment = "concluded_at" if concluded else "received_at"
    rows = BundleCase.objects.filter(_within_reach(actor), concluded_at__isnull=not concluded).defer("form")
    if after:
        edge = datetime.fromisoformat(after)
        rows = rows.filter(Q(**{f"{moment}__lt" if concluded else f"{moment}__gt": edge}))
    found = list(rows.order_by(f"-{moment}" if concluded else moment)[: limit + 1])
    parts: dict[UUID, list[BundlePart]] = {row.id: [] for row in found[:limit]}
    for part in BundlePart.objects.filter(bundle__in=parts):
        parts[part.bundle_id].append(part)
    waits = cases.waits_of((part.case_id for each in parts.values() for part in each if part.case_id), at=at)
    return LedPage(
        items=tuple(_led_line(row, parts[row.id], waits) for row in found[:limit]),
        after=getattr(found[limit - 1], moment).isoformat() if len(found) > limit else "",
    )


def led_bundle(actor: Actor, reference: str, *, at: datetime) -> LedBundle:
    """Return a bundle that the official's organisation leads: five statements.

    Raises:
        BundleUnknown: another organisation leads it, or there is none.
    """
    rows = BundleCase.objects.filter(_within_reach(actor), reference=reference).select_related("lead")
    row = rows.defer("form").first()
    if row is None:
        raise BundleUnknown
    parts = parts_of(row, at)
    waits = cases.waits_of((part.case.id for part in parts if part.case), at=at)
    nudged = dict(BundleNudge.objects.filter(part__bundle=row).values_list("part__item").annotate(last=Max("at")))
    return LedBundle(
        id=row.id,
        line=line(row),
        lead=row.lead_id,
        lead_name=row.lead.name,
        lead_name_en=row.lead.name_en,
        concluded_at=row.concluded_at,
        parts=tuple(_led_part(part, waits, nudged.get(part.item), at) for part in parts),
    )


def nudge(*, actor: Actor, bundle: UUID, item: str, at: datetime) -> None:
    """Remind the department a part waits at, at most once a working day; on record, and told to its posts.

    Raises:
        BundleUnknown: the actor's organisation does not lead it, or it has no such part.
        NothingToNudge: the part waits for no department.
        NudgedToday: it has been reminded since the last working day began.
    """
    with transaction.atomic():
        row = BundleCase.objects.filter(_within_reach(actor), pk=bundle).select_related("lead").defer("form").first()
        rows = BundlePart.objects.select_for_update(of=("self",)).filter(bundle=bundle, item=item)
        part = rows.first() if row is not None else None
        if row is None or part is None:
            raise BundleUnknown
        wait = cases.waits_of([part.case_id], at=at).get(part.case_id) if part.case_id else None
        if wait is None or wait.on_applicant:
            raise NothingToNudge
        last = BundleNudge.objects.filter(part=part).aggregate(last=Max("at"))["last"]
        if not _may_again(last, at):
            raise NudgedToday
        BundleNudge.objects.create(part=part, at=at, official=actor.subject, organisation_id=wait.organisation)
        cases.remind(case=wait.case, by=row.lead.name, at=at)
        _record(actor, row, item, at)
        about = BundleNudged(bundle=row.id, item=item, organisation=wait.organisation)
        emit("process.bundle.nudged.v1", subject=row.id, data=about, at=at)


def _within_reach(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for permission in _MAY:
        if scope := scope_filter(actor, permission):
            condition |= within(scope, organisation="lead__path", region="region")
    return condition


def _may_again(last: datetime | None, at: datetime) -> bool:
    """Say whether a working day has begun since the last reminder."""
    if last is None:
        return True
    return calendars.current().working_days_between(clock.on_day(last), clock.on_day(at)) >= 1


def _led_part(part: PartView, waits: dict[UUID, cases.Wait], nudged_at: datetime | None, at: datetime) -> LedPart:
    wait = waits.get(part.case.id) if part.case else None
    may = wait is not None and not wait.on_applicant and _may_again(nudged_at, at)
    return LedPart(part=part, wait=wait, nudged_at=nudged_at, may_nudge=may)


def _led_line(row: BundleCase, parts: list[BundlePart], waits: dict[UUID, cases.Wait]) -> LedLine:
    lights = {waits[part.case_id].light for part in parts if part.case_id in waits}
    worst = (cases.DeadlineLight.RED, cases.DeadlineLight.YELLOW, cases.DeadlineLight.GREEN)
    return LedLine(
        line=line(row),
        done=sum(part.state == PartState.GRANTED for part in parts),
        parts=len(parts),
        light=next((light for light in worst if light in lights), None),
    )


def _record(actor: Actor, row: BundleCase, item: str, at: datetime) -> None:
    held = next(one for one in _MAY if scope_filter(actor, one))
    business = Business(command="process.bundle.nudge", object_type="process.bundle", object_id=f"{row.id}/{item}")
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=held),
            business=business,
            responsibility=responsibility_of(actor),
            at=at,
        )
    )
