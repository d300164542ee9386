"""A bare look-up for comparison: the gateway's server and table without signature, agreement, mask or record."""

import os
from typing import Any

import django
import orjson
from starlette.applications import Starlette
from starlette.routing import Route


class BareLookup:
    """Reads the key, answers the row."""

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        from zhengtong.data.exchange.gateway import points  # noqa: PLC0415 -- models need Django
        from zhengtong.data.exchange.tests.builders import DATASET  # noqa: PLC0415

        body = orjson.loads((await receive())["body"])
        key = (DATASET, points.fingerprint(DATASET, body["key"]))
        found = points.find([key]).get(key)
        text = orjson.dumps({"data": found and found.opened(), "found": found is not None})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})


def make_application() -> Starlette:
    """Return the application of one worker."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # as in the gateway
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
    django.setup()
    return Starlette(routes=[Route("/v1/query", BareLookup())])
