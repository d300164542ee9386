"""What every page of the workbench begins with: the official at work, and what the menu may offer them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor, SubjectKind, actor_of

LAYOUT = "officer/base.html"
Found = TypeVar("Found")


def official(request: HttpRequest) -> Actor:
    """Return the official who is signed in.

    Raises:
        SignInNeeded: nobody is.
        NotAllowed: a citizen is, or an official without a post.
    """
    actor = actor_of(request)
    if actor.kind is not SubjectKind.OFFICIAL or actor.post is None:
        raise NotAllowed
    return actor


def at_desk(actor: Actor) -> Actor:
    """Return *actor* as themselves: a clerk who helps somebody still opens only the clerk's own mail here."""
    return replace(actor, on_behalf_of=None, on_behalf_of_kind=None, mandate=None, assistance=None)


def menu(actor: Actor) -> dict[str, Any]:
    """Return what the layout needs."""
    return {"actor": actor, "permissions": permissions_of(actor)}


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, actor: Actor, status: int = 200
) -> HttpResponse:
    """Answer with a page of the workbench."""
    return render(request, template, menu(actor) | context, status=status)


def page_of(request: HttpRequest, find: Callable[[str], Found], marker: str = "after") -> Found:
    """Return the page of a list that the query names by its *marker*; the first page where that cannot be read."""
    try:
        return find(request.GET.get(marker, ""))
    except ValueError:
        return find("")
