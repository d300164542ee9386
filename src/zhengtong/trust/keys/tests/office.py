"""An office for tests: lets through whom a test allows, and remembers what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.keys.contracts import KeyEvent, Permission, Responsible
from zhengtong.trust.keys.services import office


@dataclass(frozen=True, kw_only=True)
class Officer:
    """Somebody who acts."""

    subject: UUID = field(default_factory=uuid4)


@dataclass
class Office:
    """Fulfils `KeyOffice`."""

    open: set[Permission] = field(default_factory=lambda: set(Permission))
    events: list[KeyEvent] = field(default_factory=list)
    told: list[UUID] = field(default_factory=list)

    def require(self, by: Responsible, permission: Permission) -> None:
        del by
        if permission not in self.open:
            raise NotAllowed

    def record(self, by: Responsible, event: KeyEvent) -> None:
        del by
        self.events.append(event)

    def tell(self, custodians: Sequence[UUID], ceremony: UUID, at: datetime) -> None:
        del ceremony, at
        self.told.extend(custodians)

    @property
    def commands(self) -> list[str]:
        return [event.command for event in self.events]


def opened(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Put an office in place for one test."""
    one = Office()
    monkeypatch.setattr(office, "_offices", [one])
    return one
