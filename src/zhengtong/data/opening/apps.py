"""Django's entry to zhengtong.data.opening."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpeningConfig(AppConfig):
    """Registers the app under the label `opening`."""

    name = "zhengtong.data.opening"
    label = "opening"
    verbose_name = _("数据开放")
