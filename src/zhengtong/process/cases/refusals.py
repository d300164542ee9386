"""What cases refuse 办件拒绝事由: each with what is wrong and what to do."""

from zhengtong.kernel.errors import Conflict, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class CaseUnknown(NotFound):
    """There is no such case, or not for this reader."""

    code = "case_unknown"
    message = _("没有找到这个办件。")
    remedy = _("请核对办件编号，或从“我的办件”进入。")


class NotOnline(Refusal):
    """The item cannot be applied for here yet."""

    code = "item_not_online"
    message = _("“{item}”目前不能在网上申请。")
    remedy = _("请按办事指南到窗口办理。")


class AlreadyHandled(Conflict):
    """The task was handled meanwhile, by this official or by another."""

    code = "task_already_handled"
    message = _("这一环节已经办理过了。")
    remedy = _("请刷新页面查看办理结果。")


class CaseChanged(Conflict):
    """The case is not what the reader has read any more; nothing changed."""

    code = "case_changed"
    message = _("这个办件在您阅读之后有了变化，本次操作没有生效。")
    remedy = _("请重新打开办件，阅读变化后再作决定。")


class ReasonMissing(Refusal):
    """A decision against the applicant needs its reason (行政许可法 §32, §38)."""

    code = "reason_missing"
    status = 422
    message = _("“{decision}”须说明理由。")
    remedy = _("请写明理由和依据，一次说全。")


class WrongDecision(Refusal):
    """The decision is not one of this task's."""

    code = "wrong_decision"
    status = 422
    message = _("这一环节不能作出这项决定。")
    remedy = _("请从列出的办理意见中选择。")


class NothingToSupplement(Conflict):
    """The case does not wait for a correction."""

    code = "nothing_to_supplement"
    message = _("这个办件现在不需要补正。")
    remedy = _("请刷新页面查看当前状态。")


class AlreadyReturned(Conflict):
    """The case was returned once; all that was missing had to be told then (行政许可法 §32)."""

    code = "case_already_returned"
    message = _("这个办件已经退回补正过一次，不能再次退回。")
    remedy = _("补正告知须一次说全。请受理、容缺受理，或者说明理由不予受理。")


class EvidenceOpen(Conflict):
    """Evidence is still missing or not checked, so nothing can be granted yet."""

    code = "case_evidence_open"
    message = _("还有材料没有核验或者补齐：{names}。")
    remedy = _("请先核验列出的材料；容缺的材料等申请人补齐，逾期未补的可以不予批准。")


class NothingMissing(Refusal):
    """A conditional acceptance names what may come later, and it must be evidence of this case."""

    code = "case_nothing_missing"
    status = 422
    message = _("容缺受理须选明哪些材料可以后补。")
    remedy = _("请从本办件的材料中选择；材料齐全的请直接受理。")


class EvidenceNotGiven(Refusal):
    """A piece of evidence that only the applicant can give, or a commitment, is missing from the application."""

    code = "case_evidence_not_given"
    status = 422
    message = _("缺少材料：{names}。")
    remedy = _("请上传该材料；可以告知承诺的，请勾选承诺。")


class ProcedureRuns(Conflict):
    """While a special procedure runs, nothing is decided."""

    code = "case_procedure_runs"
    message = _("“{procedure}”还没有结束，不能作出这项操作。")
    remedy = _("请先登记程序结束。")


class NoProcedure(Conflict):
    """No special procedure runs that could end."""

    code = "case_no_procedure"
    message = _("没有进行中的特别程序。")
    remedy = _("请刷新页面查看当前状态。")


class NotInProgress(Conflict):
    """What was asked for belongs to an accepted case that is not decided."""

    code = "case_not_in_progress"
    message = _("办件不在办理中，不能进行这项操作。")
    remedy = _("请刷新页面查看当前状态。")


class ExtensionTooLong(Refusal):
    """An extension is at most ten days, once, before the period has run out (行政许可法 §42)."""

    code = "case_extension_refused"
    status = 422
    message = _("不能延期：{what}。")
    remedy = _("期限届满前经本机关负责人批准，可以延长一次，最长十日，并应当将理由告知申请人。")


class OwnRequest(Refusal):
    """Who asks for an extension does not approve it."""

    code = "case_own_request"
    status = 403
    message = _("不能批准自己提出的延期。")
    remedy = _("请由本机关负责人或者另一位有权批准的同事办理。")


class AssignedElsewhere(Refusal):
    """The task was given to a colleague."""

    code = "case_assigned_elsewhere"
    status = 403
    message = _("这一环节已经委托给另一位同事办理。")
    remedy = _("请由受委托人办理，或者由委托人先收回。")


class CannotRecall(Conflict):
    """A decision can be taken back only by who made it, while nobody has acted on it."""

    code = "case_cannot_recall"
    message = _("不能收回：后续环节已经开始，或者意见不是您作出的。")
    remedy = _("如需更正，请按规定撤销原决定后重新办理。")


class NotCompetent(Refusal):
    """The organisation does not handle this item."""

    code = "case_not_competent"
    status = 422
    message = _("“{organisation}”的实施清单中没有这个事项，不能移送。")
    remedy = _("请移送给有权办理的机关；都不属于的，请不予受理并告知申请人向有关机关申请（行政许可法第三十二条）。")


class ColleagueUnfit(Refusal):
    """A task is delegated to a colleague of the same organisation only."""

    code = "case_colleague_unfit"
    status = 422
    message = _("只能委托给本单位在岗的同事。")
    remedy = _("请从名单中选择；跨单位的请使用移送。")


class LeaveUnknown(NotFound):
    """There is no such leave, or it is not this official's to end."""

    code = "leave_unknown"
    message = _("没有找到这条请假记录。")
    remedy = _("请从“请假与代班”进入。")


class LeavePeriodUnfit(Refusal):
    """A leave begins today or later, ends no earlier than it begins, and is no longer than a year."""

    code = "leave_period_unfit"
    status = 422
    message = _("请假的起止日期不合适：从今天或以后开始，结束日不早于开始日，最长一年。")
    remedy = _("请修改起止日期。")


class LeaveOverlaps(Conflict):
    """The official is on leave already on one of these days."""

    code = "leave_overlaps"
    message = _("这段时间已经登记过请假（{period}）。")
    remedy = _("请修改日期，或者先提前结束原来的请假。")


class SubstituteIsSelf(Refusal):
    """Nobody stands in for themselves."""

    code = "leave_substitute_is_self"
    status = 422
    message = _("不能由请假人自己代班。")
    remedy = _("请选择另一位同事。")


class SubstituteUnfit(Refusal):
    """A substitute is of the same organisation, and their post is entitled to the same work."""

    code = "leave_substitute_unfit"
    status = 422
    message = _("这位同事不能代班：须在同一单位在岗，岗位权限包含请假人的办件权限。代班不增加权限。")
    remedy = _("请选择权限相同的同事；没有合适人选的，请在请假前把待办委托或者移送出去。")


class SubstituteAway(Conflict):
    """A substitute on leave would need a substitute of their own."""

    code = "leave_substitute_away"
    message = _("这位同事在这段时间自己也请假（{period}），代班不能再转给第三人。")
    remedy = _("请选择另一位同事。")


class StandingIn(Conflict):
    """Who stands in for a colleague is not on leave in that time."""

    code = "leave_standing_in"
    message = _("请假人在这段时间正在代同事办理（{period}），代班不能再转给第三人。")
    remedy = _("请先由那位同事或者负责人提前结束原来的安排，改由别人代班。")


class NothingToStandIn(Refusal):
    """The post decides no cases, so there is nothing to stand in for."""

    code = "leave_nothing_to_stand_in"
    status = 422
    message = _("请假人的岗位不办理办件，不需要安排代班。")
    remedy = _("请切换到办理办件的岗位后再登记。")


class DutiesMeet(Refusal):
    """Who has decided an earlier stage of a case does not decide the next one in somebody else's place."""

    code = "case_duties_meet"
    status = 403
    message = _("您已经办理过本办件的“{decision}”，不能再代同事办理后面的环节：两道审查须由两个人作出。")
    remedy = _("请由委托人收回后另行办理，或者等同事回来。")


class PhraseUnknown(NotFound):
    """There is no such phrase within reach, or it was withdrawn."""

    code = "phrase_unknown"
    message = _("没有找到这条常用意见。")
    remedy = _("请从“常用意见”进入。")


class PhraseChanged(Conflict):
    """Somebody changed the phrase after it was read."""

    code = "phrase_changed"
    message = _("这条常用意见在您打开之后被别人修改过，本次修改没有生效。")
    remedy = _("请重新打开，阅读新的版本后再修改。")


class PhraseUnfit(Refusal):
    """A phrase says something, not too much, and asks only for facts that are in the list."""

    code = "phrase_unfit"
    status = 422
    message = _("常用意见不合适：{what}。")
    remedy = _("请写 1 到 500 字；占位符只能用列出的几个。")


class BatchNotAllowed(Refusal):
    """The item's definition does not allow this task to be decided in a batch."""

    code = "batch_not_allowed"
    status = 422
    message = _("这个事项的这一环节不能批量办理。")
    remedy = _("请逐件办理；能否批量由事项定义规定。")


class BatchEmpty(Refusal):
    """A batch holds at least one case and not too many."""

    code = "batch_empty"
    status = 422
    message = _("一次批量办理 1 到 {most} 件。")
    remedy = _("请返回重新选择。")


class NeedsReading(Refusal):
    """Evidence is to be checked, a fact is contested, or the task is a colleague's: the case is read by itself."""

    code = "batch_needs_reading"
    status = 422
    message = _("这件有待核验的材料、未答复的数据异议，或者是同事的任务，不能批量办理。")
    remedy = _("请打开办件逐件办理。")


class CheckUnknown(NotFound):
    """There is no such request, or not for this reader."""

    code = "check_unknown"
    message = _("没有找到这个核验请求。")
    remedy = _("请从“核验请求”或者办件卷宗进入。")


class CheckAsked(Conflict):
    """A request about this piece of evidence waits for its answer already."""

    code = "check_asked"
    message = _("这份材料已经请部门核验，正在等答复。")
    remedy = _("请等待答复；紧急的请直接联系核验部门。")


class CheckAnswered(Conflict):
    """The request was answered already, by this official or by another."""

    code = "check_answered"
    message = _("这个核验请求已经答复过了。")
    remedy = _("请刷新页面查看答复；需要更正的请联系提出请求的单位。")


class NotToCheck(Refusal):
    """A licence or shared data proves the piece already, or it is none of this case."""

    code = "check_not_needed"
    status = 422
    message = _("这份材料不需要部门核验：已经由证照或者共享数据证明，或者不是本办件的材料。")
    remedy = _("请从列出的材料中选择。")


class KeeperMissing(Refusal):
    """The department has no body where the case is handled."""

    code = "check_keeper_missing"
    status = 422
    message = _("这个部门在办件所在地没有承办机构，不能请求核验。")
    remedy = _("请选择另一个部门，或者自行核验。")
