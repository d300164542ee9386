"""Handing out what is open 对外提供: to everybody, or to whom it was granted."""

from pathlib import Path

from zhengtong.data.opening import buffer
from zhengtong.data.opening.contracts import Access, AccessNeeded, FileForm, NotReleased, OpeningView


def served_file(one: OpeningView, form: FileForm) -> Path:
    """Return the frozen file of a release.

    Raises:
        AccessNeeded: the release is not open to everybody at once.
        NotReleased: it has not this form.
    """
    if one.access is not Access.UNCONDITIONAL:
        raise AccessNeeded(title=one.title)
    if form not in one.forms:
        raise NotReleased(slug=f"{one.slug}.{form.value}")
    return buffer.folder(one.folder) / buffer.file_name(form)
