from django.db import migrations


class Migration(migrations.Migration):
    """Content that was withdrawn or overtaken may be published again, so it is no longer unique."""

    dependencies = [
        ("process_store", "0006_start_timers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="definition",
            name="definition_content_once",
        ),
    ]
