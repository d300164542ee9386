"""CMS signatures: made here, checked here and by OpenSSL."""

import shutil
import subprocess
from pathlib import Path

import pytest

from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    Algorithm,
    CmsFlaw,
    PrivateKey,
    Profile,
    SignatureRefused,
    UnfitCertificate,
    sign_cms,
    validate_path,
    verify_cms,
)
from zhengtong.trust.keys.tests.authority import NOW, authority

DATA = "某市某局文件".encode()
KEYS = {algorithm: PrivateKey.generate(algorithm) for algorithm in Algorithm}
ALL = pytest.mark.parametrize("algorithm", Algorithm)


def signed(algorithm: Algorithm, **options: object) -> bytes:
    one, key = authority(algorithm), KEYS[algorithm]
    leaf = one.issue(key.public)
    return sign_cms(DATA, signer=key, certificate=leaf, chain=[one.certificate], at=NOW, **options)  # type: ignore[arg-type]


@ALL
@pytest.mark.parametrize("detached", [True, False])
def test_what_is_signed_is_verified_and_its_path_holds(algorithm: Algorithm, *, detached: bool) -> None:
    content = verify_cms(signed(algorithm, detached=detached), data=DATA if detached else None)
    assert (content.content, content.claimed_at, content.names_certificate) == (DATA, NOW, True)
    path = validate_path(
        content.certificate, chain=content.chain, roots=[authority(algorithm).root], at=NOW,
        revocation=NO_REVOCATION, profile=Profile.SIGNING,
    )  # fmt: skip
    assert path.public == KEYS[algorithm].public


def test_other_content_is_refused() -> None:
    for encoded, data in (
        (signed(Algorithm.SM2), DATA + b"!"),
        (signed(Algorithm.SM2, detached=False), b"other"),
        (signed(Algorithm.SM2), None),
    ):
        with pytest.raises(SignatureRefused) as caught:
            verify_cms(encoded, data=data)
        assert caught.value.flaw is CmsFlaw.OTHER_CONTENT


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
def test_a_changed_byte_of_what_is_protected_is_found(algorithm: Algorithm) -> None:
    encoded = signed(algorithm, detached=False)
    attributes = encoded.index(bytes.fromhex("06092a864886f70d010904"))  # messageDigest, inside the signed attributes
    for place in (*range(attributes, attributes + 45, 5), *range(len(encoded) - 60, len(encoded), 7)):
        changed = bytearray(encoded)
        changed[place] ^= 1
        with pytest.raises(SignatureRefused):
            verify_cms(bytes(changed))


@pytest.mark.parametrize("nonsense", [b"", b"\x30\x00", b"\x30\x03\x02\x01\x01", bytes(50)])
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verify_cms(nonsense, data=DATA)


def test_a_certificate_of_another_key_cannot_sign() -> None:
    one = authority()
    with pytest.raises(UnfitCertificate):
        sign_cms(DATA, signer=KEYS[Algorithm.SM2], certificate=one.issue(one.key.public))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
@pytest.mark.parametrize("algorithm", [Algorithm.ECDSA_P256, Algorithm.RSA])
def test_openssl_accepts_our_cms_and_we_accept_openssls(algorithm: Algorithm, tmp_path: Path) -> None:
    def openssl(*arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True).stdout

    one, key = authority(algorithm), KEYS[algorithm]
    leaf = one.issue(key.public, days=(-30, 3650 // 2))
    files = {"signed": signed(algorithm), "data": DATA, "root.der": one.root, "leaf.der": leaf, "key.der": key.export()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    openssl("x509", "-inform", "DER", "-in", "root.der", "-out", "root.pem")
    openssl("cms", "-verify", "-inform", "DER", "-in", "signed", "-content", "data", "-binary", "-CAfile", "root.pem",
            "-purpose", "any", "-attime", str(int(NOW.timestamp())), "-out", "out")  # fmt: skip
    assert (tmp_path / "out").read_bytes() == DATA
    openssl("x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem")
    openssl("cms", "-sign", "-in", "data", "-binary", "-signer", "leaf.pem", "-inkey", "key.der", "-keyform", "DER",
            "-outform", "DER", "-out", "theirs")  # fmt: skip
    assert verify_cms((tmp_path / "theirs").read_bytes(), data=DATA).certificate == leaf
