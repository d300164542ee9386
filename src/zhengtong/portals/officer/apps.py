"""Django's entry to zhengtong.portals.officer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficerConfig(AppConfig):
    """Registers the app under the label `officer`."""

    name = "zhengtong.portals.officer"
    label = "officer"
    verbose_name = _("工作台")
