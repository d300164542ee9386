"""Refusals of opening."""

from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class OpeningUnknown(NotFound):
    """There is no such application, or not for this reader."""

    code = "opening_unknown"
    message = _("没有找到这份开放申请。")
    remedy = _("请核对编号，或从数据开放工作台重新打开。")


class NotReleased(NotFound):
    """Nothing is open under this name."""

    code = "not_released"
    message = _("没有名为 {slug} 的开放数据。")
    remedy = _("请从开放目录中选择；尚未开放的数据可以申请开放。")


class AccessNeeded(NotAllowed):
    """The release is not open to everybody at once."""

    code = "opening_access_needed"
    message = _("“{title}”须登记或签订协议后才能获取。")
    remedy = _("请在数据页面登记用途，取得接口密钥后使用。")


class PlanUnfit(InvalidInput):
    """The application contradicts itself or the catalogue."""

    code = "opening_plan_unfit"
    message = _("开放申请有误：{what}")
    remedy = _("请改正后重新提交。")


class NoRowsToOpen(Conflict):
    """The dataset has no rows in the lake, or not in this version."""

    code = "no_rows_to_open"
    message = _("数据集 {dataset} 还没有归集到可开放的版本。")
    remedy = _("请先归集数据，再申请开放。")


class WrongState(Conflict):
    """The step does not follow from where the application stands."""

    code = "opening_wrong_state"
    message = _("这份申请目前是“{state}”，不能办理这一步。")
    remedy = _("请刷新页面查看最新状态。")


class ChangedMeanwhile(Conflict):
    """Somebody else changed the application since it was shown."""

    code = "opening_changed"
    message = _("这份申请已被他人修改。")
    remedy = _("请刷新页面，看过最新内容后再办理。")


class RiskTooHigh(Refusal):
    """The risk report fails: nobody can approve this copy."""

    code = "opening_risk_too_high"
    status = 409
    message = _("风险评估未通过：{what}。")
    remedy = _("请退回草稿，泛化、抑制或删去数据项后重新评估。")


class SameOfficer(NotAllowed):
    """Who applied does not approve."""

    code = "opening_same_officer"
    message = _("申请人不能审批自己的开放申请。")
    remedy = _("请由本部门或数据主管部门的另一名工作人员审批。")


class EmbargoNotOver(Conflict):
    """The day of opening has not come."""

    code = "opening_embargo"
    message = _("这份数据在 {day} 之前不得开放。")
    remedy = _("到期后系统会自动开放。")


class OpeningReasonNeeded(InvalidInput):
    """Refusing or withdrawing needs a reason."""

    code = "opening_reason_needed"
    message = _("不予开放或撤下须说明理由。")
    remedy = _("请写明理由。")
