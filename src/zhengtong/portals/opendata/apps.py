"""Django's entry to zhengtong.portals.opendata."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenDataConfig(AppConfig):
    """Registers the app under the label `opendata`."""

    name = "zhengtong.portals.opendata"
    label = "opendata"
    verbose_name = _("开放数据")
