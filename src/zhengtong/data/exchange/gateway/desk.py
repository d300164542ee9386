"""The desk of a worker 查询台: queries that arrive together are read together and put on record together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from zhengtong.data.exchange.contracts import Outcome
from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.gateway.chain import Entry
from zhengtong.data.exchange.gateway.grants import Grant
from zhengtong.data.exchange.gateway.refusals import QueryReplayed, QuotaUsedUp, RecordUnavailable
from zhengtong.data.exchange.gateway.scribe import Verdict, read_message, say
from zhengtong.kernel.errors import Refusal

PATIENCE = 5.0
"""Seconds to wait for the scribe before a query is refused unanswered."""
TOGETHER = 512
"""Queries that are handled in one round at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query that may be answered: signature, agreement and business are in order."""

    grant: Grant
    columns: tuple[str, ...]
    key: bytes
    access_key: str
    nonce: str
    business: str
    at: int
    digest: bytes


class ScribeLine:
    """The line to the scribe, opened on first use and again after it broke; one message on it at a time.

    Args:
        path: the scribe's socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def record(self, entries: Sequence[Entry]) -> list[Verdict]:
        """Have *entries* written; return a verdict for each.

        Raises:
            RecordUnavailable: the scribe is not there or does not answer.
        """
        try:
            async with asyncio.timeout(PATIENCE), self._turn:
                if self._streams is None:
                    self._streams = await asyncio.open_unix_connection(self._path)
                reader, writer = self._streams
                say(writer, [entry.told() for entry in entries])
                return [Verdict(number) for number in orjson.loads(await read_message(reader))]
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            self._hang_up()
            raise RecordUnavailable from None

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Desk:
    """Answers queries in rounds: while one round is being put on record, the next one gathers.

    Args:
        record: puts entries on record, see `ScribeLine.record`.
        find: reads records by (dataset, fingerprint).
    """

    def __init__(
        self,
        record: Callable[[Sequence[Entry]], Any],
        find: Callable[[Sequence[tuple[str, bytes]]], dict[tuple[str, bytes], points.Found]] = points.find,
    ) -> None:
        self._record = record
        self._find = find
        self._waiting: list[tuple[Query, asyncio.Future[bytes]]] = []
        self._round: asyncio.Task[None] | None = None

    async def answer(self, query: Query) -> bytes:
        """Return the answer's JSON once the look is on record.

        Raises:
            QueryReplayed, QuotaUsedUp, RecordUnavailable: nothing is answered.
        """
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((query, future))
        if self._round is None:
            self._round = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)  # let those that arrived in the same turn join
                now, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._answer_together(now)
        finally:
            self._round = None

    async def _answer_together(self, asked: Sequence[tuple[Query, "asyncio.Future[bytes]"]]) -> None:
        try:
            found = self._find([(query.grant.dataset, query.key) for query, _ in asked])
            looks = [_look(query, found) for query, _ in asked]
            verdicts = await self._record([entry for _, entry in looks])
        except Exception as problem:  # noqa: BLE001 -- every waiting query gets its answer, whatever happened
            for _, future in asked:
                _settle(future, problem=problem)
            return
        for (query, future), (row, _entry), verdict in zip(asked, looks, verdicts, strict=True):
            if verdict is Verdict.WRITTEN:
                _settle(future, text=_answer(query, row))
            else:
                _settle(future, problem=refusal_of(verdict))


def _look(query: Query, found: dict[tuple[str, bytes], points.Found]) -> tuple[points.Found | None, Entry]:
    """Return the record that the query reaches, if any, and the entry that tells of the look."""
    row = found.get((query.grant.dataset, query.key))
    if row is not None and not query.grant.covers(row.place):
        row = None
    return row, Entry(
        at=query.at,
        agreement=query.grant.id,
        access_key=query.access_key,
        nonce=query.nonce,
        business=query.business,
        key=query.key.hex(),
        subject="" if row is None or row.subject is None else str(row.subject),
        outcome=Outcome.NOTHING if row is None else Outcome.FOUND,
        request_digest=query.digest.hex(),
        daily_quota=query.grant.daily_quota,
    )


def _answer(query: Query, row: points.Found | None) -> bytes:
    data = None if row is None else query.grant.apply(row.opened(), query.columns)
    return orjson.dumps({"data": data, "found": row is not None, "request_digest": query.digest.hex()})


def refusal_of(verdict: Verdict) -> Refusal:
    """Return what refuses a look that was not written."""
    return QueryReplayed() if verdict is Verdict.REPLAYED else QuotaUsedUp()


def _settle(future: "asyncio.Future[bytes]", *, text: bytes = b"", problem: Exception | None = None) -> None:
    if future.done():  # its caller has gone
        return
    if problem is None:
        future.set_result(text)
    else:
        future.set_exception(problem)
