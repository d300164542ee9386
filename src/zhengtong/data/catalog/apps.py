"""Django's entry to zhengtong.data.catalog."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Registers the app under the label `catalog`."""

    name = "zhengtong.data.catalog"
    label = "catalog"
    verbose_name = _("数据目录")
