"""Issuing at the key desk: filled in, confirmed as it will be, issued once, downloaded, renewed, by permission."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.kernel.pages.api import Asked
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, Profile

pytestmark = pytest.mark.django_db
BY = builders.SYSTEM
NEW = "/officer/keys/certificates/new/"
NAME = DistinguishedName(common_name="共享网关")
HERE = {
    "authority": "root", "kind": "application", "holder": "gateway-2", "name": "共享网关", "organisation": "某县",
    "profile": "pair", "algorithm": "sm2", "provider": "software", "days": "365",
}  # fmt: skip


@pytest.fixture(autouse=True)
def authority(house: House) -> None:
    keys.establish_root(
        by=BY, code="root", name=DistinguishedName(common_name="某省根"), algorithm=Algorithm.SM2, at=clock.system.now()
    )


def asked(changes: dict[str, Any] | None = None, *, algorithm: Algorithm = Algorithm.SM2) -> dict[str, Any]:
    der = keys.write_request(NAME, keys.PrivateKey.generate(algorithm))
    file = SimpleUploadedFile("gateway.csr", der)
    return {
        "authority": "root", "kind": "device", "holder": "box-1", "profile": "device", "days": "30", "file": file,
    } | (changes or {})  # fmt: skip


def sent(page: str) -> dict[str, str]:
    """Return what the confirmation page would send."""
    form = page[page.index('<form method="post"') :] if 'form method="post"' in page else page
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def confirm(client: Client, way: str, data: dict[str, Any]) -> dict[str, str]:
    response = client.post(f"{NEW}{way}/", data)
    assert response.status_code == 200, response.content.decode()
    assert not issued()
    return sent(response.content.decode())


def issued() -> list[keys.CertificateView]:
    return list(keys.page_of_certificates(Asked(), show=keys.CertificateFilter.ALL, at=clock.system.now()).rows)


def test_a_pair_is_confirmed_issued_once_and_its_private_key_never_shown(signed_in: SignIn) -> None:
    client = signed_in("security")
    page = client.post(f"{NEW}here/", HERE).content.decode()
    for word in ("共享网关", "某省根", "签名、加密", "SM2", "从不显示"):
        assert word in page
    again = sent(page)
    first = client.post(f"{NEW}here/", again)
    second = client.post(f"{NEW}here/", again)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert {one.profile for one in issued()} == {Profile.SIGNING, Profile.ENCRYPTION}
    shown = client.get(first.headers["Location"]).content.decode()
    assert "双证书的另一张" in shown
    assert "PRIVATE" not in shown


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
def test_an_uploaded_request_is_shown_confirmed_and_certified(signed_in: SignIn, algorithm: Algorithm) -> None:
    client = signed_in("security")
    again = confirm(client, "request", asked(algorithm=algorithm))
    assert "BEGIN CERTIFICATE REQUEST" in again["csr"]
    there = client.post(f"{NEW}request/", again).headers["Location"]
    [one] = issued()
    assert one.subject == "共享网关"
    for form, start in (("der", b"0\x82"), ("pem", b"-----BEGIN CERTIFICATE-----")):
        assert client.get(f"{there}files/{form}/").content.startswith(start)
    chain = client.get(f"{there}files/chain/")
    assert chain.content.count(b"BEGIN CERTIFICATE") == 2
    assert one.serial in chain.headers["Content-Disposition"]
    assert client.get(f"{there}files/key/").status_code == 404


def test_back_from_the_confirmation_keeps_what_was_filled_in(signed_in: SignIn) -> None:
    client = signed_in("security")
    again = confirm(client, "here", HERE)
    page = client.post(f"{NEW}here/", again | {"back": "1"}).content.decode()
    assert 'value="共享网关"' in page
    assert not issued()


@pytest.mark.parametrize(
    ("way", "data", "words"),
    [
        ("here", HERE | {"days": "2000"}, "最长 1830 天"),
        ("here", HERE | {"days": ""}, "填写有误"),
        ("here", HERE | {"holder": "33 0521"}, "只用字母、数字"),
        ("here", HERE | {"kind": "device", "profile": "time_stamping"}, "不能签发这种证书"),
        ("here", HERE | {"kind": "token"}, "填写有误"),
        ("here", HERE | {"algorithm": "ecdsa-p256"}, "不支持算法"),
        ("here", HERE | {"authority": "nowhere"}, "填写有误"),
        ("request", {}, "请粘贴证书申请"),
        ("request", {"csr": "hello"}, "第 1 行，缺少 BEGIN CERTIFICATE REQUEST"),
        ("request", {"csr": "-----BEGIN EC PRIVATE KEY-----\nsecret\n"}, "这是私钥"),
        ("request", {"file": SimpleUploadedFile("x", b"0\x80\x00\x00")}, "第 2 字节"),
        ("request", {"file": SimpleUploadedFile("x", b"0" * 17_000)}, "文件超过 16 KB"),
        ("request", {"kind": "token", "profile": "signing"}, "请写明载体种类"),
    ],
)
def test_what_cannot_be_issued_is_told_on_the_form(
    signed_in: SignIn, way: str, data: dict[str, Any], words: str
) -> None:
    client = signed_in("security")
    if way == "request":
        base = asked()
        if data.keys() & {"csr", "file"} or not data:
            del base["file"]
        data = base | data
    response = client.post(f"{NEW}{way}/", data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not issued()


def test_a_token_s_certificate_names_its_container(signed_in: SignIn) -> None:
    client = signed_in("security")
    chip = {"kind": "token", "profile": "signing", "token_kind": "simulated", "token": "T-1", "container": "seal"}
    there = client.post(f"{NEW}request/", confirm(client, "request", asked(chip))).headers["Location"]
    assert "模拟载体 T-1" in client.get(there).content.decode()
    assert "共享网关" in client.get("/officer/keys/certificates/?q=t-1").content.decode()


def test_an_encryption_key_is_delivered_into_a_token_by_a_file_that_its_page_hands_out(signed_in: SignIn) -> None:
    client = signed_in("security")
    chip = {"kind": "token", "profile": "pair", "token_kind": "simulated", "token": "T-1", "container": "seal"}
    assert "装入只有这个容器能打开的信封" in client.post(f"{NEW}request/", asked(chip)).content.decode()
    there = client.post(f"{NEW}request/", confirm(client, "request", asked(chip))).headers["Location"]
    page = client.get(there).content.decode()
    for word in ("送入载体", "zhengtong token install", "将加密密钥送入载体", "模拟载体 T-1"):
        assert word in page
    file = client.get(f"{there}files/delivery/")
    assert file.headers["Content-Disposition"].endswith('.delivery.json"')
    assert keys.read_delivery(file.content).container == "seal"
    [sign] = [one for one in issued() if one.profile is Profile.SIGNING]
    assert client.get(f"/officer/keys/certificates/{sign.id}/files/delivery/").status_code == 404
    refused = client.post(f"{NEW}request/", asked(chip, algorithm=Algorithm.ECDSA_P256))
    assert refused.status_code == 422
    assert "不支持算法" in refused.content.decode()


def test_a_certificate_is_renewed_once_over_a_new_key(signed_in: SignIn) -> None:
    client = signed_in("security")
    client.post(f"{NEW}here/", confirm(client, "here", HERE | {"profile": "device"}))
    [old] = issued()
    there = f"/officer/keys/certificates/{old.id}/renew/"
    assert "旧证书在到期或吊销以前仍然有效" in client.get(there).content.decode()
    assert client.post(there, {"days": "9999", "key": "same"}).status_code == 422
    assert client.post(there, {"days": "100", "key": "new"}).status_code == 302
    again = client.post(there, {"days": "100", "key": "new"})
    assert again.status_code == 422
    assert "已换发过" in again.content.decode()
    newest = issued()[0] if issued()[0].replaces else issued()[-1]
    assert newest.replaces == old.id
    assert newest.key != old.key


def test_what_is_published_is_shown_and_mended_from_the_certificate_s_page(signed_in: SignIn) -> None:
    client = signed_in("security")
    client.post(f"{NEW}here/", confirm(client, "here", HERE | {"profile": "device"}))
    [one] = issued()
    there = f"/officer/keys/certificates/{one.id}/"
    client.post(f"{there}revoke/", {"reason": "superseded", "note": "换新设备"})
    page = client.get(there).content.decode()
    assert "与现在的状态不一致" in page
    assert "换新设备" in page
    published = client.post("/officer/keys/authorities/root/list/", {"certificate": str(one.id)})
    assert published.headers["Location"] == there
    page = client.get(there).content.decode()
    assert "已列入" in page
    assert "不一致" not in page
    assert page.index("吊销证书") < page.index("签发证书</strong>")


def test_the_list_of_what_ends_is_sorted_and_exported(signed_in: SignIn) -> None:
    client, at = signed_in("security"), clock.system.now()
    for name, days in (("二十天", 20), ("五天", 5), ("一年", 365)):
        entry = keys.CertificateEntry(
            authority="root", subject=DistinguishedName(common_name=name), holder="x", profile=Profile.DEVICE,
            days=days, public_key=keys.PrivateKey.generate(Algorithm.SM2).public.spki,
        )  # fmt: skip
        keys.certify(by=BY, entry=entry, at=at - timedelta(minutes=1))
    path = "/officer/keys/certificates/?show=ending"
    page = client.get(path).content.decode()
    assert page.index("五天") < page.index("二十天")
    assert "一年" not in page
    lines = client.get(f"{path}&sort=-ends&format=csv").getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["二十天", "五天"]


@pytest.mark.parametrize(
    ("permission", "may", "may_not"),
    [
        (keys.Permission.CERTIFY, "renew/", "revoke/"),
        (keys.Permission.REVOKE, "revoke/", "renew/"),
        (keys.Permission.RECOGNISE, "", "suspend/"),
    ],
)
def test_each_permission_opens_its_own_steps_and_no_other(
    signed_in: SignIn, house: House, permission: keys.Permission, may: str, may_not: str
) -> None:
    entry = keys.CertificateEntry(
        authority="root", subject=NAME, holder="x", profile=Profile.DEVICE, days=20,
        public_key=keys.PrivateKey.generate(Algorithm.SM2).public.spki,
    )  # fmt: skip
    one = keys.certify(by=BY, entry=entry, at=clock.system.now() - timedelta(minutes=1))
    access.define_role(
        actor=BY, code="security", name="security", name_en="security", duty=Duty.SECURITY,
        permissions=[str(permission)], at=clock.system.now(),
    )  # fmt: skip
    client, there = signed_in("security"), f"/officer/keys/certificates/{one.id}/"
    assert client.get(f"{there}{may}").status_code == 200
    assert client.get(f"{there}{may_not}").status_code == 403
    assert client.post(f"{there}{may_not}", {"note": "x", "reason": "superseded", "days": "3"}).status_code == 403
    page = client.get(there).content.decode()
    assert f"{there}{may_not}" not in page
    assert (client.get(NEW).status_code == 200) is (permission is keys.Permission.CERTIFY)
    assert keys.certificate(one.id).state is keys.CertificateState.VALID
