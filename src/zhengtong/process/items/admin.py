"""Back office of items: look, never touch; a catalogue changes by being published."""

from django.contrib import admin
from django.http import HttpRequest

from zhengtong.process.items.models import Implementation, ServiceBundle, ServiceItem


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's admin classes take no parameter while running
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False


@admin.register(ServiceItem)
class ServiceItemAdmin(_ReadOnly):
    """Versions of items."""

    list_display = ("code", "version", "name", "department", "kind", "effective_from", "effective_until")
    list_filter = ("department", "kind", "natural", "legal")
    search_fields = ("code", "name")


@admin.register(ServiceBundle)
class ServiceBundleAdmin(_ReadOnly):
    """Bundles."""

    list_display = ("code", "name", "rank")
    search_fields = ("code", "name")


@admin.register(Implementation)
class ImplementationAdmin(_ReadOnly):
    """Who handles what where."""

    list_display = ("code", "item", "region", "organisation_name")
    search_fields = ("code", "item", "organisation_name")
    list_select_related = ("region",)
