"""Addresses under which the log is published."""

from django.urls import path

from zhengtong.trust.ledger import endpoints

urlpatterns = [
    path("ledger/checkpoint", endpoints.checkpoint, name="ledger_checkpoint"),
    path("ledger/tile/<path:path>", endpoints.tile, name="ledger_tile"),
    path("ledger/trusted-list.json", endpoints.trusted_list, name="ledger_trusted_list"),
]
