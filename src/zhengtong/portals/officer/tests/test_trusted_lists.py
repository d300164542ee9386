"""The trusted list at the key desk: entered with its basis, confirmed, signed, withdrawn, downloaded, examined."""

import html
import re
import ssl
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Algorithm, DistinguishedName

pytestmark = pytest.mark.django_db
BY = builders.SYSTEM
THERE = "/officer/keys/trusted/"


@pytest.fixture
def signer(house: House) -> str:
    at = clock.system.now()
    keys.establish_root(
        by=BY, code="root", name=DistinguishedName(common_name="某省根"), algorithm=Algorithm.SM2, at=at
    )
    sign, _encrypt = keys.distribute_pair(
        by=BY, authority="root", subject=DistinguishedName(common_name="列表签发"), holder="list",
        algorithm=Algorithm.SM2, days=300, at=at,
    )  # fmt: skip
    keys.publish_crl(by=BY, code="root", at=at)
    return str(sign.id)


def filled(by: str, **changes: Any) -> dict[str, Any]:
    return {
        "replaces": "0", "signer": by, "basis": "互认协议第 3 号", "name": "某省政务根", "assurance": "3",
        "purposes": ["seal", "sign_in"], "certificate": ssl.DER_cert_to_PEM_cert(keys.authority("root").certificate),
    } | changes  # fmt: skip


def sent(page: str) -> dict[str, Any]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    values: dict[str, Any] = {}
    for name, value in found:
        if name != "csrfmiddlewaretoken":
            values.setdefault(name, []).append(html.unescape(value))
    return values


def test_an_entry_is_confirmed_signed_downloaded_and_withdrawn(signed_in: SignIn, signer: str) -> None:
    client = signed_in("security")
    assert "还没有发布可信列表" in client.get(THERE).content.decode()
    confirm = client.post(f"{THERE}new/", filled(signer, until_0="2030", until_1="1", until_2="2"))
    page = confirm.content.decode()
    assert confirm.status_code == 200
    for words in ("电子印章、登录", "互认协议第 3 号", "2030-01-02", "第 1 版"):
        assert words in page
    assert keys.trusted_list() is None
    again = sent(page)
    assert "互认协议第 3 号" in client.post(f"{THERE}new/", again | {"back": "1"}).content.decode()
    assert client.post(f"{THERE}new/", again).status_code == 302
    assert client.post(f"{THERE}new/", again).status_code == 422  # the same confirmation again publishes nothing
    assert keys.list_versions()[0][0] == 1
    assert client.get(f"{THERE}versions/1/").content == keys.trusted_list_signed(1)
    assert client.get(f"{THERE}versions/2/").status_code == 404
    assert client.post(f"{THERE}0/withdraw/", {"replaces": "1", "signer": signer, "basis": ""}).status_code == 422
    assert client.post(f"{THERE}0/withdraw/", {"replaces": "0", "signer": signer, "basis": "x"}).status_code == 422
    assert client.post(f"{THERE}0/withdraw/", {"replaces": "1", "signer": signer, "basis": "期满"}).status_code == 302
    page = client.get(THERE).content.decode()
    assert "已撤回" in page
    assert "期满" in page
    assert client.get(f"{THERE}0/withdraw/").status_code == 404
    assert client.get(f"{THERE}9/withdraw/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"basis": ""}, "请写明依据"),
        ({"purposes": []}, "请至少选择一个领域"),
        ({"certificate": ""}, "请粘贴证书"),
        ({"certificate": "hello"}, "这不是证书"),
        ({"certificate": "", "file": SimpleUploadedFile("x", b"0\x80")}, "这不是证书"),
        ({"certificate": "", "file": SimpleUploadedFile("x", b"0" * 17_000)}, "文件超过 16 KB"),
        ({"signer": "nobody"}, "填写有误"),
        ({"until_0": "2020", "until_1": "1", "until_2": "1", "confirmed": "on"}, "填写有误"),
        ({"replaces": "5", "confirmed": "on"}, "内容已被他人更新"),
    ],
)
def test_what_cannot_be_listed_is_told_on_the_form(
    signed_in: SignIn, signer: str, changes: dict[str, Any], words: str
) -> None:
    response = signed_in("security").post(f"{THERE}new/", filled(signer, **changes))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert keys.trusted_list() is None


def test_where_a_certificate_is_recognised_is_shown_and_why_not(signed_in: SignIn, signer: str) -> None:
    client = signed_in("security")
    client.post(f"{THERE}new/", filled(signer, confirmed="on"))
    page = client.get(f"/officer/keys/certificates/{signer}/recognition/").content.decode()
    assert page.count(">承认<") == 2
    assert "没有机构列入这个领域" in page
    pem = ssl.DER_cert_to_PEM_cert(keys.certificate(UUID(signer)).der)
    examined = client.post(f"{THERE}recognition/", {"certificate": pem}).content.decode()
    assert examined.count(">承认<") == 2
    assert client.post(f"{THERE}recognition/", {"certificate": "x"}).status_code == 422


def test_only_who_keeps_the_list_changes_it(signed_in: SignIn, signer: str) -> None:
    client = signed_in("security")
    client.post(f"{THERE}new/", filled(signer, confirmed="on"))
    access.define_role(
        actor=BY, code="security", name="security", name_en="security", duty=Duty.SECURITY,
        permissions=[str(keys.Permission.CERTIFY)], at=clock.system.now(),
    )  # fmt: skip
    assert client.get(THERE).status_code == 200
    for path in (f"{THERE}new/", f"{THERE}0/withdraw/"):
        assert client.get(path).status_code == 403
        assert client.post(path, filled(signer, confirmed="on", replaces="1")).status_code == 403
    assert len(keys.list_versions()) == 1
