from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0008_api_account")]

    operations = [
        migrations.AddField(
            model_name="connectedaccount",
            name="old_token",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="connectedaccount",
            name="old_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="connectedaccount",
            index=models.Index(
                condition=models.Q(("old_token", ""), _negated=True),
                fields=["old_token"],
                name="old_address",
            ),
        ),
    ]
