"""Registered letters of the demo province 演示玺邮: one to a citizen who consented, one to a company that did not."""

from datetime import datetime, timedelta
from uuid import UUID

from zhengtong.data.registries.api import RegistryPart
from zhengtong.kernel.ids import new_id
from zhengtong.site.demo.accounts import choose_cast, legal_subject
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, AssuranceLevel, SubjectKind

_AGO, _ON_ITS_WAY = timedelta(hours=3), timedelta(seconds=2)


def send(offices: Offices, part: RegistryPart, *, at: datetime) -> None:
    """Send the citizen two letters, one of them opened, and the largest company one, all arrived hours ago."""
    cast = choose_cast(part)
    citizen = Actor(subject=cast.citizen.id, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    delivery.give_consent(actor=citizen, at=at - 2 * _AGO)
    opened = _arrived(
        offices, "public_security", citizen.subject,
        delivery.Writing(
            subject="户口登记事项变更告知书",
            text="您申报的户口登记事项已经变更。\n\n如有疑问，请联系户籍窗口。",
            clause="户口登记条例§17",
        ),
        at - _AGO,
    )  # fmt: skip
    delivery.open_registered(actor=citizen, letter=opened, at=at - _AGO / 2)
    waiting = delivery.Writing(
        subject="医疗保险待遇告知书", text="您和孩子的参保登记已经生效，待遇自登记之日起享受。", clause="社会保险法§4"
    )
    _arrived(offices, "medical_insurance", citizen.subject, waiting, at - _AGO)
    inspection = delivery.Writing(
        subject="年度报告公示提醒函", text="请在六月三十日前报送并公示上一年度报告。", clause="企业信息公示暂行条例§8"
    )
    for company in cast.companies[:1]:
        _arrived(offices, "market_supervision", legal_subject(company), inspection, at - _AGO)


def _arrived(offices: Offices, department: str, to: UUID, writing: delivery.Writing, at: datetime) -> UUID:
    body = next(body for body in offices.bodies if body.department == department)
    sent = delivery.send_registered(
        actor=identity.system_actor(), key=new_id(), sender=body.entry.id, addressee=to, writing=writing, at=at
    )
    return delivery.put_into_box(letter=sent.id, at=at + _ON_ITS_WAY).id
