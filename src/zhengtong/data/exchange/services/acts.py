"""What every act of exchange needs: the permission where it lies, the record with its clause."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.data.exchange.contracts import Permission
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

CLAUSES = {
    "request": "国发〔2016〕51号§12",
    "agree": "国发〔2016〕51号§12",
    "refuse": "国发〔2016〕51号§12",
    "withdraw": "国发〔2016〕51号§12",
    "suspend": "国发〔2016〕51号§12",
    "resume": "国发〔2016〕51号§12",
    "end": "国发〔2016〕51号§12",
    "issue_key": "GB/T 22239-2019 8.1.4.1",
    "revoke_key": "GB/T 22239-2019 8.1.4.1",
    "set_address": "GB/T 22239-2019 8.1.4.2",
    "renew_signing_key": "GB/T 22239-2019 8.1.4.1",
    "pause_subscription": "GB/T 22239-2019 8.1.4.2",
    "resume_subscription": "GB/T 22239-2019 8.1.4.2",
    "send_again": "GB/T 22239-2019 8.1.4.2",
    "anchor_looks": "GB/T 22239-2019 8.1.4.3",
}


def require_permission(actor: Actor, permission: Permission, organisation: UUID) -> None:
    """Require *permission* for an organisation where it lies: a grant may be bounded by either.

    Raises:
        SignInNeeded, NotAllowed: no one is signed in, or the permission does not reach there.
    """
    require(actor, permission, organisation=organisation, region=identity.organisation(organisation).region)


def record_act(
    actor: Actor,
    verb: str,
    thing: str,
    identifier: object,
    *,
    at: datetime,
    permission: Permission | None = None,
    before: Any = None,
    after: Any = None,
) -> None:
    """Record that *actor* did *verb* to a *thing* of this id; of what stood before and after only digests are kept."""
    record(
        Act(
            authority=Authority(clause=CLAUSES[verb], permission=permission),
            business=Business(
                command=f"data.exchange.{verb}",
                object_type=f"data.exchange.{thing}",
                object_id=str(identifier),
                before=None if before is None else digest(before),
                after=None if after is None else digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )
