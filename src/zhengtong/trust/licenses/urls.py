"""Addresses that verifiers of the international form fetch."""

from django.urls import path

from zhengtong.trust.licenses import endpoints

urlpatterns = [
    path(".well-known/jwt-vc-issuer/licences", endpoints.issuer, name="license_issuer"),
    path("licences/status/<slug:code>", endpoints.status, name="license_status"),
]
