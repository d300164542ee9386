"""The JSON API 应用接口: one OpenAPI document; each room brings its own routes, refusals become problem documents."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from zhengtong.kernel.errors import InvalidInput, Refusal
from zhengtong.kernel.pages.api import problem
from zhengtong.portals.opendata.endpoints import router as open_data

api = NinjaAPI(
    title="Zhengtong 政通",
    version="1",
    description="Every refusal is a problem document (RFC 9457) with a stable code; see /developer/refusals/.",
    urls_namespace="api",
    docs_url="/docs",
)
api.add_router("/open/", open_data, tags=["open data 数据开放"])


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its problem document."""
    del request
    return problem(refusal)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer input that does not fit its schema; the fields are named, their values are not repeated."""
    del request
    places = [".".join(str(part) for part in one["loc"][1:]) for one in error.errors]
    return problem(InvalidInput(field=places[0] if places else None, what=", ".join(places)))
