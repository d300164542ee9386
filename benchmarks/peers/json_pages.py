"""The same rows as JSON pages 分页: the same portion, columns and masks, nobody asked, nothing on record.

As a portal's data store pages (`?offset=…&limit=…`), and kinder to it than one: its rows are read once and then kept.
"""

import asyncio
import os
from functools import lru_cache
from typing import Any

import django
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TABLE, MASKED = os.environ.get("BENCHMARK_TABLE", ""), os.environ.get("BENCHMARK_MASKS", "{}")


def make_application() -> Starlette:
    """Return the ASGI application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
    django.setup()
    from zhengtong.data.collection import api as collection  # noqa: PLC0415
    from zhengtong.data.exchange.contracts import Mask  # noqa: PLC0415
    from zhengtong.data.exchange.gateway import sheets  # noqa: PLC0415

    fields = {name: Mask(mask) for name, mask in orjson.loads(MASKED).items()}
    found = collection.portions(TABLE)

    @lru_cache(maxsize=2)
    def portion(number: int) -> Any:
        return sheets.masked_sheet(collection.read_portion(found, number, list(fields)), fields)

    def page(number: int, offset: int, limit: int) -> bytes:
        rows = portion(number).slice(offset, limit).to_pylist()
        return orjson.dumps({"records": rows})

    async def answer(request: Request) -> Response:
        asked = request.query_params
        body = await asyncio.to_thread(page, int(asked["part"]), int(asked["offset"]), int(asked["limit"]))
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/rows", answer)])
