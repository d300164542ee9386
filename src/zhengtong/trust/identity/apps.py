"""Django's entry to zhengtong.trust.identity."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """Registers the app under the label `identity`."""

    name = "zhengtong.trust.identity"
    label = "identity"
    verbose_name = _("身份")

    def ready(self) -> None:
        """Keep the provider's applications apart, and hear of every way to sign out, the back office's included."""
        from django.contrib.auth.signals import user_logged_out  # noqa: PLC0415 -- models need loaded apps

        from zhengtong.trust.identity import login  # noqa: PLC0415
        from zhengtong.trust.identity.oidc import rules  # noqa: PLC0415

        rules.install()
        user_logged_out.connect(login.leave_applications, dispatch_uid="identity.leave_applications")
