"""Seals: full verifications a second on one core, for the three cases a verifier meets.

python -m benchmarks seal_verification [DOCUMENTS]

Each document has its own content and time stamp; ten seals sign them. Each case is a full verification:

- `warm`: another document under seals met before, the batch of a department that a verifier checks. What is remembered
  are judgements of certificates and the maker's signature of each seal, by all of their bytes; of the document nothing;
- `new seal`: each document under a seal never met, of an authority that is known: its certificate's path is judged;
- `cold`: everything that the trust rooms remember is forgotten before each document, as for the first document of an
  unknown authority in a fresh process: four certificates, their paths and four revocation lists are read and judged.

The rate is the median of batches in CPU seconds, beside it the best batch, and plain SM2 verifications a second of the
same run: two of them are in a warm verification, four under a new seal, nine in a cold one.
"""

import gc
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import _lru_cache_wrapper, partial
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.test")
django.setup()

from zhengtong.trust.documents.api import (  # noqa: E402
    ofd_files,
    read_package,
)
from zhengtong.trust.documents.tests.builders import permit  # noqa: E402
from zhengtong.trust.keys.api import Algorithm, DistinguishedName, PrivateKey, public_key_of  # noqa: E402
from zhengtong.trust.seals.contracts.report import Verdict  # noqa: E402
from zhengtong.trust.seals.ses.reading import read_signature  # noqa: E402
from zhengtong.trust.seals.signing.ofd import SealSigner, sign_ofd  # noqa: E402
from zhengtong.trust.seals.tests.builders import AT, DAY, SPOT, workshop  # noqa: E402
from zhengtong.trust.seals.verification.api import verify_file  # noqa: E402
from zhengtong.trust.seals.verification.trust import Trust, forget  # noqa: E402

SIGNERS = 10
NOW = AT + timedelta(hours=1)
BATCH = 20
MOST_KEPT = 16
"""A cache of fewer entries is no memory of documents: it holds the library and its settings."""
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"


def signers(count: int) -> list[SealSigner]:
    """Return seals of one maker."""
    shop, made = workshop(), []
    for number in range(count):
        key = PrivateKey.generate(Algorithm.SM2)
        name = DistinguishedName(common_name=f"第{number}局", organisation=f"第{number}局")
        certificate = shop.authority.issue(
            subject=name, public_key=key.public, valid_from=AT - DAY, valid_until=AT + 300 * DAY
        )
        seal = replace(shop, certificate=certificate).make(name=f"第{number}局", number=f"BENCH-{number}")
        stamp = partial(shop.authority.stamp, at=AT)
        made.append(SealSigner(seal=seal, certificate=certificate, sign=key.sign, stamp=stamp))
    return made


def documents(count: int, seals: int = SIGNERS) -> list[bytes]:
    """Return documents sealed by so many seals in turn."""
    by = signers(seals)
    return [
        sign_ofd(
            ofd_files(permit(number=f"A-{number}", holder=secrets.token_hex(20)), signed=True),
            by[number % seals], at=AT, spot=SPOT,
        )
        for number in range(count)
    ]  # fmt: skip


def verified(trust: Trust, data: bytes) -> None:
    """Verify a document in full; it must be valid."""
    assert verify_file(data, trust, NOW).verdict is Verdict.VALID


def plain_sm2(data: bytes) -> Callable[[bytes], object]:
    """Return what checks one SM2 signature, that of *data*, and nothing else: the yardstick of this machine."""
    signature = read_signature(read_package(data)[VALUE])
    key = public_key_of(signature.certificate)
    return lambda _data: key.verify(signature.signature, signature.signed)


def forget_everything() -> None:
    """Empty every cache in the trust rooms that remembers what was read."""
    forget()
    for one in gc.get_objects():
        if isinstance(one, _lru_cache_wrapper) and one.__module__.startswith("zhengtong.trust"):
            most = one.cache_parameters()["maxsize"]
            if most is not None and most >= MOST_KEPT:
                one.cache_clear()


def speed(
    name: str, sample: list[bytes], check: Callable[[bytes], object], before: Callable[[], object] = lambda: None
) -> None:
    """Print how many of *sample* are checked in a second of CPU time; *before* each, untimed, something may be done."""
    rates = []
    for start in range(0, len(sample), BATCH):
        batch, took = sample[start : start + BATCH], 0.0
        for data in batch:
            before()
            started = time.process_time()
            check(data)
            took += time.process_time() - started
        rates.append(len(batch) / took)
    print(f"{name:11} {median(rates):7.0f}/s per core, best batch {max(rates):.0f}/s")


def main() -> None:
    """Print rates."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    trust = workshop().trust(at=AT)  # one evidence for all, as a server has it
    started = time.process_time()
    made = documents(count)
    print(f"sealed      {count / (time.process_time() - started):7.0f}/s, {len(made[0])} bytes each")
    speed("SM2 alone", made, plain_sm2(made[0]))
    check, few = partial(verified, trust), max(1, count // 10)
    for data in made[:SIGNERS]:
        check(data)
    speed("warm", made, check)
    speed("new seal", documents(few, few), check)
    speed("cold", made[:few], check, before=forget_everything)


if __name__ == "__main__":
    main()
