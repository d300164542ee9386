"""Django's entry to zhengtong.data.fusion."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FusionConfig(AppConfig):
    """Registers the app under the label `fusion`."""

    name = "zhengtong.data.fusion"
    label = "fusion"
    verbose_name = _("数据融合")
