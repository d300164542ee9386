"""Sealed fields and bulk loading: our AES-256-GCM columns beside Fernet, which Django's field packages use.

Run: `.venv/bin/python -m benchmarks.sealed_fields`. Both seal and open the same ID numbers in one process; then 50,000
people and 8,000 enterprises are loaded into an embedded database of this run.
"""

import base64
import os
import tempfile
import time
from collections.abc import Callable

os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")

VALUES, PEOPLE, ENTERPRISES = 100_000, 50_000, 8_000


def per_cpu_second(number: int, work: Callable[[], object]) -> float:
    """Return how many of *number* steps *work* does in a second of CPU time."""
    started = time.process_time()
    work()
    return number / (time.process_time() - started)


def main() -> None:
    """Print seals, openings and fingerprints a second, their ratio to Fernet, and the loading times."""
    import django  # noqa: PLC0415 -- after the settings are named

    django.setup()
    seal_and_open()
    load()


def seal_and_open() -> None:
    """Seal and open one column's values, by us and by Fernet."""
    from cryptography.fernet import Fernet  # noqa: PLC0415

    from zhengtong.trust.keys.api import BlindIndex, Sealer, key_ring  # noqa: PLC0415

    ring = key_ring()
    sealer, index = Sealer(ring, place="bench|column", purpose="bench"), BlindIndex(purpose="bench")
    peer = Fernet(base64.urlsafe_b64encode(ring.derive("bench.peer")))
    numbers = [f"33010619900101{place:04d}" for place in range(VALUES)]
    ours, theirs = [sealer.seal(n) for n in numbers], [peer.encrypt(n.encode()) for n in numbers]
    assert [sealer.open(blob) for blob in ours] == [peer.decrypt(token).decode() for token in theirs] == numbers
    for name, mine, other in (
        ("seal", lambda: [sealer.seal(n) for n in numbers], lambda: [peer.encrypt(n.encode()) for n in numbers]),
        ("open", lambda: [sealer.open(b) for b in ours], lambda: [peer.decrypt(t) for t in theirs]),
    ):
        fast, slow = per_cpu_second(VALUES, mine), per_cpu_second(VALUES, other)
        print(f"{name:<12} {fast:10,.0f}/s   Fernet {slow:10,.0f}/s   {fast / slow:.1f}×")
    print(f"fingerprint  {per_cpu_second(VALUES, lambda: [index.of(n) for n in numbers]):10,.0f}/s")
    print(f"size         {len(ours[0])} bytes      Fernet {len(theirs[0])} bytes")


def load() -> None:
    """Load a county's people and enterprises."""
    from django.core.management import call_command  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415
    from zhengtong.trust.identity import api as identity  # noqa: PLC0415

    call_command("migrate", verbosity=0, skip_checks=True)
    at, actor = clock.system.now(), identity.system_actor()
    people = [
        identity.PersonEntry(
            subject=new_id(), name="王芳", id_number=f"3301061990{place:08d}", phone="13800001234", region="330106"
        )
        for place in range(PEOPLE)
    ]
    companies = [
        identity.EnterpriseEntry(
            subject=new_id(), name="某公司", credit_code=f"91{place:016d}", region="330106",
            representative=people[place].subject,
        )
        for place in range(ENTERPRISES)
    ]  # fmt: skip
    started = time.perf_counter()
    identity.bulk_register_people(people, actor=actor, at=at)
    people_took = time.perf_counter() - started
    identity.bulk_register_enterprises(companies, actor=actor, at=at)
    took = time.perf_counter() - started
    print(f"loading {PEOPLE:,} people {people_took:.1f} s, with {ENTERPRISES:,} enterprises {took:.1f} s wall")


if __name__ == "__main__":
    main()
