"""What is refused with seals, each named after what is missing."""

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal


class SealUnknown(NotFound):
    """No such seal, or not for this reader: the two look the same."""

    code = "seal_unknown"
    message = _("没有找到这枚印章。")
    remedy = _("请核对印章编号，或确认它属于您可管理的单位。")


class SealNotInForce(Refusal):
    """The seal may not be used now: not filed yet, suspended, lost, cancelled, or past its validity."""

    code = "seal_not_in_force"
    status = 409
    message = _("印章“{seal}”现在不能使用：{state}。")
    remedy = _("请等待公安备案完成，或按规定恢复、重新制作印章后再用。")


class SealStepNotPossible(Refusal):
    """A seal cannot go from where it stands to there."""

    code = "seal_step_not_possible"
    status = 409
    message = _("印章的状态是“{state}”，不能办理这一步。")
    remedy = _("请刷新页面查看最新状态。")


class SealSelfApproval(Refusal):
    """Whoever applied for a seal does not approve it."""

    code = "seal_self_approval"
    status = 403
    message = _("申请人不能审批自己的申请。")
    remedy = _("请由本单位其他有审批权限的人员办理。")


class UseApprovalMissing(Refusal):
    """A seal is used only with an approval, for this seal, not expired and not used up."""

    code = "use_approval_missing"
    status = 409
    message = _("没有可用的用印审批。")
    remedy = _("请先办理用印审批，写明依据、事项和责任人；已用完或过期的须重新审批。")


class UseGroundMissing(InvalidInput):
    """An approval names authority, business and responsibility; one of them is missing."""

    code = "use_ground_missing"
    message = _("用印审批缺少{what}。")
    remedy = _("请写明用印的法律依据、所办事项；审批人须在岗办理。")


class SealReasonMissing(InvalidInput):
    """Refusing, suspending, reporting lost and cancelling need a reason."""

    code = "seal_reason_missing"
    message = _("请写明原因。")
    remedy = _("原因将与印章记录一起保存。")


class SealExists(Refusal):
    """The body has a seal of this kind already; a legal name has one seal."""

    code = "seal_exists"
    status = 409
    message = _("本单位已有同类印章，尚未注销。")
    remedy = _("一个单位的法定名称章只有一枚；如需重新制作，请先注销原印章。")


class DocumentNotSealable(InvalidInput):
    """The file is no document that this platform can seal, or has no place for the seal."""

    code = "document_not_sealable"
    message = _("这个文件不能加盖印章：{why}")
    remedy = _("请用本平台生成的版式文件加盖印章。")
