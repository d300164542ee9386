"""Between which moments the answer about a path cannot change 时间段: so that a thousand documents ask once.

What a path's validity depends on over time are moments written in certificates, lists and OCSP answers. Between two
neighbouring ones, and at each of them, the answer is the same; it may therefore be remembered.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import crl, ocsp

from zhengtong.trust.keys.x509.issuing import load_certificate

Segment = tuple[int, int]


def segment(
    at: datetime, *, certificates: tuple[bytes, ...], crls: tuple[bytes, ...], ocsps: tuple[bytes, ...]
) -> Segment:
    """Return which stretch of time *at* lies in: equal for two moments that no boundary parts.

    Raises:
        ValueError: something cannot be read.
    """
    moments = _boundaries(certificates, crls, ocsps)
    return bisect_left(moments, at), bisect_right(moments, at)


@lru_cache(maxsize=1024)
def _boundaries(certificates: tuple[bytes, ...], crls: tuple[bytes, ...], ocsps: tuple[bytes, ...]) -> list[datetime]:
    found: set[datetime] = set()
    serials = set()
    for one in certificates:
        parsed = load_certificate(one)
        found.update((parsed.not_valid_before, parsed.not_valid_after))
        serials.add(parsed.serial_number)
    for one in crls:
        found.update(_of_list(one, frozenset(serials)))
    for one in ocsps:
        found.update(_of_answer(one))
    return sorted(found)


@lru_cache(maxsize=256)
def _of_list(encoded: bytes, serials: frozenset[int]) -> tuple[datetime, ...]:
    """Return the list's own period and when any of *serials* was revoked."""
    content = crl.CertificateList.load(encoded)["tbs_cert_list"]
    lines = content["revoked_certificates"]
    dates = [line["revocation_date"].native for line in lines if line["user_certificate"].native in serials]
    return tuple(_present([content["this_update"].native, content["next_update"].native, *dates]))


@lru_cache(maxsize=1024)
def _of_answer(encoded: bytes) -> tuple[datetime, ...]:
    """Return every moment of an OCSP answer and of the certificates that came with it."""
    answer = ocsp.OCSPResponse.load(encoded)
    if answer["response_status"].native != "successful":
        return ()
    basic = answer["response_bytes"]["response"].parsed
    found: list[Any] = [basic["tbs_response_data"]["produced_at"].native]
    for single in basic["tbs_response_data"]["responses"]:
        found += [single["this_update"].native, single["next_update"].native]
        if single["cert_status"].name == "revoked":
            found.append(single["cert_status"].chosen["revocation_time"].native)
    for certificate in basic["certs"]:
        found += [certificate.not_valid_before, certificate.not_valid_after]
    return tuple(_present(found))


def _present(moments: Iterable[datetime | None]) -> Iterable[datetime]:
    return (one for one in moments if one is not None)
