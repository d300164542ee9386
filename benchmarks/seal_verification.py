"""Seals: full verifications a second on one core, and whether every changed bit of 1,000 generated documents is found.

python -m benchmarks.seal_verification [DOCUMENTS] [BITS] [DIGESTS] [EXHAUSTIVE]

Each document has its own content and time stamp; ten seals sign them. `warm` keeps judgements of certificates between
documents, as a server does; `cold` forgets them before each. Then bits are changed one by one. Each change must end in
*not valid* or in a refusal to read, or it is counted as missed:

- of every document, BITS random bits anywhere in its protected parts and DIGESTS more in the parts that their digest
  protects; a bit in every byte of the signature's data of every hundredth;
- of the first EXHAUSTIVE documents, every single bit of the protected parts.

*Two layers.* A change in a file that `Signature.xml` names by its digest, other than the entry `OFD.xml`, leaves the
entry, the signature's description and its value as they were, so the verification finds the same description and
compares the same digest, by `verification.ofd.fits`; where that says no, the step FILE_DIGESTS has failed and the
verdict is *not valid*, whatever else is found. So for these files `fits` is asked alone, and one change in a thousand
goes through the full verification beside it: the two must agree. The entry, `Signature.xml` and `SignedValue.dat` go
through the full verification bit by bit.

Not changed: `Signatures.xml`, a list that no signature protects, and the time stamp's token: CMS (RFC 5652) does not
sign the copies of certificates that it carries, and a change there changes nothing that is proved.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.test")
django.setup()

from zhengtong.trust.documents.api import (  # noqa: E402
    SIGNATURES,
    UnreadableDocument,
    ofd_files,
    read_package,
    write_package,
    xml,
)
from zhengtong.trust.documents.tests.builders import permit  # noqa: E402
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey  # noqa: E402
from zhengtong.trust.seals.contracts.report import Verdict  # noqa: E402
from zhengtong.trust.seals.ses.reading import read_signature  # noqa: E402
from zhengtong.trust.seals.signing.ofd import SealSigner, sign_ofd  # noqa: E402
from zhengtong.trust.seals.tests.builders import AT, DAY, SPOT, workshop  # noqa: E402
from zhengtong.trust.seals.verification.api import verify_file  # noqa: E402
from zhengtong.trust.seals.verification.ofd import ENTRY, fits  # noqa: E402
from zhengtong.trust.seals.verification.trust import Trust, forget  # noqa: E402

SIGNERS = 10
NOW = AT + timedelta(hours=1)
DESCRIPTION, VALUE = "Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/SignedValue.dat"
BESIDE = 1000
"""One change in so many that is judged by its digest goes through the full verification too."""


def signers() -> list[SealSigner]:
    """Return ten seals of one maker."""
    shop, made = workshop(), []
    for number in range(SIGNERS):
        key = PrivateKey.generate(Algorithm.SM2)
        name = DistinguishedName(common_name=f"第{number}局", organisation=f"第{number}局")
        certificate = shop.authority.issue(
            subject=name, public_key=key.public, valid_from=AT - DAY, valid_until=AT + 300 * DAY
        )
        seal = replace(shop, certificate=certificate).make(name=f"第{number}局", number=f"BENCH-{number}")
        stamp = partial(shop.authority.stamp, at=AT)
        made.append(SealSigner(seal=seal, certificate=certificate, sign=key.sign, stamp=stamp))
    return made


def documents(count: int) -> list[bytes]:
    """Return sealed documents."""
    by = signers()
    return [
        sign_ofd(
            ofd_files(permit(number=f"A-{number}", holder=secrets.token_hex(20)), signed=True),
            by[number % SIGNERS], at=AT, spot=SPOT,
        )
        for number in range(count)
    ]  # fmt: skip


@dataclass
class Tally:
    """Bits changed one by one: how many by the digest alone, how many by the full verification, how many not found."""

    digests: int = 0
    full: int = 0
    beside: int = 0
    missed: int = 0

    def told(self) -> str:
        """Return it as a line."""
        both = f"{self.full} of them full verifications, {self.beside} more beside a digest"
        return f"{self.digests + self.full} bits changed one by one ({both}), {self.missed} not found"


@dataclass
class Sealed:
    """A sealed document taken apart: which files their digests protect, which go through the full verification."""

    package: dict[str, bytes]
    trust: Trust

    def __post_init__(self) -> None:
        description = xml.read_xml(self.package[DESCRIPTION], "Signature")
        references = description.needed("SignedInfo").needed("References")
        self.promised = {
            one.attributes["FileRef"].lstrip("/"): one.needed("CheckValue").text for one in references.all("Reference")
        }
        self.by_digest = sorted(set(self.promised) - {ENTRY})
        self.whole = sorted(set(self.package) - set(self.by_digest) - {SIGNATURES})
        stamp = read_signature(self.package[VALUE]).timestamp or b""
        start = self.package[VALUE].index(stamp)
        self.token = range(start, start + len(stamp))

    def bits(self, names: list[str]) -> Iterator[tuple[str, int]]:
        """Yield every bit of these files, but the token's."""
        for name in names:
            for bit in range(len(self.package[name]) * 8):
                if name != VALUE or bit // 8 not in self.token:
                    yield name, bit

    def some(self, names: list[str], count: int) -> Iterator[tuple[str, int]]:
        """Yield *count* random bits of these files, each file as likely as the others, but the token's."""
        for _time in range(count):
            name = secrets.choice(names)
            bit = secrets.randbelow(len(self.package[name]) * 8)
            if name != VALUE or bit // 8 not in self.token:
                yield name, bit

    def every_byte_of_the_value(self) -> Iterator[tuple[str, int]]:
        """Yield one bit of every byte of the signature's data, but the token's."""
        places = (byte for byte in range(len(self.package[VALUE])) if byte not in self.token)
        yield from ((VALUE, byte * 8 + secrets.randbelow(8)) for byte in places)

    def changed(self, name: str, bit: int) -> bytes:
        """Return a file with one bit changed."""
        content = bytearray(self.package[name])
        content[bit // 8] ^= 1 << bit % 8
        return bytes(content)

    def found(self, name: str, content: bytes) -> bool:
        """Say whether the full verification finds a changed file."""
        try:
            report = verify_file(write_package({**self.package, name: content}), self.trust, NOW)
        except UnreadableDocument:
            return True
        return report.verdict is Verdict.INVALID

    def verify(self, bits: Iterable[tuple[str, int]], tally: Tally) -> None:
        """Change these bits one by one and verify in full."""
        for name, bit in bits:
            tally.full += 1
            tally.missed += not self.found(name, self.changed(name, bit))

    def compare(self, bits: Iterable[tuple[str, int]], tally: Tally) -> None:
        """Change these bits one by one and ask the digest, one time in a thousand the full verification too."""
        for name, bit in bits:
            content = self.changed(name, bit)
            found = not fits(content, self.promised[name])
            if tally.digests % BESIDE == 0:
                tally.beside += 1
                found = found and self.found(name, content)
            tally.digests += 1
            tally.missed += not found


def main() -> None:
    """Print rates and findings."""
    given = [int(word) for word in sys.argv[1:]]
    count, bits, digests, exhaustive = [*given, *(1000, 8, 500, 2)[len(given) :]]
    trust = workshop().trust(at=AT)  # one evidence for all, as a server has it
    started = time.process_time()
    made = documents(count)
    print(f"sealed      {count / (time.process_time() - started):7.0f}/s, {len(made[0])} bytes each")
    for name, cold in (("warm", False), ("cold", True)):
        sample = made if not cold else made[: max(1, count // 10)]
        started = time.process_time()
        for data in sample:
            if cold:
                forget()
            assert verify_file(data, trust, NOW).verdict is Verdict.VALID
        print(f"verify {name} {len(sample) / (time.process_time() - started):7.0f}/s per core (target 200)")
    spread, whole = Tally(), Tally()
    for number, data in enumerate(made):
        one = Sealed(package=dict(read_package(data)), trust=trust)
        one.verify(one.some([*one.by_digest, *one.whole], bits), spread)
        one.compare(one.some(one.by_digest, digests), spread)
        if number % 100 == 0:
            one.verify(one.every_byte_of_the_value(), spread)
        if number < exhaustive:
            one.verify(one.bits(one.whole), whole)
            one.compare(one.bits(one.by_digest), whole)
    print(f"sample      in {count} documents: {spread.told()}")
    print(f"every bit   of {min(exhaustive, count)} documents: {whole.told()}")
    assert not spread.missed + whole.missed


if __name__ == "__main__":
    main()
