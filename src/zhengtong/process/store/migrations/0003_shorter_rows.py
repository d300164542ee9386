"""Write what happened by number, leave work without performers out of the index, and cluster instances on SQLite."""

import importlib

import orjson
from django.db import migrations

from zhengtong.process.store.rows import CODES

cluster_rows = importlib.import_module("zhengtong.process.store.migrations.0002_cluster_rows")
NUMBERS = {str(what): number for what, number in CODES.items()}


def shorten(apps, schema_editor):
    """Rewrite the steps that are there; one that is already short stays as it is."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE process_store_liverow SET label = NULL WHERE kind = 2 AND label = %s", ["-"])
        cursor.execute("SELECT instance_id, command_key, entries FROM process_store_step")
        for instance, key, text in cursor.fetchall():
            entries = orjson.loads(text)
            if entries and isinstance(entries[0], str):
                continue
            lines = [[NUMBERS[what], node, token, data, process] for what, process, node, token, data in entries]
            cursor.execute(
                "UPDATE process_store_step SET entries = %s WHERE instance_id = %s AND command_key = %s",
                [orjson.dumps(["", *lines]).decode(), instance, key],
            )


def cluster(apps, schema_editor):
    """Keep instances in the tree of their id, as their rows are."""
    cluster_rows.cluster(apps, schema_editor, tables=("process_store_instance",))


class Migration(migrations.Migration):
    """Reverting leaves the rows as they are."""

    dependencies = [("process_store", "0002_cluster_rows")]

    operations = [
        migrations.RunPython(shorten, migrations.RunPython.noop),
        migrations.RunPython(cluster, migrations.RunPython.noop),
    ]
