"""Changes 订阅变更: what a range of versions changed, part by part, each on record before its first byte leaves.

`POST /v1/changes/manifest` with `{"agreement": …, "business": …, "from": …, "to": …}` tells the parts of a range and
their rows; `POST /v1/changes` with `"part"`, `"format"` and `"fields"` answers one. Both versions belong to the range.
Without `from` all rows of `to` are inserts, which is how a subscriber begins; without `to` it is the latest version.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import orjson

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.contracts import Mask
from zhengtong.data.exchange.gateway.grants import Grant
from zhengtong.data.exchange.gateway.holdings import Holding
from zhengtong.data.exchange.gateway.parts import AskedPart, LakeEndpoint, PartEndpoint, Prepared, read_part
from zhengtong.data.exchange.gateway.refusals import PartUnknown
from zhengtong.data.exchange.gateway.signed import JSON, Reply, Said

if TYPE_CHECKING:
    import pyarrow as pa

_read = partial(read_part, first="from", last="to")


class ChangesManifestEndpoint(LakeEndpoint):
    """Tells the parts of a range and their rows before the agreement's bounds are applied; no row leaves."""

    mode = SharingMode.SUBSCRIPTION

    async def reply(self, said: Said) -> Reply:
        """Return the manifest."""
        asked = _read(said.body)
        grant = self.granted(said, asked)
        columns = grant.columns(asked.fields)
        found = await _found(self._holdings.of(grant.dataset), asked)
        told = {
            "dataset": grant.dataset,
            "from": found.first,
            "to": found.last,
            "rows": found.rows,
            "parts": [portion.rows for portion in found.portions],
            "fields": [{"name": name, "mask": grant.fields[name]} for name in columns],
            "request_digest": said.signed.digest.hex(),
        }
        return Reply(headers=JSON, body=orjson.dumps(told))


class ChangesEndpoint(PartEndpoint):
    """Answers one part of what a range of versions changed."""

    mode = SharingMode.SUBSCRIPTION
    is_range = True

    def read(self, body: bytes) -> AskedPart:
        """Return what is asked for."""
        return _read(body)

    async def prepared(self, grant: Grant, asked: AskedPart, fields: Mapping[str, Mask], now: float) -> Prepared:
        """Return the change rows of the part that the agreement reaches, masked."""
        from zhengtong.data.exchange.gateway import crossings  # noqa: PLC0415 -- heavy; see `parts`

        holding = self._holdings.of(grant.dataset)
        found = await _found(holding, asked)
        if asked.part >= len(found.portions):
            raise PartUnknown(part=asked.part)
        if found.first is None and not grant.is_bounded:  # all its rows leave
            self.require_room(grant, now, found.portions[asked.part].rows)
        columns = list(dict.fromkeys([*fields, *holding.keys, *holding.bounding(grant)]))
        rows = await asyncio.to_thread(collection.read_changed, found, asked.part, columns)
        rows = await self._holdings.within(grant, rows)
        if not holding.keys:
            rows = await asyncio.to_thread(crossings.alone, rows)
        elif pieces := collection.updating(found, asked.part):
            lines = [await self._lines(grant, found, piece, columns, fields) for piece in pieces]
            images = await asyncio.to_thread(crossings.images, lines)
            rows = await asyncio.to_thread(crossings.settled, rows, holding.keys, images)
        return Prepared(rows=await asyncio.to_thread(crossings.told, rows, fields), first=found.first, last=found.last)

    async def _lines(
        self,
        grant: Grant,
        found: collection.Changed,
        piece: collection.ChangePiece,
        columns: list[str],
        fields: Mapping[str, Mask],
    ) -> "pa.Table":
        from zhengtong.data.exchange.gateway import crossings  # noqa: PLC0415 -- heavy; see `parts`

        rows = await asyncio.to_thread(collection.read_updates, found, piece, columns)
        rows = await self._holdings.within(grant, rows)
        return await asyncio.to_thread(crossings.lines, rows, self._holdings.of(grant.dataset).keys, fields)


async def _found(holding: Holding, asked: AskedPart) -> collection.Changed:
    return await asyncio.to_thread(collection.changed, holding.table, first=asked.first, last=asked.last)
