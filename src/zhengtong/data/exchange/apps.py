"""Django's entry to data.exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The exchange app."""

    name = "zhengtong.data.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
