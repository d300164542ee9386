"""Seals title and text of messages: they name people and quote their numbers.

On SQLite the old words stay in freed pages of the file until `VACUUM` runs once.
"""

import json
from typing import Any

from django.db import migrations

import zhengtong.trust.keys.fields


def seal(apps: Any, schema_editor: Any) -> None:
    """Move the readable columns into the sealed one."""
    del schema_editor
    rows = apps.get_model("delivery", "MessageRow").objects
    for row in rows.only("title_zh", "title_en", "body").iterator(chunk_size=1_000):
        title = [row.title_zh, row.title_en] if row.title_en else [row.title_zh]
        row.content = json.dumps({"title": title, "body": row.body}, ensure_ascii=False)
        row.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.AddField(
            "messagerow",
            "content",
            zhengtong.trust.keys.fields.EncryptedTextField(editable=False, null=True, purpose="trust.delivery.message"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField("messagerow", "title_zh"),
        migrations.RemoveField("messagerow", "title_en"),
        migrations.RemoveField("messagerow", "body"),
        migrations.AlterField(
            "messagerow",
            "content",
            zhengtong.trust.keys.fields.EncryptedTextField(editable=False, purpose="trust.delivery.message"),
        ),
    ]
