"""Django's entry to zhengtong.process.items."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ItemsConfig(AppConfig):
    """Registers the app under the label `items`."""

    name = "zhengtong.process.items"
    label = "items"
    verbose_name = _("事项")
