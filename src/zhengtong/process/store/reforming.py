"""Acts of the reform desk 改革办理: publish, withdraw and migrate, by an official who may.

The same acts as `services` and `moving`; these ask first by what right, and name it in the ledger.
"""

from collections.abc import Mapping
from datetime import datetime

from zhengtong.process.store import moving, services
from zhengtong.process.store.contracts import MigrationProgress, Permission, Published
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.ledger.api import Authority

CLAUSE = "优化营商环境条例§35"  # standard workflows, with fewer steps, papers and days


def publish_as(
    actor: Actor,
    key: str,
    bpmn: bytes,
    decisions: Mapping[str, bytes],
    *,
    effective_from: datetime,
    at: datetime,
) -> Published:
    """Publish a version; what an earlier version had may come back.

    Raises:
        SignInNeeded, NotAllowed: the actor may not.
        NotPublishable, ModelRefused: as `services.publish`.
    """
    require(actor, Permission.PUBLISH)
    return services.publish(
        key,
        bpmn,
        decisions,
        effective_from=effective_from,
        at=at,
        authority=Authority(clause=CLAUSE, permission=Permission.PUBLISH),
        responsibility=responsibility_of(actor),
        anew=True,
    )


def withdraw_as(actor: Actor, key: str, *, at: datetime) -> None:
    """Withdraw a definition.

    Raises:
        SignInNeeded, NotAllowed: the actor may not.
        UnknownDefinition: none of its versions is in effect, or will be.
    """
    require(actor, Permission.PUBLISH)
    authority = Authority(clause=CLAUSE, permission=Permission.PUBLISH)
    services.withdraw(key, at=at, authority=authority, responsibility=responsibility_of(actor))


def migrate_as(
    actor: Actor, source: int, target: int, instructions: Mapping[str, str], *, at: datetime
) -> MigrationProgress:
    """Begin to move the running cases of a version; the worker's rounds go on with it.

    Raises:
        SignInNeeded, NotAllowed: the actor may not.
        BadMigration: as `moving.begin`.
    """
    require(actor, Permission.MIGRATE)
    authority = Authority(clause=CLAUSE, permission=Permission.MIGRATE)
    return moving.begin(
        source, target, instructions, at=at, authority=authority, responsibility=responsibility_of(actor)
    )
