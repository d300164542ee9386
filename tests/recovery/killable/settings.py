"""The platform's own settings and the traces app."""

from zhengtong.site.settings.base import *  # noqa: F403 -- settings are composed by star import, Django's custom
from zhengtong.site.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "killable.apps.KillableConfig"]
