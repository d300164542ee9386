"""Addresses of identity that stand before allauth's own: the consent page with our checks."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from zhengtong.trust.identity.oidc import ConsentView

urlpatterns = [
    # exempt like allauth's own view, which applies the check itself once a form has been shown
    path("identity/o/authorize", csrf_exempt(ConsentView.as_view()), name="identity_consent"),
]
