"""The scribe 留痕员: the one process of a node that writes looks, many in one transaction, before any of them answers.

Workers send it what they are about to answer, over a Unix socket; it refuses what was asked before (a nonce,
whichever worker took it) or too often (the quota), chains the rest, commits, and only then says so. Killed at any
moment it has either committed a look or never acknowledged it: no answer is without its record. Measured elsewhere,
writers that share a database starve each other; one that gathers serves all.
"""

import asyncio
import contextlib
import fcntl
import socket
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from zhengtong.data.exchange.gateway.chain import HANDED, MOST_ROWS, ROWS, START, link
from zhengtong.data.exchange.gateway.signatures import WINDOW
from zhengtong.data.exchange.models import Look, Usage
from zhengtong.kernel import clock

REMEMBERED = 2 * WINDOW + 60
"""Seconds for which a nonce is kept in memory: longer than any signature with it can be fresh."""
_LENGTH = 4
_LARGEST_MESSAGE = 8 << 20
Told: TypeAlias = list[Any]
Use: TypeAlias = tuple[int, int]
"""Looks and rows."""
_NONE = (0, 0)


class Verdict(IntEnum):
    """What the scribe says of a look. Only a written one may be answered."""

    WRITTEN = 0
    REPLAYED = 1
    QUOTA = 2


class _OverdrawnError(Exception):
    """Another node used the day's quota of an agreement meanwhile; nothing was written."""


class AlreadyWritingError(RuntimeError):
    """Another scribe writes for this node."""


_INSERT = """INSERT INTO exchange_look (node, number, at, agreement, access_key, nonce, business, key, subject, outcome,
    request_digest, hash, handed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_COUNT = """INSERT INTO exchange_usage (agreement, day, count, rows) VALUES (%s, %s, %s, %s)
    ON CONFLICT (agreement, day) DO UPDATE SET count = exchange_usage.count + excluded.count,
    rows = exchange_usage.rows + excluded.rows RETURNING count, rows"""


class Record:
    """The record of one node: what was written last, which nonces are known, how often each agreement was used.

    Args:
        node: names the chain; at most 40 characters.
    """

    def __init__(self, node: str) -> None:
        self.node = node
        self.number, self.head = 0, START
        self._nonces: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._used: dict[str, tuple[date, Use]] = {}

    def open(self, at: datetime) -> None:
        """Read where the chain stands and which nonces could still come again."""
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged look survives a power cut
        last = Look.objects.filter(node=self.node).order_by("-number").first()
        if last is not None:
            self.number, self.head = last.number, bytes(last.hash)
        recent = Look.objects.filter(at__gt=at - timedelta(seconds=REMEMBERED)).order_by("at")
        for key, nonce, moment in recent.values_list("access_key", "nonce", "at").iterator():
            self._nonces[str(key), nonce] = _micros(moment)

    def write(self, looks: Sequence[Told], *, at: datetime) -> list[Verdict]:
        """Write what may be written of *looks* in one transaction; return a verdict for each, in order."""
        day = clock.on_day(at)
        verdicts, fresh, taken = list[Verdict](), list[Told](), dict[str, Use]()
        for told in looks:
            verdict = self._judge(told, day, taken)
            verdicts.append(verdict)
            if verdict is Verdict.WRITTEN:
                fresh.append(told)
                taken[told[1]] = _plus(taken.get(told[1], _NONE), (1, _rows_of(told)))
        if fresh:
            try:
                self._commit(fresh, taken, day)
            except _OverdrawnError:
                self._forget(fresh)
                return self.write(looks, at=at)  # what the others used is known now
            except IntegrityError:
                return self._one_by_one(looks, at=at) if len(looks) > 1 else self._refused(fresh[0])
            except BaseException:
                self._forget(fresh)
                raise
        self._let_go(_micros(at))
        return verdicts

    def _judge(self, told: Told, day: date, taken: Mapping[str, Use]) -> Verdict:
        asked = (told[2], told[3])
        if asked in self._nonces:
            return Verdict.REPLAYED
        looks, rows = _plus(self._used_on(day, told[1]), taken.get(told[1], _NONE))
        if looks >= told[9] or (len(told) > HANDED and rows + _rows_of(told) > told[MOST_ROWS]):
            return Verdict.QUOTA
        self._nonces[asked] = told[0]
        return Verdict.WRITTEN

    def _used_on(self, day: date, agreement: str) -> Use:
        """Return how an agreement was used on *day*; what a scribe before this one wrote is read once."""
        known = self._used.get(agreement)
        if known is None or known[0] != day:
            row = Usage.objects.filter(agreement=agreement, day=day).values_list("count", "rows").first()
            known = self._used[agreement] = (day, row or _NONE)
        return known[1]

    def _commit(self, fresh: Sequence[Told], taken: Mapping[str, Use], day: date) -> None:
        number, head, rows = self.number, self.head, list[tuple[Any, ...]]()
        for told in fresh:
            number += 1
            head = link(head, self.node, number, told)
            rows.append(_row(self.node, number, told, head))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
            used = {}
            for agreement, (looks, handed) in taken.items():
                cursor.execute(_COUNT, [_id(agreement), day, looks, handed])
                used[agreement] = (day, cursor.fetchone())
            self._require_room(fresh, taken, used)
        self.number, self.head = number, head
        self._used.update(used)

    def _require_room(
        self, fresh: Sequence[Told], taken: Mapping[str, Use], used: Mapping[str, tuple[date, Use]]
    ) -> None:
        """Return when no quota is passed; the counts are those under the rows' locks, looks of other nodes among them.

        Raises:
            _OverdrawnError: one is; how much others used is remembered.
        """
        for agreement, (day, (looks, rows)) in used.items():
            quotas = [(told[9], told[MOST_ROWS] if len(told) > HANDED else 0) for told in fresh if told[1] == agreement]
            most = max(quota for quota, _rows in quotas), max(rows for _quota, rows in quotas)
            own = taken[agreement]
            if looks > most[0] or (own[1] and rows > most[1]):
                self._used[agreement] = (day, (looks - own[0], rows - own[1]))
                raise _OverdrawnError

    def _one_by_one(self, looks: Sequence[Told], *, at: datetime) -> list[Verdict]:
        """Find the nonce that another node took: each look in a transaction of its own."""
        self._forget(looks)
        return [self.write([told], at=at)[0] for told in looks]

    def _refused(self, told: Told) -> list[Verdict]:
        """Remember a nonce that another node took."""
        self._nonces[told[2], told[3]] = told[0]
        return [Verdict.REPLAYED]

    def _forget(self, looks: Sequence[Told]) -> None:
        for told in looks:
            if self._nonces.get((told[2], told[3])) == told[0]:
                del self._nonces[told[2], told[3]]

    def _let_go(self, now: int) -> None:
        oldest = now - REMEMBERED * 1_000_000
        while self._nonces:
            asked, moment = next(iter(self._nonces.items()))
            if moment >= oldest:
                return
            del self._nonces[asked]


async def serve(record: Record, path: Path) -> None:
    """Answer workers on the socket at *path* until cancelled; what arrived while writing is written together next."""
    record.open(clock.system.now())  # here, because Django keeps another connection outside of the loop
    waiting: asyncio.Queue[tuple[list[Told], asyncio.StreamWriter]] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                await waiting.put((orjson.loads(await read_message(reader)), writer))
        writer.close()

    async with await asyncio.start_unix_server(listen, sock=_socket(path), limit=_LARGEST_MESSAGE):
        while True:
            batch = [await waiting.get()]
            while not waiting.empty():
                batch.append(waiting.get_nowait())
            verdicts = record.write([told for looks, _ in batch for told in looks], at=clock.system.now())
            place = 0
            for looks, writer in batch:
                say(writer, verdicts[place : place + len(looks)])
                place += len(looks)


def _socket(path: Path) -> socket.socket:
    """Return a socket that listens at *path*, for this user only; one left behind by a killed scribe gives way."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o600)
    return listening


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Read one message: its length in four bytes, then the message.

    Raises:
        asyncio.IncompleteReadError: the other side has gone.
        ConnectionError: it says something that cannot be a message.
    """
    length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
    if length > _LARGEST_MESSAGE:
        raise ConnectionError(f"a message of {length} bytes")
    return await reader.readexactly(length)


def say(writer: asyncio.StreamWriter, message: Any) -> None:
    """Send one message; a side that has gone is left alone."""
    if not writer.is_closing():
        text = orjson.dumps(message)
        writer.write(len(text).to_bytes(_LENGTH, "big") + text)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the node's lock: two scribes of one node would fork its chain.

    Raises:
        AlreadyWritingError: another process holds it.
    """
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyWritingError(str(path)) from error
        yield


def _rows_of(told: Told) -> int:
    return told[HANDED][ROWS] if len(told) > HANDED else 0


def _plus(one: Use, other: Use) -> Use:
    return one[0] + other[0], one[1] + other[1]


def _row(node: str, number: int, told: Told, hashed: bytes) -> tuple[Any, ...]:
    at, agreement, key_id, nonce, business, key, subject, outcome, digest = told[:9]
    moment = datetime.fromtimestamp(at / 1_000_000, UTC)
    return (
        node,
        number,
        connection.ops.adapt_datetimefield_value(moment),
        _id(agreement),
        _id(key_id),
        nonce,
        business,
        bytes.fromhex(key),
        _id(subject) if subject else None,
        outcome,
        bytes.fromhex(digest),
        hashed,
        orjson.dumps(told[HANDED]).decode() if len(told) > HANDED else "",
    )


def _id(text: str) -> Any:
    return UUID(text) if connection.features.has_native_uuid_field else text.replace("-", "")


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
