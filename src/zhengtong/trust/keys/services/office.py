"""Who decides and who records: a door upwards, because access and ledger stand above the key room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import require_transaction
from zhengtong.trust.keys.contracts import KeyEvent, KeyOffice, Permission, Responsible


class _Closed:
    """Until the composition root opens an office, nobody may do anything."""

    def require(self, by: Responsible, permission: Permission) -> None:
        """Refuse."""
        del by, permission
        raise NotAllowed

    def record(self, by: Responsible, event: KeyEvent) -> None:
        """Refuse."""
        del by, event
        raise NotAllowed

    def tell(self, custodians: Sequence[UUID], ceremony: UUID, at: datetime) -> None:
        """Refuse."""
        del custodians, ceremony, at
        raise NotAllowed


_offices: list[KeyOffice] = [_Closed()]


def register_key_office(office: KeyOffice) -> None:
    """Name who decides and records from now on."""
    _offices.append(office)


def require(by: Responsible, permission: Permission) -> None:
    """Return when *by* may.

    Raises:
        NotAllowed: they may not.
    """
    _offices[-1].require(by, permission)


def tell(custodians: Sequence[UUID], ceremony: UUID, *, at: datetime) -> None:
    """Tell custodians that a use of their root key waits for them."""
    _offices[-1].tell(custodians, ceremony, at)


def record(
    by: Responsible,
    command: str,
    thing: str,
    identifier: object,
    *,
    at: datetime,
    permission: Permission,
    states: tuple[dict[str, Any] | None, dict[str, Any] | None] = (None, None),
) -> None:
    """Record an act on a key in the transaction that is open.

    Raises:
        OutsideTransaction: none is.
    """
    require_transaction("an act on a key")
    event = KeyEvent(
        command=command,
        thing=thing,
        identifier=str(identifier),
        at=at,
        permission=permission,
        before=states[0],
        after=states[1],
    )
    _offices[-1].record(by, event)
