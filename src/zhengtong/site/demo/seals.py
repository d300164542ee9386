"""The seals of the demo province 演示印章: one of its legal name for every body, filed with the simulated register."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from zhengtong.trust.identity.api import system_actor
from zhengtong.trust.seals import api as seals

_SEALS = UUID("6d1f5c2e-8a0b-4c57-9f0e-2f3f0a4f7b11")


def file_seals(bodies: Iterable[UUID], *, at: datetime) -> int:
    """Apply for, approve, make and file the seal of each body that has none; return how many were made."""
    actor, made = system_actor(), 0
    for body in bodies:
        if seals.seal_of(body) is not None:
            continue
        seal = uuid5(_SEALS, str(body))
        seals.apply(actor=actor, seal=seal, organisation=body, kind=seals.SealKind.OFFICIAL, at=at)
        seals.approve(actor=actor, seal=seal, at=at)
        seals.make(actor=actor, seal=seal, at=at)
        seals.file_with_public_security(seal=seal, at=at)
        made += 1
    return made
