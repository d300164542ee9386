"""A licensed certification service, simulated."""

from datetime import timedelta
from uuid import uuid4

import pytest

from zhengtong.trust.keys.api import (
    Algorithm,
    CertificateNotTrusted,
    DistinguishedName,
    Distrust,
    PrivateKey,
    Profile,
    RevocationReason,
    ServiceRefused,
    SimulatedService,
    read_request,
    validate_path,
    write_request,
)
from zhengtong.trust.keys.tests.authority import NOW, authority

NAME = DistinguishedName(common_name="某市某局", organisation="某市某局", identifier="11330000MB1234567X")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = PrivateKey.generate(Algorithm.SM2)


@pytest.fixture
def service() -> SimulatedService:
    return SimulatedService(at=NOW - DAY, examines=HOUR)


def test_a_seals_key_is_certified_after_examination_and_its_path_holds(service: SimulatedService) -> None:
    request = write_request(NAME, KEY)
    receipt = service.apply(request, profile=Profile.SIGNING, at=NOW)
    assert service.apply(request, profile=Profile.SIGNING, at=NOW + HOUR) == receipt
    assert service.collect(receipt, at=NOW) is None
    certificate = service.collect(receipt, at=NOW + HOUR)
    assert certificate is not None
    assert service.collect(receipt, at=NOW + DAY) == certificate
    at = NOW + 2 * HOUR
    path = validate_path(
        certificate, chain=service.chain, roots=service.roots, at=at, revocation=service.evidence(at=at),
        profile=Profile.SIGNING,
    )  # fmt: skip
    assert path.public == KEY.public
    service.revoke(certificate, reason=RevocationReason.CESSATION_OF_OPERATION, at=at)
    service.revoke(certificate, reason=RevocationReason.KEY_COMPROMISE, at=at + HOUR)
    with pytest.raises(CertificateNotTrusted) as caught:
        validate_path(
            certificate, chain=service.chain, roots=service.roots, at=at + HOUR,
            revocation=service.evidence(at=at + HOUR),
        )  # fmt: skip
    assert caught.value.reason is Distrust.REVOKED


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_request_says_who_and_which_key(algorithm: Algorithm) -> None:
    key = PrivateKey.generate(algorithm)
    assert read_request(write_request(NAME, key)) == (NAME, key.public)


def test_what_is_no_signed_request_is_refused(service: SimulatedService) -> None:
    good = write_request(NAME, KEY)
    place = good.index("某市某局".encode())
    for bad in (b"", b"\x30\x00", good[:-1], good[:place] + b"X" + good[place + 1 :]):
        with pytest.raises(ServiceRefused):
            service.apply(bad, profile=Profile.SIGNING, at=NOW)
    with pytest.raises(ServiceRefused):
        service.apply(good, profile=Profile.INTERMEDIATE, at=NOW)
    with pytest.raises(ServiceRefused):
        service.collect(uuid4(), at=NOW)
    with pytest.raises(ServiceRefused):
        service.revoke(authority().issue(KEY.public), reason=RevocationReason.SUPERSEDED, at=NOW)
