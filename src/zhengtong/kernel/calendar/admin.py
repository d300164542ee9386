"""The back office of the working calendar: to read; a notice is adopted by `zhengtong calendar import`."""

from django.contrib import admin
from django.http import HttpRequest

from zhengtong.kernel.calendar.models import CalendarYear


@admin.register(CalendarYear)
class CalendarYearAdmin(admin.ModelAdmin[CalendarYear]):
    """Adopted notices, the newest first; rows are only ever added, so nothing is edited here."""

    list_display = ("year", "version", "citation", "amends", "adopted_at")
    list_filter = ("year",)
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: CalendarYear | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CalendarYear | None = None) -> bool:
        del request, obj
        return False
