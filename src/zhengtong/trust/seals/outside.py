"""The bodies outside that a seal needs 外部机构: public security's register and a licensed certification authority.

Neither interface is public. What we need are two Protocols; `site/wiring.py` registers an installation's adapters.
Until it does, simulators answer: the register in a small file of its own, so that it stays what it was when our own
transaction is undone, and an authority whose certificates say that they are for demonstration.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

from django.conf import settings

from zhengtong.kernel import clock
from zhengtong.trust.keys.api import (
    Algorithm,
    DistinguishedName,
    PrivateKey,
    Profile,
    RevocationEvidence,
    RevokedEntry,
    Signer,
    Verifier,
    answer_time_stamp,
    ask_time_stamp,
    build_crl,
    issue_certificate,
    kept_key,
    key_ring,
    read_time_stamp_response,
)
from zhengtong.trust.seals.contracts.filing import (
    Acknowledgement,
    FilingRequest,
    LicensedAuthority,
    SealRegistry,
    SealState,
)

_LONG, _PAST = timedelta(days=20 * 365), timedelta(days=10 * 365)  # the demo's stories begin in the past
_FRESH = timedelta(days=2)
_registries: list[SealRegistry] = []
_authorities: list[LicensedAuthority] = []


def register_seal_registry(registry: SealRegistry) -> None:
    """Use *registry* as public security's register, in place of any before."""
    _registries[:] = [registry]


def register_licensed_authority(authority: LicensedAuthority) -> None:
    """Use *authority* for the certificates of seals, in place of any before."""
    _authorities[:] = [authority]


def seal_registry() -> SealRegistry:
    """Return public security's register."""
    if not _registries:
        _registries.append(SimulatedRegistry(Path(settings.HOME) / "simulated" / "seal_registry.sqlite3"))
    return _registries[0]


def licensed_authority() -> LicensedAuthority:
    """Return the authority that certifies seals."""
    if not _authorities:
        _authorities.append(SimulatedAuthority.kept())
    return _authorities[0]


class SimulatedRegistry:
    """A register that accepts every filing and numbers them; it keeps its own file, as a body outside does.

    Args:
        path: the file.
        answers: whether it answers at once; otherwise a filing waits, as with paper.
    """

    def __init__(self, path: Path, *, answers: bool = True) -> None:
        self._path = path
        self.answers = answers

    def file(self, request: FilingRequest) -> Acknowledgement | None:
        """Number a filing; the same id again gets the same number."""
        with closing(self._connected()) as connection, connection:
            connection.execute(
                "INSERT OR IGNORE INTO filing (request, region, digest) VALUES (?, ?, ?)",
                (str(request.id), request.region, request.seal_digest),
            )
            row = connection.execute(
                "SELECT number, region FROM filing WHERE request = ?", (str(request.id),)
            ).fetchone()
        if not self.answers:
            return None
        return Acknowledgement(accepted=True, number=f"{row[1][:6]}{row[0]:07d}")

    def report(self, *, request: UUID, state: SealState, at: datetime) -> None:
        """Note a changed state."""
        with closing(self._connected()) as connection, connection:
            connection.execute(
                "UPDATE filing SET state = ?, at = ? WHERE request = ?", (state.value, at.isoformat(), str(request))
            )

    def filed(self) -> list[tuple[str, str]]:
        """Return every filing with its last reported state: what an auditor compares."""
        with closing(self._connected()) as connection:
            return connection.execute("SELECT request, state FROM filing ORDER BY number").fetchall()

    def _connected(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS filing (number INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT UNIQUE NOT NULL,"
            " region TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'filed', at TEXT)"
        )
        return connection


class SimulatedAuthority:
    """An authority for demonstration and tests: roots, issuing authorities, a seal maker, time stamps.

    Args:
        keys: of `_NAMES`, in that order.
        certificates: of the same, in the same order.
    """

    def __init__(self, keys: Sequence[PrivateKey], certificates: Sequence[bytes]) -> None:
        self._keys = dict(zip(_NAMES, keys, strict=True))
        self._certificates = dict(zip(_NAMES, certificates, strict=True))

    @classmethod
    def kept(cls) -> Self:
        """Return the one whose keys lie beside the key ring; made on first use."""
        keys = [kept_key(name, algorithm) for name, algorithm in _NAMES.items()]
        framed = key_ring().kept(
            "seal-certificates", lambda: b"".join(map(_framed, _certificates(keys, clock.system.now())))
        )
        return cls(keys, list(_unframed(framed)))

    @classmethod
    def fresh(cls, since: datetime) -> Self:
        """Return a new one, in memory only."""
        keys = [PrivateKey.generate(algorithm) for algorithm in _NAMES.values()]
        return cls(keys, _certificates(keys, since))

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The certificates of the roots."""
        return self._certificates["seal-root"], self._certificates["pdf-root"]

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates of the issuing authorities."""
        return self._certificates["seal-issuing"], self._certificates["pdf-issuing"]

    def issue(
        self, *, subject: DistinguishedName, public_key: Verifier, valid_from: datetime, valid_until: datetime
    ) -> bytes:
        """Return the certificate of a seal's key, from the authority of the same algorithm."""
        issuer = "seal-issuing" if public_key.algorithm is Algorithm.SM2 else "pdf-issuing"
        return issue_certificate(
            signer=self._keys[issuer], issuer=self._certificates[issuer], subject=subject, public_key=public_key,
            profile=Profile.SIGNING, not_before=valid_from, not_after=valid_until,
        )  # fmt: skip

    def maker(self) -> tuple[bytes, Signer]:
        """Return the seal maker's certificate and key."""
        return self._certificates["seal-maker"], self._keys["seal-maker"]

    def stamp(self, data: bytes, *, at: datetime) -> bytes:
        """Return a time stamp token over *data*."""
        return read_time_stamp_response(self.answer(ask_time_stamp(data), at=at, algorithm=Algorithm.SM2))

    def answer(self, request: bytes, *, at: datetime, algorithm: Algorithm) -> bytes:
        """Answer a TimeStampReq as a time-stamping authority does."""
        kind = "seal" if algorithm is Algorithm.SM2 else "pdf"
        name = f"{kind}-stamping"
        chain = (self._certificates[f"{kind}-issuing"],)
        return answer_time_stamp(
            request, signer=self._keys[name], certificate=self._certificates[name], chain=chain, at=at
        )

    def evidence(self, revoked: tuple[RevokedEntry, ...], at: datetime) -> RevocationEvidence:
        """Return a revocation list of each authority; a serial that an authority did not issue does no harm there."""
        lists = (
            build_crl(
                signer=self._keys[name], issuer=self._certificates[name], number=int(at.timestamp()),
                revoked=revoked if name.endswith("issuing") else (), this_update=at, next_update=at + _FRESH,
            )
            for name in ("seal-root", "seal-issuing", "pdf-root", "pdf-issuing")
        )  # fmt: skip
        return RevocationEvidence(crls=tuple(lists), retroactive=True)


_NAMES = {
    "seal-root": Algorithm.SM2,
    "seal-issuing": Algorithm.SM2,
    "seal-maker": Algorithm.SM2,
    "pdf-root": Algorithm.ECDSA_P256,
    "pdf-issuing": Algorithm.ECDSA_P256,
    "seal-stamping": Algorithm.SM2,
    "pdf-stamping": Algorithm.ECDSA_P256,
}
"""The simulated authority's keys, each after whoever certifies it."""
_ROLES = {
    "root": (Profile.ROOT, ""),
    "issuing": (Profile.INTERMEDIATE, "root"),
    "maker": (Profile.SIGNING, "issuing"),
    "stamping": (Profile.TIME_STAMPING, "issuing"),
}
"""What each certificate is for, and who issues it."""
_TITLES = {
    "seal-root": "演示电子认证根（模拟）",
    "seal-issuing": "演示电子印章签发机构（模拟）",
    "seal-maker": "演示电子印章制章者（模拟）",
    "pdf-root": "Demonstration root (simulated)",
    "pdf-issuing": "Demonstration seal authority (simulated)",
    "seal-stamping": "演示可信时间戳（模拟）",
    "pdf-stamping": "Demonstration time stamps (simulated)",
}


def _certificates(keys: Sequence[PrivateKey], since: datetime) -> list[bytes]:
    since = since.replace(microsecond=0)  # a certificate's dates are whole seconds
    by_name = dict(zip(_NAMES, keys, strict=True))
    made: dict[str, bytes] = {}
    for name, key in by_name.items():
        kind = name.partition("-")[0]
        profile, above = _ROLES[name.partition("-")[2]]
        issuer = f"{kind}-{above}" if above else None
        made[name] = issue_certificate(
            signer=by_name[issuer or name], issuer=made[issuer] if issuer else None, public_key=key.public,
            subject=DistinguishedName(common_name=_TITLES[name], organisation=_TITLES[name]),
            profile=profile, not_before=since - _PAST, not_after=since + _LONG,
        )  # fmt: skip
    return list(made.values())


def _framed(certificate: bytes) -> bytes:
    return len(certificate).to_bytes(4, "big") + certificate


def _unframed(written: bytes) -> Iterator[bytes]:
    while written:
        end = 4 + int.from_bytes(written[:4], "big")
        yield written[4:end]
        written = written[end:]
