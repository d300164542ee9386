"""Django's entry to zhengtong.process.store."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    """Registers the app under the label `process_store`."""

    name = "zhengtong.process.store"
    label = "process_store"
    verbose_name = _("流程存储")

    def ready(self) -> None:
        """Hear of steps that concern other instances."""
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- needs the apps
        from zhengtong.process.store import routing  # noqa: PLC0415 -- needs the tables

        subscribe("process.instance.*.v1", routing.route, name="process.store.route")
