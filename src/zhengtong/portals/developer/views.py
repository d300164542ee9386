"""Pages of the developer portal 开发者: the API, the events, the refusals, signing in with an application."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, of_sequence, show_listing
from zhengtong.portals.developer import catalogues, reference
from zhengtong.portals.developer.catalogues import RefusalEntry


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where to begin."""
    return render(request, "developer/home.html")


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show every route of the API."""
    return render(request, "developer/reference.html", {"groups": reference.operations()})


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show every event that other systems can subscribe to."""
    return render(request, "developer/events.html", {"events": catalogues.events()})


@require_safe
def refusals(request: HttpRequest) -> HttpResponse:
    """Show every refusal with its code and remedy."""
    listing = Listing[RefusalEntry](
        title=_("拒绝代码"),
        lede=_("接口以 problem+json（RFC 9457）返回拒绝；代码稳定，文字随语言变化。"),
        name="refusals",
        search=_("搜索代码或文字"),
        empty=_("请换一个代码或词语。"),
        layout="developer/base.html",
        source=_refusals,
        columns=[
            Column(key="code", label=_("代码"), value=lambda one: one.code, sortable=True),
            Column(key="status", label=_("状态码"), value=lambda one: one.status, sortable=True, number=True),
            Column(key="message", label=_("发生了什么"), value=lambda one: one.message),
            Column(key="remedy", label=_("怎么办"), value=lambda one: one.remedy),
            Column(key="room", label=_("模块"), value=lambda one: one.room, sortable=True),
        ],
    )
    return show_listing(request, listing)  # type: ignore[return-value]  # both kinds of response suit Django


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Explain how a department's own system files, reads, decides and follows cases."""
    context = {
        "root": request.build_absolute_uri("/").rstrip("/"),
        "groups": [group for group in reference.operations() if any("/department/" in one.path for one in group[1])],
    }
    return render(request, "developer/departments.html", context)


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Explain how an application lets people sign in."""
    return render(request, "developer/sign_in.html", {"issuer": request.build_absolute_uri("/").rstrip("/")})


def _refusals(asked: Asked) -> Slice[RefusalEntry]:
    words = asked.text.casefold()
    found = [one for one in catalogues.refusals() if words in f"{one.code} {one.message} {one.remedy}".casefold()]
    orders = {"code": lambda one: one.code, "status": lambda one: (one.status, one.code), "room": lambda one: one.room}
    return of_sequence(found, asked, orders=orders)
