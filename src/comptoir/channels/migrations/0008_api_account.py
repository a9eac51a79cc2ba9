"""
What the HTTP API brought in moves to an account of its own, which can answer.

The account of imports under which it was kept is renamed, with all that it holds. Can be run
again; the reverse gives it its old name.
"""

from django.db import migrations


def name(apps, schema_editor):
    accounts = apps.get_model("channels", "Account")._base_manager
    accounts.filter(channel="api", connector="import", name="import").update(
        connector="api", name="API"
    )


def name_back(apps, schema_editor):
    accounts = apps.get_model("channels", "Account")._base_manager
    for row in accounts.filter(channel="api", connector="api"):
        apps.get_model("channels", "ConnectedAccount")._base_manager.filter(pk=row.pk).delete()
        there = accounts.filter(workspace_id=row.workspace_id, channel="api", connector="import")
        if not there.exists():
            accounts.filter(pk=row.pk).update(connector="import", name="import")


class Migration(migrations.Migration):
    dependencies = [("channels", "0007_attachments")]

    operations = [migrations.RunPython(name, name_back)]
