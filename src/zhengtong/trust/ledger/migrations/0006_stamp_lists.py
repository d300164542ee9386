from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_queue")]
    operations = [
        migrations.AddField(model_name="stamprow", name="crls", field=models.JSONField(default=list)),
    ]
