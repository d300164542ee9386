"""The reader's mailbox 消息: of the party whose matters these are, with proof of reading."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.trust.delivery.api import mailbox, open_message
from zhengtong.trust.identity import api as identity


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show messages, the newest first."""
    actor = identity.actor_of(request)
    page = mailbox(
        actor, unread_only=request.GET.get("show") == "unread", before=mark(request.GET.get("before")), limit=20
    )
    return render(request, "citizen/messages.html", {"page": page, "unread_only": request.GET.get("show") == "unread"})


@require_safe
def opened(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one message; opening it for the first time is recorded as its reading."""
    message = open_message(actor=identity.actor_of(request), message=identifier, at=clock.system.now())
    return render(request, "citizen/message.html", {"message": message})


def mark(text: str | None) -> UUID | None:
    """Read the mark of a following page.

    Raises:
        NotFound: it is no id.
    """
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None
