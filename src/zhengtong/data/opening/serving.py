"""Handing out what is open 对外提供: to everybody, or to whom it was granted."""

from datetime import datetime
from pathlib import Path
from typing import Any

from zhengtong.data.opening import buffer, registering
from zhengtong.data.opening.contracts import FileForm, NotReleased, OpeningView
from zhengtong.trust.identity.contracts import Actor


def served_file(one: OpeningView, form: FileForm, *, key: str, actor: Actor | None, at: datetime) -> Path:
    """Return the frozen file of a release to whom it may be given; the call is counted.

    Args:
        one: the release.
        form: of the file.
        key: what the caller sent, empty for none.
        actor: who is signed in, if anybody.
        at: now.

    Raises:
        NotReleased: it has not this form.
        AccessNeeded, KeyWrong, QuotaUsedUp: it is not for this caller.
    """
    if form not in one.forms:
        raise NotReleased(slug=f"{one.slug}.{form.value}")
    registering.admit(one, key=key, actor=actor, at=at)
    return buffer.folder(one.folder) / buffer.file_name(form)


def served_rows(
    one: OpeningView, *, start: int, limit: int, key: str, actor: Actor | None, at: datetime
) -> list[dict[str, Any]]:
    """Return some rows of a release to whom they may be given, from *start* on; the call is counted.

    Raises:
        AccessNeeded, KeyWrong, QuotaUsedUp: they are not for this caller.
    """
    registering.admit(one, key=key, actor=actor, at=at)
    names, rows = buffer.preview(one.folder, limit=limit, start=start)
    return [dict(zip(names, row, strict=True)) for row in rows]
