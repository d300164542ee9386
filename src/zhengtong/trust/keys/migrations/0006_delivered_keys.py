"""An encryption key delivered into a token keeps its envelope beside its certificate."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0005_ceremonies_answered"),
    ]

    operations = [
        migrations.AddField(
            model_name="certificaterow",
            name="envelope",
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name="certificaterow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("envelope__isnull", True),
                    models.Q(("profile", "encryption"), models.Q(("token", ""), _negated=True)),
                    _connector="OR",
                ),
                name="keys_certificate_envelope",
            ),
        ),
    ]
