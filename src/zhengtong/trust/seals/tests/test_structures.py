"""Seals and signatures are read and written in one encoding only."""

from dataclasses import replace

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.ses import der
from zhengtong.trust.seals.ses.contracts import SM2_WITH_SM3, Extension, Seal
from zhengtong.trust.seals.ses.reading import read_seal, read_signature
from zhengtong.trust.seals.ses.writing import seal_info, statement, write_seal, write_signature
from zhengtong.trust.seals.tests.builders import AT, workshop

EXTENSION = Extension(identifier="1.2.156.10197.6.1.4", critical=False, value=b"\x05\x00")


def signature(seal: Seal | None = None, **options: object) -> bytes:
    shop = workshop()
    stated = statement(seal or shop.seal, at=AT, data_hash=sm3(b"text"), property_info="/a")
    return write_signature(stated, certificate=shop.certificate, sign=shop.key.sign, **options)  # type: ignore[arg-type]


def first_version() -> tuple[bytes, bytes]:
    """Write a seal and a signature as GM/T 0031-2014 has them."""
    shop = workshop()
    maker, signer = shop.authority.maker()
    info = shop.info()
    property_list = der.sequence(der.wrap(der.OCTETS, shop.certificate))
    times = [
        der.wrap(der.UTC_TIME, at.strftime("%y%m%d%H%M%SZ").encode()) for at in (AT, info.valid_from, info.valid_until)
    ]
    stated = der.sequence(
        der.sequence(der.wrap(der.IA5, b"ES"), der.integer(1), der.wrap(der.IA5, b"v")),
        der.wrap(der.IA5, b"one"),
        der.sequence(der.integer(1), der.wrap(der.UTF8, "章".encode()), property_list, *times),
        der.sequence(der.wrap(der.IA5, b"PNG"), der.wrap(der.OCTETS, b"."), der.integer(40), der.integer(40)),
    )
    algorithm = der.identifier(SM2_WITH_SM3)
    owner = der.wrap(der.OCTETS, maker)
    made = der.sequence(
        stated,
        der.sequence(owner, algorithm, der.bits(signer.sign(der.sequence(stated, owner, algorithm)))),
    )
    text = der.sequence(
        der.integer(1), made, der.bits(der.moment(AT)), der.bits(sm3(b"text")), der.wrap(der.IA5, b"/a"),
        der.wrap(der.OCTETS, shop.certificate), algorithm,
    )  # fmt: skip
    return made, der.sequence(text, der.bits(shop.key.sign(text)))


@pytest.mark.parametrize("version", [4, 5])
def test_a_seal_is_read_as_it_was_written(version: int) -> None:
    info = workshop().info(version=version, extensions=(EXTENSION,))
    seal = workshop().make(version=version, extensions=(EXTENSION,))
    assert (seal.info, seal.signed, seal.algorithm) == (info, seal_info(info), SM2_WITH_SM3)
    assert read_seal(seal.encoded) == seal


def test_a_seal_that_lists_digests_is_read_as_it_was_written() -> None:
    digests = (("SM3", sm3(workshop().certificate)),)
    seal = workshop().make(certificates=(), digests=digests)
    assert (seal.info.certificates, seal.info.digests) == ((), digests)


def test_version_five_carries_a_time_stamp_on_the_seal_and_version_four_does_not() -> None:
    maker, signer = workshop().authority.maker()
    info = workshop().info(version=5)
    seal = write_seal(info, maker=maker, sign=signer.sign, stamp=lambda value: b"stamp of " + value)
    assert seal.timestamp == b"stamp of " + seal.signature
    with pytest.raises(ValueError, match="version 5"):
        write_seal(replace(info, version=4), maker=maker, sign=signer.sign, stamp=bytes)


@pytest.mark.parametrize("version", [4, 5])
def test_a_signature_is_read_as_it_was_written(version: int) -> None:
    read = read_signature(signature(workshop().make(version=version), stamp=lambda value: b"T" + value))
    assert (read.version, read.signed_at, read.data_hash, read.property_info) == (version, AT, sm3(b"text"), "/a")
    assert read.timestamp == b"T" + read.signature
    assert workshop().key.public.verify(read.signature, read.signed)


def test_the_first_version_is_read() -> None:
    made, signed = first_version()
    read, maker = read_signature(signed), workshop().authority.maker()[1].public
    assert (read.version, read.signed_at, read.certificate) == (1, AT, workshop().certificate)
    assert read.seal == read_seal(made)
    assert maker.verify(read.seal.signature, read.seal.signed)
    assert workshop().key.public.verify(read.signature, read.signed)


def test_what_is_written_is_der_to_another_reader() -> None:
    whole = core.Sequence.load(signature(), strict=True)
    assert [type(whole[place]).__name__ for place in range(4)] == [
        "Sequence",
        "OctetString",
        "ObjectIdentifier",
        "BitString",
    ]
    assert whole[0][2].native == AT


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("020101", "02020001"),  # a padded integer
        ("020101", "02810101"),  # a long length
        ("0101ff", "010101"),  # a boolean of another value
        ("03020001", "03020101"),  # unused bits
        ("03020001", "0300"),  # not even their number
        ("0603 2a8648", "0604 2a808648"),  # a padded identifier
        ("0603 2a8648", "06032a86c8"),  # cut short
        ("3000", "3080 0000"),  # an open length
        ("3003 020101", "3003 020101 00"),  # behind the end
        ("3003 020101", "3004 020101"),  # cut short
        ("3000", "3100"),  # an unknown tag
        ("180f 32303236313132353034303030305a", "180d 3230323631313235303430305a"),  # a time without seconds
        ("0c02 c3a9", "0c01 c3"),  # no UTF-8
    ],
)
def test_another_encoding_of_the_same_is_refused(good: str, bad: str) -> None:
    def read(written: str) -> None:
        element = der.read(bytes.fromhex(written))
        reader = {1: "boolean", 2: "integer", 3: "bits", 6: "identifier", 0x18: "moment", 0x30: "parts"}
        if element.tag == der.UTF8:
            element.text(der.UTF8)
        else:
            getattr(element, reader[element.tag])()

    read(good)
    with pytest.raises(der.NotDer):
        read(bad)


@given(st.binary(max_size=80))
def test_nonsense_is_refused_and_never_crashes(data: bytes) -> None:
    with pytest.raises(der.NotDer):
        read_signature(data)


@settings(max_examples=300)
@given(st.integers(0, 2**40))
def test_a_changed_bit_is_refused_or_read_as_something_else(place: int) -> None:
    whole = signature()
    bit = place % (len(whole) * 8)
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        read = read_signature(bytes(changed))
    except (der.NotDer, ValueError):
        return
    assert read != read_signature(whole)
    assert read.encoded == bytes(changed)
