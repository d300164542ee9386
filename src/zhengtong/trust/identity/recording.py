"""How identity's acts reach the ledger 三流合一: the actor's responsibility, the clause, digests of the object."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.trust.identity.contracts import Actor, Permission
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record, record_reading

ROOM = "trust.identity"

CLAUSES = {
    "mandate": "民法典§161–175",
    "real_name": "个人信息保护法§34",
    "person": "个人信息保护法§34",
    "account": "GB/T 22239-2019 8.1.4.1",
    "assistance": "国发〔2022〕5号",
    "appointment": "公务员法第六章",
    "organisation": "地方各级人民代表大会和地方各级人民政府组织法§79",
    "application": "GB/T 22239-2019 8.1.4.2",
    "credential": "GB/T 22239-2019 8.1.4.1",
    "load": "GB/T 22239-2019 8.1.4.2",
}
"""The clause each kind of act rests on, by object."""


def responsibility_of(actor: Actor) -> Responsibility:
    """Return who answers for what *actor* does, as the ledger writes it."""
    return Responsibility(
        subject=actor.subject,
        account=str(actor.account) if actor.account is not None else None,
        post=actor.post,
        organisation=actor.organisation,
        on_behalf_of=actor.on_behalf_of,
        mandate=actor.mandate,
        assistance=actor.assistance,
        assurance=actor.assurance.name.lower(),
        channel=actor.channel,
    )


def record_act(
    actor: Actor,
    command: str,
    thing: str,
    identifier: str,
    *,
    at: datetime,
    states: tuple[Any, Any] = (None, None),
    concerns: Iterable[UUID] = (),
    permission: Permission | None = None,
) -> UUID:
    """Record one act of identity in the caller's transaction and return its id.

    Args:
        actor: who does it.
        command: the verb, `grant`.
        thing: the kind of object, `mandate`; decides the clause.
        identifier: the object's id.
        at: when.
        states: the object's state before and after, digested here.
        concerns: whose data it touches.
        permission: the permission used, for acts of a post.
    """
    before, after = states
    receipt = record(
        Act(
            authority=Authority(clause=CLAUSES[thing], permission=permission),
            business=Business(
                command=f"{ROOM}.{command}",
                object_type=f"{ROOM}.{thing}",
                object_id=identifier,
                before=None if before is None else digest(before),
                after=None if after is None else digest(after),
            ),
            responsibility=responsibility_of(actor),
            at=at,
            concerns=tuple(concerns),
        )
    )
    return receipt.id


def record_look(actor: Actor, person: UUID, *, purpose: str, at: datetime) -> None:
    """Record that *actor* read the identity of *person*, in the caller's transaction."""
    record_reading(
        responsibility=responsibility_of(actor),
        authority=Authority(clause=CLAUSES["person"]),
        concerns=(person,),
        object_type=f"{ROOM}.person",
        object_id=str(person),
        purpose=purpose,
        at=at,
    )
