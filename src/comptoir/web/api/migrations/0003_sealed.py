from django.db import migrations, models


def forget(apps, schema_editor):
    """What was kept bare is kept for a day at most, and only to answer repeats."""
    apps.get_model("api", "Done").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("api", "0002_webhooks")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AlterField(model_name="done", name="body", field=models.TextField(blank=True)),
    ]
