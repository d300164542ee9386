"""Django's entry to zhengtong.portals.developer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeveloperConfig(AppConfig):
    """Registers the app under the label `developer`."""

    name = "zhengtong.portals.developer"
    label = "developer"
    verbose_name = _("开发者门户")
