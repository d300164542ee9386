"""What crosses the door of access 授权: permissions, roles, scopes.

A permission is a value of the enum `Permission` of some app (`process.case:accept`). A role is data: a set of
permissions for one duty. A role is granted to a post (or an application) within a scope: a subtree of organisations,
a subtree of regions, or both at once. Roles of the three administrations stay apart 三员分立 (GB/T 22239-2019).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal, Text
from zhengtong.trust.identity.contracts import Duty


class Permission(StrEnum):
    """What a post may be allowed to do with roles."""

    DEFINE_ROLE = "trust.access:define_role"
    GRANT_ROLE = "trust.access:grant_role"
    WITHDRAW_ROLE = "trust.access:withdraw_role"
    REVIEW = "trust.access:review"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.DEFINE_ROLE: _("定义角色及其权限"),
    Permission.GRANT_ROLE: _("把角色授予岗位"),
    Permission.WITHDRAW_ROLE: _("收回岗位的角色"),
    Permission.REVIEW: _("审查谁有什么权限"),
}
DUTY_OF_PERMISSION: dict[Permission, Duty] = {
    Permission.DEFINE_ROLE: Duty.SECURITY,
    Permission.GRANT_ROLE: Duty.SECURITY,
    Permission.WITHDRAW_ROLE: Duty.SECURITY,
    Permission.REVIEW: Duty.AUDIT,
}


@dataclass(frozen=True, kw_only=True)
class PermissionEntry:
    """A permission that some app has registered."""

    permission: str
    sentence: Text
    duty: Duty


@dataclass(frozen=True, kw_only=True)
class RoleName:
    """What a role is called."""

    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class RoleView:
    """A role and what it allows."""

    code: str
    name: str
    name_en: str
    duty: Duty
    permissions: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class RegionSpan:
    """A region and its place in the tree: what lies in it has its place between `low` and `high`, both included."""

    code: str
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Clause:
    """Rows inside this subtree of organisations *and* this subtree of regions; `None` does not restrict."""

    organisation: str | None = None  # a path
    region: RegionSpan | None = None

    def covers(self, *, organisation: str | None, place: int | None) -> bool:
        """Say whether a row with this organisation path and this place among the regions lies inside.

        A row that lacks what the clause restricts lies outside: silence opens no door.

        >>> county = RegionSpan(code="330106", low=100, high=199)
        >>> Clause(region=county).covers(organisation=None, place=150)
        True
        >>> Clause(organisation="0001", region=county).covers(organisation="00010002", place=None)
        False
        """
        inside = self.organisation is None or (organisation is not None and organisation.startswith(self.organisation))
        return inside and (self.region is None or (place is not None and self.region.low <= place <= self.region.high))

    def includes(self, other: "Clause") -> bool:
        """Say whether every row inside *other* lies inside this one too.

        >>> county, town = RegionSpan(code="330106", low=100, high=199), RegionSpan(code="330106001", low=110, high=119)
        >>> Clause(region=county).includes(Clause(organisation="0001", region=town))
        True
        >>> Clause(organisation="0001", region=county).includes(Clause(region=town))
        False
        """
        if self.organisation is not None and not (other.organisation or "").startswith(self.organisation):
            return False
        mine, theirs = self.region, other.region
        return mine is None or (theirs is not None and mine.low <= theirs.low and theirs.high <= mine.high)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The rows a permission reaches: the union of its clauses; no clause, no row."""

    clauses: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses)

    @property
    def everything(self) -> bool:
        """Whether nothing restricts it."""
        return any(clause.organisation is None and clause.region is None for clause in self.clauses)

    def covers(self, *, organisation: str | None = None, place: int | None = None) -> bool:
        """Say whether a row with this organisation path and this place among the regions is within reach."""
        return any(clause.covers(organisation=organisation, place=place) for clause in self.clauses)

    def includes(self, other: "Scope") -> bool:
        """Say whether each clause of *other* lies inside one of these: then it reaches nothing that this does not."""
        return all(any(mine.includes(theirs) for mine in self.clauses) for theirs in other.clauses)


NOTHING = Scope()
EVERYTHING = Scope(clauses=(Clause(),))


class RoleMixesDuties(Refusal):
    """A role may hold only permissions of one duty (三员分立)."""

    code = "role_mixes_duties"
    status = 409
    message = _("一个角色只能包含同一类职责的权限。")
    remedy = _("请把系统管理、安全管理、审计管理和业务权限分到不同角色。")


class RoleDoesNotFitPost(Refusal):
    """The role's duty is not the post's (三员分立)."""

    code = "role_does_not_fit_post"
    status = 409
    message = _("该角色的职责类别与岗位不符。")
    remedy = _("请选择与岗位职责类别相同的角色。")


class UnknownPermission(Refusal):
    """No app has registered this permission."""

    code = "unknown_permission"
    status = 422
    message = _("没有这项权限：{permission}")
    remedy = _("请从权限目录中选择。")


class ScopeMissing(Refusal):
    """A role is granted within an organisation, a region, or both; never without bounds."""

    code = "scope_missing"
    status = 422
    message = _("授予角色时须指定机构范围或区划范围。")
    remedy = _("请至少选择一项范围。")


def union(scopes: Iterable[Scope]) -> Scope:
    """Return the scope that reaches what any of *scopes* reaches."""
    return Scope(clauses=tuple(dict.fromkeys(clause for scope in scopes for clause in scope.clauses)))


@dataclass(frozen=True, kw_only=True)
class GrantView:
    """A role that a post or an application holds within a scope."""

    id: UUID
    role: str
    post: UUID | None
    application: UUID | None
    clause: Clause
