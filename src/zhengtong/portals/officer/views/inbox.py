"""The inbox 收件箱 and the posts one works from."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.portals.officer.views.desk import at_desk, official, page
from zhengtong.trust.delivery.api import InboxPage, InboxSource, inbox_sources, open_message, unread_at_other_posts
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor

FOREMOST, PAGE = 8, 20
OCCASIONAL = {"objections"}  # most officials never have any: shown when there are


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the inbox and the posts the official holds, with what waits at each."""
    actor = official(request)
    unread = unread_at_other_posts(actor)
    appointments = identity.my_posts(actor, at=clock.system.now())
    context = {
        "waiting": _waiting(actor),
        "posts": [(one.post, unread.get(one.post.id, 0)) for one in appointments],
    }
    return page(request, "officer/home.html", context, actor=actor)


@require_safe
def foremost(request: HttpRequest) -> HttpResponse:
    """Return the inbox alone, for refreshing it in place."""
    actor = official(request)
    return page(request, "officer/inbox_list.html", {"waiting": _waiting(actor)}, actor=actor)


@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    """Show everything one source has, page by page; `?show=waiting` leaves out what is done with."""
    actor = official(request)
    found = next((one for one in inbox_sources() if one.name == name), None)
    if found is None:
        raise NotFound
    waiting_only = request.GET.get("show") == "waiting"
    me = at_desk(actor)
    entries = found.entries(me, waiting_only=waiting_only, after=request.GET.get("after", ""), limit=PAGE)
    context = {
        "source": found,
        "count": found.waiting(me),
        "entries": entries,
        "waiting_only": waiting_only,
        "first": "after" not in request.GET,
    }
    return page(request, "officer/source.html", context, actor=actor)


@require_safe
def message(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a message; opening it for the first time marks it read and is recorded."""
    actor = official(request)
    opened = open_message(at_desk(actor), identifier, at=clock.system.now())
    return page(request, "officer/message.html", {"message": opened}, actor=actor)


@require_POST
def take_post(request: HttpRequest) -> HttpResponse:
    """Act from another of the official's posts from now on."""
    actor = official(request)
    try:
        post = UUID(request.POST.get("post", ""))
    except ValueError:
        raise NotFound from None
    identity.take_post(actor=actor, session=request.session, post=post)
    return redirect("officer:home")


def _waiting(actor: Actor) -> list[tuple[InboxSource, InboxPage]]:
    me = at_desk(actor)
    found = [(one, one.entries(me, waiting_only=False, after="", limit=FOREMOST)) for one in inbox_sources()]
    return [(one, entries) for one, entries in found if entries.items or one.name not in OCCASIONAL]
