"""How acts on licences reach the ledger: the clause by the verb, digests of the state, whose data it touches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.trust.identity.contracts import SYSTEM_SUBJECT
from zhengtong.trust.ledger.api import (
    Act,
    Authority,
    Business,
    Responsibility,
    digest,
    record,
    record_reading,
)
from zhengtong.trust.licenses import law
from zhengtong.trust.licenses.contracts import Permission
from zhengtong.trust.licenses.models import ELicense

LICENSE = "trust.license"
STRANGER = Responsibility(subject=SYSTEM_SUBJECT, channel="web")
"""Whoever verifies without an account: the platform answers for the answer."""


def state_of(row: ELicense) -> dict[str, Any]:
    """Return what the ledger digests of a licence."""
    return {"number": row.number, "state": str(row.state), "signed": row.signed_digest}


def record_act(
    verb: str,
    row: ELicense,
    *,
    by: Responsibility,
    at: datetime,
    permission: Permission | None = None,
    before: dict[str, Any] | None = None,
    clause: str | None = None,
) -> None:
    """Record an act on a licence in the caller's transaction, by the verb's own clause unless *clause* is given."""
    business = Business(
        command=f"trust.licenses.{verb}",
        object_type=LICENSE,
        object_id=str(row.id),
        before=digest(before) if before else None,
        after=digest(state_of(row)),
    )
    authority = Authority(clause=clause or law.CLAUSES[verb], permission=permission)
    record(Act(authority=authority, business=business, responsibility=by, at=at, concerns=(row.holder,)))


def record_look(
    verb: str, *, by: Responsibility, holder: UUID, object_type: str, object_id: UUID, purpose: str, at: datetime
) -> None:
    """Record that what is written in a licence of *holder* was read."""
    record_reading(
        responsibility=by,
        authority=Authority(clause=law.CLAUSES[verb]),
        concerns=(holder,),
        object_type=object_type,
        object_id=str(object_id),
        purpose=purpose,
        at=at,
    )
