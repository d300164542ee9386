"""Batches 批量获取: the agreed fields of a version, part by part, each on record before its first byte leaves.

`POST /v1/batch/manifest` with `{"agreement": …, "business": …, "version": …}` tells the version's parts and their rows.
`POST /v1/batch` with `{"agreement": …, "business": …, "version": …, "part": …, "format": "arrow" | "parquet",
"fields": […]}` answers one part: its rows are the same whenever it is asked for, so a cut download goes on with the
part it was cut in. The headers tell version, part, rows and digest.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.contracts import Format, Mask, Outcome
from zhengtong.data.exchange.gateway.chain import Entry, Handed, answer_digest
from zhengtong.data.exchange.gateway.desk import refusal_of
from zhengtong.data.exchange.gateway.grants import Grant, Grants
from zhengtong.data.exchange.gateway.holdings import Holdings
from zhengtong.data.exchange.gateway.refusals import BusinessNotAgreed, PartUnknown, QueryUnreadable
from zhengtong.data.exchange.gateway.scribe import Verdict
from zhengtong.data.exchange.gateway.signed import JSON, Headers, Reply, Said, SignedEndpoint, read_document

TOGETHER = 2
"""Parts that a worker prepares at once; more wait, so that its memory stays bounded."""
MEDIA: Mapping[Format, bytes] = {
    Format.ARROW: b"application/vnd.apache.arrow.stream",
    Format.PARQUET: b"application/vnd.apache.parquet",
}
_NAMES = frozenset({"agreement", "business", "version", "part", "format", "fields"})


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedBatch:
    """The body of a request for a part, read; `version` None is the latest."""

    agreement: str
    business: str
    version: int | None
    part: int
    format: Format
    fields: list[str] | None


class _LakeEndpoint(SignedEndpoint):
    def __init__(self, grants: Grants, holdings: Holdings, now: Callable[[], float] = time.time) -> None:
        super().__init__(grants, now)
        self._holdings = holdings

    def granted(self, said: Said, asked: AskedBatch) -> Grant:
        """Return the agreement that lets this be fetched in batches, for an item it names.

        Raises:
            AgreementNotWorking, AgreementStopped, ModeNotAgreed, BusinessNotAgreed: there is none.
        """
        grant = self.grant(asked.agreement, said)
        grant.require_mode(SharingMode.BATCH)
        if asked.business not in grant.items:  # an open case is a reason to look at one person, not at all
            raise BusinessNotAgreed
        return grant


class ManifestEndpoint(_LakeEndpoint):
    """Tells a version's parts and their rows before the agreement's area is applied; no row leaves."""

    async def reply(self, said: Said) -> Reply:
        """Return the manifest."""
        asked = read_batch(said.body)
        grant = self.granted(said, asked)
        columns = grant.columns(asked.fields)
        table = self._holdings.of(grant.dataset).table
        found = await asyncio.to_thread(collection.portions, table, version=asked.version)
        told = {
            "dataset": grant.dataset,
            "version": found.version,
            "rows": found.rows,
            "parts": [portion.rows for portion in found.portions],
            "fields": [{"name": name, "mask": grant.fields[name]} for name in columns],
            "request_digest": said.signed.digest.hex(),
        }
        return Reply(headers=JSON, body=orjson.dumps(told))


class BatchEndpoint(_LakeEndpoint):
    """Answers one part of a version.

    Args:
        grants: what works.
        holdings: knows where rows lie.
        record: puts entries on record, see `ScribeLine.record`.
        now: Unix time in seconds; replaced in tests.
    """

    def __init__(
        self,
        grants: Grants,
        holdings: Holdings,
        record: Callable[[Sequence[Entry]], Any],
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(grants, holdings, now)
        self._record = record
        self._slots = asyncio.Semaphore(TOGETHER)

    async def reply(self, said: Said) -> Reply:
        """Return the part once it is on record."""
        asked = read_batch(said.body)
        grant = self.granted(said, asked)
        fields = {name: grant.fields[name] for name in grant.columns(asked.fields)}
        async with self._slots:
            version, rows, content = await self._prepared(grant, asked, fields)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
        handed = Handed(
            version=version,
            part=asked.part,
            rows=rows,
            format=asked.format,
            digest=answer_digest(digest, version=version, part=asked.part, rows=rows),
        )
        await self._put_on_record(said, asked, grant, handed)
        return Reply(headers=_headers(handed, digest, said), body=memoryview(content))

    async def _prepared(self, grant: Grant, asked: AskedBatch, fields: Mapping[str, Mask]) -> tuple[int, int, Any]:
        from zhengtong.data.exchange.gateway import sheets  # noqa: PLC0415 -- heavy; most workers answer single records

        holding = self._holdings.of(grant.dataset)
        found = await asyncio.to_thread(collection.portions, holding.table, version=asked.version)
        if asked.part >= len(found.portions):
            raise PartUnknown(part=asked.part)
        bounded = holding.region if grant.is_bounded else None
        columns = [*fields, *([bounded] if bounded and bounded not in fields else [])]
        rows = await asyncio.to_thread(collection.read_portion, found, asked.part, columns)
        if bounded:
            codes = await asyncio.to_thread(sheets.regions_in, rows, bounded)
            rows = await asyncio.to_thread(sheets.within, rows, bounded, self._holdings.covered(grant, codes))
        elif grant.is_bounded:
            rows = rows.slice(0, 0)  # nobody can say which rows lie in the area
        content = await asyncio.to_thread(lambda: sheets.written(sheets.masked_sheet(rows, fields), asked.format))
        return found.version, rows.num_rows, content

    async def _put_on_record(self, said: Said, asked: AskedBatch, grant: Grant, handed: Handed) -> None:
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


def read_batch(body: bytes) -> AskedBatch:
    """Read the document of a request for a part or a manifest.

    Raises:
        QueryUnreadable: it is not one; no value is repeated in the refusal.
    """
    document = read_document(body, _NAMES, texts=("agreement", "business"))
    version, part = document.get("version"), document.get("part", 0)
    if version is not None and not _is_count(version):
        raise QueryUnreadable(field="version", what="version")
    if not _is_count(part):
        raise QueryUnreadable(field="part", what="part")
    if document.get("format", Format.ARROW) not in set(Format):
        raise QueryUnreadable(field="format", what="format")
    return AskedBatch(
        agreement=document["agreement"],
        business=document["business"],
        version=version,
        part=part,
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
        b"exchange-version": str(handed.version).encode(),
        b"exchange-part": str(handed.part).encode(),
        b"exchange-rows": str(handed.rows).encode(),
        b"exchange-digest": f"sm3={handed.digest}".encode(),
        b"exchange-request-digest": said.signed.digest.hex().encode(),
    }
    return tuple(told.items())
