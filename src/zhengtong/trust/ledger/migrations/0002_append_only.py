"""The triggers that make the ledger append-only."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from zhengtong.trust.ledger import guards


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers."""
    guards.install(schema_editor.connection, guards.ACTS)


def lift(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers."""
    guards.lift(schema_editor.connection, guards.ACTS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(install, lift)]
