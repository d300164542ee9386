"""The words of the register: in which state, by which right, at which cost."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text


class AssetState(StrEnum):
    """Where an asset stands; nothing new is built on one that is not registered."""

    REGISTERED = "registered"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[AssetState, Text] = {
    AssetState.REGISTERED: _("已登记"),
    AssetState.SUSPENDED: _("已暂停"),
    AssetState.WITHDRAWN: _("已注销"),
}


class RightKind(StrEnum):
    """The three rights that are kept apart 三权分置 (《关于构建数据基础制度更好发挥数据要素作用的意见》, point 3)."""

    HOLDING = "holding"
    PROCESSING = "processing"
    OPERATING = "operating"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _RIGHT_LABELS[self]


_RIGHT_LABELS: Mapping[RightKind, Text] = {
    RightKind.HOLDING: _("数据资源持有权"),
    RightKind.PROCESSING: _("数据加工使用权"),
    RightKind.OPERATING: _("数据产品经营权"),
}


class CostKind(StrEnum):
    """What a cost was for, as the accounts of enterprises part the cost of data resources (财会〔2023〕11号)."""

    PURCHASE = "purchase"
    TAXES = "taxes"
    PROCESSING = "processing"
    ATTESTATION = "attestation"
    QUALITY = "quality"
    REGISTRATION = "registration"
    SECURITY = "security"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _COST_LABELS[self]


_COST_LABELS: Mapping[CostKind, Text] = {
    CostKind.PURCHASE: _("购买价款"),
    CostKind.TAXES: _("相关税费"),
    CostKind.PROCESSING: _("脱敏、清洗、标注、整合、分析、可视化等加工"),
    CostKind.ATTESTATION: _("数据权属鉴证"),
    CostKind.QUALITY: _("质量评估"),
    CostKind.REGISTRATION: _("登记结算"),
    CostKind.SECURITY: _("安全管理"),
}


class Permission(StrEnum):
    """What a post may be allowed to do with assets."""

    READ = "data.assets:read"
    REGISTER = "data.assets:register"
    AUTHORIZE = "data.assets:authorize"
    OPERATE = "data.assets:operate"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.READ: _("查看数据资产登记簿"),
    Permission.REGISTER: _("登记本部门的数据资产，登记权利和成本，暂停、恢复和注销"),
    Permission.AUTHORIZE: _("授权其他机构运营本部门的数据资产，运算其产品"),
    Permission.OPERATE: _("代表运营机构提交数据产品定义，取得汇总结果"),
}
