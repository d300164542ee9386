"""An official writes a registered letter, checks it, sends it once, and follows it until it is opened."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries.tests import builders as registry
from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.conftest import COUNTY, House, SignIn
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.tests.builders import allow_sending, oneself
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys.api import mask_name
from zhengtong.trust.ledger import api as ledger

NUMBER, MASKED = registry.id_number(1), mask_name(registry.PEOPLE[1][0])
SAID = {"subject": "补正材料通知", "text": "请补交租赁合同。", "clause": "行政许可法§32"}
MOST_STATEMENTS = 10


@pytest.fixture
def sender(house: House, signed_in: SignIn) -> Client:
    """The client of an official who may send for the bureau."""
    allow_sending(house.posts["clerk"], house.bureau, COUNTY)
    return signed_in("clerk")


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def key_in(client: Client) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page(client.get("/officer/letters/new/")))
    assert found
    return found[1]


def prepare(client: Client, **changes: str) -> str:
    """Write a letter and return the address of its confirmation."""
    answer = client.post("/officer/letters/new/", {"key": key_in(client), "number": NUMBER, **SAID, **changes})
    assert answer.status_code == 302, page(answer)
    return str(answer["Location"])


def send(client: Client, **changes: str) -> UUID:
    address = prepare(client, **changes)
    digest = re.search(r'name="digest" value="([^"]+)"', page(client.get(address)))
    assert digest
    answer = client.post(address, {"digest": digest[1]})
    assert answer.status_code == 302
    return UUID(str(answer["Location"]).rstrip("/").rsplit("/", 1)[-1])


def test_nothing_is_sent_before_it_is_checked_and_then_only_once(sender: Client) -> None:
    address = prepare(sender)
    assert NUMBER not in address
    shown = page(sender.get(address))
    for words in ("不能撤回", "不算送达", MASKED, SAID["text"]):
        assert words in shown
    assert NUMBER not in shown
    assert LetterRow.objects.get().sent_at is None
    row = LetterRow.objects.get()
    for _ in range(2):
        assert sender.post(address, {"digest": row.digest}).status_code == 302
    acts = ledger.acts_on("trust.delivery.letter", str(row.id)).items
    assert [one.act.business.command for one in acts].count("trust.delivery.send_letter") == 1
    assert sender.get(address)["Location"] == f"/officer/letters/{row.id}/"


def test_a_letter_is_changed_before_it_is_sent_and_the_old_page_sends_nothing(sender: Client) -> None:
    address = prepare(sender)
    before, edit = LetterRow.objects.get(), address.replace("confirm", "edit")
    shown = page(sender.get(edit))
    assert SAID["text"] in shown
    assert 'name="number"' not in shown
    answer = sender.post(edit, {"key": str(before.key), **SAID, "text": "请补交两份合同。"})
    assert answer["Location"] == address
    assert sender.post(address, {"digest": before.digest}).status_code == 409
    assert LetterRow.objects.get().sent_at is None
    assert "请补交两份合同。" in page(sender.get(address))
    sender.post(address.replace("confirm", "discard"))
    assert not LetterRow.objects.exists()


@pytest.mark.parametrize(
    ("unfit", "words"),
    [({"number": "330521199001011232"}, "没有找到"), ({"text": ""}, "请填写正文"), ({"clause": " "}, "请写明法律依据")],
)
def test_an_unfit_letter_comes_back_with_what_is_wrong(sender: Client, unfit: dict[str, str], words: str) -> None:
    said = {"key": key_in(sender), "number": NUMBER, **SAID, **unfit}
    answer = sender.post("/officer/letters/new/", said)
    assert (answer.status_code, words in page(answer)) == (422, True)
    assert not LetterRow.objects.exists()


def test_a_letter_is_followed_and_the_list_exported_in_part(
    sender: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    citizen = oneself(registry.resident_id(1))
    delivery.give_consent(actor=citizen, at=clock.system.now())
    letter = send(sender)
    delivery.put_into_box(letter=letter, at=clock.system.now())
    delivery.open_registered(actor=citizen, letter=letter, at=clock.system.now())
    with django_assert_max_num_queries(MOST_STATEMENTS):
        listed = page(sender.get("/officer/letters/?state=opened"))
    for words in (MASKED, "本人", "送达"):
        assert words in listed
    assert f"/officer/letters/{letter}/" not in page(sender.get("/officer/letters/?state=arrived"))
    table = b"".join(sender.get("/officer/letters/?format=csv")).decode()
    assert MASKED in table
    assert not {registry.PEOPLE[1][0], NUMBER, SAID["subject"], SAID["text"]} & set(re.split(r"[,\r\n]", table))
    with django_assert_max_num_queries(MOST_STATEMENTS):
        shown = page(sender.get(f"/officer/letters/{letter}/"))
    assert "电子签名法第十一条" in shown
    assert SAID["text"] not in shown
    assert SAID["text"] in page(sender.post(f"/officer/letters/{letter}/"))
    looks = [look.purpose for look in ledger.looks_at(citizen.subject).items]
    assert looks == ["trust.delivery.sent", "trust.delivery.addressing"]
    while ledger.sequence(clock.system.now()):
        pass
    answer = sender.get(f"/officer/letters/{letter}/arrival/evidence.json")
    assert answer["Content-Type"] == "application/json"
    assert ledger.verify_evidence(answer.content).outcome != "failed"
    assert sender.get(f"/officer/letters/{letter}/reading/evidence.json").status_code == 404


def test_others_see_no_letters(house: House, signed_in: SignIn, sender: Client) -> None:
    letter = send(sender)
    other = builders.a_post(builders.an_organisation(house.government, name="另一局", region=COUNTY), "岗")
    builders.an_account(builders.an_official(other, name="别人"), "other")
    for client in (signed_in("other"), signed_in("auditor")):
        for address in ("", "new/", f"{letter}/", f"{letter}/confirm/", f"{letter}/sending/evidence.json"):
            assert client.get(f"/officer/letters/{address}").status_code in {403, 404}
    assert "/officer/letters/" not in page(signed_in("other").get("/officer/"))
    assert "/officer/letters/" in page(sender.get("/officer/"))
