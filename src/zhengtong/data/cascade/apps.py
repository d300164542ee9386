"""Django's entry to data.cascade."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CascadeConfig(AppConfig):
    """Registers the app under the label `cascade`."""

    name = "zhengtong.data.cascade"
    label = "cascade"
    verbose_name = _("级联")
