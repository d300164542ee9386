"""Django's entry to zhengtong.process.systems."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SystemsConfig(AppConfig):
    """Registers the app under the label `systems`; every turn of a case is noted in the feed that systems pull."""

    name = "zhengtong.process.systems"
    label = "systems"
    verbose_name = _("部门系统")

    def ready(self) -> None:
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.process.systems import handlers  # noqa: PLC0415

        subscribe("process.case.*.v1", handlers.note_change, name="process.systems.note_change")
