"""A package that could be read in two ways, or that was built to do harm, is refused whole."""

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.documents.api import (
    Form,
    UnreadableDocument,
    contents,
    read_package,
    resolve,
    write_package,
    written,
    xml,
)
from zhengtong.trust.documents.ofd import package
from zhengtong.trust.documents.tests.builders import permit

GOOD = written(permit(), Form.OFD)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], **options: int) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", options.get("method", zipfile.ZIP_DEFLATED)) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return output.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("Doc_0")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(("OFD.xml", b"a"), ("OFD.xml", b"b"))


def hidden() -> bytes:
    """Two entries, of which the directory names the second alone."""
    both = zipped(("A.xml", b"a"), ("B.xml", b"b"), method=zipfile.ZIP_STORED)
    start = both.index(b"PK\x01\x02")
    second = both.index(b"PK\x01\x02", start + 4)
    end = both.index(b"PK\x05\x06")
    trailer = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, end - second, start, 0)
    return both[:start] + both[second:end] + trailer


def commented() -> bytes:
    output = BytesIO(GOOD)
    with zipfile.ZipFile(output, "a") as archive:
        archive.comment = b"anything"
    return output.getvalue()


@pytest.mark.parametrize(
    "build",
    [
        lambda: b"",
        lambda: b"not a zip",
        lambda: GOOD[:-30],
        lambda: b"before" + GOOD,
        lambda: GOOD + b"behind",
        commented,
        twice,
        lambda: zipped(("OFD.xml", b"a"), ("ofd.XML", b"b")),
        lambda: zipped(("../OFD.xml", b"a")),
        lambda: zipped(("/OFD.xml", b"a")),
        lambda: zipped(("a//b", b"a")),
        lambda: zipped(("Doc_0/./a", b"a")),
        lambda: zipped(("C:evil", b"a")),
        lambda: zipped((link(), b"/etc/passwd")),
        lambda: zipped(("bomb", bytes(30_000_000))),
        lambda: zipped(*((str(number), b"") for number in range(package.MAX_ENTRIES + 1))),
        lambda: zipped(("OFD.xml", b"a"), method=zipfile.ZIP_BZIP2),
        hidden,
    ],
)
def test_a_package_built_to_mislead_is_refused(build: Callable[[], bytes]) -> None:
    with pytest.raises(UnreadableDocument):
        read_package(build())


def test_an_entry_that_unpacks_to_more_than_it_says_is_refused() -> None:
    data = bytearray(zipped(("OFD.xml", b"a" * 1000)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableDocument):
        read_package(bytes(data))


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(zipped(("OFD.xml", b"a")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(UnreadableDocument):
        read_package(bytes(data))


@settings(max_examples=120)
@given(st.integers(0, len(GOOD) * 8 - 1))
def test_a_changed_bit_of_the_package_is_refused_or_changes_no_file(bit: int) -> None:
    data = bytearray(GOOD)
    data[bit // 8] ^= 1 << bit % 8
    try:
        files = read_package(bytes(data))
    except UnreadableDocument:
        return
    assert sorted(files.values()) == sorted(read_package(GOOD).values())


BOMB = b"""<?xml version="1.0"?><!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016">&b;</ofd:OFD>"""
ENTRY = b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016">%s</ofd:OFD>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE o SYSTEM "file:///etc/passwd"><o/>',
        ENTRY % (b"<ofd:a>" * 100 + b"</ofd:a>" * 100),
        b"<OFD/>",
        b"<ofd:OFD/>",
        ENTRY[:-3],
        '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>'.encode("utf-16"),
        b'<ofd:OFD xmlns:ofd="http://example.org"/>',
    ],
)
def test_xml_with_entities_too_deep_or_foreign_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        xml.read_xml(data, "OFD")


@pytest.mark.parametrize("namespace", sorted(xml.NAMESPACES))
def test_both_namespaces_are_read(namespace: str) -> None:
    body = b"<ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody>"
    entry = (ENTRY % body).replace(b"http://www.ofdspec.org/2016", namespace.encode())
    assert contents({"OFD.xml": entry}).root == "D/Document.xml"


def test_an_entry_that_names_two_documents_at_once_is_refused() -> None:
    body = b"<ofd:DocBody><ofd:DocRoot>A</ofd:DocRoot><ofd:DocRoot>B</ofd:DocRoot></ofd:DocBody>"
    with pytest.raises(UnreadableDocument):
        contents({"OFD.xml": ENTRY % body})


@pytest.mark.parametrize("location", ["../x", "/../x", "", "/", "a/../../x", "\\x"])
def test_a_location_outside_of_the_package_is_refused(location: str) -> None:
    with pytest.raises(UnreadableDocument):
        resolve("OFD.xml", location, {})


def test_locations_are_read_from_their_file_and_from_the_root() -> None:
    files = {"Doc_0/a.xml": b"", "b.xml": b""}
    found = [
        resolve("Doc_0/Document.xml", location, files) for location in ("a.xml", "./a.xml", "/Doc_0/a.xml", "b.xml")
    ]
    assert found == ["Doc_0/a.xml", "Doc_0/a.xml", "Doc_0/a.xml", "b.xml"]


def test_what_is_written_is_read_and_written_again_alike() -> None:
    assert write_package(read_package(GOOD)) == GOOD
