"""Who decides on acts on keys and where they are recorded: access and ledger, which stand above the key room."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from zhengtong.trust.access import api as access
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.keys.contracts import KeyEvent, Permission, Responsible
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

CLAUSES = {
    "key": "GB/T 39786-2021 附录A",
    "authority": "电子签名法§18",
    "certificate": "电子签名法§21",
    "ceremony": "GB/T 39786-2021 附录A",
    "ring": "GB/T 39786-2021 附录A",
    "recognition": "电子签名法§26",
}
"""The clause each kind of act rests on, by object."""


class ActOffice:
    """Fulfils `KeyOffice`: asks access, records Acts."""

    def require(self, by: Responsible, permission: Permission) -> None:
        """Return when *by* may, else raise `NotAllowed`."""
        access.require(cast("Actor", by), permission)

    def record(self, by: Responsible, event: KeyEvent) -> None:
        """Record *event* as an Act of *by*."""
        business = Business(
            command=f"trust.keys.{event.command}",
            object_type=f"trust.keys.{event.thing}",
            object_id=event.identifier,
            before=None if event.before is None else digest(event.before),
            after=None if event.after is None else digest(event.after),
        )
        authority = Authority(clause=CLAUSES[event.thing], permission=event.permission)
        responsibility = responsibility_of(cast("Actor", by))
        record(Act(authority=authority, business=business, responsibility=responsibility, at=event.at))

    def tell(self, custodians: Sequence[UUID], ceremony: UUID, at: datetime) -> None:
        """Put a reminder into each custodian's mailbox; what is asked for stands on the page it links to."""
        for custodian in custodians:
            delivery.deliver(
                to=delivery.of_subject(custodian),
                kind=delivery.MessageKind.REMINDER,
                title=delivery.Wording(zh="根密钥使用申请等待您答复", en="A use of a root key waits for your answer"),
                body=delivery.Wording(
                    zh="您是这把根密钥的保管人。请核对申请内容，用本人的保管口令批准，或写明理由拒绝。",
                    en="You are a custodian of this root key. Check what is asked for; approve with your own"
                    " passphrase, or refuse and say why.",
                ),
                link=f"/officer/keys/uses/{ceremony}/",
                at=at,
            )
