from django.db import migrations

from zhengtong.trust.identity.duties import ACCESS_RULES, install, uninstall


def put_up(apps, schema_editor):
    install(ACCESS_RULES, schema_editor)


def take_down(apps, schema_editor):
    uninstall(ACCESS_RULES, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("identity", "0003_duties_apart")]

    operations = [migrations.RunPython(put_up, take_down)]
