"""The three roles every installation needs 三员 (GB/T 22239-2019 level 3): for system, keys and books."""

from datetime import datetime

from zhengtong.trust.access.contracts import RoleView
from zhengtong.trust.access.registry import permissions
from zhengtong.trust.access.services import define_role
from zhengtong.trust.identity.api import Actor, Duty

STANDARD_ROLES = {
    Duty.ADMINISTRATION: ("system-administrator", "系统管理员", "System administrator"),
    Duty.SECURITY: ("security-administrator", "安全管理员", "Security administrator"),
    Duty.AUDIT: ("auditor", "审计管理员", "Auditor"),
}


def define_standard_roles(*, actor: Actor | None, at: datetime) -> dict[Duty, RoleView]:
    """Define the three roles, each with every permission of its duty that some app has registered.

    Raises:
        SignInNeeded, NotAllowed: the actor may not define roles.
    """
    known = list(permissions())
    return {
        duty: define_role(
            actor=actor,
            code=code,
            name=name,
            name_en=name_en,
            duty=duty,
            permissions=[entry.permission for entry in known if entry.duty is duty],
            at=at,
        )
        for duty, (code, name, name_en) in STANDARD_ROLES.items()
    }
