"""The gateway's ASGI application 网关应用: addresses for single records, batches and subscriptions, two for health.

`POST /v1/query` with `{"agreement": …, "key": …, "business": …, "fields": […]}`, signed as `signatures` says. The
answer is `{"data": {…} | null, "found": …, "request_digest": …}`; a refusal is a problem document (RFC 9457).
Batches are told of in `batches`, subscriptions in `changes` and `announcements`.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.gateway.businesses import Businesses
from zhengtong.data.exchange.gateway.desk import Desk, Query
from zhengtong.data.exchange.gateway.grants import Grants
from zhengtong.data.exchange.gateway.refusals import NoSuchAddress, RecordUnavailable
from zhengtong.data.exchange.gateway.signed import JSON, Reply, Said, SignedEndpoint, read_document

_QUERY = frozenset({"agreement", "key", "business", "fields"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The body of a query, read."""

    agreement: str
    key: str
    business: str
    fields: list[str] | None


class QueryEndpoint(SignedEndpoint):
    """Answers one query.

    Args:
        grants: what works.
        desk: reads and records.
        businesses: knows items and cases.
        now: Unix time in seconds; replaced in tests.
    """

    def __init__(
        self, grants: Grants, desk: Desk, businesses: Businesses, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(grants, now)
        self._desk = desk
        self._businesses = businesses

    async def reply(self, said: Said) -> Reply:
        """Return the record asked for, once the look is on record."""
        asked = read_query(said.body)
        grant = self.grant(asked.agreement, said)
        grant.require_mode(SharingMode.QUERY)
        self._businesses.require(asked.business, items=grant.items)
        query = Query(
            grant=grant,
            columns=grant.columns(asked.fields),
            key=points.fingerprint(grant.dataset, asked.key),
            access_key=said.key.id,
            nonce=said.signed.nonce,
            business=asked.business,
            at=int(said.now * 1_000_000),
            digest=said.signed.digest,
        )
        return Reply(headers=JSON, body=await self._desk.answer(query))


def read_query(body: bytes) -> Asked:
    """Read a query's document.

    Raises:
        QueryUnreadable: it is not one; no value is repeated in the refusal.
    """
    document = read_document(body, _QUERY, texts=("agreement", "key", "business"))
    return Asked(
        agreement=document["agreement"],
        key=document["key"],
        business=document["business"],
        fields=document.get("fields"),
    )


def application(endpoints: Mapping[str, SignedEndpoint], probe: Callable[[], Any]) -> Starlette:
    """Return the application: *endpoints* by their paths; *probe* is awaited by the readiness address and raises."""

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
        routes=[
            *(Route(path, endpoint) for path, endpoint in endpoints.items()),
            Route("/health/live", live),
            Route("/health/ready", ready),
        ],
        exception_handlers={404: elsewhere, 405: elsewhere},
        lifespan=lifespan,
    )
