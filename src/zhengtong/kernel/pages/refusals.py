"""How a refusal leaves the house: problem+json (RFC 9457) for programs, a page for people, a fragment for htmx."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from zhengtong.kernel.errors import Refusal, SignInNeeded


def wants_json(request: HttpRequest) -> bool:
    """Say whether a program asks: an API address, or JSON preferred to HTML."""
    if request.path.startswith("/api/"):
        return True
    preferred = request.get_preferred_type(["text/html", "application/json", "application/problem+json"])
    return preferred is not None and preferred != "text/html"


def problem(refusal: Refusal) -> JsonResponse:
    """Return *refusal* as a problem document."""
    return JsonResponse(
        refusal.problem(),
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer *request* with *refusal* in the form its reader understands."""
    if wants_json(request):
        return problem(refusal)
    if request.headers.get("HX-Request"):
        return render(request, "pages/refusal_fragment.html", {"refusal": refusal}, status=refusal.status)
    if isinstance(refusal, SignInNeeded):
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    return failure_page(
        request, status=refusal.status, title=refusal.explanation, advice=refusal.advice, code=refusal.code
    )


def failure_page(request: HttpRequest, *, status: int, title: str, advice: str, code: str = "") -> HttpResponse:
    """Return a page that says what happened and what to do. It reads neither database nor session."""
    back = request.META.get("HTTP_REFERER", "")
    own = f"{request.scheme}://{request.META.get('HTTP_HOST', '')}/"
    context: dict[str, Any] = {
        "title": title,
        "advice": advice,
        "code": code,
        "status": status,
        "back": back if back.startswith(own) else "",
    }
    return HttpResponse(render_to_string("pages/failure.html", context, request), status=status)


def _failure(request: HttpRequest, status: HTTPStatus, code: str, title: str, advice: str) -> HttpResponse:
    if wants_json(request):
        document = {"type": f"urn:zhengtong:refusal:{code}", "title": title, "status": status, "detail": advice}
        return JsonResponse(
            {**document, "code": code},
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    return failure_page(request, status=status, title=title, advice=advice, code=code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    del exception
    title, advice = _("这个请求无法识别。"), _("请返回上一页重新操作。")
    return _failure(request, HTTPStatus.BAD_REQUEST, "bad_request", title, advice)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    del exception
    title, advice = _("您没有查看这个页面的权限。"), _("如工作需要，请向本单位管理员申请相应岗位权限。")
    return _failure(request, HTTPStatus.FORBIDDEN, "not_allowed", title, advice)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where the form's token is missing or old (CSRF)."""
    del reason
    title = _("页面停留时间过长，提交没有成功。")
    advice = _("请返回上一页，刷新后重新提交。如果浏览器禁用了 Cookie，请先允许本站使用。")
    return _failure(request, HTTPStatus.FORBIDDEN, "stale_form", title, advice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    del exception
    title, advice = _("没有找到这个页面。"), _("请检查地址是否完整，或从首页重新查找。")
    return _failure(request, HTTPStatus.NOT_FOUND, "not_found", title, advice)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    title = _("系统出现故障，这一步没有完成。")
    advice = _("您填写的内容没有被提交。请稍后再试；仍有问题请拨打 12345 政务服务便民热线。")
    return _failure(request, HTTPStatus.INTERNAL_SERVER_ERROR, "broken", title, advice)
