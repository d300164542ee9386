"""A county with a bureau, a window, an auditor and an administrator, all signed in by name."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from zhengtong.data.registries import api as registries
from zhengtong.data.registries import contracts as registries_contracts
from zhengtong.data.registries.tests import builders as registry
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty, Permission
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys import api as keys
from zhengtong.trust.ledger import api as ledger

COUNTY = "330521"
ROLES: dict[str, tuple[Duty, tuple[str, ...]]] = {
    "clerk": (Duty.BUSINESS, (Permission.ASSIST, registries_contracts.Permission.READ_RESIDENT)),
    "auditor": (Duty.AUDIT, (ledger.Permission.AUDIT,)),
    "administrator": (Duty.ADMINISTRATION, (Permission.APPOINT,)),
    "security": (Duty.SECURITY, tuple(keys.Permission)),
}


@dataclass(frozen=True, kw_only=True)
class House:
    """What the tests walk through."""

    government: UUID
    bureau: UUID
    posts: dict[str, UUID]
    officials: dict[str, UUID]


@pytest.fixture
def house(db: None, settings: Settings) -> House:
    del db
    settings.ADMINISTRATION_NEEDS_TWO_FACTORS = False  # the rule has a test of its own
    registry.county()
    registries.load(registry.part(), responsibility=registry.LOADER, at=builders.NOW)
    government = builders.an_organisation(name="德清县人民政府", region=COUNTY)
    bureau = builders.an_organisation(government, name="行政服务中心", region=COUNTY)
    posts, officials = {}, {}
    for name, (duty, permissions) in ROLES.items():
        access.define_role(
            actor=builders.SYSTEM, code=name, name=name, name_en=name, duty=duty, permissions=permissions,
            at=builders.NOW,
        )  # fmt: skip
        posts[name] = builders.a_post(bureau, f"{name}岗", duty)
        access.grant_role(actor=builders.SYSTEM, role=name, post_id=posts[name], region=COUNTY, at=builders.NOW)
        officials[name] = builders.an_official(posts[name], name=f"{name}甲", duty=duty)
        builders.an_account(officials[name], name)
    person = registry.PEOPLE[1]
    entry = identity.PersonEntry(
        subject=registry.resident_id(1), name=person[0], id_number=registry.id_number(1), region=registry.VILLAGE
    )
    identity.bulk_register_people([entry], actor=builders.SYSTEM, at=builders.NOW)
    builders.an_account(entry.subject, "citizen")
    return House(government=government, bureau=bureau, posts=posts, officials=officials)


SignIn = Callable[[str], Client]


@pytest.fixture
def signed_in(house: House) -> SignIn:
    del house

    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        return client

    return sign_in
