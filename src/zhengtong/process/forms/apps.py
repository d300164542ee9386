"""Django's entry to zhengtong.process.forms."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    """Registers the app under the label `process_forms`: `forms` is Django's own."""

    name = "zhengtong.process.forms"
    label = "process_forms"
    verbose_name = _("表单")
