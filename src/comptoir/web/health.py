"""Is the installation well? A queue that stands still is not well, whatever else answers."""

from django.db import connection

from comptoir.base.models import OutboxCursor


def checks() -> dict[str, str]:
    """Each part's state: "ok" or what is wrong, in words for an operator."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    stuck = OutboxCursor.objects.filter(failures__gt=0).values_list("consumer", flat=True)
    return {
        "database": "ok",
        "outbox": f"failing: {', '.join(stuck)}" if stuck else "ok",
    }
