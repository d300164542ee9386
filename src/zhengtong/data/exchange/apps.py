"""Django's entry to data.exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The exchange app; a version that lands and an agreement that begins or works again are announced."""

    name = "zhengtong.data.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhengtong.data.collection.api import BATCH_LANDED  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.data.exchange import handlers  # noqa: PLC0415
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415

        subscribe(BATCH_LANDED, handlers.announce_versions, name="data.exchange.announce_versions")
        subscribe("data.exchange.agreed.v1", handlers.announce_versions, name="data.exchange.announce_to_subscriber")
        subscribe(
            "data.exchange.changed.v1", handlers.announce_what_was_missed, name="data.exchange.announce_what_was_missed"
        )
