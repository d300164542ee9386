"""Refusals of ministries: what was not asked, or not answered, and what to do."""

from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class InterfaceUnknown(NotFound):
    """The catalogue in force has no such interface."""

    code = "interface_unknown"
    message = _("接口目录中没有 {interface}。")
    remedy = _("请从接口目录重新选择；目录更新后旧接口可能已停用。")


class CatalogueUnfit(InvalidInput):
    """The catalogue contradicts itself; `what` says where."""

    code = "ministry_catalogue_unfit"
    message = _("接口目录有误：{what}")
    remedy = _("请改正后重新发布；原目录继续有效。")


class LineUnfit(InvalidInput):
    """The line is set up in a way that cannot work."""

    code = "ministry_line_unfit"
    message = _("接入线路设置有误：{what}")
    remedy = _("请改正后重新设置；原线路没有改变。")


class LineMissing(Refusal):
    """No line to the ministries has been set up."""

    code = "ministry_line_missing"
    status = 503
    message = _("本节点尚未接入国家部委接口。")
    remedy = _("请系统管理员执行 zhengtong ministries connect；在此之前请由申请人提交材料。")


class GrantUnfit(InvalidInput):
    """A grant lacks something or goes too far; `what` says what."""

    code = "ministry_grant_unfit"
    message = _("授权内容有误：{what}")
    remedy = _("请改正后重新提交。")


class GrantExists(Refusal):
    """The department has a grant of this interface that is in force."""

    code = "ministry_grant_exists"
    message = _("该部门对这个接口已有授权。")
    remedy = _("需要变更的，请先终止原授权，再重新授权。")


class GrantUnknown(NotFound):
    """There is no such grant."""

    code = "ministry_grant_unknown"
    message = _("没有这份接口授权。")
    remedy = _("请从接口页面重新打开。")


class GrantReasonNeeded(InvalidInput):
    """Ending a grant needs a reason."""

    code = "ministry_grant_reason_needed"
    message = _("终止授权须说明理由。")
    remedy = _("请填写理由后重新提交。")


class NotGranted(Refusal):
    """The department has no grant of this interface that is in force."""

    code = "ministry_not_granted"
    status = 403
    message = _("本部门没有使用这个接口的有效授权。")
    remedy = _("请向数据主管部门申请；授权可能尚未办理、已到期或已终止。")


class MinistryBusinessNotGranted(Refusal):
    """The grant is for other items, or nobody knows the case."""

    code = "ministry_business_not_granted"
    status = 403
    message = _("授权不允许用于该业务，或办件不存在。")
    remedy = _("请填写授权所列的事项代码，或正在办理的办件编号。")


class AskedWrongly(InvalidInput):
    """What is asked lacks an item or has one too many; `what` names it."""

    code = "ministry_asked_wrongly"
    message = _("查询条件有误：{what}")
    remedy = _("请按接口目录填写全部查询条件后重新查询。")


class GrantUsedUp(Refusal):
    """The day's queries of the grant are used up; the ministry was not asked."""

    code = "ministry_grant_used_up"
    status = 429
    message = _("今日查询次数已达授权上限（{quota} 次）。")
    remedy = _("请于次日再查，或请数据主管部门提高限额；也可由申请人提交材料。")


class InterfaceUsedUp(Refusal):
    """The day's queries that the ministry allows this node are used up."""

    code = "ministry_interface_used_up"
    status = 429
    message = _("今日对该部委接口的查询已达全省上限（{quota} 次）。")
    remedy = _("请于次日再查；也可由申请人提交材料，或与原出具单位核实。")


class MinistryResting(Refusal):
    """The interface failed repeatedly and is left alone for a while; nothing was asked."""

    code = "ministry_resting"
    status = 503
    message = _("该部委接口连续失败，已暂停调用至 {until}。")
    remedy = _("请稍后再查；急需办理的可由申请人提交材料。")


class MinistrySilent(Refusal):
    """The ministry did not answer, or not as agreed; the try is on record."""

    code = "ministry_silent"
    status = 502
    message = _("部委接口未能答复：{what}")
    remedy = _("请稍后再查；持续失败请与国家平台联系，办件可由申请人提交材料。")
