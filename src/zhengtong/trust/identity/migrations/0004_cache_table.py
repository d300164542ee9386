from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    """The shared cache (failed logins, OIDC codes) is a table of this database; without one the command does nothing."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_duties_apart")]

    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
