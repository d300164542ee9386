"""The door of access 授权: may this actor do this, and to which rows?

require(actor, Permission.ACCEPT, region=case.region)            # else NotAllowed
cases.filter(within(scope_filter(actor, Permission.ACCEPT), region="region"))
"""

from zhengtong.trust.access.contracts import EVERYTHING, NOTHING, Clause, RegionSpan, Scope, union
from zhengtong.trust.access.founding import found_administrator
from zhengtong.trust.access.queries import (
    allowed,
    grants_of,
    holders_of,
    organisations_within,
    permissions_of,
    require,
    role_names,
    roles,
    scope_filter,
    separation_breaches,
    within,
    within_sql,
)
from zhengtong.trust.access.registry import permission_entry, permissions, register_permissions
from zhengtong.trust.access.services import define_role, grant_role, withdraw_role
from zhengtong.trust.access.standard import STANDARD_ROLES, define_standard_roles

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "STANDARD_ROLES",
    "Clause",
    "RegionSpan",
    "Scope",
    "allowed",
    "define_role",
    "define_standard_roles",
    "found_administrator",
    "grant_role",
    "grants_of",
    "holders_of",
    "organisations_within",
    "permission_entry",
    "permissions",
    "permissions_of",
    "register_permissions",
    "require",
    "role_names",
    "roles",
    "scope_filter",
    "separation_breaches",
    "union",
    "withdraw_role",
    "within",
    "within_sql",
]
