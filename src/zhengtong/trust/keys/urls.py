"""Addresses under which authorities publish."""

from django.urls import path

from zhengtong.trust.keys import endpoints

urlpatterns = [
    path("pki/ocsp", endpoints.ocsp, name="pki_ocsp"),
    path("pki/time-stamp", endpoints.time_stamp, name="pki_time_stamp"),
    path("pki/trusted-list.p7m", endpoints.trusted_list, name="pki_trusted_list"),
    path("pki/<slug:code>.cer", endpoints.certificate, name="pki_certificate"),
    path("pki/<slug:code>.crl", endpoints.revocation_list, name="pki_revocation_list"),
]
