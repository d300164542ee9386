"""Django's entry to zhengtong.trust.delivery."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Registers the app under the label `delivery`."""

    name = "zhengtong.trust.delivery"
    label = "delivery"
    verbose_name = _("送达")
