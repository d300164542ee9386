"""Back office of the ledger: read, never write."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.ledger.models import RecordedActRow


@admin.register(RecordedActRow)
class RecordedActAdmin(admin.ModelAdmin[RecordedActRow]):
    """Acts by id, as they were recorded."""

    list_display = ("id", "at", "kind", "object_type", "object_id")
    list_filter = ("kind", "object_type")
    search_fields = ("object_id",)
    ordering = ("-id",)
    show_full_result_count = False
    fields = ("id", "at", "kind", "subject", "object_type", "object_id", "recorded", "hash_of_leaf")
    readonly_fields = fields

    @admin.display(description=_("记录内容"))
    def recorded(self, row: RecordedActRow) -> str:
        """Show the leaf."""
        return json.dumps(json.loads(bytes(row.leaf)), ensure_ascii=False, indent=2)

    @admin.display(description=_("叶子摘要"))
    def hash_of_leaf(self, row: RecordedActRow) -> str:
        """Show the leaf's hash."""
        return bytes(row.leaf_hash).hex()

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: RecordedActRow | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RecordedActRow | None = None) -> bool:
        del request, obj
        return False
