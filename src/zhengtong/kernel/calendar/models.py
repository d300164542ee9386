"""Tables of the working calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarYear(models.Model):
    """A holiday notice adopted by an official, on top of those the platform ships with.

    Invariant: rows are only ever added. The highest version of a year is the last word on the days it names, and an
    earlier calendar can always be rebuilt, to explain why a due date was what it was.
    """

    year = models.PositiveSmallIntegerField(_("年份"))
    version = models.PositiveSmallIntegerField(_("版本"))
    amends = models.BooleanField(_("调整原安排"))
    citation = models.CharField(_("文号"), max_length=64, blank=True)
    title = models.CharField(_("标题"), max_length=200, blank=True)
    off = models.JSONField(_("放假"))
    work = models.JSONField(_("调休上班"))
    adopted_at = models.DateTimeField(_("采用时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("工作日历年度")
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["year", "version"], name="calendar_year_version_once")]

    def __str__(self) -> str:
        return f"{self.year} v{self.version} {self.citation}"
