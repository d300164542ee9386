"""The gateway's ASGI application 网关应用: one address for queries, two for health.

`POST /v1/query` with `{"agreement": …, "key": …, "business": …, "fields": […]}`, signed as `signatures` says. The
answer is `{"data": {…} | null, "found": …, "request_digest": …}`; a refusal is a problem document (RFC 9457).
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from zhengtong.data.exchange.gateway import points, signatures
from zhengtong.data.exchange.gateway.businesses import Businesses
from zhengtong.data.exchange.gateway.desk import Desk, Query
from zhengtong.data.exchange.gateway.grants import Grants
from zhengtong.data.exchange.gateway.refusals import NoSuchAddress, QueryUnreadable, RecordUnavailable
from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal

LARGEST_BODY = 16_384
_QUERY = {"agreement", "key", "business", "fields"}
_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_PROBLEM = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The body of a query, read."""

    agreement: str
    key: str
    business: str
    fields: list[str] | None


class QueryEndpoint:
    """Answers one query; an ASGI application of its own, without the cost of request and response objects.

    Args:
        grants: what works.
        desk: reads and records.
        businesses: knows items and cases.
        now: Unix time in seconds; replaced in tests.
    """

    def __init__(
        self, grants: Grants, desk: Desk, businesses: Businesses, now: Callable[[], float] = time.time
    ) -> None:
        self._grants = grants
        self._desk = desk
        self._businesses = businesses
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, headers, body = 200, _JSON, await self._answer(scope, await _body(receive))
        except Refusal as refusal:
            status, headers, body = refusal.status, _PROBLEM, orjson.dumps(refusal.problem())
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, body: bytes) -> bytes:
        if scope["method"] != "POST":
            raise NoSuchAddress
        now = self._now()
        signed = signatures.read(method="POST", path=scope["path"], headers=dict(scope["headers"]), body=body, now=now)
        self._grants.refresh()
        key = self._grants.key(signed.key, now=now)
        signatures.verify(signed, algorithm=key.algorithm, check=key.check)
        asked = read_query(body)
        grant = self._grants.grant(asked.agreement, application=key.application, today=_today(now))
        self._businesses.require(asked.business, items=grant.items)
        query = Query(
            grant=grant,
            columns=grant.columns(asked.fields),
            key=points.fingerprint(grant.dataset, asked.key),
            access_key=key.id,
            nonce=signed.nonce,
            business=asked.business,
            at=int(now * 1_000_000),
            digest=signed.digest,
        )
        return await self._desk.answer(query)


def read_query(body: bytes) -> Asked:
    """Read a query's document.

    Raises:
        QueryUnreadable: it is not one; no value is repeated in the refusal.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise QueryUnreadable(what="JSON") from None
    if not isinstance(document, dict) or not document.keys() <= _QUERY:
        raise QueryUnreadable(what="agreement, key, business, fields")
    for name in ("agreement", "key", "business"):
        value = document.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= 80:
            raise QueryUnreadable(field=name, what=name)
    fields = document.get("fields")
    if fields is not None and not (isinstance(fields, list) and all(isinstance(name, str) for name in fields)):
        raise QueryUnreadable(field="fields", what="fields")
    return Asked(agreement=document["agreement"], key=document["key"], business=document["business"], fields=fields)


def application(endpoint: QueryEndpoint, probe: Callable[[], Any]) -> Starlette:
    """Return the application; *probe* is awaited by the readiness address and raises where it is not ready."""

    async def live(_request: Request) -> Response:
        return Response(status_code=204)

    async def ready(_request: Request) -> Response:
        try:
            await probe()
        except RecordUnavailable as refusal:
            return Response(orjson.dumps(refusal.problem()), status_code=refusal.status)
        return Response(status_code=204)

    async def elsewhere(_request: Request, _error: Exception) -> Response:
        refusal = NoSuchAddress()
        return Response(orjson.dumps(refusal.problem()), refusal.status, media_type="application/problem+json")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield

    return Starlette(
        routes=[Route("/v1/query", endpoint), Route("/health/live", live), Route("/health/ready", ready)],
        exception_handlers={404: elsewhere, 405: elsewhere},
        lifespan=lifespan,
    )


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


def _today(now: float) -> date:
    """Return the day in Beijing; worked out once an hour."""
    hour = int(now // 3600)
    if hour not in _days:
        _days.clear()
        _days[hour] = clock.on_day(clock.system.now())
    return _days[hour]
