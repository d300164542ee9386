"""Seals and signatures read from DER: versions 1, 4 and 5."""

from datetime import datetime

from zhengtong.trust.seals.ses import der
from zhengtong.trust.seals.ses.contracts import HEADER, Extension, Picture, Seal, SealInfo, SealSignature
from zhengtong.trust.seals.ses.der import Element, NotDer

CURRENT = frozenset({4, 5})
_FIRST = 1


def read_seal(data: bytes) -> Seal:
    """Read an electronic seal.

    Raises:
        NotDer: it is none, of no version known, or not DER.
    """
    return _seal(der.read(data))


def read_signature(data: bytes) -> SealSignature:
    """Read a signature by a seal, `SignedValue.dat` of an OFD.

    Raises:
        NotDer: it is none, of no version known, or not DER.
    """
    whole = der.read(data)
    parts = whole.parts()
    if len(parts) == 2:
        return _first_signature(whole, parts)
    if len(parts) not in {4, 5}:
        raise NotDer("a signature by a seal has two, four or five parts")
    return _signature(whole, parts)


def _signature(whole: Element, parts: list[Element]) -> SealSignature:
    statement, certificate, algorithm, signature, *rest = parts
    fields = statement.parts()
    if not 5 <= len(fields) <= 6:
        raise NotDer("a statement to sign has five or six parts")
    version, seal, at, digest, about, *extra = fields
    number = version.integer()
    if number not in CURRENT:
        raise NotDer(f"version {number} is not known")
    return SealSignature(
        version=number,
        seal=_seal(seal),
        signed_at=at.moment(),
        data_hash=digest.bits(),
        property_info=about.text(der.IA5),
        certificate=certificate.octets(),
        algorithm=algorithm.identifier(),
        signature=signature.bits(),
        signed=statement.encoded,
        encoded=whole.encoded,
        timestamp=_timestamp(rest),
        extensions=_extensions(extra),
    )


def _first_signature(whole: Element, parts: list[Element]) -> SealSignature:
    """Read GM/T 0031-2014, where certificate and algorithm are among what is signed."""
    statement, signature = parts
    fields = statement.parts()
    if len(fields) != 7:
        raise NotDer("a statement of version 1 has seven parts")
    version, seal, at, digest, about, certificate, algorithm = fields
    moment, stamp = _first_time(at.bits())
    return SealSignature(
        version=version.integer(),
        seal=_seal(seal),
        signed_at=moment,
        data_hash=digest.bits(),
        property_info=about.text(der.IA5),
        certificate=certificate.octets(),
        algorithm=algorithm.identifier(),
        signature=signature.bits(),
        signed=statement.encoded,
        encoded=whole.encoded,
        timestamp=stamp,
    )


def _first_time(written: bytes) -> tuple[datetime | None, bytes | None]:
    """Return the time of a signature of version 1: a time as such, or a time stamp of an authority."""
    if written[:1] in {b"\x17", b"\x18"}:
        return der.read(written).moment(), None
    return None, written


def _seal(whole: Element) -> Seal:
    parts = whole.parts()
    if len(parts) == 2:
        return _first_seal(whole, parts)
    if len(parts) not in {4, 5}:
        raise NotDer("a seal has two, four or five parts")
    info, maker, algorithm, signature, *rest = parts
    read = _info(info)
    if read.version not in CURRENT or (rest and read.version != 5):
        raise NotDer("the seal's parts do not fit its version")
    return Seal(
        info=read,
        maker=maker.octets(),
        algorithm=algorithm.identifier(),
        signature=signature.bits(),
        signed=info.encoded,
        encoded=whole.encoded,
        timestamp=_timestamp(rest),
    )


def _first_seal(whole: Element, parts: list[Element]) -> Seal:
    """Read GM/T 0031-2014: the maker signs the information, its certificate and the algorithm as one sequence."""
    info, signed_by = parts
    fields = signed_by.parts()
    if len(fields) != 3:
        raise NotDer("the maker's signature of version 1 has three parts")
    maker, algorithm, signature = fields
    return Seal(
        info=_info(info, first=True),
        maker=maker.octets(),
        algorithm=algorithm.identifier(),
        signature=signature.bits(),
        signed=der.sequence(info.encoded, maker.encoded, algorithm.encoded),
        encoded=whole.encoded,
    )


def _info(element: Element, *, first: bool = False) -> SealInfo:
    parts = element.parts()
    if not 4 <= len(parts) <= 5:
        raise NotDer("the information of a seal has four or five parts")
    header, number, properties, picture, *extra = parts
    version, vendor = _header(header)
    kind, name, *who, created, start, end = properties.parts()
    certificates, digests = _first_list(who) if first else _list(who)
    return SealInfo(
        version=version,
        vendor=vendor,
        number=number.text(der.IA5),
        kind=kind.integer(),
        name=name.text(der.UTF8),
        created_at=created.moment(),
        valid_from=start.moment(),
        valid_until=end.moment(),
        picture=_picture(picture),
        certificates=certificates,
        digests=digests,
        extensions=_extensions(extra),
    )


def _header(element: Element) -> tuple[int, str]:
    parts = element.parts()
    if len(parts) != 3 or parts[0].text(der.IA5) != HEADER:
        raise NotDer("the header of a seal begins with ES")
    return parts[1].integer(), parts[2].text(der.IA5)


def _first_list(who: list[Element]) -> tuple[tuple[bytes, ...], tuple[tuple[str, bytes], ...]]:
    if len(who) != 1:
        raise NotDer("version 1 lists the signers' certificates")
    return tuple(part.octets() for part in who[0].parts()), ()


def _list(who: list[Element]) -> tuple[tuple[bytes, ...], tuple[tuple[str, bytes], ...]]:
    """Read who may sign: whole certificates (kind 1) or their digests (kind 2)."""
    if len(who) != 2:
        raise NotDer("a seal says in which form it lists its signers")
    kind, listed = who[0].integer(), who[1].parts()
    if kind == 1:
        return tuple(part.octets() for part in listed), ()
    if kind != 2:
        raise NotDer("signers are listed by certificate or by digest")
    pairs = [part.parts() for part in listed]
    if any(len(pair) != 2 for pair in pairs):
        raise NotDer("a digest of a certificate has a kind and a value")
    return (), tuple((kind.text(der.PRINTABLE), value.octets()) for kind, value in pairs)


def _picture(element: Element) -> Picture:
    parts = element.parts()
    if len(parts) != 4:
        raise NotDer("a picture has four parts")
    kind, data, width, height = parts
    return Picture(kind=kind.text(der.IA5), data=data.octets(), width=width.integer(), height=height.integer())


def _extensions(extra: list[Element]) -> tuple[Extension, ...]:
    """Read extensions, tagged `[0]` or not: both occur."""
    if not extra:
        return ()
    element = extra[0]
    if element.tag == der.EXPLICIT_0:
        inner = element.parts(der.EXPLICIT_0)
        if len(inner) != 1:
            raise NotDer("a tag around one element")
        element = inner[0]
    return tuple(_extension(part.parts()) for part in element.parts())


def _extension(parts: list[Element]) -> Extension:
    if len(parts) not in {2, 3}:
        raise NotDer("an extension has two or three parts")
    critical = parts[1].boolean() if len(parts) == 3 else False
    return Extension(identifier=parts[0].identifier(), critical=critical, value=parts[-1].octets())


def _timestamp(rest: list[Element]) -> bytes | None:
    if not rest:
        return None
    inner = rest[0].parts(der.EXPLICIT_0)
    if len(inner) != 1:
        raise NotDer("a tag around one element")
    return inner[0].bits()
