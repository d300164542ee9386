"""All addresses of the platform. Each portal owns its own prefix."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from zhengtong.site.api import api

# The back office has no login of its own: lockout and second factors must hold there as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("zhengtong.kernel.pages.urls")),
    path("api/v1/", api.urls),
    path("", include("zhengtong.portals.citizen.urls")),
    path("officer/", include("zhengtong.portals.officer.urls")),
    path("cockpit/", include("zhengtong.portals.cockpit.urls")),
    path("open/", include("zhengtong.portals.opendata.urls")),
    path("developer/", include("zhengtong.portals.developer.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("zhengtong.trust.identity.urls")),
    path("", include("zhengtong.trust.ledger.urls")),
    path("", include("zhengtong.trust.licenses.urls")),
    path("", include("zhengtong.trust.keys.urls")),
    path("", include("allauth.idp.urls")),
]

handler400 = "zhengtong.kernel.pages.refusals.bad_request"
handler403 = "zhengtong.kernel.pages.refusals.forbidden"
handler404 = "zhengtong.kernel.pages.refusals.not_found"
handler500 = "zhengtong.kernel.pages.refusals.broken"
