"""Seals and signatures written as DER: versions 4 and 5. What signs comes in as a function; no key is seen here."""

from collections.abc import Callable
from datetime import datetime

from zhengtong.trust.seals.ses import der
from zhengtong.trust.seals.ses.contracts import HEADER, SM2_WITH_SM3, Extension, Picture, Seal, SealInfo
from zhengtong.trust.seals.ses.reading import CURRENT, read_seal

Sign = Callable[[bytes], bytes]
Stamp = Callable[[bytes], bytes]
"""Returns an authority's time stamp over the signature it is given (GB/T 20520: a TimeStampToken)."""


def write_seal(info: SealInfo, *, maker: bytes, sign: Sign, stamp: Stamp | None = None) -> Seal:
    """Return the seal that *maker* makes (GB/T 38540, 6.2).

    Args:
        info: what is stated; version 4 or 5.
        maker: the maker's certificate.
        sign: signs with the maker's key, SM2 with SM3.
        stamp: has the signature time-stamped; version 5 only.

    Raises:
        ValueError: another version, or a time stamp in version 4.
    """
    if info.version not in CURRENT or (stamp and info.version != 5):
        raise ValueError("seals are written in version 4, or in version 5 with or without a time stamp")
    signed = seal_info(info)
    signature = sign(signed)
    parts = [signed, der.wrap(der.OCTETS, maker), der.identifier(SM2_WITH_SM3), der.bits(signature)]
    if stamp:
        parts.append(_stamped(stamp(signature)))
    return read_seal(der.sequence(*parts))


def seal_info(info: SealInfo) -> bytes:
    """Return the encoding of what a maker states."""
    header = der.sequence(der.wrap(der.IA5, HEADER.encode()), der.integer(info.version), _ascii(info.vendor))
    parts = [header, _ascii(info.number), _properties(info), _picture(info.picture)]
    if info.extensions:
        parts.append(_extensions(info.extensions))
    return der.sequence(*parts)


def statement(
    seal: Seal,
    *,
    at: datetime,
    data_hash: bytes,
    property_info: str,
    extensions: tuple[Extension, ...] = (),
) -> bytes:
    """Return what a signer signs (TBS_Sign, GB/T 38540, 7.1): the seal, the time, the digest of `Signature.xml`.

    Args:
        seal: the seal used; the statement has its version.
        at: when it is signed.
        data_hash: SM3 of the signed text.
        property_info: which file that is: an absolute path in the package.
        extensions: anything more.
    """
    parts = [der.integer(seal.info.version), seal.encoded, der.moment(at), der.bits(data_hash), _ascii(property_info)]
    if extensions:
        parts.append(der.wrap(der.EXPLICIT_0, _extensions(extensions)))
    return der.sequence(*parts)


def write_signature(stated: bytes, *, certificate: bytes, sign: Sign, stamp: Stamp | None = None) -> bytes:
    """Return the signature by a seal over *stated*.

    Args:
        stated: see `statement`.
        certificate: the signer's.
        sign: signs with the signer's key, SM2 with SM3.
        stamp: has the signature time-stamped.
    """
    signature = sign(stated)
    parts = [stated, der.wrap(der.OCTETS, certificate), der.identifier(SM2_WITH_SM3), der.bits(signature)]
    if stamp:
        parts.append(_stamped(stamp(signature)))
    return der.sequence(*parts)


def _properties(info: SealInfo) -> bytes:
    if info.certificates:
        kind, listed = 1, [der.wrap(der.OCTETS, certificate) for certificate in info.certificates]
    else:
        kind = 2
        listed = [
            der.sequence(der.wrap(der.PRINTABLE, name.encode()), der.wrap(der.OCTETS, value))
            for name, value in info.digests
        ]
    return der.sequence(
        der.integer(info.kind),
        der.wrap(der.UTF8, info.name.encode()),
        der.integer(kind),
        der.sequence(*listed),
        der.moment(info.created_at),
        der.moment(info.valid_from),
        der.moment(info.valid_until),
    )


def _picture(picture: Picture) -> bytes:
    return der.sequence(
        _ascii(picture.kind),
        der.wrap(der.OCTETS, picture.data),
        der.integer(picture.width),
        der.integer(picture.height),
    )


def _extensions(extensions: tuple[Extension, ...]) -> bytes:
    return der.sequence(
        *(
            der.sequence(
                der.identifier(extension.identifier),
                *([der.wrap(der.BOOLEAN, b"\xff")] if extension.critical else []),
                der.wrap(der.OCTETS, extension.value),
            )
            for extension in extensions
        )
    )


def _stamped(token: bytes) -> bytes:
    return der.wrap(der.EXPLICIT_0, der.bits(token))


def _ascii(text: str) -> bytes:
    return der.wrap(der.IA5, text.encode("ascii"))
