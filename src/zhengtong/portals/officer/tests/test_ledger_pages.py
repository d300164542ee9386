"""An auditor sees where an act stands in the log, what proves it, and hands out evidence, on record."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.kernel.pages.preferences import COOKIE
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.portals.officer.tests.test_records import look, somewhere_else
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.tests.test_ledger import CITIZEN
from zhengtong.trust.ledger.tests.test_ledger import look as look_of

HOME = "/officer/audit/ledger/"


def sequence() -> None:
    while ledger.sequence(clock.system.now()):
        pass


def uploaded(client: Client, written: bytes, name: str = "act.evidence.json") -> tuple[int, str]:
    answer = client.post("/verify/", {"file": SimpleUploadedFile(name, written)})
    return answer.status_code, answer.content.decode()


def test_the_log_s_state_is_shown_to_auditors_only(house: House, signed_in: SignIn) -> None:
    assert "日志尚未开始" in signed_in("auditor").get(HOME).content.decode()
    look(house)
    sequence()
    page = signed_in("auditor").get(HOME).content.decode()
    assert "zhengtong.invalid/ledger" in page
    assert "还没有见证方" in page
    assert signed_in("clerk").get(HOME).status_code == 403


def test_an_entry_is_found_by_number_and_by_id(house: House, signed_in: SignIn) -> None:
    mine = look(house)
    sequence()
    client = signed_in("auditor")
    for asked in (str(mine.id), _number(mine)):
        assert client.get(HOME, {"q": asked}).headers["Location"] == f"{HOME}{mine.id}/"
    assert "没有找到" in client.get(HOME, {"q": "99999"}).content.decode()
    assert "没有找到" in client.get(HOME, {"q": "甲"}).content.decode()
    assert client.get(f"{HOME}{uuid4()}/").status_code == 404


def _number(recorded: ledger.RecordedAct) -> str:
    return str(ledger.entry_proof(recorded.id).number)


def test_an_entry_shows_its_proof_once_it_is_signed(house: House, signed_in: SignIn) -> None:
    mine, client = look(house), signed_in("auditor")
    assert "尚无检查点覆盖" in client.get(f"{HOME}{mine.id}/").content.decode()
    assert client.post(f"{HOME}{mine.id}/evidence/").status_code == 404
    sequence()
    page = client.get(f"{HOME}{mine.id}/").content.decode()
    proof = ledger.entry_proof(mine.id)
    for shown in (proof.leaf_hash, proof.checkpoint.root, *proof.path):
        assert shown in page


def test_what_lies_outside_of_an_auditor_s_bounds_has_no_proof_for_them(house: House, signed_in: SignIn) -> None:
    foreign = somewhere_else()
    sequence()
    client, before = signed_in("auditor"), ledger.count_acts()
    assert client.get(f"{HOME}{foreign.id}/").status_code == 404
    assert client.post(f"{HOME}{foreign.id}/evidence/").status_code == 404
    assert signed_in("clerk").post(f"{HOME}{foreign.id}/evidence/").status_code == 403
    assert ledger.count_acts() == before


def test_handed_out_evidence_verifies_for_a_stranger_and_leaves_a_trace(house: House, signed_in: SignIn) -> None:
    mine = look(house)
    sequence()
    answer = signed_in("auditor").post(f"{HOME}{mine.id}/evidence/")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{mine.id}.evidence.json"'
    newest = ledger.looks_at(mine.act.concerns[0]).items[0]
    assert (newest.object_type, newest.subject) == ("trust.ledger.evidence", house.officials["auditor"])
    before = ledger.count_acts()
    status, page = uploaded(Client(), answer.content)
    assert (status, "无法判定" in page, str(mine.id) in page) == (200, True, True)  # no authority stamps in a test
    status, page = uploaded(Client(), answer.content.replace(b"index ", b"index 9"))
    assert (status, "证据不成立" in page) == (200, True)
    assert ledger.count_acts() == before


@pytest.mark.parametrize(
    ("written", "name", "said"),
    [
        (b"", "a.json", "empty"),
        (b"x" * 2_000_001, "a.json", "2 MB"),
        (b"{}", "a.exe", "exe"),
    ],
)
def test_what_cannot_be_a_bundle_is_refused_in_the_form(db: None, written: bytes, name: str, said: str) -> None:
    del db, said
    status, page = uploaded(Client(), written, name)
    assert (status, "核验结果" in page) == (422, False)


def test_a_file_that_is_no_evidence_says_so(db: None) -> None:
    del db
    status, page = uploaded(Client(), b'{"form": "<script>"}')
    assert (status, "证据不成立" in page, "<script>" in page) == (200, True, False)
    assert "does not hold" in _in_english(b"{}")


def _in_english(written: bytes) -> str:
    client = Client()
    client.cookies[COOKIE] = "en.system.standard"
    return uploaded(client, written)[1]


def test_a_citizen_takes_the_proof_of_a_look_at_their_own_data(house: House, signed_in: SignIn) -> None:
    mine, client = look(house), signed_in("citizen")
    sequence()
    page = client.get("/me/looks/").content.decode()
    assert f"/me/looks/{mine.id}/proof/" in page
    answer = client.get(f"/me/looks/{mine.id}/proof/")
    assert str(mine.id) in uploaded(Client(), answer.content)[1]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_citizen_gets_no_proof_that_names_somebody_else(house: House, signed_in: SignIn) -> None:
    mine = look(house)
    others = look_of(uuid4(), CITIZEN)
    together = look_of(uuid4(), CITIZEN, mine.act.concerns[0])
    sequence()
    client = signed_in("citizen")
    assert client.get(f"/me/looks/{others.id}/proof/").status_code == 404
    assert client.get(f"/me/looks/{together.id}/proof/").status_code == 403
    assert Client().get(f"/me/looks/{mine.id}/proof/").status_code in {302, 401}
