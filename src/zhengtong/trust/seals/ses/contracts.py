"""What is in an electronic seal and in a signature by one (GB/T 38540-2020, 6.1 and 7.1), whatever the version."""

from dataclasses import dataclass
from datetime import datetime

HEADER = "ES"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SM3 = "1.2.156.10197.1.401"
UNIT_SEAL, PERSONAL_SEAL = 1, 2
"""Kinds of seals (GM/T 0031-2014, 6.1.1): of a unit, of a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """The seal's image 印模: its kind (OFD, PNG, …), its data, its width and height in millimetres."""

    kind: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """Data of the maker's own; a reader that does not know a critical one must refuse the whole."""

    identifier: str
    critical: bool
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SealInfo:
    """What the maker of a seal states and signs 印章信息. `certificates` or `digests` say who may sign with it."""

    version: int
    vendor: str
    number: str
    kind: int
    name: str
    created_at: datetime
    valid_from: datetime
    valid_until: datetime
    picture: Picture
    certificates: tuple[bytes, ...] = ()
    digests: tuple[tuple[str, bytes], ...] = ()
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """An electronic seal 电子印章: `signed` are the bytes the maker's signature is over, `encoded` the whole."""

    info: SealInfo
    maker: bytes
    algorithm: str
    signature: bytes
    signed: bytes
    encoded: bytes
    timestamp: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SealSignature:
    """A signature by a seal 电子签章. `certificate` is the signer's; `signed` are the bytes the signature is over.

    `signed_at` is the signer's own statement; in version 1 it may be missing and a time stamp stands in its place.
    """

    version: int
    seal: Seal
    signed_at: datetime | None
    data_hash: bytes
    property_info: str
    certificate: bytes
    algorithm: str
    signature: bytes
    signed: bytes
    encoded: bytes
    timestamp: bytes | None = None
    extensions: tuple[Extension, ...] = ()
