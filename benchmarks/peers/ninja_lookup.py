"""The same look-up as a django-ninja skeleton on granian: a typed body, one row, no signature, agreement or record."""

# ruff: noqa: E402 -- Django must be set up before its parts are imported
import os
from typing import Any

import django
import orjson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema
from ninja.renderers import BaseRenderer

from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.tests.builders import DATASET


class Asked(Schema):
    """The body of a query."""

    agreement: str
    key: str
    business: str


class Orjson(BaseRenderer):
    """The faster way to write JSON, as its documentation proposes."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return *data* as JSON."""
        del request, response_status
        return orjson.dumps(data)


api = NinjaAPI(renderer=Orjson(), docs_url=None, openapi_url=None, urls_namespace="peer")


@api.post("query")
def query(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Return the row."""
    del request
    key = (DATASET, points.fingerprint(DATASET, asked.key))
    found = points.find([key]).get(key)
    return {"data": found and found.opened(), "found": found is not None}


urlpatterns = [path("v1/", api.urls)]
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # which tells the length of the answer
application = WSGIHandler()
