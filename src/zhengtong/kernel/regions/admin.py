"""The back office of the regions: to read; they are imported, renamed and abolished through services."""

from django.contrib import admin
from django.http import HttpRequest

from zhengtong.kernel.regions.models import Region


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin[Region]):
    """Regions by code or name; half a million of them, so nothing is counted and no list is offered to choose from."""

    list_display = ("code", "full_name", "level", "valid_from", "valid_to")
    list_filter = ("level",)
    search_fields = ("=code", "name")
    raw_id_fields = ("parent",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        del request, obj
        return False
