"""What the gateway knows of agreements and keys 授权快照: read whole, and read again within a second of any change."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange.contracts import MODES, Algorithm, Mask
from zhengtong.data.exchange.gateway.masks import masked
from zhengtong.data.exchange.gateway.refusals import (
    AgreementNotWorking,
    AgreementStopped,
    FieldNotAgreed,
    ModeNotAgreed,
    ResourceNotOffered,
    SignatureWrong,
)
from zhengtong.data.exchange.gateway.signatures import checker
from zhengtong.data.exchange.models import AccessKey, Agreement
from zhengtong.data.exchange.queries import state_of
from zhengtong.kernel.errors import Refusal

REREAD = 1.0
"""Seconds after which a change, a revocation among them, works at the latest."""

_AGREEMENTS = """SELECT a.id, r.application, r.dataset, r.terms, a.low, a.high, a.daily_quota, a.expires_on
    FROM exchange_agreement a JOIN exchange_sharerequest r ON r.id = a.request_id
    WHERE a.ended_at IS NULL AND NOT a.suspended"""
_STATE = """SELECT (SELECT MAX(changed_at) FROM exchange_agreement), (SELECT MAX(changed_at) FROM exchange_accesskey),
    (SELECT COUNT(*) FROM exchange_agreement), (SELECT COUNT(*) FROM exchange_accesskey)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A working access key."""

    id: str
    application: UUID
    algorithm: Algorithm
    check: Callable[[bytes, bytes], bool]
    issued: float
    expires: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A working agreement, ready to be applied to rows."""

    id: str
    application: UUID
    dataset: str
    fields: Mapping[str, Mask]
    items: frozenset[str]
    low: int | None
    high: int | None
    daily_quota: int
    expires_on: date
    modes: frozenset[str]
    daily_rows: int

    def require_mode(self, mode: SharingMode) -> None:
        """Return when the data may be fetched in this way.

        Raises:
            ModeNotAgreed: they may not.
        """
        if mode not in self.modes:
            raise ModeNotAgreed(mode=MODES[mode])

    @property
    def is_bounded(self) -> bool:
        """Whether it reaches only rows of an area."""
        return self.low is not None and self.high is not None

    def covers(self, place: int | None) -> bool:
        """Say whether a row of this place lies in the agreement's area."""
        if self.low is None or self.high is None:
            return True
        return place is not None and self.low <= place <= self.high

    def columns(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        """Return the fields to hand out: those asked for, or all.

        Raises:
            FieldNotAgreed: one of them is not in the agreement.
        """
        if asked is None:
            return tuple(self.fields)
        foreign = [name for name in asked if name not in self.fields]
        if foreign:
            raise FieldNotAgreed(names="、".join(foreign[:5]))
        return tuple(dict.fromkeys(asked))

    def apply(self, row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, object]:
        """Return the fields of *row* that leave, masked as agreed."""
        return {name: masked(row.get(name), self.fields[name]) for name in columns}


class Grants:
    """A snapshot of what works, taken anew when something changed.

    Args:
        monotonic: tells seconds; replaced in tests.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._looked = float("-inf")
        self._state: tuple[Any, ...] = ()
        self._keys: dict[str, Key] = {}
        self._grants: dict[str, Grant] = {}
        self._offered: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Read again what changed, at most once a second."""
        if self._monotonic() - self._looked < REREAD:
            return
        self._looked = self._monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_STATE)
            state = cursor.fetchone()
            if state != self._state:
                self._grants = {grant.id: grant for grant in map(_grant, _rows(cursor))}
                self._keys = {key.id: key for key in map(_key, AccessKey.objects.filter(revoked_at=None))}
                self._state = state
        self._offered = catalog.on_offer({grant.dataset for grant in self._grants.values()})

    def key(self, identifier: str, *, now: float) -> Key:
        """Return the working key of this id.

        Raises:
            SignatureWrong: there is none.
        """
        key = self._keys.get(identifier)
        if key is None or not key.issued <= now < key.expires:
            raise SignatureWrong
        return key

    def grant(self, identifier: str, *, application: UUID, today: date) -> Grant:
        """Return the working agreement of this id for this application.

        Raises:
            AgreementNotWorking: there is none.
            AgreementStopped: the application has one, but it does not work now.
            ResourceNotOffered: it works, but the catalogue does not let departments have the resource any more.
        """
        grant = self._grants.get(identifier)
        if grant is None or grant.application != application or today > grant.expires_on:
            raise _why_not(identifier, application, today)
        if grant.dataset not in self._offered:
            raise ResourceNotOffered
        return grant


def _why_not(identifier: str, application: UUID, today: date) -> Refusal:
    """Return what tells why an agreement does not work: to whom it belongs why, to others nothing."""
    try:
        own = Agreement.objects.filter(pk=UUID(identifier), request__application=application).first()
    except ValueError:
        own = None
    if own is None:
        return AgreementNotWorking()
    return AgreementStopped(state=state_of(own, today).label, reason=own.reason)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    cursor.execute(_AGREEMENTS)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _grant(row: tuple[Any, ...]) -> Grant:
    identifier, application, dataset, terms, low, high, quota, expires_on = row
    agreed = json.loads(terms) if isinstance(terms, str) else terms
    return Grant(
        id=str(_uuid(identifier)),
        application=_uuid(application),
        dataset=dataset,
        fields={field["name"]: Mask(field["mask"]) for field in agreed["fields"]},
        items=frozenset(agreed["items"]),
        low=low,
        high=high,
        daily_quota=quota,
        expires_on=expires_on if isinstance(expires_on, date) else date.fromisoformat(expires_on),
        modes=frozenset(agreed.get("modes", [SharingMode.QUERY])),
        daily_rows=agreed.get("daily_rows", 0),
    )


def _key(row: AccessKey) -> Key:
    algorithm = Algorithm(row.algorithm)
    secret = bytes(row.public_key) if row.public_key is not None else bytes.fromhex(row.secret)
    return Key(
        id=str(row.id),
        application=row.application,
        algorithm=algorithm,
        check=checker(algorithm, secret),
        issued=row.issued_at.timestamp(),
        expires=row.expires_at.timestamp(),
    )


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
