"""Who may come to the key desk 密钥台: each step has its permission; a custodian sees what waits for them alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.views.desk import official
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, AssuranceLevel, require_assurance
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Permission


def officer(request: HttpRequest, *needed: Permission) -> Actor:
    """Return the official if they hold one of *needed*, with none named any of the key room's.

    Raises:
        NotAllowed: they do not.
        AssuranceTooLow: they do, and signed in with one factor.
    """
    actor = official(request)
    held = next((one for one in needed or Permission if access.allowed(actor, one)), None)
    if held is None:
        raise NotAllowed
    access.require(actor, held)
    return actor


def officer_or_custodian(request: HttpRequest) -> tuple[Actor, bool]:
    """Return the official and whether they are a key officer; custodians may come too, both with a second factor.

    Raises:
        NotAllowed: they are neither.
        AssuranceTooLow: they signed in with one factor.
    """
    actor = official(request)
    if any(access.allowed(actor, one) for one in Permission):
        return officer(request), True
    if not keys.is_custodian(actor.subject):
        raise NotAllowed
    if settings.ADMINISTRATION_NEEDS_TWO_FACTORS:
        require_assurance(actor, AssuranceLevel.HIGH)
    return actor, False


def attempt(form: Any, act: Callable[[], Any]) -> Any:
    """Return what *act* does, or put its refusal on the form and return None."""
    try:
        return act()
    except (NotAllowed, SignInNeeded):
        raise
    except Refusal as refusal:
        add_refusal(form, refusal)
        return None


def day(moment: datetime) -> str:
    """Return the day of a moment in the one form that sorts and is exported."""
    return clock.on_day(moment).isoformat()
