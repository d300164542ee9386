"""Django's entry to zhengtong.process.bundles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BundlesConfig(AppConfig):
    """Registers the app under the label `bundles`; bundles follow every step of their cases, after the cases do."""

    name = "zhengtong.process.bundles"
    label = "bundles"
    verbose_name = _("一件事")

    def ready(self) -> None:
        from zhengtong.process.bundles import following  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.process.cases.api import PROCESSES  # noqa: PLC0415
        from zhengtong.process.store.api import follow  # noqa: PLC0415

        follow("cases then bundles", PROCESSES, following.after_step)
