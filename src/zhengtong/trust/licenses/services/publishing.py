"""Publishing licence types 证照类型: what has not changed keeps its version, as licences keep theirs."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from zhengtong.kernel.checkdigits import parse_credit_code
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record
from zhengtong.trust.licenses import law
from zhengtong.trust.licenses.content import digest_of, dump_type
from zhengtong.trust.licenses.contracts import LicenseType
from zhengtong.trust.licenses.models import TypeRow


@transaction.atomic
def publish_types(
    types: Iterable[LicenseType], *, administrator: str, responsibility: Responsibility, at: datetime
) -> int:
    """Publish types and return how many are new or changed.

    Args:
        types: as `read_types` gives them.
        administrator: the credit code of the body that administers them; begins each type's code.
        responsibility: who answers for it.
        at: the present moment.

    Raises:
        InvalidCreditCode: *administrator* is none; nothing is changed.
    """
    code = parse_credit_code(administrator).text
    changed = 0
    for kind in types:
        content = dump_type(kind)
        fingerprint = digest_of({**content, "code": code + kind.number})
        row = TypeRow.objects.select_for_update().filter(key=kind.key, current=True).first()
        if row is None or row.digest != fingerprint:
            _publish(kind, content, fingerprint, code + kind.number, row, responsibility, at)
            changed += 1
    return changed


def _publish(
    kind: LicenseType,
    content: dict[str, object],
    fingerprint: str,
    code: str,
    before: TypeRow | None,
    responsibility: Responsibility,
    at: datetime,
) -> None:
    newest = TypeRow.objects.filter(key=kind.key).aggregate(version=Max("version"))["version"] or 0
    if before is not None:
        before.current = False
        before.save(update_fields=["current"])
    row = TypeRow.objects.create(
        key=kind.key, version=newest + 1, code=code, content=content, digest=fingerprint, published_at=at
    )
    business = Business(
        command="trust.licenses.publish",
        object_type="trust.license.type",
        object_id=f"{row.key}.v{row.version}",
        before=digest(before.digest) if before else None,
        after=digest(fingerprint),
    )
    authority = Authority(clause=law.CLAUSES["publish"])
    record(Act(authority=authority, business=business, responsibility=responsibility, at=at))
