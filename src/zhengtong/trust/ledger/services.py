"""Acts of the ledger: record what was done, record what was read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from zhengtong.kernel.events.api import require_transaction
from zhengtong.kernel.ids import new_id
from zhengtong.trust.ledger import law
from zhengtong.trust.ledger.contracts import Act, ActKind, ActReceipt, Authority, Business, Responsibility
from zhengtong.trust.ledger.models import ConcernRow, RecordedActRow


def record(act: Act) -> ActReceipt:
    """Write *act* in the transaction of the change it tells: the two exist together or not at all.

    Raises:
        OutsideTransaction: no transaction is open.
        UnfitAct: it says too little or too much; nothing is written.
    """
    require_transaction("an act")
    law.check(act)
    identifier = new_id()
    leaf = law.leaf(identifier, act)
    leaf_hash = law.leaf_hash(leaf)
    RecordedActRow.objects.create(
        id=identifier,
        at=act.at,
        kind=act.kind,
        subject=act.responsibility.subject,
        organisation=act.responsibility.organisation,
        object_type=act.business.object_type,
        object_id=act.business.object_id,
        leaf=leaf,
        leaf_hash=leaf_hash,
    )
    if act.concerns:
        ConcernRow.objects.bulk_create(
            ConcernRow(data_subject=subject, act_id=identifier, kind=act.kind) for subject in sorted(set(act.concerns))
        )
    return ActReceipt(id=identifier, at=act.at, leaf_hash=leaf_hash.hex())


def record_reading(
    *,
    responsibility: Responsibility,
    authority: Authority,
    concerns: Iterable[UUID],
    object_type: str,
    object_id: str,
    purpose: str,
    at: datetime,
) -> ActReceipt:
    """Record that the data of *concerns* were read for *purpose*, in the transaction that reads them.

    Raises:
        OutsideTransaction, UnfitAct: as `record`.
    """
    business = Business(command="read", object_type=object_type, object_id=object_id)
    return record(
        Act(
            authority=authority,
            business=business,
            responsibility=responsibility,
            at=at,
            purpose=purpose,
            concerns=tuple(concerns),
            kind=ActKind.READ,
        )
    )
