"""Names of algorithms in ASN.1 算法标识 (GM/T 0006-2012; RFC 5758, 8410, 8017); importing this tells asn1crypto."""

from collections.abc import Mapping

from asn1crypto import algos, keys

from zhengtong.trust.keys.contracts import Algorithm

SM2_CURVE = "1.2.156.10197.1.301"
SM3 = "1.2.156.10197.1.401"
SM2_WITH_SM3 = "1.2.156.10197.1.501"


def _teach_asn1crypto() -> None:
    """Register the Chinese identifiers; doing it twice changes nothing."""
    keys.NamedCurve.register("sm2p256v1", SM2_CURVE, 32)
    # classes build their reverse maps when they are first used; set both ways so that the moment does not matter
    for kind, oid, name in (
        (algos.DigestAlgorithmId, SM3, "sm3"),
        (algos.SignedDigestAlgorithmId, SM2_WITH_SM3, "sm3_sm2"),
    ):
        kind._map[oid] = name  # noqa: SLF001 -- asn1crypto offers no public way, pyHanko does the same
        if kind._reverse_map is not None:  # noqa: SLF001
            kind._reverse_map[name] = oid  # noqa: SLF001


_teach_asn1crypto()

_SIGNATURES: Mapping[Algorithm, str] = {
    Algorithm.SM2: "sm3_sm2",
    Algorithm.ECDSA_P256: "sha256_ecdsa",
    Algorithm.ED25519: "ed25519",
    Algorithm.RSA: "sha256_rsa",
}
_DIGESTS: Mapping[Algorithm, str] = {
    Algorithm.SM2: "sm3",
    Algorithm.ECDSA_P256: "sha256",
    Algorithm.ED25519: "sha512",  # RFC 8419 §3.1
    Algorithm.RSA: "sha256",
}


def signature_algorithm(algorithm: Algorithm) -> algos.SignedDigestAlgorithm:
    """Return the AlgorithmIdentifier of signatures by *algorithm*."""
    return algos.SignedDigestAlgorithm({"algorithm": _SIGNATURES[algorithm]})


def digest_name(algorithm: Algorithm) -> str:
    """Return the hash that goes with *algorithm*, as hashlib and asn1crypto name it."""
    return _DIGESTS[algorithm]


def digest_algorithm(algorithm: Algorithm) -> algos.DigestAlgorithm:
    """Return the AlgorithmIdentifier of the hash that goes with *algorithm*."""
    return algos.DigestAlgorithm({"algorithm": digest_name(algorithm)})


def algorithm_of(identifier: algos.SignedDigestAlgorithm) -> Algorithm | None:
    """Return our name of a signature algorithm, None for one that is not ours."""
    name = identifier["algorithm"].native
    return next((algorithm for algorithm, known in _SIGNATURES.items() if known == name), None)
