"""At the window: help with consent, look-ups with a purpose; both on record, both refused to whoever may not."""

from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries.tests import builders as registry
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger

HANDLING = "portals.officer.handling"


def test_a_look_up_shows_a_masked_resident_and_the_resident_sees_who_looked_and_why(
    house: House, signed_in: SignIn
) -> None:
    answer = signed_in("clerk").post("/officer/look-up/", {"id_number": registry.id_number(1), "purpose": HANDLING})
    page = answer.content.decode()
    assert "沈*国" in page
    assert "沈建国" not in page
    assert registry.id_number(1) not in page.replace(f'value="{registry.id_number(1)}"', "")
    assert answer["Cache-Control"].startswith("max-age=0")
    look = ledger.looks_at(registry.resident_id(1)).items[0]
    assert (look.subject, look.purpose, str(look.purpose_title)) == (
        house.officials["clerk"], HANDLING, "办理本人申请的事项",
    )  # fmt: skip


def test_a_look_up_without_a_purpose_reads_nothing(house: House, signed_in: SignIn) -> None:
    before = ledger.count_acts()
    for purpose in ("", "curiosity"):
        answer = signed_in("clerk").post("/officer/look-up/", {"id_number": registry.id_number(1), "purpose": purpose})
        assert answer.status_code == 422
        assert "沈*国" not in answer.content.decode()
    assert ledger.count_acts() == before


def test_a_number_that_is_not_there_is_refused_in_words(house: House, signed_in: SignIn) -> None:
    answer = signed_in("clerk").post("/officer/look-up/", {"id_number": builders.id_number(), "purpose": HANDLING})
    assert answer.status_code == 422
    assert "人口库中没有可供您查询的记录。" in answer.content.decode()


def test_whoever_may_not_look_up_or_help_is_told_so_and_nothing_is_read(house: House, signed_in: SignIn) -> None:
    before = ledger.count_acts()
    client = signed_in("auditor")
    form = {"id_number": registry.id_number(1), "purpose": HANDLING}
    assert client.post("/officer/look-up/", form).status_code == 403
    assert client.get("/officer/look-up/").status_code == client.get("/officer/assist/").status_code == 403
    refused = client.get("/officer/assist/").content.decode()
    assert "您没有办理这项操作的权限。" in refused
    menu = client.get("/officer/").content.decode()
    assert "/officer/look-up/" not in menu
    assert "/officer/assist/" not in menu
    assert ledger.count_acts() == before


def test_help_needs_consent_and_shows_a_banner_until_it_ends(house: House, signed_in: SignIn) -> None:
    client = signed_in("clerk")
    person = {"name": "沈建国", "id_number": registry.id_number(1)}
    refused = client.post("/officer/assist/", person)
    assert refused.status_code == 422
    assert "须经来人同意才能帮办代办。" in refused.content.decode()
    assert "正在帮" not in client.get("/officer/").content.decode()
    assert client.post("/officer/assist/", person | {"consent": "on"}).status_code == 302
    for path in ("/officer/", "/officer/colleagues/", "/officer/acts/"):
        assert "正在帮 沈*国 办事" in client.get(path).content.decode()
    begun = next(one for one in ledger.acts_by(house.officials["clerk"]).items if "begin" in one.act.business.command)
    assert begun.act.concerns == (registry.resident_id(1),)
    assert client.post("/officer/assist/end/").status_code == 302
    assert "正在帮" not in client.get("/officer/").content.decode()


def test_a_wrong_name_is_refused_without_saying_whose_number_it_is(house: House, signed_in: SignIn) -> None:
    answer = signed_in("clerk").post(
        "/officer/assist/", {"name": "王五", "id_number": registry.id_number(1), "consent": "on"}
    )
    assert answer.status_code == 422
    assert "沈" not in answer.content.decode()


def test_forms_of_the_window_cost_ten_statements_at_most(
    house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("clerk")
    for path in ("/officer/look-up/", "/officer/assist/"):
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
