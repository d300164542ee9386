"""Django's entry to zhengtong.trust.seals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SealsConfig(AppConfig):
    """Registers the app under the label `seals`; filings follow their own events."""

    name = "zhengtong.trust.seals"
    label = "seals"
    verbose_name = _("印章")

    def ready(self) -> None:
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.trust.seals import handlers  # noqa: PLC0415

        subscribe("trust.seals.seal.made.v1", handlers.file, name="trust.seals.file")
        subscribe("trust.seals.filing.due.v1", handlers.give_up, name="trust.seals.give_up")
        subscribe("trust.seals.seal.changed.v1", handlers.report, name="trust.seals.report")
