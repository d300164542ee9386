"""Seals: full verifications a second on one core, and whether every changed bit of 1,000 generated documents is found.

python -m benchmarks.seal_verification [DOCUMENTS] [BITS]

Each document has its own content and time stamp; ten seals sign them. `warm` keeps judgements of certificates between
documents, as a server does; `cold` forgets them before each. Then BITS random bits of each document's protected parts
are changed one by one, and a bit in every byte of the signature's data of every hundredth document; each change must
end in *not valid* or in a refusal to read. The time stamp's token is left out: CMS (RFC 5652) does not sign the copies
of certificates that it carries, and a change there changes nothing that is proved.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
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
)
from zhengtong.trust.documents.tests.builders import permit  # noqa: E402
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey  # noqa: E402
from zhengtong.trust.seals.contracts.report import Verdict  # noqa: E402
from zhengtong.trust.seals.ses.reading import read_signature  # noqa: E402
from zhengtong.trust.seals.signing.ofd import SealSigner, sign_ofd  # noqa: E402
from zhengtong.trust.seals.tests.builders import AT, DAY, SPOT, workshop  # noqa: E402
from zhengtong.trust.seals.verification.api import verify_file  # noqa: E402
from zhengtong.trust.seals.verification.trust import Trust, forget  # noqa: E402

SIGNERS = 10
NOW = AT + timedelta(hours=1)
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"


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


def changes(package: dict[str, bytes], bits: int, *, whole: bool) -> Iterator[tuple[str, int]]:
    """Yield which bit of which protected file to change."""
    stamp = read_signature(package[VALUE]).timestamp or b""
    start = package[VALUE].index(stamp)
    token = range(start, start + len(stamp))
    names = sorted(set(package) - {SIGNATURES})
    for _time in range(bits):
        name = secrets.choice(names)
        bit = secrets.randbelow(len(package[name]) * 8)
        if name != VALUE or bit // 8 not in token:
            yield name, bit
    if whole:
        yield from (
            (VALUE, byte * 8 + secrets.randbelow(8)) for byte in range(len(package[VALUE])) if byte not in token
        )


def found(package: dict[str, bytes], name: str, bit: int, trust: Trust) -> bool:
    """Say whether a changed bit is found."""
    content = bytearray(package[name])
    content[bit // 8] ^= 1 << bit % 8
    try:
        report = verify_file(write_package({**package, name: bytes(content)}), trust, NOW)
    except UnreadableDocument:
        return True
    return report.verdict is Verdict.INVALID


def main() -> None:
    """Print rates and findings."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    bits = int(sys.argv[2]) if len(sys.argv) > 2 else 8
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
    tried = missed = 0
    for number, data in enumerate(made):
        package = dict(read_package(data))
        for name, bit in changes(package, bits, whole=number % 100 == 0):
            tried += 1
            missed += not found(package, name, bit, trust)
    print(f"bits        {tried} changed one by one in {count} documents, {missed} not found")
    assert not missed


if __name__ == "__main__":
    main()
