import django.db.models.deletion
from django.db import migrations, models

TOWN = 4
FILL = f"""
INSERT INTO registries_address_sum (region_id, count, longitude, latitude)
SELECT t.code, COUNT(*), SUM(a.longitude), SUM(a.latitude) FROM registries_address a
JOIN regions_region r ON r.code = a.region_id
JOIN regions_region t ON t.level = {TOWN} AND r.low BETWEEN t.low AND t.high
GROUP BY t.code
"""  # noqa: S608 -- a constant of ours


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0001_regions"),
        ("registries", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressSum",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="regions.region",
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("longitude", models.FloatField()),
                ("latitude", models.FloatField()),
            ],
            options={
                "db_table": "registries_address_sum",
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
