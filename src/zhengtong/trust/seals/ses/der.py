"""DER 可辨别编码 (X.690) read strictly and written, for the structures of seals.

General readers let through what DER forbids: lengths longer than needed, padded integers, bytes behind the end, unused
bits that are set. Then the same signature has many encodings and a changed bit may go unnoticed. Here each has one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

BOOLEAN, INTEGER, BITS, OCTETS, OBJECT = 0x01, 0x02, 0x03, 0x04, 0x06
UTF8, PRINTABLE, IA5, UTC_TIME, TIME, SEQUENCE = 0x0C, 0x13, 0x16, 0x17, 0x18, 0x30
EXPLICIT_0 = 0xA0
MAX_DEPTH = 16
_KNOWN = frozenset({BOOLEAN, INTEGER, BITS, OCTETS, OBJECT, UTF8, PRINTABLE, IA5, UTC_TIME, TIME, SEQUENCE, EXPLICIT_0})
_CONSTRUCTED = frozenset({SEQUENCE, EXPLICIT_0})
_TIME_FORM = re.compile(rb"\d{14}Z")
_UTC_FORM = re.compile(rb"\d{12}Z")
_PRINTABLE_FORM = re.compile(rb"[A-Za-z0-9 '()+,\-./:=?]*")


class NotDer(ValueError):  # noqa: N818 -- named after what is wrong
    """The bytes are not the one DER encoding of what they should be; the message says where."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its contents, and the whole encoding as it stood in the file."""

    tag: int
    contents: bytes
    encoded: bytes

    def parts(self, tag: int = SEQUENCE) -> list["Element"]:
        """Return the elements inside of a constructed one.

        Raises:
            NotDer: it is another kind, or the inside is malformed.
        """
        self.expect(tag)
        return list(_elements(self.contents))

    def expect(self, tag: int) -> None:
        """Refuse another kind than *tag*."""
        if self.tag != tag:
            raise NotDer(f"expected tag {tag:#04x}, found {self.tag:#04x}")

    def integer(self) -> int:
        """Return a whole number of at most 8 bytes."""
        self.expect(INTEGER)
        body = self.contents
        if not 0 < len(body) <= 8:
            raise NotDer("an integer is empty or too large")
        if len(body) > 1 and ((body[0] == 0 and body[1] < 0x80) or (body[0] == 0xFF and body[1] >= 0x80)):
            raise NotDer("an integer is padded")
        return int.from_bytes(body, "big", signed=True)

    def octets(self) -> bytes:
        """Return the bytes of an OCTET STRING."""
        self.expect(OCTETS)
        return self.contents

    def bits(self) -> bytes:
        """Return the bytes of a BIT STRING, all of whose bits are used."""
        self.expect(BITS)
        if not self.contents or self.contents[0] != 0:
            raise NotDer("a bit string with unused bits")
        return self.contents[1:]

    def boolean(self) -> bool:
        """Return a truth value."""
        self.expect(BOOLEAN)
        if self.contents not in {b"\x00", b"\xff"}:
            raise NotDer("a boolean that is neither 00 nor FF")
        return self.contents == b"\xff"

    def identifier(self) -> str:
        """Return an object identifier, dotted."""
        self.expect(OBJECT)
        numbers = list(_base128(self.contents))
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    def text(self, tag: int) -> str:
        """Return the characters of a string of this kind."""
        self.expect(tag)
        if tag == PRINTABLE and not _PRINTABLE_FORM.fullmatch(self.contents):
            raise NotDer("a printable string with other characters")
        try:
            return self.contents.decode("utf-8" if tag == UTF8 else "ascii")
        except UnicodeDecodeError as error:
            raise NotDer("a string in another encoding") from error

    def moment(self) -> datetime:
        """Return a GeneralizedTime, or a UTCTime, to the second, in UTC."""
        if self.tag == TIME and _TIME_FORM.fullmatch(self.contents):
            written = self.contents.decode()
        elif self.tag == UTC_TIME and _UTC_FORM.fullmatch(self.contents):
            written = ("20" if self.contents[:2] < b"50" else "19") + self.contents.decode()
        else:
            raise NotDer("a time not written as YYYYMMDDHHMMSSZ")
        month, day, hour, minute, second = (int(written[place : place + 2]) for place in range(4, 14, 2))
        try:
            return datetime(int(written[:4]), month, day, hour, minute, second, tzinfo=UTC)
        except ValueError as error:
            raise NotDer("no such time") from error


def read(data: bytes) -> Element:
    """Return the only element *data* consists of, its whole depth checked.

    Raises:
        NotDer: anything is not as DER has it, or more follows.
    """
    found = list(_elements(data))
    if len(found) != 1:
        raise NotDer("not exactly one element")
    _check(data, 0, len(data), MAX_DEPTH)
    return found[0]


def _check(data: bytes, place: int, end: int, depth: int) -> None:
    """Check the elements between *place* and *end* and all below them, where they stand: nothing is copied."""
    while place < end:
        tag = data[place]
        if tag not in _KNOWN or not depth:
            raise NotDer(f"unexpected tag {tag:#04x}")
        start, place = _span(data, place, end)
        if tag in _CONSTRUCTED:
            _check(data, start, place, depth - 1)


def _elements(data: bytes) -> Iterator[Element]:
    place = 0
    while place < len(data):
        start, end = _span(data, place, len(data))
        yield Element(data[place], data[start:end], data[place:end])
        place = end


def _span(data: bytes, place: int, limit: int) -> tuple[int, int]:
    """Return where the contents of the element at *place* begin and end, which must be before *limit*."""
    if limit < place + 2:
        raise NotDer("an element is cut short")
    length, start = data[place + 1], place + 2
    if length >= 0x80:
        width = length & 0x7F
        written = data[start : start + width]
        if not 1 <= width <= 4 or len(written) < width or written[0] == 0:
            raise NotDer("a length that is open, too wide or padded")
        length, start = int.from_bytes(written, "big"), start + width
        if length < 0x80:
            raise NotDer("a long length where a short one suffices")
    if limit < start + length:
        raise NotDer("an element is cut short")
    return start, start + length


def _base128(data: bytes) -> Iterator[int]:
    if not data or data[-1] & 0x80:
        raise NotDer("an object identifier is cut short")
    value, fresh = 0, True
    for byte in data:
        if fresh and byte == 0x80:
            raise NotDer("an object identifier is padded")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            yield value
            value = 0


def wrap(tag: int, *contents: bytes) -> bytes:
    """Write an element around *contents*."""
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    """Write a SEQUENCE of elements that are written already."""
    return wrap(SEQUENCE, *parts)


def integer(value: int) -> bytes:
    """Write a whole number that is not negative.

    >>> integer(128).hex()
    '02020080'
    """
    return wrap(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(value: bytes) -> bytes:
    """Write whole bytes as a BIT STRING."""
    return wrap(BITS, b"\x00", value)


def moment(at: datetime) -> bytes:
    """Write a GeneralizedTime; parts of a second are dropped."""
    return wrap(TIME, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def identifier(dotted: str) -> bytes:
    """Write an object identifier.

    >>> identifier("1.2.156.10197.1.501").hex()
    '06082a811ccf55018375'
    """
    first, second, *rest = map(int, dotted.split("."))
    return wrap(OBJECT, *(_septets(number) for number in [40 * first + second, *rest]))


def _septets(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(0x80 | number & 0x7F)
    return bytes(reversed(groups))
