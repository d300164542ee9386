"""Django's entry to zhengtong.kernel.search."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Registers the app under the label `search`."""

    name = "zhengtong.kernel.search"
    label = "search"
    verbose_name = _("检索")
