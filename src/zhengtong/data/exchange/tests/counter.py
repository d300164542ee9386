"""A gateway in the test's own process: real grants, a real record, no socket between them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db import connections

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.exchange.gateway import signatures
from zhengtong.data.exchange.gateway.announcements import AnnouncementsEndpoint
from zhengtong.data.exchange.gateway.asgi import QueryEndpoint
from zhengtong.data.exchange.gateway.batches import BatchEndpoint, ManifestEndpoint
from zhengtong.data.exchange.gateway.businesses import Businesses
from zhengtong.data.exchange.gateway.chain import Entry
from zhengtong.data.exchange.gateway.changes import ChangesEndpoint, ChangesManifestEndpoint
from zhengtong.data.exchange.gateway.desk import Desk
from zhengtong.data.exchange.gateway.grants import Grants
from zhengtong.data.exchange.gateway.holdings import Holdings
from zhengtong.data.exchange.gateway.refusals import RecordUnavailable
from zhengtong.data.exchange.gateway.scribe import Record, Verdict
from zhengtong.data.exchange.gateway.signed import SignedEndpoint
from zhengtong.data.exchange.tests.builders import ITEM, id_number

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found


class HungUpError(ConnectionError):
    """The caller has gone."""


@dataclass(kw_only=True)
class Counter:
    """Where a department's application asks.

    Attributes:
        broken: nothing can be put on record.
        hangs_up: the caller is gone before the first byte.
    """

    agreement: str
    key: tuple[str, bytes]
    now: float = NOW.timestamp()
    record: Record = field(default_factory=lambda: Record("test"))
    broken: bool = False
    hangs_up: bool = False

    def __post_init__(self) -> None:
        self.seconds = 0.0
        self.record.open(NOW)
        self.grants = Grants(monotonic=lambda: self.seconds)
        businesses, holdings = Businesses(monotonic=lambda: self.seconds), Holdings(monotonic=lambda: self.seconds)
        self.endpoints: dict[str, SignedEndpoint] = {
            "/v1/query": QueryEndpoint(self.grants, Desk(self._write), businesses, now=lambda: self.now),
            "/v1/batch": BatchEndpoint(self.grants, holdings, self._write, now=lambda: self.now),
            "/v1/batch/manifest": ManifestEndpoint(self.grants, holdings, now=lambda: self.now),
            "/v1/changes": ChangesEndpoint(self.grants, holdings, self._write, now=lambda: self.now),
            "/v1/changes/manifest": ChangesManifestEndpoint(self.grants, holdings, now=lambda: self.now),
            "/v1/announcements": AnnouncementsEndpoint(self.grants, now=lambda: self.now),
        }

    async def _write(self, entries: Sequence[Entry]) -> list[Verdict]:
        if self.broken:
            raise RecordUnavailable
        return self.record.write([entry.told() for entry in entries], at=datetime.fromtimestamp(self.now, UTC))

    def ask(self, number: int = 0, *, nonce: str = "", **document: Any) -> tuple[int, dict[str, Any]]:
        """Ask for one record."""
        asked = {"agreement": self.agreement, "key": id_number(number), "business": ITEM, **document}
        return self.send(orjson.dumps(asked), nonce=nonce)[0]

    def fetch(self, what: str = "batch", **document: Any) -> Answer:
        """Ask for a part, or for `batch/manifest`."""
        asked = {"agreement": self.agreement, "business": ITEM, **document}
        return self._together(f"/v1/{what}", [orjson.dumps(asked)], "")[0]

    def heard(self, **asked: Any) -> Answer:
        """Ask what was announced."""
        query = urlencode({"agreement": self.agreement, **asked})
        return self._together(f"/v1/announcements?{query}", [b""], "")[0]

    def get(self, path: str, signed: Mapping[str, str]) -> Answer:
        """Ask for a path with its query, with a signature made elsewhere."""
        return self._together(path, [b""], "", signed)[0]

    def send(self, *bodies: bytes, nonce: str = "") -> list[tuple[int, dict[str, Any]]]:
        """Ask for records at the same moment."""
        return [(answer.status, answer.document) for answer in self._together("/v1/query", bodies, nonce)]

    def _together(
        self, path: str, bodies: Sequence[bytes], nonce: str, signed: Mapping[str, str] | None = None
    ) -> list[Answer]:
        self.seconds += 2  # more than the snapshot keeps
        ours = connections["default"]

        async def together() -> list[Answer]:
            connections["default"] = ours  # Django would open another one for the event loop, outside this test's
            return list(await asyncio.gather(*(self._one(path, body, nonce, signed) for body in bodies)))

        return asyncio.run(together())

    def post(self, path: str, body: bytes, signed: Mapping[str, str]) -> Answer:
        """Ask with a signature made elsewhere."""
        return self._together(path, [body], "", signed)[0]

    async def _one(self, path: str, body: bytes, nonce: str, signed: Mapping[str, str] | None) -> Answer:
        bare, _, query = path.partition("?")
        endpoint = self.endpoints[bare]
        made = signed or signatures.sign(
            method=endpoint.method, path=path, body=body, key_id=self.key[0], algorithm=Algorithm.HMAC_SHA256,
            key=self.key[1], now=int(self.now), nonce=nonce,
        )  # fmt: skip
        headers = [(name.lower().encode(), value.encode()) for name, value in made.items()]
        scope = {
            "type": "http", "method": endpoint.method, "path": bare, "query_string": query.encode(), "headers": headers,
        }  # fmt: skip
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if self.hangs_up:
                raise HungUpError
            said.append(message)

        await endpoint(scope, receive, send)
        told = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(status=said[0]["status"], headers=told, body=b"".join(part["body"] for part in said[1:]))
