"""Django's entry to zhengtong.trust.ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Registers the app under the label `ledger`."""

    name = "zhengtong.trust.ledger"
    label = "ledger"
    verbose_name = _("存证")
