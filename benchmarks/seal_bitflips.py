"""Seals: is every single-bit change in the protected parts of 1,000 generated documents found?

python -m benchmarks seal_bitflips [DOCUMENTS] [--seconds SECONDS] [--whole DOCUMENTS] [--tally FILE]

Each document is a short notice with content, seal and time stamp of its own; every tenth is a PDF, the others are OFD.
Bits are changed one by one; a change that does not end in *not valid* or in a refusal to read is missed. It ends after
so many seconds; with a tally file the next run adds to what earlier ones found, until all documents are done.

**Whole**, by `verify_file` over a package or file written anew: of the first OFD documents, as many as --whole says,
every single bit; of each PDF a few random bits of what is not a stream; and beside the stages one change in a thousand,
where both must agree.

**By stage**, every bit of every OFD document. A stage is the verifier's own function, called on what the verifier
would hand it; where it says no the whole verification says *not valid*, whatever else it finds:

- a file that `Signature.xml` names by its digest: `ofd.fits`. Entry, description and value stay as they were, so the
  same promise is held against the changed file;
- the entry `OFD.xml`: `contents` must refuse it, or name the same list of signatures and `ofd.fits` say no; else whole;
- `Signature.xml`: `signature.digest_check`. Whatever the changed text names as its value, that holds another digest;
- in `SignedValue.dat` first where an element's tag, length, number of unused bits or algorithm stands: read anew by
  `read_signature`, then every check of the signature's own (`digest_check`, `value_check`, `listed_check`); else whole;
- the contents of an element that is signed: the reader finds the same elements elsewhere, so `value_check` verifies the
  same signature by the same key over other bytes. For one key and one signature exactly one digest e modulo n is right
  (GB/T 32918.2, 7.1: R = e + x₁ mod n, and x₁ does not depend on e), therefore only e is computed, by the very
  `PublicKey.digest` that `verify` calls, and must differ modulo n;
- the signer's certificate: `listed_check`, for the seal lists it whole; the signature: `value_check`, a verification.

**By stage**, of every PDF the bits of its streams: `byte_range_digest` of pyHanko, which `compute_digest` calls, over
the same ranges, because no object moves.

Not changed: `Signatures.xml`, a list that no signature protects; the place for the signature in a PDF; and the time
stamp's token: CMS (RFC 5652) does not sign the certificates that it carries, and a change there changes nothing that is
proved.
"""

import argparse
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.test")
django.setup()

from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402
from pyhanko.sign.general import byte_range_digest  # noqa: E402

from zhengtong.trust.documents.api import (  # noqa: E402
    Document,
    SealPlace,
    Template,
    Text,
    UnreadableDocument,
    contents,
    ofd_files,
    pdf,
    read_package,
    render,
    write_package,
    xml,
)
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey, public_key_of  # noqa: E402
from zhengtong.trust.keys.sm2.api import PublicKey as Sm2Key  # noqa: E402
from zhengtong.trust.keys.sm2.curve import N  # noqa: E402
from zhengtong.trust.seals.contracts.report import Outcome, Verdict  # noqa: E402
from zhengtong.trust.seals.ses import der  # noqa: E402
from zhengtong.trust.seals.ses.reading import read_signature  # noqa: E402
from zhengtong.trust.seals.signing.ofd import SealSigner, sign_ofd  # noqa: E402
from zhengtong.trust.seals.signing.pdf import sign_pdf  # noqa: E402
from zhengtong.trust.seals.tests.builders import AT, DAY, SPOT, workshop  # noqa: E402
from zhengtong.trust.seals.verification.api import verify_file  # noqa: E402
from zhengtong.trust.seals.verification.ofd import ENTRY, fits  # noqa: E402
from zhengtong.trust.seals.verification.signature import digest_check, listed_check, value_check  # noqa: E402
from zhengtong.trust.seals.verification.trust import Trust  # noqa: E402

NOW = AT + timedelta(hours=1)
DESCRIPTION, VALUE = "Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat"
BESIDE, EVERY_PDF, OF_A_PDF, SEALS = 1000, 10, 8, 10
NOTICE = Template(
    title="通知 {number}",
    elements=(Text(value="{holder}", x=20, y=75, width=170), SealPlace(name="issuer", x=155, y=250)),
)


@dataclass
class Tally:
    """What was changed and what was missed; `names` counts the bits by the part they are in."""

    ofd: int = 0
    pdf: int = 0
    stage: int = 0
    whole: int = 0
    beside: int = 0
    missed: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def told(self) -> str:
        """Return it as lines."""
        parts = "\n".join(f"  {name:44} {count:14,}" for name, count in sorted(self.names.items()))
        return (
            f"{self.ofd:,} OFD and {self.pdf:,} PDF documents, bits changed one by one:\n{parts}\n"
            f"by stage {self.stage:,}, by the whole verifier {self.whole:,} and {self.beside:,} more beside a stage; "
            f"missed {self.missed:,}"
        )


def notice(number: int) -> Document:
    """Return a document of its own."""
    return render(NOTICE, {"number": f"A-{number}", "holder": secrets.token_hex(8)}, at=AT)


@cache
def seals() -> list[SealSigner]:
    """Return ten seals of one maker, each with its key."""
    shop, made = workshop(), []
    for number in range(SEALS):
        key = PrivateKey.generate(Algorithm.SM2)
        name = DistinguishedName(common_name=f"第{number}局", organisation=f"第{number}局")
        own = shop.authority.issue(
            subject=name, public_key=key.public, valid_from=AT - DAY, valid_until=AT + 300 * DAY
        )  # fmt: skip
        seal = replace(shop, certificate=own).make(name=f"第{number}局", number=f"BENCH-{number}")
        stamp = partial(shop.authority.stamp, at=AT)
        made.append(SealSigner(seal=seal, certificate=own, sign=key.sign, stamp=stamp))
    return made


@cache
def pdf_seal() -> tuple[PrivateKey, bytes]:
    """Return the key for PDF and its certificate."""
    key, name = PrivateKey.generate(Algorithm.ECDSA_P256), DistinguishedName(common_name="Bureau", organisation="B")
    issue = workshop().authority.issue
    return key, issue(subject=name, public_key=key.public, valid_from=AT - DAY, valid_until=AT + 300 * DAY)


def flipped(content: bytes, bit: int) -> bytes:
    """Return bytes with one bit changed."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def found(data: bytes, trust: Trust) -> bool:
    """Say whether the whole verification finds something wrong."""
    try:
        return verify_file(data, trust, NOW).verdict is Verdict.INVALID
    except UnreadableDocument:
        return True


class Sealed:
    """A sealed OFD taken apart: which of the verifier's stages a changed bit comes to."""

    def __init__(self, data: bytes, trust: Trust) -> None:
        self.files, self.trust = dict(read_package(data)), trust
        listed = xml.read_xml(self.files[DESCRIPTION], "Signature").needed("SignedInfo").needed("References")
        self.promised = {
            one.attributes["FileRef"].lstrip("/"): one.needed("CheckValue").text for one in listed.all("Reference")
        }
        self.signature = read_signature(self.files[VALUE])
        self.key = Sm2Key.read(public_key_of(self.signature.certificate).spki)
        self.digest = self.e(self.signature.signed)
        self.places = dict(_places(der.read(self.files[VALUE])))
        self.list = contents(self.files).signatures

    def stages(self) -> Iterator[tuple[str, str, range, Callable[[bytes, int], bool]]]:
        """Yield the parts: what it is called, its file, its bytes there, and what tells whether a change is found."""
        for name, promise in self.promised.items():
            if name != ENTRY:
                yield "a file by its digest", name, self.all_of(name), partial(self.file, promise)
        yield "OFD.xml", ENTRY, self.all_of(ENTRY), self.entry
        yield "Signature.xml", DESCRIPTION, self.all_of(DESCRIPTION), self.description
        for what, place in self.places.items():
            for one in place:
                yield f"SignedValue.dat: {what}", VALUE, one, getattr(self, what)

    def all_of(self, name: str) -> range:
        """Return every byte of a file."""
        return range(len(self.files[name]))

    def e(self, signed: bytes) -> int:
        """Return the digest that is signed, modulo n."""
        return int.from_bytes(self.key.digest(signed), "big") % N

    def file(self, promise: str, changed: bytes, _bit: int) -> bool:
        """Judge a changed file."""
        return not fits(changed, promise)

    def entry(self, changed: bytes, bit: int) -> bool:
        """Judge a changed `OFD.xml`."""
        try:
            same = contents({**self.files, ENTRY: changed}).signatures == self.list
        except UnreadableDocument:
            return True
        return not fits(changed, self.promised[ENTRY]) if same else self.whole(ENTRY, bit)

    def description(self, changed: bytes, _bit: int) -> bool:
        """Judge a changed `Signature.xml`."""
        return digest_check(self.signature, changed).outcome is Outcome.FAILED

    def structure(self, changed: bytes, bit: int) -> bool:
        """Judge a changed tag, length, number of unused bits or algorithm."""
        try:
            read = read_signature(changed)
        except der.NotDer:
            return True
        checks = (digest_check(read, self.files[DESCRIPTION]), listed_check(read), value_check(read))
        return any(check.outcome is Outcome.FAILED for check in checks) or self.whole(VALUE, bit)

    def signed(self, changed: bytes, _bit: int) -> bool:
        """Judge changed contents of what is signed."""
        start = self.statement
        return self.e(changed[start : start + len(self.signature.signed)]) != self.digest

    def certificate(self, changed: bytes, _bit: int) -> bool:
        """Judge a changed certificate of the signer."""
        (place,) = self.places["certificate"]
        other = replace(self.signature, certificate=changed[place.start : place.stop])
        return listed_check(other).outcome is Outcome.FAILED

    def value(self, changed: bytes, _bit: int) -> bool:
        """Judge a changed signature."""
        (place,) = self.places["value"]
        other = replace(self.signature, signature=changed[place.start : place.stop])
        return value_check(other).outcome is Outcome.FAILED

    @property
    def statement(self) -> int:
        """Where what is signed begins: behind the header of the whole."""
        return self.files[VALUE].index(self.signature.signed)

    def whole(self, name: str, bit: int) -> bool:
        """Ask the whole verifier about a changed bit."""
        return found(write_package({**self.files, name: flipped(self.files[name], bit)}), self.trust)


def _places(whole: der.Element) -> Iterator[tuple[str, list[range]]]:
    """Yield which bytes of a signature by a seal a stage judges: contents of elements, and all else but the stamp."""
    statement, own, _algorithm, value, stamp = whole.parts()
    size = len(whole.encoded)
    at = size - len(whole.contents)
    leaves = list(_leaves(statement, at))
    at += len(statement.encoded)
    certificate = range(at + len(own.encoded) - len(own.contents), at + len(own.encoded))
    ends = whole.encoded.index(value.encoded) + len(value.encoded)
    signature = range(ends - len(value.contents) + 1, ends)  # behind the number of unused bits
    (token,) = stamp.parts(der.EXPLICIT_0)
    judged = {byte for place in (*leaves, certificate, signature) for byte in place}
    judged |= set(range(size - len(token.contents) + 1, size))  # the token itself, behind its number of unused bits
    yield "signed", leaves
    yield "certificate", [certificate]
    yield "value", [signature]
    yield "structure", [range(byte, byte + 1) for byte in range(size) if byte not in judged]


def _leaves(element: der.Element, at: int) -> Iterator[range]:
    """Yield where the contents of simple elements lie; of a bit string without the number of unused bits."""
    start, end = at + len(element.encoded) - len(element.contents), at + len(element.encoded)
    if element.tag not in {der.SEQUENCE, der.EXPLICIT_0}:
        yield range(start + (element.tag == der.BITS), end)
        return
    for part in element.parts(element.tag):
        yield from _leaves(part, start)
        start += len(part.encoded)


def flip_ofd(number: int, tally: Tally, trust: Trust, *, whole: bool) -> None:
    """Change every bit of an OFD document, by stage or by the whole verifier."""
    by = seals()[number % SEALS]
    one = Sealed(sign_ofd(ofd_files(notice(number), signed=True), by, at=AT, spot=SPOT), trust)
    for what, name, place, stage in one.stages():
        content = one.files[name]
        for bit in range(place.start * 8, place.stop * 8):
            tally.names[what] = tally.names.get(what, 0) + 1
            if whole:
                tally.whole += 1
                tally.missed += not one.whole(name, bit)
                continue
            right = stage(flipped(content, bit), bit)
            if tally.stage % BESIDE == 0:
                tally.beside += 1
                right = right and one.whole(name, bit)
            tally.stage += 1
            tally.missed += not right
    tally.ofd += 1


def flip_pdf(number: int, tally: Tally, trust: Trust) -> None:
    """Change every bit of a PDF's streams by stage, and a few bits of the rest by the whole verifier."""
    key, own = pdf_seal()
    data = sign_pdf(
        pdf(notice(number)), certificate=own, chain=workshop().authority.chain, signer=key, at=AT, reason="B"
    )
    assert not found(data, trust)
    (embedded,) = PdfFileReader(BytesIO(data)).embedded_regular_signatures
    ranges: Any = [int(one) for one in embedded.byte_range]
    promised = embedded.compute_digest()
    streams = [
        range(*one.span(1)) for one in re.finditer(rb"\nstream\r?\n(.*?)endstream", data[: ranges[1]], re.DOTALL)
    ]
    for bit in (bit for place in streams for bit in range(place.start * 8, place.stop * 8)):
        changed = flipped(data, bit)
        right = byte_range_digest(BytesIO(changed), ranges, embedded.external_md_algorithm)[1] != promised
        if tally.stage % BESIDE == 0:
            tally.beside += 1
            right = right and found(changed, trust)
        tally.stage += 1
        tally.missed += not right
        tally.names["PDF: streams"] = tally.names.get("PDF: streams", 0) + 1
    covered = [
        byte for start, size in zip(ranges[::2], ranges[1::2], strict=True) for byte in range(start, start + size)
    ]
    rest = [byte for byte in covered if not any(byte in place for place in streams)]
    for _time in range(OF_A_PDF):
        tally.whole += 1
        tally.missed += not found(flipped(data, secrets.choice(rest) * 8 + secrets.randbelow(8)), trust)
        tally.names["PDF: the rest, a sample"] = tally.names.get("PDF: the rest, a sample", 0) + 1
    tally.pdf += 1


def main() -> None:
    """Change bits until the documents or the seconds are used up, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=int, nargs="?", default=1000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--whole", type=int, default=0)
    parser.add_argument("--tally", type=Path)
    asked = parser.parse_args()
    tally, end = Tally(), time.monotonic() + asked.seconds
    if asked.tally and asked.tally.exists():
        tally = Tally(**json.loads(asked.tally.read_text()))
    trust, begun = workshop().trust(at=AT), tally.ofd + tally.pdf
    for number in range(begun, asked.documents):
        if number % EVERY_PDF == EVERY_PDF - 1:
            flip_pdf(number, tally, trust)
        else:
            flip_ofd(number, tally, trust, whole=number < asked.whole)
        if asked.tally:
            asked.tally.write_text(json.dumps(asdict(tally)))
        if time.monotonic() > end:
            break
    print(tally.told())
    assert not tally.missed


if __name__ == "__main__":
    main()
