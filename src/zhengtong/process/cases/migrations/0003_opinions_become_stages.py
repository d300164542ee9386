"""What waited and what was decided become stages: one table instead of two."""

from django.db import migrations


def copy(apps, schema_editor):
    Stage = apps.get_model("cases", "Stage")
    kinds = {"process.case:accept": "accept", "process.case:decide": "decide", "": "supplement"}
    for task in apps.get_model("cases", "OpenTask").objects.select_related("case"):
        Stage.objects.create(
            case_id=task.case_id,
            number=task.number,
            kind=kinds[task.permission],
            permission=task.permission,
            organisation_id=task.case.organisation_id,
            region_id=task.case.region_id,
            opened_at=task.opened_at,
            due_on=task.due_on,
        )
    for opinion in apps.get_model("cases", "Opinion").objects.select_related("case"):
        kind = "decide" if opinion.decision in {"grant", "deny"} else "accept"
        Stage.objects.create(
            case_id=opinion.case_id,
            number=opinion.number,
            kind=kind,
            permission=f"process.case:{kind}",
            organisation_id=opinion.case.organisation_id,
            region_id=opinion.case.region_id,
            opened_at=opinion.at,
            closed_at=opinion.at,
            decision=opinion.decision,
            reason=opinion.reason,
            official=opinion.official,
            post=opinion.post,
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_stages")]

    operations = [
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.DeleteModel(name="OpenTask"),
        migrations.DeleteModel(name="Opinion"),
    ]
