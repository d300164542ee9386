"""Small endpoints that every portal shares: preferences, the app manifest, the offline page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from zhengtong.kernel.pages import preferences


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Change language, theme or edition and return to the page the reader came from."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    preferences.keep(request, response, preferences.of(request).changed(request.POST.dict()))
    return response


@require_GET
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Return the web app manifest, so that a phone can keep the portal on its home screen."""
    del request
    icon = {"src": static("pages/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return JsonResponse(
        {
            "name": _("政通政务服务"),
            "short_name": _("政通"),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f4f6f6",
            "theme_color": "#0b4a51",
            "icons": [icon, {**icon, "src": static("pages/mark-maskable.svg"), "purpose": "maskable"}],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Return the page that the service worker keeps for a reader without a network."""
    return render(request, "pages/offline.html")


@require_GET
@cache_control(max_age=0)
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker. It stands at the root so that its scope is the whole site."""
    context = {"styles": static("vendor/pages.css"), "offline": reverse("pages:offline")}
    return render(request, "pages/worker.js", context, content_type="text/javascript; charset=utf-8")
