"""A pass 一轮融合: from the departments' files to a published version of a registry, its contradictions and its queue.

The golden table is written first and what the database knows of it in one transaction afterwards. A pass that dies
between the two leaves a version that nobody was told of; the next pass announces it with its own.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import transaction

from zhengtong.data.fusion import lake
from zhengtong.data.fusion.contracts import Decision, Pass, RegistryChanged
from zhengtong.data.fusion.declaration import Registry
from zhengtong.data.fusion.models import Review, Version
from zhengtong.data.fusion.queries import registry, table_of
from zhengtong.data.fusion.refusals import PassRunning
from zhengtong.data.fusion.services import contradictions, queue
from zhengtong.data.fusion.services.discrepancies import CLAUSE
from zhengtong.data.fusion.workshop import MEMORY, Workshop
from zhengtong.kernel.events.api import emit
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record


def run(name: str, *, sources: Path, responsibility: Responsibility, at: datetime, memory: str = MEMORY) -> Pass:
    """Fuse the registry *name* from the files below *sources* and publish what changed.

    Args:
        name: the registry.
        sources: the folder the declaration's paths start from.
        responsibility: who answers for the pass.
        at: the moment of the pass.
        memory: how much DuckDB may use before it goes to disk.

    Raises:
        RegistryUnknown: there is no such registry.
        SourceUnreadable: a file is missing or not as declared; nothing was published.
        PassRunning: another pass over this registry is under way.
    """
    declared = registry(name)
    path = table_of(name)
    with _alone(declared, path), Workshop(declared, memory=memory) as shop:
        rows = shop.stage(sources)
        merged, kept = _decisions(declared)
        shop.apply(merged)
        keyless = shop.keyless()
        found = queue.sort(shop, declared, kept)
        shop.apply({one.uid: one.key for one in found.certain})
        answers, reopened = contradictions.standing(shop, declared)
        records = shop.fuse(answers)
        commit, checksum = shop.publish(path), shop.digest()
        with transaction.atomic():
            queue.add(found, declared, at)
            opened, cleared = contradictions.settle(shop, declared, reopened, at)
            conflicts = sum(shop.conflicts().values())
            done = Pass(
                registry=name, version=commit.version, rows=rows, keyless=keyless, linked=len(found.certain),
                to_review=len(found.likely), records=records, upserted=commit.upserted, deleted=commit.deleted,
                conflicts=conflicts, opened=opened, cleared=cleared, digest=checksum,
            )  # fmt: skip
            _announce(done, path, responsibility, at)
    return done


def _announce(done: Pass, path: Path, responsibility: Responsibility, at: datetime) -> None:
    """Record the pass; tell of a version nobody was told of."""
    before = Version.objects.filter(registry=done.registry).order_by("-version").first()
    business = Business(
        command="data.fusion.run", object_type="data.fusion.registry", object_id=done.registry,
        before=None if before is None else digest(before.digest), after=digest(done.digest),
    )  # fmt: skip
    record(Act(authority=Authority(clause=CLAUSE), business=business, responsibility=responsibility, at=at))
    start = -1 if before is None else before.version
    if done.version <= start:
        return
    Version.objects.create(
        registry=done.registry, version=done.version, records=done.records, conflicts=done.conflicts,
        digest=done.digest, at=at,
    )  # fmt: skip
    changed = RegistryChanged(
        registry=done.registry, table=f"golden/{path.name}", from_version=start, to_version=done.version,
        count=done.upserted + done.deleted, digest=done.digest,
    )  # fmt: skip
    emit("data.fusion.registry_changed.v1", subject=done.registry, data=changed, at=at)


def _decisions(declared: Registry) -> tuple[Mapping[str, str], list[str]]:
    """Return the rows that belong to a record, and those that are decided otherwise or wait."""
    merged, kept = {}, []
    for row in Review.objects.filter(registry=declared.name).defer("left", "right").iterator():
        if row.decision == Decision.MERGED:
            merged[row.record] = row.key
        else:
            kept.append(row.record)
    return merged, kept


@contextmanager
def _alone(declared: Registry, path: Path) -> Iterator[None]:
    """Let one pass over a registry run at a time on this node; a killed one leaves no lock behind."""
    lake.close(path.parent)
    with (path.parent / f".{declared.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise PassRunning(registry=declared.name) from None
        yield
