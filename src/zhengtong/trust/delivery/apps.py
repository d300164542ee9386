"""Django's entry to zhengtong.trust.delivery."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Registers the app under the label `delivery`; letters that were sent arrive by their own event."""

    name = "zhengtong.trust.delivery"
    label = "delivery"
    verbose_name = _("送达管理")

    def ready(self) -> None:
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.trust.delivery import handlers  # noqa: PLC0415

        subscribe("trust.delivery.letter.sent.v1", handlers.arrive, name="trust.delivery.arrive")
