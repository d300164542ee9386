"""Objections to data one's own body keeps 数据异议 as a source of the inbox, the first due first."""

from contextlib import suppress
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.process.forms import api as forms
from zhengtong.trust.delivery.api import InboxEntry, InboxPage, Light
from zhengtong.trust.identity.api import Actor


class Objections:
    """The source `objections`, see `InboxSource`."""

    name = "objections"
    title = _("数据异议")

    def waiting(self, actor: Actor) -> int:
        """Return how many objections wait for an answer that *actor* may give."""
        return forms.waiting_objections(actor)

    def entries(self, actor: Actor, *, waiting_only: bool, after: str, limit: int) -> InboxPage:
        """Return objections to answer; all of them wait. An `after` that cannot be read begins at the first page."""
        del waiting_only
        at = clock.system.now()
        with suppress(ValueError):
            return _page(forms.objections_to_answer(actor, at=at, after=after, limit=limit))
        return _page(forms.objections_to_answer(actor, at=at, limit=limit))


def _page(page: forms.ObjectionPage) -> InboxPage:
    return InboxPage(items=tuple(map(_entry, page.items)), next=page.after)


def _entry(line: forms.ObjectionLine) -> InboxEntry:
    due = None if line.due_on is None else datetime.combine(line.due_on, time(23, 59), clock.BEIJING).astimezone(UTC)
    return InboxEntry(
        title=str(line.title),
        link=reverse("officer:objection", args=[line.id]),
        at=line.opened_at,
        unread=True,
        note=_("待答复"),
        due=due,
        light=None if line.light is None else Light(line.light.value),
    )
