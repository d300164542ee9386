"""Managed keys, our own authorities, ceremonies: states, evidence, acts."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from asn1crypto import ocsp
from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Algorithm, CertificateEntry, CustodianEntry, DistinguishedName, Distrust, Profile
from zhengtong.trust.keys.contracts import (
    AlreadyReplaced,
    AuthorityExists,
    CertificateNotTrusted,
    CertificateState,
    KeyMissing,
    KeyState,
    KeyUse,
    Permission,
    RevocationEvidence,
    RevocationReason,
    StateForbids,
    UnfitCertificate,
    UnfitCustody,
    UnknownAuthority,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import (
    AuthorityRow,
    CertificateRow,
    ManagedKeyRow,
    RevocationListRow,
    SoftwareKeyRow,
)
from zhengtong.trust.keys.tests.authority import NOW
from zhengtong.trust.keys.tests.office import Office, Officer, opened

pytestmark = pytest.mark.django_db
BY = Officer()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NAME = DistinguishedName(common_name="某省政务根", organisation="某省")
LEAF = DistinguishedName(common_name="网关一号")
CUSTODIANS = [
    CustodianEntry(subject=uuid4(), name=f"保管人{number}", passphrase=f"passphrase of {number}") for number in range(3)
]


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return opened(monkeypatch)


@pytest.fixture(params=[Algorithm.SM2, Algorithm.ECDSA_P256])
def authority(request: pytest.FixtureRequest) -> str:
    """A root and an authority `devices` below it."""
    keys.establish_root(by=BY, code="root", name=NAME, algorithm=request.param, at=NOW)
    keys.establish_authority(
        by=BY, under="root", code="devices", name=DistinguishedName(common_name="设备签发"), at=NOW
    )
    return "devices"


def entry(authority: str, **changes: object) -> CertificateEntry:
    public = keys.PrivateKey.generate(Algorithm.SM2).public.spki
    one = CertificateEntry(
        authority=authority, subject=LEAF, holder="gateway-1", profile=Profile.DEVICE, days=30, public_key=public
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def trusted(certificate: keys.CertificateView, *, at: object = NOW + SECOND) -> None:
    chain = keys.chain_above(certificate.authority)
    evidence = RevocationEvidence(crls=keys.crls_at(certificate.authority, at))  # type: ignore[arg-type]
    keys.validate_path(certificate.der, chain=chain[:-1], roots=chain[-1:], at=at, revocation=evidence)  # type: ignore[arg-type]


def publish(at: object = NOW) -> None:
    for code in ("root", "devices"):
        keys.publish_crl(by=BY, code=code, at=at)  # type: ignore[arg-type]


def test_a_pair_is_made_activated_certified_and_each_key_serves_its_own_use(authority: str, office: Office) -> None:
    algorithm = keys.authority(authority).algorithm
    if algorithm is not Algorithm.SM2:
        with pytest.raises(keys.AlgorithmUnavailable), transaction.atomic():
            keys.distribute_pair(
                by=BY, authority=authority, subject=LEAF, holder="x", algorithm=algorithm, days=9, at=NOW
            )
        return
    sign, encrypt = keys.distribute_pair(
        by=BY, authority=authority, subject=LEAF, holder="gateway-1", algorithm=algorithm, days=365, at=NOW
    )
    publish()
    trusted(sign)
    assert sign.key
    assert encrypt.key
    public = keys.public_key_of(sign.der)
    assert public.verify(keys.signer_of(sign.key).sign(b"x"), b"x")
    assert keys.decrypt_with(encrypt.key, keys.public_key_of(encrypt.der).encrypt(b"secret")) == b"secret"
    with pytest.raises(StateForbids):
        keys.signer_of(encrypt.key)
    with pytest.raises(StateForbids):
        keys.decrypt_with(sign.key, b"x")
    assert {view.use for view in keys.managed_keys(holder="gateway-1")} == set(KeyUse)
    assert [command for command in office.commands if command != "publish_crl"][-6:] == [
        "make_key", "make_key", "activate_key", "certify", "activate_key", "certify",
    ]  # fmt: skip


def test_every_step_of_a_key_is_an_act_and_forbidden_ones_change_nothing(office: Office) -> None:
    key = keys.make_key(by=BY, title="签名", holder="office", algorithm=Algorithm.SM2, at=NOW)
    with pytest.raises(StateForbids):
        keys.signer_of(key.id)
    for to in (KeyState.ACTIVE, KeyState.SUSPENDED, KeyState.ACTIVE, KeyState.COMPROMISED):
        assert keys.step_key(by=BY, key=key.id, to=to, at=NOW).state is to
    before = list(office.commands)
    with pytest.raises(StateForbids):
        keys.step_key(by=BY, key=key.id, to=KeyState.ACTIVE, at=NOW)
    assert office.commands == before
    keys.step_key(by=BY, key=key.id, to=KeyState.DESTROYED, at=NOW)
    assert SoftwareKeyRow.objects.get(pk=key.reference.key).sealed is None
    with pytest.raises(StateForbids):
        keys.signer_of(key.id)
    with pytest.raises(KeyMissing):
        keys.signer_for(key.reference)


def test_an_encryption_key_never_yet_active_opens_nothing() -> None:
    _sign, encrypt = keys.make_key_pair(by=BY, title="对", holder="x", algorithm=Algorithm.SM2, at=NOW)
    with pytest.raises(StateForbids):
        keys.decrypt_with(encrypt.id, b"x")


def test_suspended_resumed_and_revoked_shows_in_the_lists_of_their_time(authority: str, office: Office) -> None:
    one = keys.certify(by=BY, entry=entry(authority), at=NOW)
    publish()
    trusted(one)
    keys.suspend(by=BY, certificate=one.id, at=NOW + DAY)
    publish(NOW + DAY)
    with pytest.raises(CertificateNotTrusted) as caught:
        trusted(one, at=NOW + DAY + SECOND)
    assert caught.value.reason is Distrust.REVOKED
    trusted(one)  # as of before
    assert keys.resume(by=BY, certificate=one.id, at=NOW + 2 * DAY).state is CertificateState.VALID
    publish(NOW + 2 * DAY)
    trusted(one, at=NOW + 2 * DAY + SECOND)
    keys.revoke(by=BY, certificate=one.id, reason=RevocationReason.KEY_COMPROMISE, at=NOW + 3 * DAY)
    publish(NOW + 3 * DAY)
    with pytest.raises(CertificateNotTrusted):
        trusted(one, at=NOW + 3 * DAY + SECOND)
    for step in (keys.suspend, keys.resume):
        with pytest.raises(StateForbids):
            step(by=BY, certificate=one.id, at=NOW + 4 * DAY)
    with pytest.raises(StateForbids):
        keys.revoke(by=BY, certificate=one.id, reason=RevocationReason.CERTIFICATE_HOLD, at=NOW)
    numbers = RevocationListRow.objects.filter(authority__code=authority).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4]
    assert {"suspend_certificate", "resume_certificate", "revoke_certificate", "publish_crl"} <= set(office.commands)


def test_lists_are_renewed_daily_once_begun_and_never_for_a_key_that_is_not_active(authority: str) -> None:
    assert keys.publish_due_lists(by=BY, at=NOW + DAY) == 0
    keys.publish_crl(by=BY, code=authority, at=NOW)
    assert keys.publish_due_lists(by=BY, at=NOW + DAY - SECOND) == 0
    assert [keys.publish_due_lists(by=BY, at=NOW + DAY + SECOND) for _ in range(2)] == [1, 0]
    ManagedKeyRow.objects.update(state="suspended")
    assert keys.publish_due_lists(by=BY, at=NOW + 3 * DAY) == 0
    assert keys.authority(authority).crl_number == 2


def test_ocsp_tells_the_state_of_now(authority: str) -> None:
    one = keys.certify(by=BY, entry=entry(authority), at=NOW)
    issuer = keys.authority(authority).certificate
    question = keys.write_ocsp_request(one.der, issuer, nonce=b"n" * 16)

    def status(request: bytes = question) -> tuple[str, str | None]:
        answer = ocsp.OCSPResponse.load(keys.answer_ocsp(request, at=NOW + DAY))
        if answer["response_status"].native != "successful":
            return answer["response_status"].native, None
        return "successful", answer.response_data["responses"][0]["cert_status"].name

    assert status() == ("successful", "good")
    keys.revoke(by=BY, certificate=one.id, reason=RevocationReason.SUPERSEDED, at=NOW)
    assert status() == ("successful", "revoked")
    CertificateRow.objects.filter(pk=one.id).delete()
    assert status() == ("successful", "unknown")
    assert status(b"nonsense") == ("malformed_request", None)
    stranger = keys.PrivateKey.generate(Algorithm.SM2)
    foreign = keys.issue_certificate(
        signer=stranger, issuer=None, subject=NAME, public_key=stranger.public, profile=Profile.ROOT,
        not_before=NOW, not_after=NOW + DAY,
    )  # fmt: skip
    assert status(keys.write_ocsp_request(foreign, foreign)) == ("unauthorized", None)


def test_a_renewed_certificate_takes_the_place_once(authority: str) -> None:
    one = keys.certify(by=BY, entry=entry(authority), at=NOW)
    two = keys.renew(by=BY, certificate=one.id, days=60, at=NOW + DAY)
    assert (two.replaces, two.subject, two.profile) == (one.id, one.subject, one.profile)
    assert keys.public_key_of(two.der) == keys.public_key_of(one.der)
    with pytest.raises(AlreadyReplaced):
        keys.renew(by=BY, certificate=one.id, days=60, at=NOW + DAY)


def test_a_certificate_ends_with_its_issuer_and_within_policy(authority: str) -> None:
    one = keys.certify(by=BY, entry=entry(authority, profile=Profile.SERVER, days=5000), at=NOW)
    assert one.not_after == NOW + timedelta(days=398)
    late = keys.authority(authority).not_after - DAY
    assert keys.certify(by=BY, entry=entry(authority), at=late).not_after == late + DAY


def test_what_may_not_be_certified_is_refused_and_leaves_nothing(authority: str, office: Office) -> None:
    key = keys.make_key(by=BY, title="k", holder="x", algorithm=Algorithm.SM2, at=NOW)
    count, acts = CertificateRow.objects.count(), len(office.events)
    for changes, refusal in (
        ({"profile": Profile.INTERMEDIATE}, UnfitCertificate),
        ({"public_key": None}, UnfitCertificate),
        ({"key": key.id}, UnfitCertificate),
        ({"key": key.id, "public_key": None}, StateForbids),
        ({"key": uuid4(), "public_key": None}, KeyMissing),
        ({"public_key": b"x"}, keys.UnreadableKey),
        ({"authority": "nowhere"}, UnknownAuthority),
    ):
        with pytest.raises(refusal):
            keys.certify(by=BY, entry=entry(**{"authority": authority} | changes), at=NOW)
    assert (CertificateRow.objects.count(), len(office.events)) == (count, acts)
    with pytest.raises(UnknownCertificate):
        keys.suspend(by=BY, certificate=uuid4(), at=NOW)


def test_who_may_not_does_nothing(office: Office) -> None:
    office.open = {Permission.CERTIFY}
    with pytest.raises(NotAllowed):
        keys.make_key(by=BY, title="k", holder="x", algorithm=Algorithm.SM2, at=NOW)
    with pytest.raises(NotAllowed):
        keys.establish_root(by=BY, code="root", name=NAME, algorithm=Algorithm.SM2, at=NOW)
    assert not AuthorityRow.objects.exists()
    assert not ManagedKeyRow.objects.exists()
    assert not office.events


def test_without_an_office_nobody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhengtong.trust.keys.services import office as door

    monkeypatch.setattr(door, "_offices", [door._Closed()])
    with pytest.raises(NotAllowed):
        keys.make_key(by=BY, title="k", holder="x", algorithm=Algorithm.SM2, at=NOW)


def test_two_authorities_of_one_code_are_refused(authority: str) -> None:
    with pytest.raises(AuthorityExists):
        keys.establish_authority(by=BY, under="root", code=authority, name=NAME, at=NOW)


def test_the_database_holds_the_states(authority: str) -> None:
    one = keys.certify(by=BY, entry=entry(authority), at=NOW)
    for change in ({"state": "revoked"}, {"state": "suspended", "reason": "superseded", "changed_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CertificateRow.objects.filter(pk=one.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ManagedKeyRow.objects.update(state="destroyed")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorityRow.objects.update(key=None)


def test_our_time_stamp_authority_answers_when_it_has_a_certificate(authority: str) -> None:
    request = keys.ask_time_stamp(b"data")
    with pytest.raises(UnknownCertificate):
        keys.stamp(request, at=NOW)
    key = keys.make_key(by=BY, title="时间戳", holder="tsa", algorithm=Algorithm.SM2, at=NOW)
    keys.step_key(by=BY, key=key.id, to=KeyState.ACTIVE, at=NOW)
    keys.certify(
        by=BY, entry=entry(authority, profile=Profile.TIME_STAMPING, key=key.id, public_key=None, holder="tsa"), at=NOW
    )
    publish()
    token = keys.read_time_stamp_response(keys.stamp(request, at=NOW + SECOND))
    evidence = RevocationEvidence(crls=keys.crls_at(authority, NOW + SECOND))
    stamp = keys.verify_time_stamp(token, data=b"data", roots=keys.chain_above(authority)[-1:], revocation=evidence)
    assert stamp.at == NOW + SECOND


def test_a_custody_needs_different_people() -> None:
    twice = [CUSTODIANS[0], replace(CUSTODIANS[1], subject=CUSTODIANS[0].subject)]
    with pytest.raises(UnfitCustody):
        keys.establish_root(
            by=BY, code="root", name=NAME, algorithm=Algorithm.SM2, at=NOW, custodians=twice, threshold=2
        )
    assert not AuthorityRow.objects.exists()


def test_the_desk_finds_certificates_by_words(authority: str) -> None:
    one = keys.certify(by=BY, entry=entry(authority), at=NOW)
    for words in ("网关", "gateway", one.serial[:10].upper()):
        assert [found.id for found in keys.certificates(words=words)] == [one.id]
    assert keys.certificate(one.id) == one
    assert not keys.certificates(words="别的")
