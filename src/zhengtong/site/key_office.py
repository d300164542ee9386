"""Who decides on acts on keys and where they are recorded: access and ledger, which stand above the key room."""

from typing import cast

from zhengtong.trust.access import api as access
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
