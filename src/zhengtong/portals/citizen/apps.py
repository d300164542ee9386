"""Django's entry to zhengtong.portals.citizen."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitizenConfig(AppConfig):
    """Registers the app under the label `citizen`."""

    name = "zhengtong.portals.citizen"
    label = "citizen"
    verbose_name = _("公众门户")
