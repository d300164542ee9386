"""Reads of who works where 编制与在岗: officials in post, posts and vacancies below a place in the tree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.trust.identity import law
from zhengtong.trust.identity.contracts import AppointmentView, OrganisationView
from zhengtong.trust.identity.models import Organisation
from zhengtong.trust.identity.queries.organisations import appointment_view, held, organisations_on

ORDERS: Mapping[str, str] = {
    "name": "official__name",
    "post": "post__title",
    "organisation": "post__organisation__path",
}
"""By what officials in post can be sorted."""

_ORGANISATION_NAMES = ("post__organisation__name", "post__organisation__name_en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffing:
    """How many organisations, posts, posts nobody holds, and officials in post there are."""

    organisations: int
    posts: int
    vacant: int
    officials: int


def officials_in_post(path: str, asked: Asked, *, at: datetime, whole_branch: bool = False) -> Slice[AppointmentView]:
    """Return a page of the officials who hold posts in the organisation at *path* at this moment.

    Args:
        path: of the organisation; empty with *whole_branch* for everybody.
        asked: words (of a name, a post or an organisation), order (`ORDERS`) and page.
        at: the moment.
        whole_branch: whether organisations below count too.
    """
    found = held(at).select_related("official", "post__organisation")
    if not whole_branch:
        found = found.filter(post__organisation__path=path)
    elif path:
        first, end = law.subtree(path)
        found = found.filter(post__organisation__path__gte=first, post__organisation__path__lt=end)
    if asked.text:
        names = ("official__name", "post__title", "post__title_en", *_ORGANISATION_NAMES)
        found = found.filter(reduce(or_, (Q(**{f"{name}__icontains": asked.text}) for name in names)))
    page = of_queryset(found, asked, orders=ORDERS, default=ORDERS["organisation"])
    return Slice(rows=[appointment_view(row) for row in page.rows], after=page.after)


def staffing(*, at: datetime) -> Staffing:
    """Count organisations, posts, vacancies and officials in post: one statement."""
    ends = "posts__appointments__valid_until"
    in_post = Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": at})
    in_post &= Q(posts__appointments__valid_from__lte=at)
    found = Organisation.objects.aggregate(
        bodies=Count("id", distinct=True),
        places=Count("posts", distinct=True),
        filled=Count("posts", distinct=True, filter=in_post),
        people=Count("posts__appointments__official", distinct=True, filter=in_post),
    )
    return Staffing(
        organisations=found["bodies"],
        posts=found["places"],
        vacant=found["places"] - found["filled"],
        officials=found["people"],
    )


def organisations_at(paths: Iterable[str]) -> dict[str, OrganisationView]:
    """Return those organisations that stand at these paths, by path."""
    return {view.path: view for view in organisations_on(paths)}
