"""The conflict desk: a department answers, the registrar merges and splits, others see nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from zhengtong.data.fusion import api as fusion
from zhengtong.data.fusion.models import Discrepancy, Review
from zhengtong.data.fusion.tests import builders
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import responsibility_of, system_actor
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders as identity_builders

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
SYSTEM = responsibility_of(system_actor())


@pytest.fixture
def fused(db: None, settings: Settings, tmp_path: Path) -> Path:
    del db
    identity_builders.some_regions()
    declared, delivered = tmp_path / "declared", tmp_path / "delivered"
    declared.mkdir()
    delivered.mkdir()
    builders.people(declared)
    settings.FUSION_DECLARATIONS, settings.HOME = declared, tmp_path
    files = builders.deliver(delivered)
    fusion.run("people", sources=files, responsibility=SYSTEM, at=NOW)
    access.define_role(
        actor=identity_builders.SYSTEM, code="reconciler", name="核对", name_en="Reconciler", duty=Duty.BUSINESS,
        permissions=list(fusion.Permission), at=NOW,
    )  # fmt: skip
    return files


def client_of(department: str) -> Client:
    organisation = identity_builders.an_organisation(name=department)
    fusion.name_office(department=department, organisation=organisation, responsibility=SYSTEM, at=NOW)
    post = identity_builders.a_post(organisation)
    access.grant_role(actor=identity_builders.SYSTEM, role="reconciler", post_id=post, region="33", at=NOW)
    identity_builders.an_account(identity_builders.an_official(post), department)
    client = Client()
    client.force_login(get_user_model().objects.get(username=department))
    return client


def test_the_department_answers_from_its_desk_and_others_cannot(fused: Path) -> None:
    row = Discrepancy.objects.get()
    police, health = client_of("public_security"), client_of("health")
    address = f"/officer/conflicts/discrepancies/{row.id}/"
    assert address in police.get("/officer/conflicts/").content.decode()
    assert address not in health.get("/officer/conflicts/").content.decode()
    assert health.post(address, {"value": "甲"}).status_code == 404
    assert builders.number(3) in police.get(address).content.decode()
    assert police.post(address, {"value": ""}).status_code == 422
    assert police.post(address, {"value": "陈甲"}).status_code == 302
    assert Discrepancy.objects.get().answer == "陈甲"
    assert police.post(address, {"other": "陈乙"}).status_code == 409
    assert Discrepancy.objects.get().answer == "陈甲"


def test_the_registrar_merges_and_splits_side_by_side(fused: Path) -> None:
    row = Review.objects.get()
    Review.objects.update(decision="pending", decided_at=None, by_machine=False)
    registrar, health = client_of(fusion.REGISTRAR), client_of("health")
    address = f"/officer/conflicts/reviews/{row.id}/"
    assert address in registrar.get("/officer/conflicts/").content.decode()
    assert health.get(address).status_code == 404
    assert health.post(address, {"decision": "merge"}).status_code == 404
    assert registrar.post(address, {"decision": "explode"}).status_code == 404
    assert registrar.post(address, {"decision": "split"}).status_code == 409
    assert registrar.post(address, {"decision": "merge"}).status_code == 302
    assert Review.objects.get().decision == "merged"
    assert address in registrar.get("/officer/conflicts/?show=merged").content.decode()
    assert registrar.post(address, {"decision": "split"}).status_code == 302
    assert Review.objects.get().decision == "separate"


def test_an_unreadable_cursor_is_refused(fused: Path) -> None:
    assert client_of("public_security").get("/officer/conflicts/?after=x").status_code in {400, 422}
