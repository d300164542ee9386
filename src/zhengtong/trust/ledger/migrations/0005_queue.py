"""The log's tables are append-only; acts queue for the log, those recorded before it as well."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zhengtong.trust.ledger import guards


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers, queue what is there."""
    guards.install(schema_editor.connection, guards.LOG)
    guards.queue_acts(schema_editor.connection)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_waiting (act_id) SELECT id FROM ledger_act")


def lift(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    guards.unqueue_acts(schema_editor.connection)
    guards.lift(schema_editor.connection, guards.LOG)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_log")]
    operations = [migrations.RunPython(install, lift)]
