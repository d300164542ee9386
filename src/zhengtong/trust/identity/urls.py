"""Addresses of identity that stand before allauth's own: the consent page with our checks, our endpoints."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from zhengtong.trust.identity.oidc.consent import ConsentView
from zhengtong.trust.identity.oidc.views import RevocationView, TokenEndpoint, not_served

urlpatterns = [
    # exempt like allauth's own view, which applies the check itself once a form has been shown
    path("identity/o/authorize", csrf_exempt(ConsentView.as_view()), name="identity_consent"),
    path("identity/o/api/token", csrf_exempt(TokenEndpoint.as_view()), name="identity_token"),
    path("identity/o/api/revoke", csrf_exempt(RevocationView.as_view()), name="identity_revoke"),
    path("identity/o/device", csrf_exempt(not_served), name="identity_no_device"),
    path("identity/o/api/device/code", csrf_exempt(not_served), name="identity_no_device_code"),
]
