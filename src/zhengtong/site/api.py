"""The JSON API 应用接口: one OpenAPI document; each room brings its own routes, refusals become problem documents."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from zhengtong.kernel.errors import InvalidInput, Refusal
from zhengtong.kernel.pages.api import problem
from zhengtong.portals.opendata.endpoints import router as open_data
from zhengtong.process.systems.api import CredentialMissing
from zhengtong.process.systems.endpoints import router as systems

PROBLEM = {
    "title": "Problem",
    "description": "A refusal (RFC 9457): what happened, what to do, and a stable code.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
REFUSALS = {
    400: "The request cannot be read.",
    401: "No working credential came.",
    403: "Not allowed.",
    404: "Not there, or not for this caller.",
    409: "In conflict with what happened meanwhile.",
    412: "Not at the revision that If-Match names.",
    422: "A value does not fit.",
    429: "Too many attempts.",
}


class Api(NinjaAPI):
    """The API, whose document names every route as its code does and says how it refuses."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name by which generated clients call a route."""
        name: str = operation.view_func.__name__
        return name

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the OpenAPI document."""
        document = super().get_openapi_schema(**options)
        document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in document["paths"].values():
            for operation in methods.values():
                for status, meaning in REFUSALS.items():
                    operation["responses"].setdefault(status, {"description": meaning, "content": content})
        return document


api = Api(
    title="Zhengtong 政通",
    version="1",
    description="Every refusal is a problem document (RFC 9457) with a stable code; see /developer/refusals/.",
    urls_namespace="api",
    docs_url="/docs",
)
api.add_router("/open/", open_data, tags=["open data 数据开放"])
api.add_router("/department/", systems, tags=["departments' systems 部门系统"])


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its problem document."""
    del request
    answer = problem(refusal)
    if refusal.status == CredentialMissing.status:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer a call without a credential."""
    del error
    return refuse(request, CredentialMissing())


@api.exception_handler(HttpError)
def unfit(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that cannot be read at all; nothing of it is repeated."""
    del request, error
    return problem(InvalidInput(what="JSON"))


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer input that does not fit its schema; the fields are named, their values are not repeated."""
    del request
    places = [".".join(str(part) for part in one["loc"][1:]) for one in error.errors]
    return problem(InvalidInput(field=places[0] if places else None, what=", ".join(places)))
