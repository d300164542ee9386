"""Django's entry to zhengtong.process.projects."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    """Registers the app under the label `projects`; a project hears when its cases and bundles are concluded."""

    name = "zhengtong.process.projects"
    label = "projects"
    verbose_name = _("投资项目")

    def ready(self) -> None:
        from zhengtong.kernel.events.api import subscribe  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.process.projects import handlers  # noqa: PLC0415

        subscribe("process.case.concluded.v1", handlers.case_concluded, name="process.projects.case_concluded")
