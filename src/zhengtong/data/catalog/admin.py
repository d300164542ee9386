"""Back office of the catalogue: look, never touch; an entry changes by being registered."""

from django.contrib import admin
from django.http import HttpRequest

from zhengtong.data.catalog.models import Dataset


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's admin classes take no parameter while running
    """Datasets, shown and never changed."""

    list_display = ("code", "name", "provider", "state", "sharing", "opening", "grade")
    list_filter = ("state", "sharing", "opening", "grade")
    list_select_related = ("provider",)
    search_fields = ("code", "name")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False
