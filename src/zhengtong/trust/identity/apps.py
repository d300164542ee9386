"""Django's entry to zhengtong.trust.identity."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """Registers the app under the label `identity`."""

    name = "zhengtong.trust.identity"
    label = "identity"
    verbose_name = _("身份")

    def ready(self) -> None:
        """Keep the provider's applications apart."""
        from zhengtong.trust.identity.oidc import rules  # noqa: PLC0415 -- models need loaded apps

        rules.install()
