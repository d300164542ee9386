from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_evidence_checks"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="form_version",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
