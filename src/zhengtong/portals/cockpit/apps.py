"""Django's entry to zhengtong.portals.cockpit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    """Registers the app under the label `cockpit`."""

    name = "zhengtong.portals.cockpit"
    label = "cockpit"
    verbose_name = _("驾驶舱")
