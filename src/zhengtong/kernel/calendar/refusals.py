"""What the working calendar refuses, and what to do about it."""

from zhengtong.kernel.errors import Conflict, InvalidInput
from zhengtong.kernel.errors import mark as _


class InvalidNotice(InvalidInput):
    """A notice file cannot be read or contradicts itself."""

    code = "invalid_holiday_notice"
    message = _("放假安排文件有误：{what}")
    remedy = _("请对照国务院办公厅通知原文改正后重新导入，格式见参考文档“工作日历”。")


class YearAlreadyAnnounced(Conflict):
    """A second base notice for a year: it would silently replace the first."""

    code = "calendar_year_already_announced"
    message = _("{year} 年的放假安排已经发布。")
    remedy = _("如系对原安排的调整，请在文件中写明 amends = true，并只列出变动的日期。")


class YearNotAnnounced(Conflict):
    """An amendment of a year that has no notice to amend."""

    code = "calendar_year_not_announced"
    message = _("{year} 年的放假安排尚未发布，无从调整。")
    remedy = _("请先导入该年的放假安排通知。")
