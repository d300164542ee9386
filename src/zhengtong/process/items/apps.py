"""Django's entry to zhengtong.process.items."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ItemsConfig(AppConfig):
    """Registers the app under the label `items`."""

    name = "zhengtong.process.items"
    label = "items"
    verbose_name = _("事项")

    def ready(self) -> None:
        from zhengtong.process.items.eligibility import SELF_CHECK  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.trust.ledger.api import declare_purpose  # noqa: PLC0415

        declare_purpose(SELF_CHECK, _("按您的要求自测办理资格"))
