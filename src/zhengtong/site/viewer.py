"""Who is shown in the header 当前身份: templates of every portal need it, and no portal may know another."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from zhengtong.trust.identity.api import Actor, SubjectKind, name_shown, principal_name


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The signed-in reader: the name others would see, and whom they act for, if anybody."""

    name: str
    home: str
    acting_for: str
    is_official: bool
    assisting: bool


def viewer(request: HttpRequest) -> dict[str, Any]:
    """Return `viewer`, looked up only where a template asks for it; nothing for a visitor."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        return {"viewer": None}
    return {"viewer": SimpleLazyObject(lambda: _viewer(actor, request.user))}


def _viewer(actor: Actor, account: Any) -> Viewer:
    official = actor.kind is SubjectKind.OFFICIAL
    return Viewer(
        name=name_shown(account) or account.get_username(),  # who has not proved a name yet has none
        home=reverse("officer:home") if official else reverse("citizen:me"),
        acting_for=principal_name(actor),
        is_official=official,
        assisting=actor.assistance is not None,
    )
