"""The licence desk shows a body its licences masked, opens one on the record, and acts with reason and clause."""

from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries.tests import builders as registry
from zhengtong.kernel.checkdigits import compose_credit_code
from zhengtong.portals.officer.tests.conftest import COUNTY, House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty, OrganisationEntry, OrganisationKind, OrganisationLevel
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.api import LicenseState, LicenseView
from zhengtong.trust.licenses.models import ELicense
from zhengtong.trust.licenses.tests.builders import publish

BODY = UUID("5f0c64d6-6f0e-4a55-9c0a-0e5f5d2f6b11")
NUMBER = registry.id_number(1)
ATTRIBUTES = {"name": "沈一帆", "id_number": NUMBER, "born_on": "1955-03-07"}
GROUND = {"reason": "核查中", "clause": "国务院令第716号§10"}


@pytest.fixture
def bureau(house: House) -> UUID:
    """A bureau with a credit code, beside the one the clerk works in."""
    entry = OrganisationEntry(
        id=BODY, parent=house.government, name="德清县民政局", name_en="Civil Affairs Bureau",
        code=compose_credit_code(authority="1", category="1", region=COUNTY, organisation="00282002"),
        kind=OrganisationKind.DEPARTMENT, level=OrganisationLevel.COUNTY, region=COUNTY,
    )  # fmt: skip
    identity.bulk_establish_organisations([entry], actor=builders.SYSTEM, at=builders.NOW)
    publish()
    return BODY


@pytest.fixture
def keeper(bureau: UUID, signed_in: SignIn) -> Client:
    """The client of an official who keeps the bureau's licences."""
    access.define_role(
        actor=builders.SYSTEM, code="licence_keeper", name="keeper", name_en="keeper", duty=Duty.BUSINESS,
        permissions={str(one) for one in licenses.Permission}, at=builders.NOW,
    )  # fmt: skip
    post = builders.a_post(bureau, "证照岗")
    builders.an_account(builders.an_official(post, name="证照甲"), "keeper")
    access.grant_role(
        actor=builders.SYSTEM, role="licence_keeper", post_id=post, organisation=bureau, region=COUNTY, at=builders.NOW
    )
    return signed_in("keeper")


@pytest.fixture
def licence(bureau: UUID) -> LicenseView:
    return an_issue(bureau)


def an_issue(bureau: UUID) -> LicenseView:
    return licenses.issue(
        actor=builders.SYSTEM, type_key="senior_card", issuer=bureau, holder=registry.resident_id(1),
        attributes=ATTRIBUTES, at=builders.NOW,
    )  # fmt: skip


def state_of(licence: LicenseView) -> LicenseState:
    return LicenseState(ELicense.objects.get(pk=licence.id).state)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_list_is_masked_filtered_and_exported_without_personal_data(keeper: Client, licence: LicenseView) -> None:
    page = text(keeper, "/officer/licences/")
    serial = licence.number.split(".")[-3]
    assert serial in page
    assert NUMBER not in page
    assert "沈一帆" not in page
    assert serial in text(keeper, f"/officer/licences/?q={licence.number.lower()}&type=senior_card&state=valid")
    for query in ("q=0000000000", "state=revoked", "state=expired", "type=veteran_card"):
        assert serial not in text(keeper, f"/officer/licences/?{query}")
    file = b"".join(keeper.get("/officer/licences/?format=csv")).decode()
    assert licence.number in file
    assert "持证人" not in file


def test_other_bodies_see_and_do_nothing(house: House, signed_in: SignIn, licence: LicenseView) -> None:
    del house
    clerk = signed_in("clerk")
    assert clerk.get("/officer/licences/").status_code == 403
    assert clerk.get("/officer/licences/holder/").status_code == 403
    for name in ("", "open/", "revoke/"):
        assert clerk.get(f"/officer/licences/{licence.id}/{name}").status_code in {403, 404}
    assert '/officer/licences/"' not in text(clerk, "/officer/")


def test_a_full_look_asks_what_for_and_is_on_record(keeper: Client, licence: LicenseView) -> None:
    address = f"/officer/licences/{licence.id}/"
    masked = text(keeper, address)
    assert NUMBER not in masked
    assert keeper.post(f"{address}open/", {}).status_code == 422
    answer = keeper.post(f"{address}open/", {"purpose": "trust.licenses.checking"})
    assert NUMBER in answer.content.decode()
    assert answer["Cache-Control"].startswith("max-age=0")
    [look] = ledger.looks_at(registry.resident_id(1)).items
    assert (look.purpose, look.clause) == ("trust.licenses.checking", "个人信息保护法§34")
    assert "签发单位核实证照内容" in text(keeper, address)


def test_a_holder_is_found_by_number_for_a_purpose_on_record(keeper: Client, licence: LicenseView) -> None:
    answer = keeper.post("/officer/licences/holder/", {"number": NUMBER, "purpose": "trust.licenses.handling"})
    page = answer.content.decode()
    assert str(licence.id) in page
    assert [look.purpose for look in ledger.looks_at(registry.resident_id(1)).items] == ["trust.licenses.handling"]
    answer = keeper.post("/officer/licences/holder/", {"number": "1", "purpose": "trust.licenses.handling"})
    assert (answer.status_code, "没有登记这个持证人" in answer.content.decode()) == (422, True)


def test_a_licence_is_suspended_resumed_and_revoked_with_reason_and_clause(
    keeper: Client, licence: LicenseView
) -> None:
    address = f"/officer/licences/{licence.id}/"
    assert keeper.post(f"{address}suspend/", {"revision": 1, "reason": "", "clause": ""}).status_code == 422
    assert state_of(licence) is LicenseState.VALID
    for revision, (name, state) in enumerate(
        [("suspend", LicenseState.SUSPENDED), ("resume", LicenseState.VALID), ("revoke", LicenseState.REVOKED)], start=1
    ):
        answer = keeper.post(f"{address}{name}/", {**GROUND, "revision": revision})
        assert (answer.status_code, state_of(licence)) == (302, state)
    last = ledger.acts_on("trust.license", str(licence.id)).items[0].act
    assert (last.business.command, last.authority.clause) == ("trust.licenses.revoke", "国务院令第716号§10")
    assert f"{address}suspend/" not in text(keeper, address)
    answer = keeper.post(f"{address}suspend/", {**GROUND, "revision": 4})
    assert (answer.status_code, "当前状态" in answer.content.decode()) == (422, True)


def test_of_two_officers_at_once_the_second_is_told(keeper: Client, licence: LicenseView) -> None:
    address = f"/officer/licences/{licence.id}/suspend/"
    assert 'name="revision" value="1"' in text(keeper, address)
    assert keeper.post(address, {**GROUND, "revision": 1}).status_code == 302
    answer = keeper.post(f"/officer/licences/{licence.id}/revoke/", {**GROUND, "revision": 1})
    assert (answer.status_code, "已被他人办理过" in answer.content.decode()) == (422, True)
    assert state_of(licence) is LicenseState.SUSPENDED


def test_a_replacement_keeps_what_is_left_empty_and_warns_first(keeper: Client, licence: LicenseView) -> None:
    address = f"/officer/licences/{licence.id}/replace/"
    assert "不能撤回" in text(keeper, address)
    assert keeper.post(address, {**GROUND, "revision": 1}).status_code == 422
    answer = keeper.post(address, {**GROUND, "revision": 1, "field_name": "沈一凡"})
    assert answer.status_code == 302
    new = ELicense.objects.get(replaces=licence.id)
    opened = licenses.open_kept_license(
        actor=builders.SYSTEM, license_id=new.id, purpose=licenses.KeepingPurpose.CHECKING, at=builders.NOW
    )
    assert {one.key: one.value for one in opened.fields} == {**ATTRIBUTES, "name": "沈一凡"}
    page = text(keeper, f"/officer/licences/{new.id}/")
    assert f"/officer/licences/{licence.id}/" in page
    assert keeper.get(f"/officer/licences/{licence.id}/melt/").status_code == 404


def test_pages_take_few_statements(
    keeper: Client, bureau: UUID, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    issued = [an_issue(bureau) for _ in range(6)]
    for address in ("/officer/licences/", f"/officer/licences/{issued[0].id}/"):
        with django_assert_max_num_queries(10):
            keeper.get(address)
