from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0009_old_addresses")]

    operations = [
        migrations.AddField(
            model_name="outbound",
            name="written_since",
            field=models.DateTimeField(null=True),
        ),
    ]
