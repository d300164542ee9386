"""Django's entry to data.ministries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MinistriesConfig(AppConfig):
    """Registers the app under the label `ministries`."""

    name = "zhengtong.data.ministries"
    label = "ministries"
    verbose_name = _("国家部委接口")
