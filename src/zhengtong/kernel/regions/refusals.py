"""What the regions refuse, and what to do about it."""

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class RegionNotFound(NotFound):
    """No region has this code."""

    code = "region_not_found"
    message = _("没有代码为 {region} 的行政区划。")
    remedy = _("请核对区划代码；如系新设区划，请先导入。")


class RegionNotInForce(Refusal):
    """The region did not exist on the day asked for; `successors` names the codes that followed it."""

    code = "region_not_in_force"
    message = _("区划 {region} 在 {on} 尚未设立或已经撤销。")
    remedy = _("已撤销的请改用接续区划：{successors}")


class InvalidRegionRow(InvalidInput):
    """A row to import does not fit into the tree."""

    code = "invalid_region_row"
    message = _("第 {line} 行区划 {region} 无法导入：{what}")
    remedy = _("请改正该行后重新导入；此次导入未写入任何数据。")


class RegionStillHeld(Conflict):
    """A region is abolished twice, or a successor is not there."""

    code = "region_cannot_be_abolished"
    message = _("区划 {region} 不能撤销：{what}")
    remedy = _("请核对区划代码和撤销日期。")


class SourceUnavailable(Refusal):
    """The division data cannot be fetched, or are not the ones the lock names."""

    code = "region_source_unavailable"
    status = 503
    message = _("未能取得行政区划数据：{what}")
    remedy = _("请检查网络和 npm 后重试，或用 --archive 指定已下载的 {package} 软件包。")
