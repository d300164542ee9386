"""Organisations 机构 and their people: establish an organisation or a post, register an official."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity import law
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Duty,
    OrganisationKind,
    OrganisationLevel,
    OrganisationView,
    Permission,
    PostView,
    ProofMethod,
    SubjectKind,
)
from zhengtong.trust.identity.events import ORGANISATION_ESTABLISHED, OrganisationEstablished
from zhengtong.trust.identity.guard import require
from zhengtong.trust.identity.models import OfficialProfile, Organisation, Post, ProofEvent, Subject
from zhengtong.trust.identity.queries.organisations import organisation, post
from zhengtong.trust.identity.recording import record_act


def establish_organisation(  # noqa: PLR0913 -- what a decision to establish an organisation names
    *,
    actor: Actor | None,
    parent: UUID,
    name: str,
    kind: OrganisationKind,
    level: OrganisationLevel,
    region: str,
    at: datetime,
    name_en: str = "",
    code: str = "",
) -> OrganisationView:
    """Establish an organisation under *parent*.

    Args:
        actor: who establishes it.
        parent: the organisation it belongs to; roots are loaded, not established.
        name: its name.
        kind: what it is.
        level: not above its parent's.
        region: the code of its region.
        at: now.
        name_en: its name in English.
        code: its unified social credit code, if it has one.

    Raises:
        SignInNeeded, NotAllowed: the actor may not establish organisations under *parent*.
        NotFound: there is no such parent.
        InvalidInput: its level is above its parent's.
        Conflict: the code is taken.
    """
    actor = require(actor, Permission.ESTABLISH_ORGANISATION, organisation=parent)
    try:
        with transaction.atomic():
            above = Organisation.objects.select_for_update().filter(id=parent).first()
            if above is None:
                raise NotFound
            if level < above.level:
                raise InvalidInput(field="level", what=gettext("层级不得高于上级机构"))
            last = Organisation.objects.filter(parent=parent).order_by("-path").values_list("path", flat=True).first()
            row = Organisation.objects.create(
                parent=above,
                path=law.child_path(above.path, last),
                depth=above.depth + 1,
                name=name,
                name_en=name_en,
                code=code or None,
                kind=kind,
                level=level,
                region=region,
            )
            state = {"parent": parent, "name": name, "kind": kind, "level": int(level), "region": region, "code": code}
            _record(actor, "organisation", row.id, state, at=at)
            data = OrganisationEstablished(organisation=row.id, parent=parent)
            emit(ORGANISATION_ESTABLISHED, subject=row.id, data=data, at=at)
    except IntegrityError as error:
        raise Conflict from error
    return organisation(row.id)


def establish_post(
    *,
    actor: Actor | None,
    organisation_id: UUID,
    title: str,
    at: datetime,
    title_en: str = "",
    duty: Duty = Duty.BUSINESS,
) -> PostView:
    """Establish a post in an organisation; its duty stays for good.

    Raises:
        SignInNeeded, NotAllowed: the actor may not establish posts there.
        NotFound: there is no such organisation.
        Conflict: the organisation has a post of this title.
    """
    actor = require(actor, Permission.ESTABLISH_ORGANISATION, organisation=organisation_id)
    with transaction.atomic():
        if not Organisation.objects.select_for_update().filter(id=organisation_id).exists():
            raise NotFound
        if Post.objects.filter(organisation=organisation_id, title=title).exists():
            raise Conflict
        row = Post.objects.create(organisation_id=organisation_id, title=title, title_en=title_en, duty=duty)
        _record(actor, "post", row.id, {"organisation": organisation_id, "title": title, "duty": duty}, at=at)
    return post(row.id)


def register_official(
    *,
    actor: Actor | None,
    organisation_id: UUID,
    name: str,
    staff_number: str,
    at: datetime,
    name_en: str = "",
    duty: Duty = Duty.BUSINESS,
) -> UUID:
    """Register an official whom *organisation_id* vouches for, and return their subject; a post comes by `appoint`.

    Raises:
        SignInNeeded, NotAllowed: the actor may not appoint there.
        Conflict: the staff number is taken.
    """
    actor = require(actor, Permission.APPOINT, organisation=organisation_id)
    with transaction.atomic():
        if OfficialProfile.objects.filter(staff_number=staff_number).exists():
            raise Conflict
        subject = Subject.objects.create(
            kind=SubjectKind.OFFICIAL, proof_level=AssuranceLevel.SUBSTANTIAL, registered_at=at
        )
        OfficialProfile.objects.create(
            subject=subject, name=name, name_en=name_en, staff_number=staff_number, duty=duty
        )
        act = record_act(
            actor,
            "register_official",
            "person",
            str(subject.id),
            at=at,
            states=(None, {"organisation": organisation_id, "duty": duty}),
            concerns=(subject.id,),
            permission=Permission.APPOINT,
        )
        ProofEvent.objects.create(
            subject=subject,
            method=ProofMethod.ORGANISATION,
            level=AssuranceLevel.SUBSTANTIAL,
            source=str(organisation_id),
            at=at,
            act=act,
        )
    return subject.id


def _record(actor: Actor, thing: str, identifier: UUID, state: dict[str, object], *, at: datetime) -> None:
    record_act(
        actor,
        f"establish_{thing}",
        "organisation",
        str(identifier),
        at=at,
        states=(None, state),
        permission=Permission.ESTABLISH_ORGANISATION,
    )
