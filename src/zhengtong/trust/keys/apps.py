"""Django's entry to zhengtong.trust.keys."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeysConfig(AppConfig):
    """Registers the app under the label `keys`."""

    name = "zhengtong.trust.keys"
    label = "keys"
    verbose_name = _("密钥")
