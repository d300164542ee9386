"""Why the workbench reads personal data 使用目的: the sentences people are told when somebody looked."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text

LOOK_UP: Mapping[str, Text] = {
    "portals.officer.handling": _("办理本人申请的事项"),
    "portals.officer.identity": _("窗口核对身份"),
    "portals.officer.correction": _("核实或更正登记信息"),
    "portals.officer.relief": _("救助和应急联系"),
}
"""What a clerk may look a resident up for."""

AUDIT = "portals.officer.audit"

PURPOSES: Mapping[str, Text] = {**LOOK_UP, AUDIT: _("审计监督")}
