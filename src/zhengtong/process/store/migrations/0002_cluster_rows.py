"""On SQLite, keep live rows and steps in the tree of their key, so that a command dirties half as many pages."""

from django.db import migrations

TABLES = ("process_store_liverow", "process_store_step")


def cluster(apps, schema_editor, tables=TABLES):
    """Recreate the tables WITHOUT ROWID; rows that are there move along."""
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        for table in tables:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
            (definition,) = cursor.fetchone()
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql <> ''", [table]
            )
            indexes = cursor.fetchall()
            for name, _sql in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_before"')
            cursor.execute(f"{definition} WITHOUT ROWID")
            cursor.execute(f'INSERT INTO "{table}" SELECT * FROM "{table}_before"')
            cursor.execute(f'DROP TABLE "{table}_before"')
            for _name, sql in indexes:
                cursor.execute(sql)


class Migration(migrations.Migration):
    """Reverting leaves the tables as they are: they hold the same rows."""

    dependencies = [("process_store", "0001_initial")]

    operations = [migrations.RunPython(cluster, migrations.RunPython.noop)]
