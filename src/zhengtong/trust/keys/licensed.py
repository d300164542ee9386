"""A licensed certification service 电子认证服务机构 (电子签名法 §§16–18): certifies the keys of public seals.

Such services answer over interfaces of their own; we found no public text of one. What the platform needs is written
here as a Protocol: hand in a signed request, ask for the certificate, have it revoked, get the evidence.
`SimulatedService` answers like one, for development and tests; an installation registers its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from zhengtong.kernel.ids import new_id
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    DistinguishedName,
    PrivateKeyHandedIn,
    Profile,
    RevocationEvidence,
    RevocationReason,
    RevokedEntry,
    ServiceRefused,
    Signer,
    UnreadableRequest,
)
from zhengtong.trust.keys.x509 import requests
from zhengtong.trust.keys.x509.issuing import issue_certificate, load_certificate
from zhengtong.trust.keys.x509.requests import write_request
from zhengtong.trust.keys.x509.revocation import build_crl

__all__ = ["LicensedService", "SimulatedService", "read_request", "write_request"]


class LicensedService(Protocol):
    """A licensed certification service as the platform uses it."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Its root certificates."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Certificates between a root and what it issues."""

    def apply(self, request: bytes, *, profile: Profile, at: datetime) -> UUID:
        """Hand in a PKCS#10 request and return its receipt; asking twice with the same request gives the same receipt.

        Raises:
            ServiceRefused: the request is malformed, unsigned or for a use the service does not certify.
        """

    def collect(self, receipt: UUID, *, at: datetime) -> bytes | None:
        """Return the certificate, None while the service still examines.

        Raises:
            ServiceRefused: it declined, or knows no such receipt.
        """

    def revoke(self, certificate: bytes, *, reason: RevocationReason, at: datetime) -> None:
        """Have a certificate revoked; twice is no error.

        Raises:
            ServiceRefused: it is not the service's own.
        """

    def evidence(self, *, at: datetime) -> RevocationEvidence:
        """Return what the service says about revocation now, to keep beside a signature."""


def read_request(request: bytes) -> tuple[DistinguishedName, PublicKey]:
    """Return whom a request names and the key it was signed with.

    Raises:
        ServiceRefused: it is malformed, or not signed by its own key.
    """
    try:
        read = requests.read_request(request)
    except (UnreadableRequest, PrivateKeyHandedIn) as refusal:
        raise ServiceRefused(what="PKCS#10") from refusal
    return read.subject, read.public


@dataclass(frozen=True, kw_only=True, slots=True)
class _Application:
    name: DistinguishedName
    public: PublicKey
    profile: Profile
    at: datetime


class SimulatedService:
    """Fulfils `LicensedService` in memory: examines for a while, issues by SM2, publishes lists. Never for production.

    Args:
        at: when its own certificates begin.
        examines: how long an application waits.
    """

    name: Final = "模拟电子认证服务机构"
    certifies: Final = frozenset({Profile.SIGNING, Profile.ENCRYPTION})

    def __init__(self, *, at: datetime, examines: timedelta = timedelta(0)) -> None:
        root, self._key = PrivateKey.generate(Algorithm.SM2), PrivateKey.generate(Algorithm.SM2)
        self._root_key, self._examines = root, examines
        self.roots = (
            issue_certificate(
                signer=root, issuer=None, subject=DistinguishedName(common_name="模拟认证根"), public_key=root.public,
                profile=Profile.ROOT, not_before=at, not_after=at + timedelta(days=7300),
            ),
        )  # fmt: skip
        self.chain = (
            issue_certificate(
                signer=root, issuer=self.roots[0], subject=DistinguishedName(common_name="模拟认证签发"),
                public_key=self._key.public, profile=Profile.INTERMEDIATE, not_before=at,
                not_after=at + timedelta(days=3650), path_length=0,
            ),
        )  # fmt: skip
        self._applications: dict[UUID, _Application] = {}
        self._receipts: dict[bytes, UUID] = {}
        self._issued: dict[UUID, bytes] = {}
        self._revoked: dict[int, RevokedEntry] = {}
        self._number = 0

    def apply(self, request: bytes, *, profile: Profile, at: datetime) -> UUID:
        """Take in a request."""
        name, public = read_request(request)
        if profile not in self.certifies:
            raise ServiceRefused(what=profile)
        receipt = self._receipts.setdefault(request, new_id())
        self._applications.setdefault(receipt, _Application(name=name, public=public, profile=profile, at=at))
        return receipt

    def collect(self, receipt: UUID, *, at: datetime) -> bytes | None:
        """Return the certificate once the examination is over."""
        application = self._applications.get(receipt)
        if application is None:
            raise ServiceRefused(what=str(receipt))
        if at < application.at + self._examines:
            return None
        if receipt not in self._issued:
            self._issued[receipt] = issue_certificate(
                signer=self._key, issuer=self.chain[0], subject=application.name, public_key=application.public,
                profile=application.profile, not_before=at, not_after=at + timedelta(days=1095),
            )  # fmt: skip
        return self._issued[receipt]

    def revoke(self, certificate: bytes, *, reason: RevocationReason, at: datetime) -> None:
        """Revoke a certificate of ours."""
        if certificate not in self._issued.values():
            raise ServiceRefused(what="certificate")
        serial = load_certificate(certificate).serial_number
        self._revoked.setdefault(serial, RevokedEntry(serial=serial, at=at, reason=reason))

    def evidence(self, *, at: datetime) -> RevocationEvidence:
        """Return fresh lists of both authorities."""
        self._number += 1
        signers: Mapping[bytes, Signer] = {self.chain[0]: self._key, self.roots[0]: self._root_key}
        lists = tuple(
            build_crl(
                signer=signer, issuer=issuer, revoked=self._revoked.values() if issuer == self.chain[0] else (),
                number=self._number, this_update=at, next_update=at + timedelta(days=1),
            )
            for issuer, signer in signers.items()
        )  # fmt: skip
        return RevocationEvidence(crls=lists)
