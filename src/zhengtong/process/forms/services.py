"""Acts on forms: save and drop a draft, keep a file."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from zhengtong.kernel.ids import new_id
from zhengtong.process.forms.contracts import DraftView
from zhengtong.process.forms.fields import media_type
from zhengtong.process.forms.models import Attachment, Draft
from zhengtong.trust.identity.contracts import Actor

KEPT_FOR = timedelta(days=90)
"""How long a draft waits: the platform's own choice, told on the page."""
_LEFT_OUT = {"csrfmiddlewaretoken", "save", "add"}


def save_draft(*, actor: Actor, about: str, data: Mapping[str, Any], at: datetime, digest: str = "") -> None:
    """Keep what was typed so far, to go on with on any device; saving again replaces it.

    *digest* is that of the form it was typed into, so that a form which changed meanwhile is noticed.
    """
    lists = data.lists() if hasattr(data, "lists") else ((name, [value]) for name, value in data.items())
    content = {name: values for name, values in lists if name not in _LEFT_OUT}
    sealed = orjson.dumps(content).decode()
    Draft.objects.update_or_create(
        owner=actor.party, about=about, defaults={"content": sealed, "saved_at": at, "digest": digest}
    )


def draft(*, actor: Actor, about: str) -> DraftView | None:
    """Return the draft of the actor, or of whom they act for, about *about*; None when there is none."""
    row = Draft.objects.filter(owner=actor.party, about=about).first()
    return (
        None
        if row is None
        else DraftView(about=about, saved_at=row.saved_at, content=orjson.loads(row.content), digest=row.digest)
    )


def drafts(*, actor: Actor) -> tuple[DraftView, ...]:
    """Return all drafts of the actor's party, the latest first, without their content."""
    rows = Draft.objects.filter(owner=actor.party).only("about", "saved_at").order_by("-saved_at")
    return tuple(DraftView(about=row.about, saved_at=row.saved_at, content={}) for row in rows)


def drop_draft(*, actor: Actor, about: str) -> None:
    """Forget a draft: it was handed in, or its owner does not want it."""
    Draft.objects.filter(owner=actor.party, about=about).delete()


def forget_old_drafts(at: datetime) -> int:
    """Forget drafts that nobody touched for `KEPT_FOR`; return how many."""
    forgotten, _kinds = Draft.objects.filter(saved_at__lt=at - KEPT_FOR).delete()
    return forgotten


def keep_files(*, actor: Actor, answers: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return *answers* with every uploaded file kept, sealed, and replaced by its name, size and id."""
    return {name: _kept(actor, value, at) if hasattr(value, "read") else value for name, value in answers.items()}


def _kept(actor: Actor, upload: Any, at: datetime) -> dict[str, Any]:
    content = upload.read()
    row = Attachment.objects.create(
        id=new_id(),
        owner=actor.party,
        name=upload.name[:120],
        media_type=media_type(content[:8]) or "application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
        uploaded_at=at,
    )
    return {"file": str(row.id), "name": row.name, "size": row.size, "sha256": row.sha256}


def kept_by(owner: UUID, identifiers: Iterable[str]) -> bool:
    """Say whether all of these files were uploaded by *owner*."""
    wanted = set(identifiers)
    return Attachment.objects.filter(pk__in=wanted, owner=owner).count() == len(wanted)


def attachment(identifier: UUID) -> tuple[str, str, bytes] | None:
    """Return name, media type and bytes of a kept file; the caller has checked who asks."""
    row = Attachment.objects.filter(pk=identifier).first()
    return None if row is None else (row.name, row.media_type, base64.b64decode(row.content))
