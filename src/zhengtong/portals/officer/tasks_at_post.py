"""Cases that wait for the official as a source of the inbox, the first due first."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, time
from uuid import UUID

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Text
from zhengtong.process.cases import api as cases
from zhengtong.trust.delivery.api import InboxEntry, InboxPage, Light
from zhengtong.trust.identity.api import Actor, names_of

_LIGHTS = {
    cases.DeadlineLight.GREEN: Light.GREEN,
    cases.DeadlineLight.YELLOW: Light.YELLOW,
    cases.DeadlineLight.RED: Light.RED,
}


class Tasks:
    """The source `cases`, see `InboxSource`."""

    name = "cases"
    title = _("待办办件")

    def waiting(self, actor: Actor) -> int:
        """Return how many tasks wait that *actor* may handle."""
        return cases.waiting_tasks(actor, at=clock.system.now())

    def entries(self, actor: Actor, *, waiting_only: bool, after: str, limit: int) -> InboxPage:
        """Return cases with a task; all of them wait. An `after` that cannot be read begins at the first page."""
        del waiting_only
        at = clock.system.now()
        with suppress(ValueError):
            return _page(cases.tasks_of(actor, at=at, after=after, limit=limit))
        return _page(cases.tasks_of(actor, at=at, limit=limit))


def _page(page: cases.LinePage) -> InboxPage:
    names = colleagues_on_leave(page)
    return InboxPage(items=tuple(_entry(line, names) for line in page.items), next=page.after)


def colleagues_on_leave(page: cases.LinePage) -> dict[UUID, str]:
    """Return the names of the colleagues in whose place the lines were handled or wait; mostly no statement at all."""
    away = {line.in_place_of for line in page.items if line.in_place_of is not None}
    return names_of(away) if away else {}


def _entry(line: cases.CaseLine, names: Mapping[UUID, str]) -> InboxEntry:
    english = (get_language() or "").startswith("en")
    due = None if line.due_on is None else datetime.combine(line.due_on, time(23, 59), clock.BEIJING).astimezone(UTC)
    return InboxEntry(
        title=f"{line.item_name_en if english else line.item_name} {line.reference}",
        link=reverse("officer:case", args=[line.reference]),
        at=line.received_at,
        unread=True,
        note=line.state.label if line.in_place_of is None else _in_place(line.state.label, names[line.in_place_of]),
        due=due,
        light=None if line.light is None else _LIGHTS[line.light],
    )


def _in_place(state: Text, name: str) -> Text:
    return format_lazy("{state} · {whose}", state=state, whose=format_lazy(_("代 {name} 办理"), name=name))
