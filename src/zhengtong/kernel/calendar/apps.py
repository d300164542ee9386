"""Django's entry to zhengtong.kernel.calendar."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkCalendarConfig(AppConfig):
    """Registers the app under the label `workcalendar`."""

    name = "zhengtong.kernel.calendar"
    label = "workcalendar"
    verbose_name = _("工作日历")
