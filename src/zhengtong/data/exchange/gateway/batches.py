"""Batches 批量获取: the agreed fields of a version, part by part, each on record before its first byte leaves.

`POST /v1/batch/manifest` with `{"agreement": …, "business": …, "version": …}` tells the version's parts and their rows.
`POST /v1/batch` with `{"agreement": …, "business": …, "version": …, "part": …, "format": "arrow" | "parquet",
"fields": […]}` answers one part. The headers tell version, part, rows and digest.
"""

import asyncio
from collections.abc import Mapping
from functools import partial

import orjson

from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.contracts import Mask
from zhengtong.data.exchange.gateway.grants import Grant
from zhengtong.data.exchange.gateway.parts import AskedPart, LakeEndpoint, PartEndpoint, Prepared, read_part
from zhengtong.data.exchange.gateway.refusals import PartUnknown
from zhengtong.data.exchange.gateway.signed import JSON, Reply, Said

_read = partial(read_part, first="", last="version")


class ManifestEndpoint(LakeEndpoint):
    """Tells a version's parts and their rows before the agreement's area is applied; no row leaves."""

    async def reply(self, said: Said) -> Reply:
        """Return the manifest."""
        asked = _read(said.body)
        grant = self.granted(said, asked)
        columns = grant.columns(asked.fields)
        table = self._holdings.of(grant.dataset).table
        found = await asyncio.to_thread(collection.portions, table, version=asked.last)
        told = {
            "dataset": grant.dataset,
            "version": found.version,
            "rows": found.rows,
            "parts": [portion.rows for portion in found.portions],
            "fields": [{"name": name, "mask": grant.fields[name]} for name in columns],
            "request_digest": said.signed.digest.hex(),
        }
        return Reply(headers=JSON, body=orjson.dumps(told))


class BatchEndpoint(PartEndpoint):
    """Answers one part of a version."""

    def read(self, body: bytes) -> AskedPart:
        """Return what is asked for."""
        return _read(body)

    async def prepared(self, grant: Grant, asked: AskedPart, fields: Mapping[str, Mask], now: float) -> Prepared:
        """Return the rows of the part that lie in the area, masked."""
        from zhengtong.data.exchange.gateway import sheets  # noqa: PLC0415 -- heavy; most workers answer single records

        holding = self._holdings.of(grant.dataset)
        found = await asyncio.to_thread(collection.portions, holding.table, version=asked.last)
        if asked.part >= len(found.portions):
            raise PartUnknown(part=asked.part)
        if not grant.is_bounded:  # all its rows leave
            self.require_room(grant, now, found.portions[asked.part].rows)
        columns = list(dict.fromkeys([*fields, *holding.bounding(grant)]))
        rows = await asyncio.to_thread(collection.read_portion, found, asked.part, columns)
        rows = await self._holdings.within(grant, rows)
        return Prepared(rows=await asyncio.to_thread(sheets.masked_sheet, rows, fields), last=found.version)
