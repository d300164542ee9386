from django.db import migrations

from zhengtong.trust.identity.duties import IDENTITY_RULES, install, uninstall


def put_up(apps, schema_editor):
    install(IDENTITY_RULES, schema_editor)


def take_down(apps, schema_editor):
    uninstall(IDENTITY_RULES, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_application_credentials")]

    operations = [migrations.RunPython(put_up, take_down)]
