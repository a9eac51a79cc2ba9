from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0003_topics")]

    operations = [
        migrations.AddField("label", "aspects", models.JSONField(default=list)),
    ]
