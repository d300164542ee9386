"""Django's entry to zhengtong.kernel.regions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegionsConfig(AppConfig):
    """Registers the app under the label `regions`."""

    name = "zhengtong.kernel.regions"
    label = "regions"
    verbose_name = _("行政区划")
