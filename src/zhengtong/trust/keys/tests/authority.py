"""A small authority in memory for tests: a root, one below it, and what it issues."""

from datetime import UTC, datetime, timedelta
from functools import cache

from zhengtong.trust.keys.api import (
    Algorithm,
    DistinguishedName,
    PrivateKey,
    Profile,
    PublicKey,
    build_crl,
    issue_certificate,
)
from zhengtong.trust.keys.contracts import RevokedEntry

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
YEAR = timedelta(days=365)


class Authority:
    """A root and an intermediate of one algorithm."""

    def __init__(self, algorithm: Algorithm, *, name: str = "测试") -> None:
        self.algorithm = algorithm
        self.root_key, self.key = PrivateKey.generate(algorithm), PrivateKey.generate(algorithm)
        self.root = issue_certificate(
            signer=self.root_key,
            issuer=None,
            subject=DistinguishedName(common_name=f"{name}根", organisation="政通测试"),
            public_key=self.root_key.public,
            profile=Profile.ROOT,
            not_before=NOW - YEAR,
            not_after=NOW + 10 * YEAR,
        )
        self.certificate = issue_certificate(
            signer=self.root_key,
            issuer=self.root,
            subject=DistinguishedName(common_name=f"{name}签发", organisation="政通测试"),
            public_key=self.key.public,
            profile=Profile.INTERMEDIATE,
            not_before=NOW - YEAR,
            not_after=NOW + 5 * YEAR,
            path_length=0,
        )

    def issue(
        self,
        public_key: PublicKey,
        profile: Profile = Profile.SIGNING,
        *,
        serial: int | None = None,
        days: tuple[int, int] = (-30, 365),
        name: str = "张三",
    ) -> bytes:
        """Certify *public_key* from so many days before to so many after `NOW`."""
        return issue_certificate(
            signer=self.key,
            issuer=self.certificate,
            subject=DistinguishedName(common_name=name),
            public_key=public_key,
            profile=profile,
            not_before=NOW + timedelta(days=days[0]),
            not_after=NOW + timedelta(days=days[1]),
            serial=serial,
        )

    def crls(
        self, *revoked: RevokedEntry, at: datetime = NOW - timedelta(days=1), number: int = 1
    ) -> tuple[bytes, ...]:
        """Return the lists of both authorities; *revoked* is on the lower one's."""
        below = build_crl(
            signer=self.key, issuer=self.certificate, revoked=revoked, number=number,
            this_update=at, next_update=at + timedelta(days=7),
        )  # fmt: skip
        above = build_crl(
            signer=self.root_key, issuer=self.root, revoked=(), number=number,
            this_update=at, next_update=at + timedelta(days=7),
        )  # fmt: skip
        return below, above


_authority = cache(Authority)


def authority(algorithm: Algorithm = Algorithm.SM2) -> Authority:
    """Return one authority per algorithm and process: RSA keys are slow to make."""
    return _authority(algorithm)
