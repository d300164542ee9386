"""Django's entry to zhengtong.kernel.pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Registers the app under the label `pages`."""

    name = "zhengtong.kernel.pages"
    label = "pages"
    verbose_name = _("页面")
