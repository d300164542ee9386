"""Refusals of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _

_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class RowError:
    """What is wrong in a row: where it stands (a row number of the file, from 1, or the dataset's code) and why."""

    place: str
    what: Text

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class DatasetUnknown(NotFound):
    """The catalogue has no dataset of this code, or none this reader may see."""

    code = "dataset_unknown"
    message = _("目录中没有代码为 {dataset} 的数据集。")
    remedy = _("请核对信息资源代码，或按名称重新搜索。")


class CatalogFileUnreadable(Refusal):
    """A file of entries cannot be read at all."""

    code = "catalog_file_unreadable"
    status = 422
    message = _("无法读取目录文件：{what}")
    remedy = _("请使用导出的 Excel、CSV 或 ODCS 文件作为模板，保存后重新导入。")


class CatalogRowsBroken(Refusal):
    """Entries break the rules of the catalogue; `errors` lists every row, and nothing was taken over."""

    code = "catalog_rows_broken"
    status = 422
    message = _("目录有 {count} 处错误，未导入任何内容：{what}")
    remedy = _("请逐行改正后重新导入。")

    def __init__(self, errors: Sequence[RowError]) -> None:
        shown = "；".join(str(error) for error in errors[:_SHOWN])
        super().__init__(count=len(errors), what=shown)
        self.errors = tuple(errors)


class NotTheProvider(NotAllowed):
    """A department describes its own data, nobody else's."""

    code = "not_the_provider"
    message = _("数据集 {dataset} 由其他部门提供，您不能修改。")
    remedy = _("请联系数源部门更新目录。")


class ReasonNeeded(Refusal):
    """Withdrawing a dataset needs a reason."""

    code = "withdrawal_reason_needed"
    status = 422
    message = _("撤销目录条目须写明理由。")
    remedy = _("请填写理由，例如法律依据或职责变化。")
