"""What an actor may do, and where: one statement a request, remembered on the actor."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from zhengtong.kernel.errors import NotAllowed, SignInNeeded
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.access.contracts import (
    EVERYTHING,
    NOTHING,
    Clause,
    GrantView,
    Permission,
    RegionSpan,
    RoleName,
    RoleView,
    Scope,
)
from zhengtong.trust.access.models import Grant, Role
from zhengtong.trust.access.registry import known_permission
from zhengtong.trust.identity.api import organisation_path, require_assurance, subtree
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Duty, SubjectKind

_CACHE = "access.scopes"
_PLACES = "access.places"


def require(
    actor: Actor | None, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None
) -> None:
    """Return when *actor* may do this, here.

    Args:
        actor: who asks; nobody is asked to sign in.
        permission: what for.
        organisation: the organisation the row belongs to.
        region: the region code the row belongs to. With neither, holding the permission anywhere is enough.

    Raises:
        SignInNeeded: nobody is signed in.
        NotAllowed: the permission is missing, or does not reach this row.
        AssuranceTooLow: it belongs to one of the three administrations, and the actor signed in with one factor.
    """
    if actor is None:
        raise SignInNeeded
    if not allowed(actor, permission, organisation=organisation, region=region):
        raise NotAllowed
    if _administrates(permission) and settings.ADMINISTRATION_NEEDS_TWO_FACTORS:
        require_assurance(actor, AssuranceLevel.HIGH)


def allowed(
    actor: Actor | None, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None
) -> bool:
    """Say whether *actor* may do this, here; see `require`."""
    if actor is None:
        return False
    scope = scope_filter(actor, permission)
    if organisation is None and region is None:
        return bool(scope)
    if not scope:
        return False
    path = None if organisation is None else _path(actor, organisation)
    return scope.covers(organisation=path, place=None if region is None else _place(actor, region))


def scope_filter(actor: Actor | None, permission: StrEnum) -> Scope:
    """Return which rows *permission* lets *actor* reach; turn it into SQL with `within` or `within_sql`."""
    if actor is None:
        return NOTHING
    if actor.is_system:
        return EVERYTHING
    return _scopes(actor).get(permission.value, NOTHING)


def permissions_of(actor: Actor | None) -> frozenset[str]:
    """Return the names of all permissions *actor* holds somewhere: what a menu needs."""
    return frozenset(_scopes(actor)) if actor is not None else frozenset()


def within(scope: Scope, *, organisation: str | None = None, region: str | None = None) -> Q:
    """Return the filter for a queryset that keeps the rows in *scope*.

    Args:
        scope: from `scope_filter`.
        organisation: the lookup of the row's organisation path (`organisation__path`), if the table has one.
        region: the lookup of the row's foreign key to `regions.Region`, if the table has one.
    """
    condition = Q(pk__in=[])
    for clause in scope.clauses:
        if (clause.organisation and not organisation) or (clause.region and not region):
            continue  # the table cannot show that the row lies inside, so it lies outside
        part = Q()
        if clause.organisation:
            first, after = subtree(clause.organisation)
            part &= Q(**{f"{organisation}__gte": first, f"{organisation}__lt": after})
        if clause.region:
            part &= Q(**{f"{region}__low__gte": clause.region.low, f"{region}__low__lte": clause.region.high})
        if not part:
            return Q()
        condition |= part
    return condition


def within_sql(scope: Scope, *, organisation: str | None = None, region: str | None = None) -> tuple[str, list[Any]]:
    """Return the same as `within` as an SQL condition and its parameters, for statements written by hand.

    Args:
        scope: from `scope_filter`.
        organisation: the column that holds the organisation's path, written by the programmer, never by a user.
        region: the column that holds the region's code; no foreign key is needed.
    """
    parts: list[str] = []
    parameters: list[Any] = []
    for clause in scope.clauses:
        if (clause.organisation and not organisation) or (clause.region and not region):
            continue
        conditions = []
        if clause.organisation:
            conditions.append(f"{organisation} >= %s AND {organisation} < %s")
            parameters += subtree(clause.organisation)
        if clause.region:
            conditions.append(f"{region} IN (SELECT code FROM regions_region WHERE low BETWEEN %s AND %s)")  # noqa: S608 -- a column name
            parameters += (clause.region.low, clause.region.high)
        if not conditions:
            return "1 = 1", []
        parts.append(f"({' AND '.join(conditions)})")
    return (f"({' OR '.join(parts)})" if parts else "1 = 0"), parameters


def organisations_within(scope: Scope, *, named: str = "") -> frozenset[UUID] | None:
    """Return the organisations in *scope* whose name contains *named*: one statement.

    None when the scope is everything and no name is given: there is no need to list them.
    """
    if scope.everything and not named:
        return None
    condition, parameters = within_sql(scope, organisation="path", region="region")
    if named:
        condition += " AND (LOWER(name) LIKE %s ESCAPE '!' OR LOWER(name_en) LIKE %s ESCAPE '!')"
        pattern = "%" + re.sub(r"([!%_])", r"!\1", named.lower()) + "%"
        parameters += [pattern, pattern]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM identity_organisation WHERE {condition}", parameters)  # noqa: S608 -- from within_sql
        return frozenset(UUID(str(identifier)) for (identifier,) in cursor.fetchall())


def roles(duty: Duty | None = None) -> list[RoleView]:
    """Return all roles, or those of one duty, by code."""
    found = Role.objects.prefetch_related("permissions").order_by("code")
    return [_role_view(role) for role in (found.filter(duty=duty) if duty else found)]


def role_names(codes: Iterable[str]) -> dict[str, RoleName]:
    """Return what roles are called, by code: one statement."""
    found = Role.objects.filter(code__in=set(codes))
    return {role.code: RoleName(name=role.name, name_en=role.name_en) for role in found}


def grants_of(*, post: UUID | None = None, application: UUID | None = None) -> list[GrantView]:
    """Return the roles that this post, or this application, holds."""
    found = Grant.objects.select_related("organisation", "region").order_by("role_id", "id")
    found = found.filter(post=post) if post else found.filter(application=application)
    return [_grant_view(grant) for grant in found]


def holders_of(permission: StrEnum, *, actor: Actor | None) -> list[GrantView]:
    """Return every grant through which somebody holds *permission*: what an auditor asks.

    Raises:
        SignInNeeded, NotAllowed: the actor may not review rights.
    """
    require(actor, Permission.REVIEW)
    found = Grant.objects.filter(role__permissions__permission=permission.value)
    return [_grant_view(grant) for grant in found.select_related("organisation", "region").order_by("role_id", "id")]


def separation_breaches() -> list[str]:
    """Return where the three administrations are mixed 三员分立; a sound database gives an empty list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.code FROM access_grant g JOIN access_role r ON r.code = g.role_id"
            " JOIN identity_post p ON p.id = g.post_id WHERE r.duty <> p.duty ORDER BY r.code"
        )
        return [f"role {code} is granted to a post of another duty" for (code,) in cursor.fetchall()]


def _administrates(permission: StrEnum) -> bool:
    entry = known_permission(permission.value)
    return entry is not None and entry.duty is not Duty.BUSINESS


def _grant_view(grant: Grant) -> GrantView:
    region = grant.region
    return GrantView(
        id=grant.id,
        role=grant.role_id,
        post=grant.post_id,
        application=grant.application_id,
        clause=Clause(
            organisation=grant.organisation.path if grant.organisation else None,
            region=_span(region.code, region.low, region.high) if region else None,
        ),
    )


def _span(code: str | None, low: Any, high: Any) -> RegionSpan | None:
    return None if code is None else RegionSpan(code=code, low=low, high=high)


def _place(actor: Actor, code: str) -> int | None:
    """Return where a region lies, remembered for the request; an unknown region lies nowhere."""
    known: dict[str, int | None] = actor.cache.setdefault(_PLACES, {})
    if code not in known:
        try:
            known[code] = regions.region(code).low
        except regions.RegionNotFound:
            known[code] = None
    return known[code]


def _path(actor: Actor, organisation: UUID) -> str | None:
    return actor.organisation_path if organisation == actor.organisation else organisation_path(organisation)


def _scopes(actor: Actor) -> dict[str, Scope]:
    known: dict[str, Scope] | None = actor.cache.get(_CACHE)
    if known is None:
        known = actor.cache[_CACHE] = _read_scopes(actor)
    return known


def _read_scopes(actor: Actor) -> dict[str, Scope]:
    if actor.post is not None:
        held = Grant.objects.filter(post=actor.post)
    elif actor.kind is SubjectKind.APPLICATION:
        held = Grant.objects.filter(application=actor.subject)
    else:
        return {}
    rows = held.filter(role__permissions__isnull=False).values_list(
        "role__permissions__permission", "organisation__path", "region", "region__low", "region__high"
    )
    clauses: dict[str, dict[Clause, None]] = {}
    for permission, path, code, low, high in rows.order_by("id"):
        clauses.setdefault(permission, {})[Clause(organisation=path, region=_span(code, low, high))] = None
    return {permission: Scope(clauses=tuple(found)) for permission, found in clauses.items()}


def _role_view(role: Role) -> RoleView:
    return RoleView(
        code=role.code,
        name=role.name,
        name_en=role.name_en,
        duty=Duty(role.duty),
        permissions=frozenset(entry.permission for entry in role.permissions.all()),
    )
