"""Naming the office that answers for a department's data 数源部门."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.data.fusion.models import Office
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record

_CLAUSE = "国发〔2016〕51号"


def name_office(*, department: str, organisation: UUID, responsibility: Responsibility, at: datetime) -> None:
    """Let *organisation* answer for *department*'s data from now on; a repeat changes nothing."""
    with transaction.atomic():
        before = Office.objects.select_for_update().filter(department=department).first()
        if before is not None and before.organisation == organisation:
            return
        Office.objects.update_or_create(department=department, defaults={"organisation": organisation})
        business = Business(
            command="data.fusion.name_office", object_type="data.fusion.office", object_id=department,
            before=None if before is None else digest(str(before.organisation)), after=digest(str(organisation)),
        )  # fmt: skip
        record(Act(authority=Authority(clause=_CLAUSE), business=business, responsibility=responsibility, at=at))
