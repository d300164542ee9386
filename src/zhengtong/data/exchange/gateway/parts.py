"""Parts of many rows 分片: what batches and changes have in common.

A part is prepared whole, put on record with its rows and digest, and only then leaves; its rows are the same whenever
it is asked for, so a cut download goes on with the part it was cut in.
"""

import asyncio
import base64
import hashlib
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import queries
from zhengtong.data.exchange.contracts import Format, Mask, Outcome
from zhengtong.data.exchange.gateway.chain import Entry, Handed, answer_digest
from zhengtong.data.exchange.gateway.desk import refusal_of
from zhengtong.data.exchange.gateway.grants import Grant, Grants
from zhengtong.data.exchange.gateway.holdings import Holdings
from zhengtong.data.exchange.gateway.refusals import BusinessNotAgreed, QueryUnreadable, QuotaUsedUp
from zhengtong.data.exchange.gateway.scribe import Verdict
from zhengtong.data.exchange.gateway.signed import Headers, Reply, Said, SignedEndpoint, day_of, read_document

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA: Mapping[Format, bytes] = {
    Format.ARROW: b"application/vnd.apache.arrow.stream",
    Format.PARQUET: b"application/vnd.apache.parquet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedPart:
    """The body of a request for a part, read; `last` None is the latest version, `first` tells where changes begin."""

    agreement: str
    business: str
    first: int | None
    last: int | None
    part: int
    format: Format
    fields: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Rows that may leave, and of which versions."""

    rows: "pa.Table"
    last: int
    first: int | None = None


class LakeEndpoint(SignedEndpoint):
    """Answers from the lake.

    Args:
        grants: what works.
        holdings: knows where rows lie.
        now: Unix time in seconds; replaced in tests.
    """

    mode = SharingMode.BATCH

    def __init__(self, grants: Grants, holdings: Holdings, now: Callable[[], float] = time.time) -> None:
        super().__init__(grants, now)
        self._holdings = holdings

    def granted(self, said: Said, asked: AskedPart) -> Grant:
        """Return the agreement that lets this be fetched in this way, for an item it names.

        Raises:
            AgreementNotWorking, SubscriptionUnknown, AgreementStopped, ModeNotAgreed, BusinessNotAgreed: there is none.
        """
        look_up = self.subscribed if self.mode is SharingMode.SUBSCRIPTION else self.grant
        grant = look_up(asked.agreement, said)
        grant.require_mode(self.mode)
        if asked.business not in grant.items:  # an open case is a reason to look at one person, not at all
            raise BusinessNotAgreed
        return grant


class PartEndpoint(LakeEndpoint):
    """Answers one part; which rows are in it, `prepared` says.

    Args:
        grants: what works.
        holdings: knows where rows lie.
        record: puts entries on record, see `ScribeLine.record`.
        now: Unix time in seconds; replaced in tests.
    """

    is_range = False

    def __init__(
        self,
        grants: Grants,
        holdings: Holdings,
        record: Callable[[Sequence[Entry]], Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(grants, holdings, now)
        self._record = record

    @abstractmethod
    def read(self, body: bytes) -> AskedPart:
        """Return what is asked for."""

    @abstractmethod
    async def prepared(self, grant: Grant, asked: AskedPart, fields: Mapping[str, Mask], now: float) -> Prepared:
        """Return the rows of the part as they may leave."""

    async def reply(self, said: Said) -> Reply:
        """Return the part once it is on record."""
        from zhengtong.data.exchange.gateway import sheets  # noqa: PLC0415 -- heavy; most workers answer single records

        asked = self.read(said.body)
        grant = self.granted(said, asked)
        fields = {name: grant.fields[name] for name in grant.columns(asked.fields)}
        self.require_room(grant, said.now)
        async with self._holdings.turns:
            found = await self.prepared(grant, asked, fields, said.now)
            hidden = [name for name, mask in fields.items() if mask is not Mask.NONE]
            content = await asyncio.to_thread(sheets.written, found.rows, asked.format, hidden)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
        handed = self._handed(asked, found, digest)
        await self._put_on_record(said, asked, grant, handed)
        return Reply(headers=_headers(handed, digest, said), body=memoryview(content))

    def require_room(self, grant: Grant, now: float, rows: int = 1) -> None:
        """Return when the day's quota may have room for a call and so many rows; asked before work is done.

        Which calls really find room, the scribe decides, who writes them one after the other.

        Raises:
            QuotaUsedUp: it has none.
        """
        looks, used = queries.use_of_day(UUID(grant.id), day_of(now))
        if looks >= grant.daily_quota or used + rows > grant.daily_rows:
            raise QuotaUsedUp

    def _handed(self, asked: AskedPart, found: Prepared, digest: bytes) -> Handed:
        label = range_label(found.first, found.last) if self.is_range else found.last
        rows = found.rows.num_rows
        return Handed(
            version=found.last,
            part=asked.part,
            rows=rows,
            format=asked.format,
            digest=answer_digest(digest, version=label, part=asked.part, rows=rows),
            is_range=self.is_range,
            first=found.first,
        )

    async def _put_on_record(self, said: Said, asked: AskedPart, grant: Grant, handed: Handed) -> None:
        entry = Entry(
            at=int(said.now * 1_000_000),
            agreement=grant.id,
            access_key=said.key.id,
            nonce=said.signed.nonce,
            business=asked.business,
            key="",
            subject="",
            outcome=Outcome.SHARED,
            request_digest=said.signed.digest.hex(),
            daily_quota=grant.daily_quota,
            handed=handed,
            daily_rows=grant.daily_rows,
        )
        verdict = (await self._record([entry]))[0]
        if verdict is not Verdict.WRITTEN:
            raise refusal_of(verdict)


def range_label(first: int | None, last: int) -> str:
    """Return how a range of versions is written in headers and digests.

    >>> range_label(4, 7), range_label(None, 7)
    ('4-7', '-7')
    """
    return f"{'' if first is None else first}-{last}"


def read_part(body: bytes, *, first: str, last: str) -> AskedPart:
    """Read the document of a request for a part or a manifest.

    Args:
        body: as received.
        first: what the version that the range begins with is called; empty where there is no such thing.
        last: what the version, or the last of the range, is called.

    Raises:
        QueryUnreadable: it is not one; no value is repeated in the refusal.
    """
    bounds = [name for name in (first, last) if name]
    names = frozenset({"agreement", "business", "part", "format", "fields", *bounds})
    document = read_document(body, names, texts=("agreement", "business"))
    for name in bounds:
        if document.get(name) is not None and not _is_count(document[name]):
            raise QueryUnreadable(field=name, what=name)
    if not _is_count(document.get("part", 0)):
        raise QueryUnreadable(field="part", what="part")
    if document.get("format", Format.ARROW) not in set(Format):
        raise QueryUnreadable(field="format", what="format")
    return AskedPart(
        agreement=document["agreement"],
        business=document["business"],
        first=document.get(first) if first else None,
        last=document.get(last),
        part=document.get("part", 0),
        format=Format(document.get("format", Format.ARROW)),
        fields=document.get("fields"),
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _headers(handed: Handed, digest: bytes, said: Said) -> Headers:
    told = {
        b"content-type": MEDIA[handed.format],
        b"cache-control": b"no-store",
        b"content-digest": b"sha-256=:" + base64.b64encode(digest) + b":",
        b"exchange-version": (
            range_label(handed.first, handed.version) if handed.is_range else str(handed.version)
        ).encode(),
        b"exchange-part": str(handed.part).encode(),
        b"exchange-rows": str(handed.rows).encode(),
        b"exchange-digest": f"sm3={handed.digest}".encode(),
        b"exchange-request-digest": said.signed.digest.hex().encode(),
    }
    return tuple(told.items())
