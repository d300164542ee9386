"""Django's entry to zhengtong.data.registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistriesConfig(AppConfig):
    """Registers the app under the label `registries`."""

    name = "zhengtong.data.registries"
    label = "registries"
    verbose_name = _("基础库")
