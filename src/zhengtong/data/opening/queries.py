"""Reads of opening: applications of a department, those that wait for a decision, what is open."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import entries, storing
from zhengtong.data.opening.contracts import (
    Access,
    NotReleased,
    OpeningState,
    OpeningUnknown,
    OpeningView,
    Permission,
)
from zhengtong.data.opening.models import OpeningApplication
from zhengtong.trust.access.api import allowed, scope_filter, within
from zhengtong.trust.identity.contracts import Actor

PAGE = 50


def application(actor: Actor, identifier: UUID) -> OpeningView:
    """Return an application of the actor's organisation, or one that the actor may decide.

    Raises:
        OpeningUnknown: there is none for this reader.
    """
    row = rows().filter(pk=identifier).first()
    if row is None or not may_see(actor, row):
        raise OpeningUnknown
    return view(row)


def may_see(actor: Actor, row: OpeningApplication) -> bool:
    """Say whether *actor* may open *row*, whose provider is loaded, at the desk."""
    if actor.is_system or (actor.organisation is not None and actor.organisation == row.provider_id):
        return True
    return allowed(actor, Permission.DECIDE, organisation=row.provider_id, region=row.provider.region)


def applications_of(provider: UUID) -> tuple[OpeningView, ...]:
    """Return the applications of a department, the newest first."""
    return tuple(map(view, rows().filter(provider=provider).order_by("-drafted_at")[:PAGE]))


def to_decide(actor: Actor) -> tuple[OpeningView, ...]:
    """Return what lies in the buffer and *actor* may decide: not the actor's own, the longest waiting first."""
    scope = within(scope_filter(actor, Permission.DECIDE), organisation="provider__path", region="dataset__region")
    waiting = rows().filter(scope, state=OpeningState.BUFFERED).exclude(drafted_by=actor.subject)
    return tuple(map(view, waiting.order_by("drafted_at")[:PAGE]))


def released(slug: str) -> OpeningView:
    """Return what is open under a name.

    Raises:
        NotReleased: nothing is, or the catalogue does not let it be open any more.
    """
    found = _still_open(map(view, rows().filter(slug=slug, state=OpeningState.RELEASED)))
    if not found:
        raise NotReleased(slug=slug[:60])
    return found[0]


def all_released() -> tuple[OpeningView, ...]:
    """Return everything that is open, the newest first: two statements."""
    return _still_open(map(view, rows().filter(state=OpeningState.RELEASED).order_by("-released_at", "slug")))


def _still_open(found: Iterable[OpeningView]) -> tuple[OpeningView, ...]:
    """Return those that the catalogue, as it stands now, lets be open: one statement, none for none."""
    released = tuple(found)
    if not released:
        return ()
    known = catalog.datasets({code for one in released for code in (one.dataset, one.listed_under)})
    return tuple(one for one in released if entries.is_covered(one, known))


def released_of(codes: Iterable[str]) -> dict[str, list[OpeningView]]:
    """Return what is open, by the code of the catalogue's entry it is a distribution of."""
    wanted, found = set(codes), dict[str, list[OpeningView]]()
    for one in all_released():
        if one.listed_under in wanted:
            found.setdefault(one.listed_under, []).append(one)
    return found


def due_to_release(today: date) -> list[UUID]:
    """Return the approved applications whose embargo is over."""
    due = OpeningApplication.objects.filter(state=OpeningState.APPROVED, embargo_until__lte=today)
    return list(due.order_by("embargo_until").values_list("pk", flat=True))


def rows() -> QuerySet[OpeningApplication]:
    """Return the rows with what a view needs."""
    return OpeningApplication.objects.select_related("provider", "dataset")


def view(row: OpeningApplication) -> OpeningView:
    """Return *row*, whose provider and dataset are loaded, as a contract."""
    return OpeningView(
        id=row.id,
        slug=row.slug,
        title=row.title,
        title_en=row.title_en,
        summary=row.summary,
        dataset=row.dataset_id,
        dataset_name=row.dataset.name,
        provider=row.provider_id,
        provider_name=row.provider.name,
        provider_name_en=row.provider.name_en,
        region=row.provider.region,
        version=row.version,
        plan=storing.load_plan(row.plan),
        access=Access(row.access),
        basis=row.basis,
        embargo_until=row.embargo_until,
        state=OpeningState(row.state),
        revision=row.revision,
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        released_at=row.released_at,
        files=storing.load_files(row.files),
        report=storing.load_report(row.report) if row.report else None,
        reason=row.reason,
        entry=row.entry,
        folder=row.folder,
    )
