"""Refusals of the register."""

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.errors import mark as _


class AssetUnknown(NotFound):
    """There is no such asset, or not for this reader."""

    code = "asset_unknown"
    message = _("没有找到这项数据资产。")
    remedy = _("请核对编号，或从数据资产登记簿重新打开。")


class AssetUnfit(InvalidInput):
    """What is to be registered contradicts itself or the catalogue."""

    code = "asset_unfit"
    message = _("登记内容有误：{what}")
    remedy = _("请改正后重新提交。")


class RightHeldByAnother(Conflict):
    """Another already holds this right over one of the resources in a part of the period."""

    code = "asset_right_held"
    message = _("{dataset} 的{kind}在这段时间已登记给{holder}（{asset}）。")
    remedy = _("请选择其他期间；确需变更的，请先终止原来的权利。")


class RightUnknown(NotFound):
    """The asset has no such right."""

    code = "asset_right_unknown"
    message = _("没有找到这项权利。")
    remedy = _("请从数据资产页面重新打开。")


class AssetNotInForce(Conflict):
    """The step does not follow from where the asset stands."""

    code = "asset_not_in_force"
    message = _("这项数据资产目前是“{state}”，不能办理这一步。")
    remedy = _("请刷新页面查看最新状态。")


class AssetChanged(Conflict):
    """Somebody else changed the asset since it was shown."""

    code = "asset_changed"
    message = _("这项数据资产已被他人修改。")
    remedy = _("请刷新页面，看过最新内容后再办理。")


class AssetReasonNeeded(InvalidInput):
    """Suspending or withdrawing needs a reason."""

    code = "asset_reason_needed"
    message = _("暂停或注销须说明理由。")
    remedy = _("请写明理由。")
