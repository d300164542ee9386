"""What an applicant is told of a case 办件消息."""

from datetime import datetime
from uuid import UUID

from zhengtong.process.cases.contracts import CaseState, Permission
from zhengtong.process.cases.models import Case, Stage
from zhengtong.trust.access import api as access
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_post, of_subject
from zhengtong.trust.identity import api as identity

_TITLES = {
    "process.case.received.v1": ("申请已收到", "Your application was received", MessageKind.RECEIPT),
    "process.case.accepted.v1": ("申请已受理", "Your application was accepted", MessageKind.RECEIPT),
    "process.case.returned.v1": ("申请需要补正", "Your application needs a correction", MessageKind.REMINDER),
    "process.case.supplemented.v1": ("补正材料已收到", "Your correction was received", MessageKind.RECEIPT),
    "process.case.handed_in.v1": ("后补材料已收到", "What was missing was received", MessageKind.RECEIPT),
    "process.case.transferred.v1": (
        "办件已移送有权办理的机关",
        "Your case went to the office that is competent",
        MessageKind.NOTICE,
    ),
    "process.case.recalled.v1": (
        "受理意见已收回，重新审查",
        "The acceptance was taken back; your application is examined again",
        MessageKind.NOTICE,
    ),
    "process.case.suspended.v1": (
        "特别程序开始，期间不计入期限",
        "A special procedure began; its days are not counted",
        MessageKind.NOTICE,
    ),
    "process.case.resumed.v1": ("特别程序结束，恢复计时", "The special procedure is over", MessageKind.NOTICE),
    "process.case.extended.v1": ("办理期限延长", "The period was extended", MessageKind.NOTICE),
    "process.case.concluded.v1": ("办件已办结", "Your case is concluded", MessageKind.RESULT),
}
_WITH_DAY = {"process.case.accepted.v1", "process.case.resumed.v1", "process.case.extended.v1"}
_MOST_SUPERVISORS = 5
_STATES = {
    CaseState.GRANTED: ("准予", "Granted"),
    CaseState.DENIED: ("不予批准", "Denied"),
    CaseState.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    CaseState.WITHDRAWN: ("已撤回", "Withdrawn"),
}


def tell_the_applicant(*, case: UUID, turn: str, at: datetime) -> None:
    """Put a message about *turn*, the name of an event of the case, into the applicant's mailbox."""
    row = Case.objects.get(pk=case)
    zh, en, kind = _TITLES[turn]
    facts = [
        Fact(label=Wording(zh="事项", en="Service"), value=Wording(zh=row.item_name, en=row.item_name_en)),
        Fact(label=Wording(zh="办件编号", en="Case number"), value=Wording(zh=row.reference)),
    ]
    if turn == "process.case.concluded.v1":
        outcome = _STATES[CaseState(row.state)]
        facts.append(Fact(label=Wording(zh="结果", en="Outcome"), value=Wording(zh=outcome[0], en=outcome[1])))
    elif row.promised_due and not row.suspended_on and turn in _WITH_DAY:
        due = Wording(zh=row.promised_due.isoformat())
        facts.append(Fact(label=Wording(zh="承诺办结日", en="Promised by"), value=due))
    deliver(
        to=of_subject(row.applicant),
        kind=kind,
        title=Wording(zh=f"{zh}：{row.item_name}"[:200], en=f"{en}: {row.item_name_en}"[:200]),
        body=facts,
        link=f"/cases/{row.reference}/",
        related=Related(object_type="process.case", object_id=str(case)),
        at=at,
    )


def tell_the_supervisors(*, case: UUID, stage: int, at: datetime) -> None:
    """Tell the posts that supervise the organisation of a late stage 督办; the nearest organisations first."""
    late = Stage.objects.select_related("case", "organisation", "region").get(pk=stage, case=case)
    row = late.case
    grants = access.holders_of(Permission.SUPERVISE, actor=identity.system_actor())
    covering = [
        grant
        for grant in grants
        if grant.post and grant.clause.covers(organisation=late.organisation.path, place=late.region.low)
    ]
    covering.sort(key=lambda grant: -len(grant.clause.organisation or ""))
    for post in list(dict.fromkeys(grant.post for grant in covering if grant.post))[:_MOST_SUPERVISORS]:
        deliver(
            to=of_post(post),
            kind=MessageKind.REMINDER,
            title=Wording(zh=f"督办：{row.item_name}超期"[:200], en=f"Late: {row.item_name_en}"[:200]),
            body=[
                Fact(label=Wording(zh="办件编号", en="Case number"), value=Wording(zh=row.reference)),
                Fact(label=Wording(zh="办理机构", en="Organisation"), value=Wording(zh=late.organisation.name)),
                Fact(label=Wording(zh="到期日", en="Due"), value=Wording(zh=str(late.due_on))),
            ],
            link=f"/officer/cases/{row.reference}/",
            related=Related(object_type="process.case", object_id=str(case)),
            at=at,
        )
