"""Django's entry to zhengtong.data.assets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssetsConfig(AppConfig):
    """Registers the app under the label `assets`."""

    name = "zhengtong.data.assets"
    label = "assets"
    verbose_name = _("数据资产")
