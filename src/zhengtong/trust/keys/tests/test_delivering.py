"""A pair for a token: the signing key stays in it, the encryption key comes in an envelope that only it opens."""

import base64
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from zhengtong.kernel.errors import Refusal
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    Algorithm,
    AlgorithmUnavailable,
    ContainerForbids,
    ContainerPolicy,
    DistinguishedName,
    HolderKind,
    IssueWish,
    NothingDelivered,
    NotOpened,
    Profile,
    PublicKey,
    Purpose,
    SoftwareToken,
    TokenKind,
    TokenPlace,
    UnfitCertificate,
    UnfitHolder,
    UnknownCertificate,
    UnreadableDelivery,
)
from zhengtong.trust.keys.models import CertificateRow, ManagedKeyRow
from zhengtong.trust.keys.tests.authority import NOW
from zhengtong.trust.keys.tests.office import Office, Officer, opened

pytestmark = pytest.mark.django_db
BY = Officer()
NAME = DistinguishedName(common_name="张科长签名", organisation="某县")
PIN = "135790"


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    one = opened(monkeypatch)
    root = DistinguishedName(common_name="根")
    keys.establish_root(by=BY, code="root", name=root, algorithm=Algorithm.SM2, at=NOW)
    return one


@pytest.fixture
def token(tmp_path: Path) -> SoftwareToken:
    return chip(tmp_path / "token")


def chip(file: Path, algorithm: Algorithm = Algorithm.SM2) -> SoftwareToken:
    one = SoftwareToken.create(file, pin=PIN)
    one.unlock(PIN)
    issuers = frozenset({keys.public_key_of(keys.authority("root").certificate).fingerprint})
    one.make_container("seal", ContainerPolicy(purpose=Purpose.SEAL, issuers=issuers, algorithm=algorithm))
    return one


def wish(token: SoftwareToken) -> IssueWish:
    place = TokenPlace(kind=TokenKind.SIMULATED, serial=token.serial, container="seal")
    return IssueWish(
        request=uuid4(), authority="root", kind=HolderKind.TOKEN, holder="staff-7", days=365,
        csr=keys.write_request(NAME, token.signer("seal")), place=place,
    )  # fmt: skip


def issue(wished: IssueWish) -> tuple[keys.CertificateView, ...]:
    return keys.issue(by=BY, wish=wished, at=NOW)


def test_a_token_gets_a_pair_of_which_only_it_opens_the_encryption_key(token: SoftwareToken, office: Office) -> None:
    wished = wish(token)
    plan = keys.plan_issue(by=BY, wish=wished, at=NOW)
    assert (plan.delivered, plan.profiles) == (True, (Profile.SIGNING, Profile.ENCRYPTION))
    assert not CertificateRow.objects.exists()
    before = len(office.events)
    sign, encrypt = issue(wished)
    assert office.commands[before:] == ["certify", "make_key", "activate_key", "certify", "deliver_key"]
    assert (sign.delivered, encrypt.delivered) == (False, True)
    assert sign.place == encrypt.place == wished.place
    assert (sign.key, encrypt.key is None) == (None, False)
    written = keys.delivery_of(encrypt.id)
    shown = keys.install_delivery(token, keys.read_delivery(written))
    assert (shown.sign_certificate, shown.encrypt_certificate) == (sign.der, encrypt.der)
    cipher = keys.public_key_of(encrypt.der).encrypt(b"salary")
    assert token.decrypt("seal", cipher) == b"salary"
    assert encrypt.key is not None
    assert keys.decrypt_with(encrypt.key, cipher) == b"salary"  # a lost token loses no letters
    assert issue(wished) == (sign, encrypt)
    assert len(office.events) == before + 5


def test_the_record_and_the_file_hold_no_open_key(token: SoftwareToken, office: Office) -> None:
    _, encrypt = issue(wish(token))
    assert encrypt.key is not None
    row = ManagedKeyRow.objects.get(pk=encrypt.key)
    private = keys.signer_for(keys.KeyReference(provider=row.provider, key=row.key))
    assert isinstance(private, keys.PrivateKey)
    secret = private.export()
    brought = keys.read_delivery(keys.delivery_of(encrypt.id))
    parts = (brought.enveloped_key, brought.encrypt_certificate, repr(office.events).encode())
    scalar = secret[secret.index(b"\x04\x20") + 2 :][:32]
    assert not any(piece in part for piece in (secret, scalar) for part in parts)


def test_another_token_and_another_container_refuse_the_file(token: SoftwareToken, tmp_path: Path) -> None:
    _, encrypt = issue(wish(token))
    brought = keys.read_delivery(keys.delivery_of(encrypt.id))
    other = chip(tmp_path / "other")
    with pytest.raises(ContainerForbids):
        keys.install_delivery(other, brought)
    stolen = replace(brought, sign_certificate=issue(wish(other))[0].der)
    with pytest.raises(NotOpened):
        keys.install_delivery(other, stolen)
    assert [view.encrypt_certificate for view in other.containers()] == [None]


@pytest.mark.parametrize("algorithm", [Algorithm.ECDSA_P256, Algorithm.ED25519])
def test_a_key_that_only_signs_is_refused_a_pair_and_nothing_is_made(
    algorithm: Algorithm, tmp_path: Path, office: Office
) -> None:
    before = len(office.events)
    with pytest.raises(AlgorithmUnavailable):
        issue(wish(chip(tmp_path / "signs", algorithm)))
    assert not CertificateRow.objects.exists()
    assert len(office.events) == before


def test_only_a_token_is_delivered_to(token: SoftwareToken) -> None:
    wished = wish(token)
    with pytest.raises(UnfitHolder):
        issue(replace(wished, kind=HolderKind.DEVICE, place=None))
    with pytest.raises(UnfitHolder):
        issue(replace(wished, place=None))
    sign, _ = issue(wished)
    with pytest.raises(NothingDelivered):
        keys.delivery_of(sign.id)
    with pytest.raises(UnknownCertificate):
        keys.delivery_of(uuid4())


def test_a_delivered_key_is_renewed_as_it_is_or_by_a_new_pair(token: SoftwareToken) -> None:
    _, encrypt = issue(wish(token))
    before = ManagedKeyRow.objects.count()
    with pytest.raises(UnfitCertificate):
        keys.renew(by=BY, certificate=encrypt.id, days=30, at=NOW, new_key=True)
    assert ManagedKeyRow.objects.count() == before
    renewed = keys.renew(by=BY, certificate=encrypt.id, days=30, at=NOW)
    assert (renewed.key, renewed.place, renewed.delivered) == (encrypt.key, encrypt.place, False)


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"{}", b'{"form": "other"}', b"x" * 70_000, b"[" * 10_000, base64.b64encode(b"x")]
)
def test_what_is_no_delivery_is_refused_in_words(written: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        keys.read_delivery(written)


def test_a_delivery_with_broken_parts_changes_no_token(token: SoftwareToken) -> None:
    _, encrypt = issue(wish(token))
    brought = keys.read_delivery(keys.delivery_of(encrypt.id))
    before = token.containers()
    for broken in (
        replace(brought, chain=()),
        replace(brought, enveloped_key=brought.enveloped_key[:-3]),
        replace(brought, sign_certificate=b"\x30\x00"),
        replace(brought, container="tax"),
    ):
        with pytest.raises(Refusal):
            keys.install_delivery(token, broken)
    assert token.containers() == before
    assert PublicKey.read(before[0].sign_public).algorithm is Algorithm.SM2
