"""What fusion refuses 不予办理: a second source that names no first, an empty answer, unreadable files."""

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.errors import mark as _


class DeclarationBroken(InvalidInput):
    """A registry's declaration is no YAML, lacks an entry or names what is not there."""

    code = "fusion_declaration_broken"
    message = _("基础库声明 {file} 有误：{what}")
    remedy = _("请对照 provinces/demo/fusion 中的样例改正后重新运行。")


class SecondSourceUnnamed(InvalidInput):
    """Two sources claim to be the one authoritative source of an attribute 一数一源."""

    code = "second_source_unnamed"
    message = _("{registry}.{attribute} 已以 {first} 为数源，{second} 未注明排在其后。")
    remedy = _("一数一源：请在 {second} 的该项写明 after 或 beside {first}，或撤下该项。")


class SourceUnreadable(InvalidInput):
    """A source's file is missing, is not of its form, or lacks a declared column."""

    code = "fusion_source_unreadable"
    message = _("数据源 {source} 无法读取：{what}")
    remedy = _("请核对文件路径、编码和列名；其余数据未受影响。")


class RegistryUnknown(NotFound):
    """There is no base registry of this name."""

    code = "registry_unknown"
    message = _("没有名为 {registry} 的基础库。")
    remedy = _("可用的有：{known}。")


class VersionUnknown(NotFound):
    """The registry has no such range of versions."""

    code = "registry_version_unknown"
    message = _("基础库 {registry} 没有从 {start} 到 {end} 的版本，现有版本到 {latest}。")
    remedy = _("请在现有版本范围内查询变更。")


class DiscrepancyUnknown(NotFound):
    """There is no such discrepancy, or not for this department."""

    code = "fusion_discrepancy_unknown"
    message = _("没有这张矛盾工单，或不归您所在部门答复。")
    remedy = _("请从矛盾工单列表重新进入。")


class DiscrepancyClosed(Conflict):
    """The contradiction is answered already, with another value."""

    code = "fusion_discrepancy_closed"
    message = _("该工单已经答复。")
    remedy = _("请刷新页面查看；如答复有误，请联系数据主管部门。")


class AnswerMissing(InvalidInput):
    """The answer is empty or too long to be a value."""

    code = "fusion_answer_missing"
    message = _("请选择一个来源的值，或填写正确的值。")
    remedy = _("核对原始档案后填写，最多 200 字。")


class AnswerUnreadable(InvalidInput):
    """The answer is not what this attribute can be: no date, none of its words."""

    code = "fusion_answer_unreadable"
    message = _("填写的值不是“{attribute}”可以有的值。")
    remedy = _("请像数源部门登记的那样填写（例如日期写作 2001-02-03），或选择一个来源的值。")


class ReviewUnknown(NotFound):
    """There is no such pair to review."""

    code = "fusion_review_unknown"
    message = _("没有这条待复核记录。")
    remedy = _("请从复核列表重新进入。")


class ReviewDecided(Conflict):
    """The pair is in another state than the one the act begins from."""

    code = "fusion_review_decided"
    message = _("这条记录已由他人处理。")
    remedy = _("请刷新页面查看当前状态；已合并的可以拆分。")


class PassRunning(Conflict):
    """Another pass over the same registry is under way."""

    code = "fusion_pass_running"
    message = _("基础库 {registry} 正在融合。")
    remedy = _("请等它结束后再运行；结果不会丢失。")
