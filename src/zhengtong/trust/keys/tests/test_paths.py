"""Certificates, revocation evidence and paths."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import crl, ocsp, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    Algorithm,
    CertificateNotTrusted,
    DistinguishedName,
    Distrust,
    PrivateKey,
    Profile,
    RevocationDemand,
    RevocationEvidence,
    RevocationReason,
    RevokedEntry,
    TrustedPath,
    UnfitCertificate,
    UnreadableKey,
    build_ocsp_response,
    issue_certificate,
    load_certificate,
    public_key_of,
    read_name,
    read_ocsp_request,
    validate_path,
    write_ocsp_request,
)
from zhengtong.trust.keys.tests.authority import NOW, YEAR, Authority, authority
from zhengtong.trust.keys.x509 import paths

ALL = pytest.mark.parametrize("algorithm", Algorithm)
DAY = timedelta(days=1)


def judged(
    one: Authority, leaf: bytes, evidence: RevocationEvidence = NO_REVOCATION, *, at: object = NOW, **options: object
) -> TrustedPath:
    return validate_path(leaf, chain=[one.certificate], roots=[one.root], at=at, revocation=evidence, **options)  # type: ignore[arg-type]


def refused(reason: Distrust, *arguments: object, **options: object) -> None:
    with pytest.raises(CertificateNotTrusted) as caught:
        judged(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.reason is reason, caught.value.detail


@ALL
def test_a_path_of_two_authorities_holds_with_a_list(algorithm: Algorithm) -> None:
    one, key = authority(algorithm), PrivateKey.generate(Algorithm.SM2)
    leaf = one.issue(key.public)
    path = judged(one, leaf, RevocationEvidence(crls=one.crls()), profile=Profile.SIGNING)
    assert path.certificates == (leaf, one.certificate, one.root)
    assert path.public == key.public == public_key_of(leaf)


def test_without_evidence_nothing_is_trusted_unless_one_looks_away() -> None:
    one = authority()
    leaf = one.issue(one.key.public)
    refused(Distrust.NO_REVOCATION_EVIDENCE, one, leaf, RevocationEvidence())
    judged(one, leaf, RevocationEvidence(demand=RevocationDemand.IF_PRESENT))


@pytest.mark.parametrize(
    ("moment", "reason"), [(NOW - 31 * DAY, Distrust.NOT_YET_VALID), (NOW + YEAR + DAY, Distrust.EXPIRED)]
)
def test_the_moment_asked_about_decides(moment: object, reason: Distrust) -> None:
    one = authority()
    refused(reason, one, one.issue(one.key.public), at=moment)


def test_a_revoked_certificate_counts_before_and_not_after() -> None:
    one, serial = authority(), 77
    leaf = one.issue(one.key.public, serial=serial)
    entry = RevokedEntry(serial=serial, at=NOW - 2 * DAY, reason=RevocationReason.KEY_COMPROMISE)
    evidence = RevocationEvidence(crls=one.crls(entry))
    refused(Distrust.REVOKED, one, leaf, evidence)
    earlier = RevocationEvidence(crls=one.crls(entry), retroactive=True)
    judged(one, leaf, earlier, at=NOW - 3 * DAY)


def test_evidence_in_hand_counts_even_where_none_is_asked_for() -> None:
    one = authority()
    leaf = one.issue(one.key.public, serial=78)
    (below, _above) = one.crls(RevokedEntry(serial=78, at=NOW - 2 * DAY))
    refused(Distrust.REVOKED, one, leaf, RevocationEvidence(crls=(below,), demand=RevocationDemand.IF_PRESENT))


def test_one_good_word_does_not_outweigh_a_revocation() -> None:
    one = authority()
    leaf = one.issue(one.key.public, serial=79)
    good = build_ocsp_response(
        signer=one.key,
        responder=one.certificate,
        issuer=one.certificate,
        question=read_ocsp_request(write_ocsp_request(leaf, one.certificate)),
        revoked=None,
        this_update=NOW - DAY,
        next_update=NOW + DAY,
    )
    lists = one.crls(RevokedEntry(serial=79, at=NOW - 2 * DAY))
    refused(Distrust.REVOKED, one, leaf, RevocationEvidence(ocsps=(good,), crls=lists))


def test_a_stale_list_is_no_evidence() -> None:
    one = authority()
    leaf = one.issue(one.key.public)
    refused(Distrust.NO_REVOCATION_EVIDENCE, one, leaf, RevocationEvidence(crls=one.crls(at=NOW - 30 * DAY)))


def test_a_list_of_another_authority_is_no_evidence() -> None:
    one, other = authority(), Authority(Algorithm.SM2)
    refused(Distrust.NO_REVOCATION_EVIDENCE, one, one.issue(one.key.public), RevocationEvidence(crls=other.crls()))


def test_another_root_is_not_trusted() -> None:
    one, other = authority(), Authority(Algorithm.SM2)
    with pytest.raises(CertificateNotTrusted) as caught:
        validate_path(
            one.issue(one.key.public), chain=[one.certificate], roots=[other.root], at=NOW, revocation=NO_REVOCATION
        )
    assert caught.value.reason in {Distrust.NO_ISSUER, Distrust.INVALID}


@ALL
def test_a_certificate_changed_in_one_bit_is_refused(algorithm: Algorithm) -> None:
    one = authority(algorithm)
    leaf = one.issue(one.key.public)
    for place in range(0, len(leaf), 37):
        changed = bytearray(leaf)
        changed[place] ^= 1
        with pytest.raises(CertificateNotTrusted):
            judged(one, bytes(changed))


def with_an_unused_bit(encoded: bytes, signature: Callable[[bytes], Any]) -> bytes:
    """Return the same with the last bit of its signature's bit string declared unused; it must be nought."""
    bits: bytes = signature(encoded).contents
    assert bits[0] == 0
    assert bits[-1] % 2 == 0
    assert encoded.count(bits) == 1
    return encoded.replace(bits, b"\x01" + bits[1:])


def even(made: Callable[[], bytes], signature: Callable[[bytes], Any]) -> bytes:
    """Make something until its signature ends in a bit that is nought."""
    return next(one for _again in range(100) if signature(one := made()).contents[-1] % 2 == 0)


def in_certificate(encoded: bytes) -> Any:
    return x509.Certificate.load(encoded)["signature_value"]


def in_list(encoded: bytes) -> Any:
    return crl.CertificateList.load(encoded)["signature"]


def in_answer(encoded: bytes) -> Any:
    return ocsp.OCSPResponse.load(encoded)["response_bytes"]["response"].parsed["signature"]


def answer_about(one: Authority, leaf: bytes, responder: bytes | None = None, key: PrivateKey | None = None) -> bytes:
    return build_ocsp_response(
        signer=key or one.key, responder=responder or one.certificate, issuer=one.certificate,
        question=read_ocsp_request(write_ocsp_request(leaf, one.certificate)), revoked=None,
        this_update=NOW - DAY, next_update=NOW + DAY,
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
def test_a_signature_with_unused_bits_is_refused_though_they_are_nought(algorithm: Algorithm) -> None:
    """One certificate, list or answer would have two encodings."""
    one, key = authority(algorithm), PrivateKey.generate(algorithm)
    leaf = even(lambda: one.issue(key.public), in_certificate)
    judged(one, leaf)
    refused(Distrust.MALFORMED, one, with_an_unused_bit(leaf, in_certificate))
    with pytest.raises(UnfitCertificate):
        load_certificate(with_an_unused_bit(leaf, in_certificate))

    below, above = even(lambda: one.crls()[0], in_list), one.crls()[1]
    judged(one, leaf, RevocationEvidence(crls=(below, above)))
    refused(Distrust.MALFORMED, one, leaf, RevocationEvidence(crls=(with_an_unused_bit(below, in_list), above)))

    answer = even(lambda: answer_about(one, leaf), in_answer)
    judged(one, leaf, RevocationEvidence(ocsps=(answer,), crls=(above,)))
    changed = with_an_unused_bit(answer, in_answer)
    refused(Distrust.MALFORMED, one, leaf, RevocationEvidence(ocsps=(changed,), crls=(above,)))


def test_a_responder_whose_certificate_leaves_bits_unused_is_refused() -> None:
    one, key = authority(), PrivateKey.generate(Algorithm.SM2)
    leaf = one.issue(key.public)
    responder = even(lambda: one.issue(key.public, Profile.OCSP), in_certificate)
    answer = answer_about(one, leaf, responder, key)
    judged(one, leaf, RevocationEvidence(ocsps=(answer,), crls=one.crls()[1:]))
    changed = answer.replace(responder, with_an_unused_bit(responder, in_certificate))
    refused(Distrust.MALFORMED, one, leaf, RevocationEvidence(ocsps=(changed,), crls=one.crls()[1:]))


def test_a_signature_found_right_vouches_for_these_bytes_alone() -> None:
    """What is remembered of a signature is remembered by key, signature and all that was signed."""
    one, key = authority(), PrivateKey.generate(Algorithm.SM2)
    leaf = one.issue(key.public, name="张三")
    judged(one, leaf)
    other = one.issue(PrivateKey.generate(Algorithm.SM2).public, name="张三")
    exchanged = leaf.replace(public_key_of(leaf).spki, public_key_of(other).spki)
    refused(Distrust.INVALID, one, exchanged)
    judged(one, leaf)


def test_who_is_no_authority_cannot_issue_and_a_forged_issue_is_not_trusted() -> None:
    one, key = authority(), PrivateKey.generate(Algorithm.SM2)
    leaf = one.issue(key.public)
    with pytest.raises(UnfitCertificate):
        issue_certificate(
            signer=key, issuer=leaf, subject=DistinguishedName(common_name="x"), public_key=key.public,
            profile=Profile.SIGNING, not_before=NOW, not_after=NOW + DAY,
        )  # fmt: skip


def test_a_certificate_may_not_outlive_its_issuer_or_end_before_it_begins() -> None:
    one = authority()
    with pytest.raises(UnfitCertificate):
        one.issue(one.key.public, days=(0, 365 * 6))
    with pytest.raises(UnfitCertificate):
        one.issue(one.key.public, days=(1, 0))


def test_the_length_of_the_path_is_bounded() -> None:
    one, key = authority(), PrivateKey.generate(Algorithm.SM2)
    third = one.issue(key.public, Profile.INTERMEDIATE)
    leaf = issue_certificate(
        signer=key, issuer=third, subject=DistinguishedName(common_name="x"), public_key=key.public,
        profile=Profile.SIGNING, not_before=NOW - DAY, not_after=NOW + DAY,
    )  # fmt: skip
    with pytest.raises(CertificateNotTrusted) as caught:
        validate_path(leaf, chain=[third, one.certificate], roots=[one.root], at=NOW, revocation=NO_REVOCATION)
    assert caught.value.reason is Distrust.INVALID


def test_a_certificate_serves_its_own_use_only() -> None:
    one = authority()
    judged(one, one.issue(one.key.public, Profile.TIME_STAMPING), profile=Profile.TIME_STAMPING)
    refused(Distrust.USAGE, one, one.issue(one.key.public, Profile.ENCRYPTION), profile=Profile.SIGNING)
    refused(Distrust.USAGE, one, one.issue(one.key.public), profile=Profile.TIME_STAMPING)


@pytest.mark.parametrize("nonsense", [b"", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----"])
def test_nonsense_is_refused_by_name(nonsense: bytes) -> None:
    refused(Distrust.MALFORMED, authority(), nonsense)
    leaf = authority().issue(authority().key.public)
    with pytest.raises(CertificateNotTrusted):
        judged(authority(), leaf, RevocationEvidence(crls=(nonsense,)))


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
@pytest.mark.parametrize("delegated", [False, True])
def test_an_ocsp_answer_counts_as_a_list_does(algorithm: Algorithm, *, delegated: bool) -> None:
    one, helper = authority(algorithm), PrivateKey.generate(algorithm)
    leaf = one.issue(one.key.public, serial=5)
    question = read_ocsp_request(write_ocsp_request(leaf, one.certificate, nonce=b"12345678"))
    assert (question.serial, question.nonce) == (5, b"12345678")
    responder = one.issue(helper.public, Profile.OCSP) if delegated else one.certificate
    for revoked in (None, RevokedEntry(serial=5, at=NOW - 2 * DAY)):
        answer = build_ocsp_response(
            signer=helper if delegated else one.key, responder=responder, issuer=one.certificate, question=question,
            revoked=revoked, this_update=NOW - DAY, next_update=NOW + DAY,
        )  # fmt: skip
        evidence = RevocationEvidence(ocsps=(answer,), crls=one.crls()[1:])
        if revoked is None:
            judged(one, leaf, evidence)
        else:
            refused(Distrust.REVOKED, one, leaf, evidence)


def test_it_works_inside_a_running_loop() -> None:
    one = authority()
    leaf = one.issue(one.key.public)

    async def inside() -> TrustedPath:
        return judged(one, leaf)

    assert asyncio.run(inside()).certificates[0] == leaf


def test_names_come_back_as_they_went_in() -> None:
    name = DistinguishedName(
        common_name="某省某局", organisation="某省", province="浙江省", identifier="11330000MB1234567X"
    )
    key = PrivateKey.generate(Algorithm.SM2)
    root = issue_certificate(
        signer=key, issuer=None, subject=name, public_key=key.public, profile=Profile.ROOT,
        not_before=NOW, not_after=NOW + 40 * YEAR,
    )  # fmt: skip
    assert read_name(load_certificate(root).subject) == name


@cache
def revoked_leaf() -> tuple[bytes, RevocationEvidence]:
    """A certificate that is revoked two days before `NOW`, and the lists that say so."""
    one = authority()
    lists = one.crls(RevokedEntry(serial=4242, at=NOW - 2 * DAY))
    return one.issue(one.key.public, serial=4242), RevocationEvidence(crls=lists, retroactive=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(-40 * 86400, 400 * 86400))
def test_an_answer_remembered_is_the_answer_worked_out(seconds: int) -> None:
    one, at = authority(), NOW + timedelta(seconds=seconds)
    leaf, evidence = revoked_leaf()

    def answer() -> object:
        try:
            return judged(one, leaf, evidence, at=at)
        except CertificateNotTrusted as refusal:
            return refusal.reason

    remembered = answer()
    paths._answers.clear()
    assert answer() == remembered


@pytest.mark.parametrize("boundary", [NOW - 30 * DAY, NOW + 6 * DAY, NOW + 365 * DAY, NOW - 2 * DAY])
def test_a_second_beside_a_boundary_is_judged_by_itself(boundary: datetime) -> None:
    one = authority()
    leaf, evidence = revoked_leaf()

    def reason(step: int) -> Distrust | None:
        try:
            judged(one, leaf, evidence, at=boundary + timedelta(seconds=step))
        except CertificateNotTrusted as refusal:
            return refusal.reason
        return None

    together = [reason(step) for step in (-1, 0, 1)]
    alone = []
    for step in (-1, 0, 1):
        paths._answers.clear()
        alone.append(reason(step))
    assert together == alone
    assert len(set(together)) > 1


@ALL
@given(data=st.data())
@settings(max_examples=150)
def test_hostile_bytes_are_a_certificate_or_refused_by_name(algorithm: Algorithm, data: st.DataObject) -> None:
    certificate = bytearray(authority(algorithm).certificate)
    for _change in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(certificate) - 1))
        certificate[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(UnfitCertificate, UnreadableKey):
        assert public_key_of(bytes(certificate)).spki


@ALL
def test_a_type_that_has_no_value_is_refused_as_unfit(algorithm: Algorithm) -> None:
    certificate = authority(algorithm).certificate
    real = bytes([9])
    for place in range(len(certificate)):
        try:
            public_key_of(certificate[:place] + real + certificate[place + 1 :])
        except (UnfitCertificate, UnreadableKey):
            continue
