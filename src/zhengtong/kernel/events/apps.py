"""Django's entry to zhengtong.kernel.events."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Registers the app under the label `events`."""

    name = "zhengtong.kernel.events"
    label = "events"
    verbose_name = _("领域事件")
