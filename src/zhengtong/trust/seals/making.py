"""Making both twins 制作: the image, the key pairs, the certificates, the electronic seal. No row is written here."""

from dataclasses import dataclass
from datetime import datetime

from zhengtong.trust.documents.api import Drawing, picture
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, KeyReference, key_provider, signer_for
from zhengtong.trust.seals import images, law
from zhengtong.trust.seals.contracts.filing import LicensedAuthority, SealKind, SealShape
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.ses.contracts import UNIT_SEAL, Picture, Seal, SealInfo
from zhengtong.trust.seals.ses.reading import read_seal
from zhengtong.trust.seals.ses.writing import write_seal

VENDOR = "Zhengtong"
VERSION = 4
KEYS = "software"


@dataclass(frozen=True, kw_only=True, slots=True)
class Twins:
    """What was made: the seal's data, the certificates, where the keys lie. The engraver gets the same image."""

    seal: Seal
    certificate: bytes
    key: KeyReference
    pdf_certificate: bytes
    pdf_key: KeyReference


def code_of(reference: str) -> str:
    """Return what stands along the lower edge of a seal with this reference.

    >>> code_of("YN-7K3M-9Q4X-RD2T")
    '7K3M9Q4XRD2T'
    """
    return reference.partition("-")[2].replace("-", "")


def drawing_of(kind: SealKind, name: str, code: str) -> Drawing:
    """Return the image of a seal."""
    if law.shape_of(kind) is SealShape.OVAL:
        return images.oval_seal(name, middle=code, below=kind.engraved)
    return images.round_seal(name, code=code, purpose=kind.engraved)


def make(
    *,
    authority: LicensedAuthority,
    number: str,
    name: str,
    kind: SealKind,
    subject: DistinguishedName,
    at: datetime,
    code: str = "",
) -> Twins:
    """Make a seal in the key provider and with the licensed authority.

    Args:
        authority: who certifies its keys and signs its data.
        number: the seal's own, in its data.
        name: the body's legal name.
        kind: what it is for.
        subject: whom its certificates name.
        at: from when it is valid.
        code: digits on the image.
    """
    until = at + law.VALIDITY
    key, certificate = _certified(authority, Algorithm.SM2, subject, at, until)
    pdf_key, pdf_certificate = _certified(authority, Algorithm.ECDSA_P256, subject, at, until)
    drawing = drawing_of(kind, name, code)
    maker, signer = authority.maker()
    info = SealInfo(
        version=VERSION,
        vendor=VENDOR,
        number=number,
        kind=UNIT_SEAL,
        name=name + kind.engraved,
        certificates=(certificate,),
        created_at=at,
        valid_from=at,
        valid_until=until,
        picture=Picture(
            kind="OFD", data=picture(drawing, name), width=round(drawing.width), height=round(drawing.height)
        ),
    )
    seal = write_seal(info, maker=maker, sign=signer.sign)
    return Twins(seal=seal, certificate=certificate, key=key, pdf_certificate=pdf_certificate, pdf_key=pdf_key)


def image_digest(seal: bytes) -> str:
    """Return the SM3 digest of the image in a seal's data, hexadecimal."""
    return sm3(read_seal(seal).info.picture.data).hex()


def digest(data: bytes) -> str:
    """Return the SM3 digest of *data*, hexadecimal."""
    return sm3(data).hex()


def _certified(
    authority: LicensedAuthority, algorithm: Algorithm, subject: DistinguishedName, at: datetime, until: datetime
) -> tuple[KeyReference, bytes]:
    key = key_provider(KEYS).generate(algorithm)
    public = signer_for(key).public
    return key, authority.issue(subject=subject, public_key=public, valid_from=at, valid_until=until)
