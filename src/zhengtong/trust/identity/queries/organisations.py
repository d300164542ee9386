"""Reads of the tree of organisations, its posts, and who holds them."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from zhengtong.kernel.errors import NotFound
from zhengtong.trust.identity import law
from zhengtong.trust.identity.contracts import (
    AppointmentView,
    Duty,
    OrganisationKind,
    OrganisationLevel,
    OrganisationPage,
    OrganisationView,
    PostView,
)
from zhengtong.trust.identity.models import Appointment, Organisation, Post

MAX_PAGE = 200


def organisation(identifier: UUID) -> OrganisationView:
    """Return one organisation.

    Raises:
        NotFound: there is none of this id.
    """
    found = _organisations().filter(id=identifier).first()
    if found is None:
        raise NotFound
    return _view(found)


def organisations(identifiers: Iterable[UUID]) -> dict[UUID, OrganisationView]:
    """Return those of *identifiers* that exist, by id: one statement for a page of rows."""
    return {row.id: _view(row) for row in _organisations().filter(id__in=set(identifiers))}


def organisation_of_code(code: str) -> OrganisationView:
    """Return the organisation with this unified social credit code.

    Raises:
        NotFound: there is none.
    """
    found = _organisations().filter(code=code).first() if code else None
    if found is None:
        raise NotFound
    return _view(found)


def organisations_on(paths: Iterable[str]) -> tuple[OrganisationView, ...]:
    """Return the organisations that stand at *paths*, in one statement."""
    return tuple(_view(row) for row in _organisations().filter(path__in=set(paths)))


def organisation_path(identifier: UUID) -> str | None:
    """Return the organisation's path, or None where there is none; paths never change, so they are remembered."""
    try:
        return _known_path(identifier)
    except KeyError:
        return None


def organisation_tree(parent: UUID | None = None, *, after: str = "", limit: int = 50) -> OrganisationPage:
    """Return the children of *parent* (of nobody: the roots) in the order they were established.

    Args:
        parent: whose children.
        after: the `next` of the page before.
        limit: at most so many, up to 200.
    """
    size = min(limit, MAX_PAGE)
    found = list(_organisations().filter(parent=parent, path__gt=after).order_by("path")[: size + 1])
    return OrganisationPage(
        items=tuple(map(_view, found[:size])), next=found[size - 1].path if len(found) > size else None
    )


def organisation_chain(identifier: UUID) -> tuple[OrganisationView, ...]:
    """Return the organisation and all above it, the root first: one statement, no recursion.

    Raises:
        NotFound: there is none of this id.
    """
    path = organisation_path(identifier)
    if path is None:
        raise NotFound
    prefixes = [path[:end] for end in range(law.STEP, len(path) + 1, law.STEP)]
    return tuple(map(_view, _organisations().filter(path__in=prefixes).order_by("path")))


def search_organisations(text: str, *, within: str = "", limit: int = 50) -> tuple[OrganisationView, ...]:
    """Return organisations whose name contains *text*, below the path *within*."""
    found = _organisations().filter(Q(name__icontains=text) | Q(name_en__icontains=text))
    if within:
        first, end = law.subtree(within)
        found = found.filter(path__gte=first, path__lt=end)
    return tuple(map(_view, found.order_by("path")[: min(limit, MAX_PAGE)]))


def posts_of(organisation_id: UUID, *, at: datetime) -> tuple[PostView, ...]:
    """Return the posts of an organisation with the names of who holds them at this moment."""
    current = held(at).select_related("official").order_by("official__name")
    posts = (
        Post.objects.filter(organisation=organisation_id)
        .select_related("organisation")
        .prefetch_related(Prefetch("appointments", queryset=current, to_attr="current"))
        .order_by("title")
    )
    return tuple(post_view(post, (a.official.name for a in post.current)) for post in posts)


def post(identifier: UUID) -> PostView:
    """Return one post.

    Raises:
        NotFound: there is none of this id.
    """
    found = Post.objects.select_related("organisation").filter(id=identifier).first()
    if found is None:
        raise NotFound
    return post_view(found)


def all_posts(*, limit: int = 1000) -> tuple[PostView, ...]:
    """Return posts of all organisations, by path and title."""
    posts = Post.objects.select_related("organisation").order_by("organisation__path", "title")
    return tuple(post_view(post) for post in posts[:limit])


def appointments_of(official: UUID, *, at: datetime) -> tuple[AppointmentView, ...]:
    """Return the posts an official holds at this moment, the earliest appointment first."""
    found = held(at).filter(official=official).select_related("official", "post__organisation")
    return tuple(map(appointment_view, found.order_by("valid_from", "id")))


def appointment_view(row: Appointment) -> AppointmentView:
    """Return *row*, whose official, post and organisation are loaded, as a contract."""
    return AppointmentView(
        id=row.id,
        official=row.official_id,
        official_name=row.official.name,
        post=post_view(row.post),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def post_view(post: Post, holders: Iterable[str] = ()) -> PostView:
    """Return *post*, whose organisation is loaded, as a contract."""
    place = post.organisation
    return PostView(
        id=post.id,
        title=post.title,
        title_en=post.title_en,
        duty=Duty(post.duty),
        organisation=place.id,
        organisation_name=place.name,
        organisation_name_en=place.name_en,
        organisation_path=place.path,
        region=place.region,
        holders=tuple(holders),
    )


def held(at: datetime) -> QuerySet[Appointment]:
    """Return the appointments in force at this moment."""
    return Appointment.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), valid_from__lte=at)


@lru_cache(maxsize=65_536)
def _known_path(identifier: UUID) -> str:
    path = Organisation.objects.filter(id=identifier).values_list("path", flat=True).first()
    if path is None:
        raise KeyError(identifier)  # not remembered: it may be established later
    return path


def _organisations() -> QuerySet[Organisation]:
    return Organisation.objects.annotate(child_count=Count("children"))


def _view(row: Organisation) -> OrganisationView:
    return OrganisationView(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        code=row.code or "",
        kind=OrganisationKind(row.kind),
        level=OrganisationLevel(row.level),
        region=row.region,
        path=row.path,
        depth=row.depth,
        parent=row.parent_id,
        children=row.child_count,  # type: ignore[attr-defined]
    )
