"""Time stamps: asked for, given, refused, checked here and by OpenSSL."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import tsp

from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    Algorithm,
    CertificateNotTrusted,
    CmsFlaw,
    Distrust,
    PrivateKey,
    Profile,
    RevocationEvidence,
    RevokedEntry,
    SignatureRefused,
    TimeStamp,
    answer_time_stamp,
    ask_time_stamp,
    read_time_stamp_response,
    verify_time_stamp,
)
from zhengtong.trust.keys.tests.authority import NOW, Authority, authority
from zhengtong.trust.keys.tests.test_paths import in_certificate, with_an_unused_bit

DATA = b"a checkpoint"
KEY = PrivateKey.generate(Algorithm.SM2)


def answer(
    algorithm: Algorithm = Algorithm.SM2, request: bytes | None = None, profile: Profile = Profile.TIME_STAMPING
) -> bytes:
    one = authority(algorithm)
    return answer_time_stamp(
        request if request is not None else ask_time_stamp(DATA, nonce=42), signer=KEY,
        certificate=one.issue(KEY.public, profile, serial=900), chain=[one.certificate], at=NOW,
    )  # fmt: skip


def checked(token: bytes, algorithm: Algorithm = Algorithm.SM2, **options: object) -> TimeStamp:
    settings: dict[str, object] = {"data": DATA, "roots": [authority(algorithm).root], "revocation": NO_REVOCATION}
    return verify_time_stamp(token, **settings | options)  # type: ignore[arg-type]


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
@pytest.mark.parametrize("digest", ["sm3", "sha256", "sha384", "sha512"])
def test_a_stamp_proves_its_data_and_moment(algorithm: Algorithm, digest: str) -> None:
    token = read_time_stamp_response(answer(algorithm, ask_time_stamp(DATA, digest=digest, nonce=7)))
    stamp = checked(token, algorithm, nonce=7)
    assert (stamp.at, stamp.accuracy_seconds, stamp.digest) == (NOW, 1.0, digest)
    assert stamp.policy.startswith("2.25.")


def test_every_bit_that_a_stamp_leaves_unsigned_is_held_to_its_form() -> None:
    """Versions and the list of digests are in no signature: another value there would be another encoding."""
    token = read_time_stamp_response(answer())
    signers = asn1_cms.ContentInfo.load(token)["content"]["signer_infos"][0]
    version = len(token) - len(signers.dump()) + signers.dump().index(signers["version"].dump())
    places = [*range(token.index(authority().certificate) - 4), *range(version - 4, version + 3)]
    for place in places:
        for bit in range(8):
            changed = token[:place] + bytes([token[place] ^ 1 << bit]) + token[place + 1 :]
            with pytest.raises((SignatureRefused, CertificateNotTrusted)):
                checked(changed)


def test_a_stamp_with_a_certificate_whose_signature_leaves_bits_unused_is_refused() -> None:
    """Certificates of a token are not signed by it: the same token would have two encodings."""
    made = (Authority(Algorithm.SM2) for _again in range(100))
    one = next(each for each in made if in_certificate(each.certificate).contents[-1] % 2 == 0)
    own = one.issue(KEY.public, Profile.TIME_STAMPING)
    token = read_time_stamp_response(
        answer_time_stamp(ask_time_stamp(DATA), signer=KEY, certificate=own, chain=[one.certificate], at=NOW)
    )
    checked(token, roots=[one.root])
    changed = token.replace(one.certificate, with_an_unused_bit(one.certificate, in_certificate))
    with pytest.raises(SignatureRefused) as caught:
        checked(changed, roots=[one.root], chain=[one.certificate])
    assert caught.value.flaw is CmsFlaw.MALFORMED


def test_other_data_another_nonce_or_a_changed_byte_is_refused() -> None:
    token = read_time_stamp_response(answer())
    for options, flaw in (
        ({"data": b"other"}, CmsFlaw.OTHER_CONTENT),
        ({"nonce": 43}, CmsFlaw.NONCE),
        ({"data": None}, CmsFlaw.OTHER_CONTENT),
    ):
        with pytest.raises(SignatureRefused) as caught:
            checked(token, **options)
        assert caught.value.flaw is flaw
    moment = token.index(b"20261125100000Z")
    changed = token[: moment + 9] + b"1" + token[moment + 10 :]
    with pytest.raises(SignatureRefused):
        checked(changed)


def test_a_certificate_not_for_stamping_or_a_revoked_one_is_not_trusted() -> None:
    with pytest.raises(CertificateNotTrusted) as caught:
        checked(read_time_stamp_response(answer(profile=Profile.SIGNING)))
    assert caught.value.reason is Distrust.USAGE
    lists = authority().crls(RevokedEntry(serial=900, at=NOW - timedelta(days=2)))
    with pytest.raises(CertificateNotTrusted) as caught:
        checked(read_time_stamp_response(answer()), revocation=RevocationEvidence(crls=lists))
    assert caught.value.reason is Distrust.REVOKED, caught.value.detail


def question(digest: str, length: int, **more: object) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": digest}, "hashed_message": bytes(length)}
    written: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, **more}).dump()
    return written


@pytest.mark.parametrize(
    ("request_bytes", "failure"),
    [
        (b"nonsense", "bad_data_format"),
        (question("sha1", 20), "bad_alg"),
        (question("sha256", 20), "bad_data_format"),
        (question("sha256", 32, req_policy="1.2.3"), "unaccepted_policy"),
    ],
    ids=["nonsense", "sha1", "a short hash", "another policy"],
)
def test_a_bad_question_gets_the_refusal_of_the_standard(request_bytes: bytes, failure: str) -> None:
    response = answer(request=request_bytes)
    assert tsp.PKIStatusInfo.load(response[2:])["fail_info"].native == {failure}
    with pytest.raises(SignatureRefused) as caught:
        read_time_stamp_response(response)
    assert caught.value.flaw is CmsFlaw.REFUSED


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_openssl_verifies_our_stamp_to_its_own_question(tmp_path: Path) -> None:
    def openssl(*arguments: str) -> str:
        done = subprocess.run(["openssl", *arguments], cwd=tmp_path, check=False, capture_output=True, text=True)
        return done.stdout + done.stderr

    one, key = authority(Algorithm.ECDSA_P256), PrivateKey.generate(Algorithm.ECDSA_P256)
    (tmp_path / "data").write_bytes(DATA)
    openssl("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "request")
    certificate = one.issue(key.public, Profile.TIME_STAMPING)
    response = answer_time_stamp(
        (tmp_path / "request").read_bytes(), signer=key, certificate=certificate, chain=[one.certificate], at=NOW
    )
    for name, content in (("response", response), ("root.der", one.root), ("between.der", one.certificate)):
        (tmp_path / name).write_bytes(content)
    for name in ("root", "between"):
        openssl("x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem")
    said = openssl("ts", "-verify", "-queryfile", "request", "-in", "response", "-CAfile", "root.pem",
                   "-untrusted", "between.pem", "-attime", str(int(NOW.timestamp())))  # fmt: skip
    assert "Verification: OK" in said, said
