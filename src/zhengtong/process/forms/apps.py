"""Django's entry to zhengtong.process.forms."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    """Registers the app under the label `process_forms`: `forms` is Django's own."""

    name = "zhengtong.process.forms"
    label = "process_forms"
    verbose_name = _("表单")

    def ready(self) -> None:
        from zhengtong.process.forms.objections import OBJECTION  # noqa: PLC0415 -- once all apps are loaded
        from zhengtong.trust.ledger.api import declare_purpose  # noqa: PLC0415

        declare_purpose(OBJECTION, _("核实并答复您的数据异议"))
