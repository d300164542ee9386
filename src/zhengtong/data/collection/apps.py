"""Django's entry to zhengtong.data.collection."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    """Registers the app under the label `collection`."""

    name = "zhengtong.data.collection"
    label = "collection"
    verbose_name = _("数据归集")
