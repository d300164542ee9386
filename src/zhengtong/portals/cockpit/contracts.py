"""What the cockpit 驾驶舱 may show to whom."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class Permission(StrEnum):
    """What a post may be allowed to see."""

    VIEW = "portals.cockpit:view"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {Permission.VIEW: _("查看本地区驾驶舱")}
