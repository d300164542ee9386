"""Acts of access 授权: define a role, grant it to a post or an application, withdraw it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.access.contracts import (
    Permission,
    RoleDoesNotFitPost,
    RoleMixesDuties,
    RoleView,
    ScopeMissing,
)
from zhengtong.trust.access.models import Grant, Role, RolePermission
from zhengtong.trust.access.queries import require
from zhengtong.trust.access.registry import permission_entry
from zhengtong.trust.identity.api import Actor, Duty, application, organisation_path, post, responsibility_of
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

_CLAUSE = "GB/T 22239-2019 8.1.4.2"


def define_role(
    *,
    actor: Actor | None,
    code: str,
    name: str,
    name_en: str,
    duty: Duty,
    permissions: Iterable[str],
    at: datetime,
) -> RoleView:
    """Define the role *code*, or define it anew: afterwards it allows exactly *permissions*.

    Raises:
        SignInNeeded, NotAllowed: the actor may not define roles.
        UnknownPermission: no app registered one of the permissions.
        RoleMixesDuties: a permission belongs to another duty, or the role had another duty before (三员分立).
    """
    require(actor, Permission.DEFINE_ROLE)
    assert actor is not None  # noqa: S101 -- `require` has asked nobody to sign in
    wanted = frozenset(permissions)
    if any(permission_entry(permission).duty is not duty for permission in wanted):
        raise RoleMixesDuties
    with transaction.atomic():
        role, new = Role.objects.select_for_update().get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "duty": duty}
        )
        if role.duty != duty:
            raise RoleMixesDuties
        before = None if new else sorted(role.permissions.values_list("permission", flat=True))
        if not new:
            Role.objects.filter(code=code).update(name=name, name_en=name_en)
            role.permissions.exclude(permission__in=wanted).delete()
        known = set(before or ())
        RolePermission.objects.bulk_create(
            RolePermission(role=role, permission=permission) for permission in sorted(wanted - known)
        )
        _record(actor, Permission.DEFINE_ROLE, "role", code, at=at, before=before, after=sorted(wanted))
    return RoleView(code=code, name=name, name_en=name_en, duty=duty, permissions=wanted)


def grant_role(
    *,
    actor: Actor | None,
    role: str,
    at: datetime,
    post_id: UUID | None = None,
    application_id: UUID | None = None,
    organisation: UUID | None = None,
    region: str | None = None,
) -> UUID:
    """Grant *role* to a post or an application within bounds, and return the grant's id.

    The same grant twice is the same grant.

    Args:
        actor: who grants.
        role: the role's code.
        at: when.
        post_id: the post that receives it; either this or *application_id*.
        application_id: the subject of the application that receives it.
        organisation: it reaches this organisation and all below it.
        region: it reaches this region and all within it; with *organisation*, both must hold.

    Raises:
        SignInNeeded, NotAllowed: the actor may not grant roles there.
        ScopeMissing: neither organisation nor region is given.
        NotFound: the role, the post, the organisation or the region does not exist.
        RoleDoesNotFitPost: role and post belong to different duties (三员分立).
    """
    require(actor, Permission.GRANT_ROLE, organisation=organisation, region=region if organisation is None else None)
    assert actor is not None  # noqa: S101 -- `require` has asked nobody to sign in
    if organisation is None and not region:
        raise ScopeMissing
    code = regions.region(region).code if region else None
    if (post_id is None) == (application_id is None):
        raise ValueError("a grant has one holder: a post or an application")
    found = Role.objects.filter(code=role).first()
    if found is None or (organisation is not None and organisation_path(organisation) is None):
        raise NotFound
    duty, home = _holder(post_id, application_id)
    require(actor, Permission.GRANT_ROLE, organisation=home)
    if found.duty != duty:
        raise RoleDoesNotFitPost
    with transaction.atomic():
        grant, new = Grant.objects.get_or_create(  # type: ignore[misc]  # a null key is looked up by IS NULL
            role=found,
            post_id=post_id,
            application_id=application_id,
            organisation_id=organisation,
            region_id=code,
        )
        if new:
            state = {"role": role, "organisation": organisation, "region": code}
            _record(actor, Permission.GRANT_ROLE, "grant", str(grant.id), at=at, after=state)
    return grant.id


def withdraw_role(*, actor: Actor | None, grant: UUID, at: datetime) -> None:
    """Take a granted role back.

    Raises:
        SignInNeeded, NotAllowed: the actor may not withdraw roles there.
        NotFound: there is no such grant.
    """
    require(actor, Permission.WITHDRAW_ROLE)
    assert actor is not None  # noqa: S101 -- `require` has asked nobody to sign in
    with transaction.atomic():
        found = Grant.objects.select_for_update().filter(id=grant).first()
        if found is None:
            raise NotFound
        require(
            actor,
            Permission.WITHDRAW_ROLE,
            organisation=found.organisation_id,
            region=found.region_id if found.organisation_id is None else None,
        )
        state = {"role": found.role_id, "organisation": found.organisation_id, "region": found.region_id}
        found.delete()
        _record(actor, Permission.WITHDRAW_ROLE, "grant", str(grant), at=at, before=state)


def _holder(post_id: UUID | None, application_id: UUID | None) -> tuple[Duty, UUID]:
    """Return the duty and the organisation of whoever receives a role; applications do business only."""
    if post_id is not None:
        view = post(post_id)
        return view.duty, view.organisation
    assert application_id is not None  # noqa: S101 -- the caller has checked that there is one holder
    return Duty.BUSINESS, application(application_id).organisation


def _record(
    actor: Actor,
    permission: Permission,
    thing: str,
    identifier: str,
    *,
    at: datetime,
    before: object = None,
    after: object = None,
) -> None:
    record(
        Act(
            authority=Authority(clause=_CLAUSE, permission=permission),
            business=Business(
                command=permission.value.replace(":", "."),
                object_type=f"trust.access.{thing}",
                object_id=identifier,
                before=None if before is None else digest(before),
                after=None if after is None else digest(after),
            ),
            responsibility=responsibility_of(actor),
            at=at,
        )
    )
