"""One chip with many certificates, and mutual recognition by the trusted list."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    Algorithm,
    Assurance,
    CertificateNotTrusted,
    ContainerForbids,
    ContainerPolicy,
    DistinguishedName,
    Distrust,
    NotOpened,
    NotRecognised,
    PrivateKey,
    Profile,
    PublicKey,
    Purpose,
    SignatureRefused,
    SoftwareToken,
    TokenLocked,
    TrustedIssuer,
    TrustedList,
    UnfitCertificate,
    UnknownCertificate,
    UnknownContainer,
    WrongPin,
)
from zhengtong.trust.keys.models import TrustedListRow
from zhengtong.trust.keys.tests.authority import NOW, YEAR, Authority, authority
from zhengtong.trust.keys.tests.office import Office, Officer, opened

PIN = "135790"
BANK, TAX = Authority(Algorithm.SM2, name="银行"), Authority(Algorithm.SM2, name="税务")


def policy(one: Authority, purpose: Purpose) -> ContainerPolicy:
    return ContainerPolicy(purpose=purpose, issuers=frozenset({one.key.public.fingerprint}))


@pytest.fixture
def token(tmp_path: Path) -> SoftwareToken:
    one = SoftwareToken.create(tmp_path / "token", pin=PIN)
    one.unlock(PIN)
    return one


def test_one_token_holds_certificates_of_several_issuers_in_containers(token: SoftwareToken, tmp_path: Path) -> None:
    for name, one, purpose in (("bank", BANK, Purpose.BANK), ("tax", TAX, Purpose.TAX)):
        view = token.make_container(name, policy(one, purpose))
        secret = PrivateKey.generate(Algorithm.SM2)
        holder = PublicKey.read(view.sign_public)
        token.install(
            name,
            issuer=one.certificate,
            sign_certificate=one.issue(holder),
            encrypt_certificate=one.issue(secret.public, Profile.ENCRYPTION),
            enveloped_key=keys.envelope_key(secret, to=holder),
        )
        assert token.decrypt(name, secret.public.encrypt(b"salary")) == b"salary"
    again = SoftwareToken.load(tmp_path / "token")
    views = {view.name: view for view in again.containers()}
    assert set(views) == {"bank", "tax"}
    assert views["bank"].sign_public != views["tax"].sign_public
    with pytest.raises(TokenLocked):
        again.signer("bank")
    again.unlock(PIN)
    assert PublicKey.read(views["bank"].sign_public).verify(again.signer("bank").sign(b"x"), b"x")
    raw = (tmp_path / "token").read_bytes()
    assert again.signer("bank").export() not in raw
    assert PIN.encode() not in raw


def test_a_container_takes_no_certificate_against_its_policy(token: SoftwareToken) -> None:
    view = token.make_container("bank", policy(BANK, Purpose.BANK))
    holder = PublicKey.read(view.sign_public)
    stranger = PrivateKey.generate(Algorithm.SM2)
    for issuer, certificate in (
        (TAX.certificate, TAX.issue(holder)),
        (BANK.certificate, TAX.issue(holder)),
        (BANK.certificate, BANK.issue(stranger.public)),
    ):
        with pytest.raises(ContainerForbids):
            token.install("bank", issuer=issuer, sign_certificate=certificate)
    with pytest.raises(NotOpened):
        token.install(
            "bank",
            issuer=BANK.certificate,
            sign_certificate=BANK.issue(holder),
            encrypt_certificate=BANK.issue(stranger.public),
            enveloped_key=keys.envelope_key(stranger, to=stranger.public),
        )
    with pytest.raises(ContainerForbids):
        token.make_container("bank", policy(TAX, Purpose.TAX))
    assert token.containers() == (view,)
    with pytest.raises(UnknownContainer):
        token.signer("tax")
    with pytest.raises(UnknownContainer):
        token.decrypt("bank", b"x")


def test_ten_wrong_pins_lock_a_token_for_good(tmp_path: Path) -> None:
    SoftwareToken.create(tmp_path / "token", pin=PIN)
    for left in range(9, -1, -1):
        with pytest.raises(WrongPin) as caught:
            SoftwareToken.load(tmp_path / "token").unlock("000000")
        assert caught.value.details == {"left": left}
    with pytest.raises(TokenLocked):
        SoftwareToken.load(tmp_path / "token").unlock(PIN)
    with pytest.raises(WrongPin):
        SoftwareToken.create(tmp_path / "other", pin="123")


def issuer(one: Authority, name: str, *purposes: Purpose, assurance: Assurance = Assurance.HIGH) -> TrustedIssuer:
    return TrustedIssuer(
        name=name, roots=(one.root,), purposes=frozenset(purposes), assurance=assurance, since=NOW - YEAR
    )


LIST = TrustedList(
    number=3,
    issued_at=NOW,
    issuers=(
        issuer(BANK, "某银行", Purpose.BANK, Purpose.SIGN_IN, assurance=Assurance.SUBSTANTIAL),
        issuer(TAX, "某税务", Purpose.TAX),
    ),
)


def recognised(one: Authority, purpose: Purpose, **options: object) -> keys.Recognition:
    leaf = one.issue(one.key.public)
    settings: dict[str, object] = {"listed": LIST, "at": NOW, "chain": [one.certificate], "revocation": NO_REVOCATION}
    return keys.recognise(leaf, purpose=purpose, **settings | options)  # type: ignore[arg-type]


def test_a_listed_issuer_is_recognised_for_its_purposes_alone() -> None:
    found = recognised(BANK, Purpose.BANK)
    assert (found.issuer, found.assurance) == ("某银行", Assurance.SUBSTANTIAL)
    for one, purpose in ((BANK, Purpose.TAX), (BANK, Purpose.SEAL), (authority(), Purpose.TAX)):
        with pytest.raises(NotRecognised):
            recognised(one, purpose)


def test_assurance_dates_and_revocation_count() -> None:
    with pytest.raises(NotRecognised):
        recognised(BANK, Purpose.BANK, least=Assurance.HIGH)
    ended = replace(LIST, issuers=(replace(LIST.issuers[0], until=NOW),))
    with pytest.raises(NotRecognised):
        recognised(BANK, Purpose.BANK, listed=ended)
    with pytest.raises(CertificateNotTrusted) as caught:
        recognised(BANK, Purpose.BANK, revocation=None)
    assert caught.value.reason is Distrust.NO_REVOCATION_EVIDENCE


def test_a_signed_list_opens_offline_and_a_changed_one_does_not() -> None:
    one, key = authority(), PrivateKey.generate(Algorithm.SM2)
    signed = keys.sign_trusted_list(LIST, signer=key, certificate=one.issue(key.public), chain=[one.certificate])
    settings: dict[str, object] = {"roots": [one.root], "at": NOW, "revocation": NO_REVOCATION}
    assert keys.open_trusted_list(signed, **settings) == LIST  # type: ignore[arg-type]
    place = signed.index("某银行".encode())
    with pytest.raises(SignatureRefused):
        keys.open_trusted_list(signed[:place] + b"X" + signed[place + 1 :], **settings)  # type: ignore[arg-type]
    with pytest.raises(CertificateNotTrusted):
        keys.open_trusted_list(signed, **settings | {"roots": [BANK.root]})  # type: ignore[arg-type]
    with pytest.raises(SignatureRefused):
        keys.read_trusted_list(b'{"form": 2}')


@pytest.mark.django_db
def test_the_platforms_list_is_published_whole_and_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    office, by = opened(monkeypatch), Officer()
    assert keys.trusted_list() is None
    certificate = signing_certificate(by)
    for number in (1, 2):
        new = keys.publish_trusted_list(by=by, issuers=LIST.issuers, certificate=certificate, at=NOW)
        assert (new.number, keys.trusted_list()) == (number, new)
    assert office.commands.count("publish_trusted_list") == 2
    signed = keys.trusted_list_signed(1)
    assert signed
    root = keys.chain_above("root")
    assert keys.open_trusted_list(signed, roots=root, at=NOW, revocation=NO_REVOCATION).number == 1
    refuse_bad_lists(by, office, certificate)
    assert TrustedListRow.objects.count() == 2


def signing_certificate(by: Officer) -> UUID:
    keys.establish_root(by=by, code="root", name=DistinguishedName(common_name="根"), algorithm=Algorithm.SM2, at=NOW)
    subject = DistinguishedName(common_name="列表签发")
    sign, _encrypt = keys.distribute_pair(
        by=by, authority="root", subject=subject, holder="list", algorithm=Algorithm.SM2, days=300, at=NOW
    )
    return sign.id


def refuse_bad_lists(by: Officer, office: Office, certificate: UUID) -> None:
    one = LIST.issuers[0]
    changes: list[dict[str, object]] = [
        {"purposes": frozenset()},
        {"roots": ()},
        {"roots": (BANK.issue(BANK.key.public),)},
        {"name": ""},
    ]
    for change in changes:
        bad = replace(one, **change)  # type: ignore[arg-type]
        with pytest.raises(UnfitCertificate):
            keys.publish_trusted_list(by=by, issuers=[bad], certificate=certificate, at=NOW)
    with pytest.raises(UnknownCertificate):
        keys.publish_trusted_list(by=by, issuers=[one], certificate=by.subject, at=NOW)
    office.open = set()
    with pytest.raises(NotAllowed):
        keys.publish_trusted_list(by=by, issuers=[one], certificate=certificate, at=NOW)
