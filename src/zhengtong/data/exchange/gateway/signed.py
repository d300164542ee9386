"""What every address of the gateway does first 受理: read the body, hold its signature against a working key.

An ASGI application of its own, without the cost of request and response objects.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from zhengtong.data.exchange.contracts import SubscriptionUnknown
from zhengtong.data.exchange.gateway import signatures
from zhengtong.data.exchange.gateway.grants import Grant, Grants, Key
from zhengtong.data.exchange.gateway.refusals import AgreementNotWorking, NoSuchAddress, QueryUnreadable
from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal

LARGEST_BODY = 16_384
_SLICE = 262_144
Headers = tuple[tuple[bytes, bytes], ...]
JSON: Headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
PROBLEM: Headers = ((b"content-type", b"application/problem+json"), (b"cache-control", b"no-store"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A request whose signature is in order: who signed it, what it says, when it was read."""

    signed: signatures.Signed
    key: Key
    body: bytes
    now: float
    query: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What leaves."""

    headers: Headers
    body: "bytes | memoryview"


class SignedEndpoint(ABC):
    """Answers signed requests; what it answers is said by `reply`, `method` says how it is asked.

    Args:
        grants: what works.
        now: Unix time in seconds; replaced in tests.
    """

    method = "POST"

    def __init__(self, grants: Grants, now: Callable[[], float] = time.time) -> None:
        self._grants = grants
        self._now = now

    @abstractmethod
    async def reply(self, said: Said) -> Reply:
        """Return the answer, or raise what refuses it."""

    def grant(self, identifier: str, said: Said) -> Grant:
        """Return the working agreement of this id for who signed.

        Raises:
            AgreementNotWorking, AgreementStopped, ResourceNotOffered: there is none.
        """
        return self._grants.grant(identifier, application=said.key.application, today=day_of(said.now))

    def subscribed(self, identifier: str, said: Said) -> Grant:
        """Return the working agreement of this id for who signed; another's looks like none.

        Raises:
            SubscriptionUnknown, AgreementStopped, ResourceNotOffered: there is none.
        """
        try:
            return self.grant(identifier, said)
        except AgreementNotWorking:
            raise SubscriptionUnknown from None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply, status = await self.reply(self._said(scope, await _body(receive))), 200
        except Refusal as refusal:
            reply, status = Reply(headers=PROBLEM, body=orjson.dumps(refusal.problem())), refusal.status
        length = (b"content-length", str(len(reply.body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*reply.headers, length]})
        for start in range(0, len(reply.body), _SLICE):
            part = bytes(reply.body[start : start + _SLICE])
            await send({"type": "http.response.body", "body": part, "more_body": start + _SLICE < len(reply.body)})

    def _said(self, scope: Scope, body: bytes) -> Said:
        if scope["method"] != self.method:
            raise NoSuchAddress
        now, query = self._now(), scope.get("query_string", b"").decode("latin-1")
        path = f"{scope['path']}?{query}" if self.method == "GET" else scope["path"]
        signed = signatures.read(method=self.method, path=path, headers=dict(scope["headers"]), body=body, now=now)
        self._grants.refresh()
        key = self._grants.key(signed.key, now=now)
        signatures.verify(signed, algorithm=key.algorithm, check=key.check)
        return Said(signed=signed, key=key, body=body, now=now, query=query)


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise QueryUnreadable(what=f"> {LARGEST_BODY} bytes")
    if len(body) > LARGEST_BODY:
        raise QueryUnreadable(what=f"> {LARGEST_BODY} bytes")
    return body


_days: dict[int, date] = {}


def day_of(now: float) -> date:
    """Return the day in Beijing of a Unix time; worked out once an hour."""
    hour = int(now // 3600)
    if hour not in _days:
        _days.clear()
        _days[hour] = clock.on_day(datetime.fromtimestamp(now, UTC))
    return _days[hour]


def read_document(body: bytes, names: frozenset[str], *, texts: Sequence[str]) -> dict[str, Any]:
    """Read the document of a request: only *names*, all of *texts* as short texts, `fields` as a list of texts.

    Raises:
        QueryUnreadable: it is not one; no value is repeated in the refusal.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise QueryUnreadable(what="JSON") from None
    if not isinstance(document, dict) or not document.keys() <= names:
        raise QueryUnreadable(what=", ".join(sorted(names)))
    for name in texts:
        value = document.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= 80:
            raise QueryUnreadable(field=name, what=name)
    fields = document.get("fields")
    if fields is not None and not (isinstance(fields, list) and all(isinstance(name, str) for name in fields)):
        raise QueryUnreadable(field="fields", what="fields")
    return document
