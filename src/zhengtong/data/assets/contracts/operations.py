"""Authorised operation 授权运营: who may make which products of an asset, and what came of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _lazy

from zhengtong.data.opening.contracts import FieldPlan, RiskReport
from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, Text
from zhengtong.kernel.errors import mark as _


class ProductState(StrEnum):
    """Where a product stands; only of a computed one the operator gets anything."""

    SUBMITTED = "submitted"
    COMPUTED = "computed"
    REFUSED = "refused"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _PRODUCT_LABELS[self]


_PRODUCT_LABELS: Mapping[ProductState, Text] = {
    ProductState.SUBMITTED: _lazy("待运算"),
    ProductState.COMPUTED: _lazy("已交付"),
    ProductState.REFUSED: _lazy("未交付"),
}


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Item:
    """A data element an operator may count by: of which dataset."""

    dataset: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationEntry:
    """What an operator is to be granted, in the half-open period [starts_on, ends_on).

    Attributes:
        asset: of which products are made.
        operator: who makes them; it has the operating right all the while.
        items: by which its products may count; keys are none.
        smallest_group: a group of fewer rows never reaches the operator.
        most_products: how many definitions it may submit, so that it cannot ask one cell after the other.
        basis: the decision or contract it rests on.
    """

    asset: UUID
    operator: UUID
    starts_on: date
    ends_on: date
    items: tuple[Item, ...]
    smallest_group: int
    most_products: int
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationView:
    """A grant of operation with whose it is."""

    id: UUID
    asset: UUID
    asset_name: str
    asset_name_en: str
    provider: UUID
    provider_name: str
    provider_name_en: str
    region: str
    operator: UUID
    operator_name: str
    operator_name_en: str
    starts_on: date
    ends_on: date
    items: tuple[Item, ...]
    smallest_group: int
    most_products: int
    basis: str
    granted_at: datetime
    ended_on: date | None
    reason: str
    asset_in_force: bool

    def on(self, day: date) -> bool:
        """Say whether products may be made under it on *day*."""
        over = self.ends_on if self.ended_on is None else min(self.ends_on, self.ended_on)
        return self.asset_in_force and self.starts_on <= day < over


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductEntry:
    """A product's definition: of one dataset, how many rows there are of each combination of some items."""

    operation: UUID
    name: str
    dataset: str
    fields: tuple[FieldPlan, ...]
    margins: bool = False
    name_en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductView:
    """A product: its definition, and once it is computed, counts and nothing else.

    Attributes:
        names: the columns, the last one the count.
        cells: a row a group; those that were suppressed are not even named.
        version: of the table that was counted.
        digest: over names and cells, as the act vouches for.
    """

    id: UUID
    operation: OperationView
    name: str
    name_en: str
    dataset: str
    fields: tuple[FieldPlan, ...]
    margins: bool
    state: ProductState
    submitted_by: UUID
    submitted_at: datetime
    decided_at: datetime | None
    reason: str
    report: RiskReport | None
    names: tuple[str, ...]
    cells: tuple[tuple[Any, ...], ...]
    version: int | None
    digest: str


class OperationUnknown(NotFound):
    """There is no such grant, or not for this reader."""

    code = "operation_unknown"
    message = _("没有找到这项授权运营。")
    remedy = _("请核对编号，或从授权运营工作台重新打开。")


class OperationUnfit(InvalidInput):
    """The grant contradicts itself, the asset or its rights."""

    code = "operation_unfit"
    message = _("授权内容有误：{what}")
    remedy = _("请改正后重新提交。")


class OperationNotInForce(Conflict):
    """The grant's period has not begun or is over, or its asset is suspended or withdrawn."""

    code = "operation_not_in_force"
    message = _("这项授权运营目前不在有效期内，或数据资产已暂停。")
    remedy = _("请与授权部门联系。")


class ProductUnknown(NotFound):
    """There is no such product, or not for this reader."""

    code = "product_unknown"
    message = _("没有找到这个数据产品。")
    remedy = _("请从授权运营页面重新打开。")


class ProductNotCovered(Conflict):
    """The catalogue has changed, so that what was counted may not be given any more."""

    code = "product_not_covered"
    message = _("数据目录已变更，这个数据产品现在不能提供。")
    remedy = _("来源数据重新发布、等级恢复后即可继续使用；请与数源部门联系。")


class ProductUnfit(InvalidInput):
    """The definition asks for what was not granted, or contradicts the catalogue."""

    code = "product_unfit"
    message = _("产品定义有误：{what}")
    remedy = _("请改正后重新提交。")


class ProductDecided(Conflict):
    """The product was computed or refused already."""

    code = "product_decided"
    message = _("这个数据产品已经办理。")
    remedy = _("请刷新页面查看结果。")


class ProductReasonNeeded(InvalidInput):
    """Refusing a product or ending a grant needs a reason."""

    code = "product_reason_needed"
    message = _("请说明理由。")
    remedy = _("请写明理由，对方会看到。")


class OwnProduct(NotAllowed):
    """Who submitted a product does not decide it."""

    code = "own_product"
    message = _("提交人不能办理自己提交的产品。")
    remedy = _("请由授权部门的另一名工作人员办理。")
