"""Builders of cases that go through the door: a county with a bureau, its officials, and a citizen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import organisation_path
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Channel, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Authority, Responsibility

ROOT = Path(__file__).parents[5]
MONDAY = datetime(2026, 11, 23, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ITEM, LICENCE, VISIT = "902009000000", "903004000000", "902001000000"
ITEMS = {ITEM, LICENCE, VISIT}
ROLES = {
    "accepting": {cases.Permission.ACCEPT},
    "deciding": {cases.Permission.DECIDE},
    "heading": {cases.Permission.EXTEND, cases.Permission.SUPERVISE, cases.Permission.OPINE},
}
FORM = {"电话": "13800000000", "领取方式": "邮寄"}


@dataclass
class World:
    """A county with one bureau, its clerk and its approver, a citizen, and an official of another county."""

    citizen: Actor
    clerk: Actor
    approver: Actor
    head: Actor
    stranger: Actor


def official(organisation: UUID, role: str, region: str, permissions: Iterable[StrEnum] = ()) -> Actor:
    """Return an official in a new post of *organisation* with *role*, defined here where permissions are given."""
    if permissions:
        access.define_role(
            actor=builders.SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS,
            permissions=set(permissions), at=builders.NOW,
        )  # fmt: skip
    post = builders.a_post(organisation, title=f"{role} {new_id().hex}"[-60:])
    subject = builders.an_official(post)
    access.grant_role(
        actor=builders.SYSTEM,
        role=role,
        post_id=post,
        region=region,
        organisation=organisation if permissions else None,
        at=builders.NOW,
    )
    return Actor(
        subject=subject,
        kind=SubjectKind.OFFICIAL,
        post=post,
        posts=(post,),
        organisation=organisation,
        organisation_path=organisation_path(organisation) or "",
        region=region,
        assurance=AssuranceLevel.SUBSTANTIAL,
        channel=Channel.WEB,
    )


def a_world() -> World:
    definitions.compiled.cache_clear()
    builders.some_regions()
    bureau = builders.an_organisation(name="民政局")
    elsewhere = builders.an_organisation(name="邻县民政局", region="330107")
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    some = tuple(item for item in catalogue.items if item.code in ITEMS)
    items.publish_catalogue(items.Catalogue(items=some, bundles=()), responsibility=responsibility, at=builders.NOW)
    entry = items.ImplementationEntry(
        item=ITEM,
        region="330106",
        organisation=bureau,
        organisation_code="11330106MB0000001X",
        organisation_name=items.Words("民政局", "Civil Affairs Bureau"),
        window=items.Words("综合窗口", "General window"),
    )
    items.publish_implementations([entry], responsibility=responsibility, at=builders.NOW)
    for key in cases.PROCESSES:
        store.publish(
            key,
            (ROOT / f"provinces/demo/processes/{key.replace('_', '-')}.bpmn").read_bytes(),
            effective_from=builders.NOW,
            at=builders.NOW,
            authority=Authority(clause="test"),
            responsibility=responsibility,
        )
    for role, permissions in ROLES.items():
        access.define_role(
            actor=builders.SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS,
            permissions=permissions, at=builders.NOW,
        )  # fmt: skip
    citizen = Actor(subject=builders.a_person(), kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    return World(
        citizen=citizen,
        clerk=official(bureau, "accepting", "330106"),
        approver=official(bureau, "deciding", "330106"),
        head=official(bureau, "heading", "330106"),
        stranger=official(elsewhere, "accepting", "330107"),
    )


def apply(world: World, at: datetime = MONDAY) -> str:
    return cases.receive(actor=world.citizen, case=new_id(), item=ITEM, form=FORM, at=at)


def seen(world: World, reference: str, at: datetime = MONDAY) -> cases.CaseView:
    return cases.own_case(world.citizen, reference, at=at)


def handle(actor: Actor, reference: str, decision: Decision, at: datetime = MONDAY, reason: str = "") -> None:
    view = cases.open_dossier(actor=actor, reference=reference, at=at)
    assert view.task is not None
    cases.decide(
        actor=actor, case=view.line.id, task=view.task.number, decision=decision, reason=reason, at=at,
        checked=[piece.key for piece in view.evidence] if decision is Decision.GRANT else (),
    )  # fmt: skip
