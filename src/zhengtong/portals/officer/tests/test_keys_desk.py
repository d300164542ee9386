"""The key desk: who may come, what they see, what a button does."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    Algorithm,
    CertificateEntry,
    CertificateState,
    CustodianEntry,
    DistinguishedName,
    KeyState,
    Profile,
)
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.django_db
BY = builders.SYSTEM
ROOT = DistinguishedName(common_name="某省政务根")


@pytest.fixture
def authority() -> None:
    keys.establish_root(by=BY, code="root", name=ROOT, algorithm=Algorithm.SM2, at=clock.system.now())


def certified() -> keys.CertificateView:
    entry = CertificateEntry(
        authority="root",
        subject=DistinguishedName(common_name="网关一号"),
        holder="gateway-1",
        profile=Profile.DEVICE,
        days=20,
        public_key=keys.PrivateKey.generate(Algorithm.SM2).public.spki,
    )
    return keys.certify(by=BY, entry=entry, at=clock.system.now() - timedelta(minutes=1))


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


PATHS = (
    "/officer/keys/", "/officer/keys/certificates/", "/officer/keys/certificates/?show=ending",
    "/officer/keys/managed/", "/officer/keys/modules/", "/officer/keys/uses/",
    "/officer/keys/trusted/new/", "/officer/keys/trusted/recognition/", "/officer/keys/trusted/",
    "/officer/keys/certificates/new/",
    "/officer/keys/certificates/new/here/", "/officer/keys/certificates/new/request/",
)  # fmt: skip


@pytest.mark.parametrize("who", ["clerk", "auditor", "administrator"])
def test_the_desk_is_for_security_administrators(signed_in: SignIn, authority: None, who: str) -> None:
    client = signed_in(who)
    for path in PATHS:
        assert client.get(path).status_code == 403
    assert client.post("/officer/keys/authorities/root/list/").status_code == 403
    assert keys.authority("root").crl_number == 0
    assert "/officer/keys/" not in text(client, "/officer/rights/")


def test_the_desk_shows_authorities_and_publishes_a_list(signed_in: SignIn, authority: None) -> None:
    client = signed_in("security")
    certified()
    page = text(client, "/officer/keys/")
    assert "某省政务根" in page
    assert "尚未发布吊销列表" in page
    assert client.post("/officer/keys/authorities/root/list/").status_code == 302
    assert "吊销列表第 1 期" in text(client, "/officer/keys/")
    assert client.get("/pki/root.crl").content == keys.latest_crl("root")


def test_every_page_takes_few_statements(
    signed_in: SignIn, authority: None, django_assert_max_num_queries: object, house: House
) -> None:
    client, one = signed_in("security"), certified()
    key = keys.managed_keys()[0]
    in_custody(house, code="custody")
    asked = keys.ask_for_crl(by=BY, code="custody", at=clock.system.now())
    for path in (
        *PATHS,
        f"/officer/keys/certificates/{one.id}/",
        f"/officer/keys/certificates/{one.id}/revoke/",
        f"/officer/keys/certificates/{one.id}/renew/",
        f"/officer/keys/certificates/{one.id}/recognition/",
        f"/officer/keys/managed/{key.id}/",
        f"/officer/keys/managed/{key.id}/step/?to=destroyed",
        f"/officer/keys/uses/{asked.id}/",
    ):
        client.get(path)
        with django_assert_max_num_queries(9):  # type: ignore[operator]
            client.get(path)


def test_a_certificate_is_found_suspended_resumed_and_revoked(signed_in: SignIn, authority: None, house: House) -> None:
    client, one = signed_in("security"), certified()
    assert "网关一号" in text(client, "/officer/keys/certificates/?q=gateway")
    there = f"/officer/keys/certificates/{one.id}/"
    for step, state in (("suspend", CertificateState.SUSPENDED), ("resume", CertificateState.VALID)):
        assert client.post(f"{there}{step}/").status_code == 422
        assert client.post(f"{there}{step}/", {"note": "公文第 7 号"}).status_code == 302
        assert keys.certificate(one.id).state is state
    assert client.post(f"{there}revoke/", {"reason": "nonsense", "note": "x"}).status_code == 422
    assert "吊销不能撤销" in text(client, f"{there}revoke/")
    assert client.post(f"{there}revoke/", {"reason": "key_compromise", "note": "x"}).status_code == 302
    assert "私钥泄露" in text(client, there)
    assert client.post(f"{there}suspend/", {"note": "x"}).status_code == 422
    assert client.get(f"{there}suspend/").status_code == 409
    assert keys.certificate(one.id).state is CertificateState.REVOKED
    last = ledger.acts_on("trust.keys.certificate", str(one.id)).items[0]
    assert last.act.responsibility.subject == house.officials["security"]


def test_a_key_goes_through_its_states(signed_in: SignIn, house: House) -> None:
    client = signed_in("security")
    key = keys.make_key(by=BY, title="签名密钥", holder="x", algorithm=Algorithm.SM2, at=clock.system.now())
    there = f"/officer/keys/managed/{key.id}/"
    assert "签名密钥" in text(client, "/officer/keys/managed/")
    for to in ("active", "suspended", "compromised", "destroyed"):
        assert client.post(f"{there}step/", {"to": to}).status_code == 302
        assert keys.managed_key(key.id).state is KeyState(to)
    assert client.post(f"{there}step/", {"to": "active"}).status_code == 409
    assert client.post(f"{there}step/", {"to": "nonsense"}).status_code == 422
    assert "变更状态" not in text(client, there)


def in_custody(house: House, code: str = "root") -> dict[str, str]:
    words = {name: f"passphrase of {name}" for name in ("clerk", "auditor", "administrator")}
    custodians = [
        CustodianEntry(subject=house.officials[name], name=name, passphrase=word) for name, word in words.items()
    ]
    keys.establish_root(
        by=BY,
        code=code,
        name=ROOT,
        algorithm=Algorithm.SM2,
        at=clock.system.now(),
        custodians=custodians,
        threshold=2,
    )
    return words


def test_custodians_approve_one_by_one_and_see_nothing_else(signed_in: SignIn, house: House) -> None:
    words = in_custody(house)
    security = signed_in("security")
    form = {"code": "devices", "name": "设备签发"}
    assert "等待保管人批准" in text(security, "/officer/keys/authorities/root/below/")
    response = security.post("/officer/keys/authorities/root/below/", form)
    assert response.status_code == 302
    there = response.headers["Location"]
    assert security.post(there, {"passphrase": "whatever it is"}).status_code == 422
    clerk, auditor = signed_in("clerk"), signed_in("auditor")
    assert 'href="/officer/keys/uses/"' in text(clerk, "/officer/rights/")  # their way, should the reminder be gone
    assert "/officer/keys/uses/" not in text(security, "/officer/rights/")
    assert there in text(clerk, "/officer/keys/uses/")
    assert "设备签发" in text(clerk, there)
    assert "签发机构</h2>" not in text(clerk, "/officer/keys/")
    wrong = clerk.post(there, {"passphrase": words["auditor"]})
    assert wrong.status_code == 422
    assert "口令不正确" in wrong.content.decode()
    assert words["auditor"] not in wrong.content.decode()
    assert "还差 2 人批准" in text(clerk, there)
    assert clerk.post(there, {"passphrase": words["clerk"]}).status_code == 302
    assert "还差 1 人批准" in text(clerk, there)
    assert clerk.post(there, {"passphrase": words["clerk"]}).status_code == 422
    assert clerk.post(f"{there}refuse/", {"note": "x"}).status_code == 422
    assert [one.code for one in keys.authorities()] == ["root"]
    assert auditor.post(there, {"passphrase": words["auditor"]}).status_code == 302
    assert [one.code for one in keys.authorities()] == ["root", "devices"]
    assert "已办结" in text(security, there)


def test_custodians_refuse_with_a_reason_and_wrong_passphrases_close_a_share(signed_in: SignIn, house: House) -> None:
    words = in_custody(house)
    asked = keys.ask_for_crl(by=BY, code="root", at=clock.system.now())
    there = f"/officer/keys/uses/{asked.id}/"
    clerk, auditor, security = signed_in("clerk"), signed_in("auditor"), signed_in("security")
    assert "根密钥使用申请等待您答复" in text(clerk, "/officer/inbox/messages/")
    assert "连续错误五次" in text(auditor, there)
    for _number in range(5):
        assert "口令不正确" in auditor.post(there, {"passphrase": "wrong words"}).content.decode()
    closed = auditor.post(there, {"passphrase": words["auditor"]})
    assert "份额暂停使用至" in closed.content.decode()
    assert clerk.post(f"{there}refuse/", {"note": ""}).status_code == 422
    assert clerk.post(f"{there}refuse/", {"note": "未见公文"}).status_code == 302
    assert "未见公文" in text(security, there)
    assert text(security, f"{there}refuse/", 403)
    assert auditor.post(f"{there}refuse/", {"note": "同样"}).status_code == 302
    assert "已拒绝" in text(security, "/officer/keys/uses/")
    assert "批准使用根密钥</button>" not in text(signed_in("administrator"), there)
    last = [found.act.business.command for found in ledger.acts_on("trust.keys.ceremony", str(asked.id)).items]
    assert last.count("trust.keys.wrong_passphrase") == 5


def test_a_stranger_sees_no_use_of_a_root_key(signed_in: SignIn, house: House) -> None:
    in_custody(house)
    custodians = keys.ask_for_crl(by=BY, code="root", at=clock.system.now())
    other = signed_in("citizen")
    for path in ("/officer/keys/uses/", f"/officer/keys/uses/{custodians.id}/"):
        assert other.get(path).status_code == 403


def test_a_taken_code_is_told_on_the_form(signed_in: SignIn, house: House, authority: None) -> None:
    client = signed_in("security")
    response = client.post("/officer/keys/authorities/root/below/", {"code": "root", "name": "x"})
    assert response.status_code == 422
    assert "已被使用" in response.content.decode()
    assert client.get(f"/officer/keys/uses/{UUID(int=1)}/").status_code == 409
