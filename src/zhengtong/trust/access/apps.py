"""Django's entry to zhengtong.trust.access."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Registers the app under the label `access`."""

    name = "zhengtong.trust.access"
    label = "access"
    verbose_name = _("权限管理")
