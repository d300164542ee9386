"""Django's entry to zhengtong.trust.licenses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LicensesConfig(AppConfig):
    """Registers the app under the label `licenses`."""

    name = "zhengtong.trust.licenses"
    label = "licenses"
    verbose_name = _("电子证照")
