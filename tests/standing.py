"""
Everything an installation holds, told without ids, so that two of them can be compared.

Run as a process of its own on the installation that the environment names: finishes what
waits there, then prints JSON. Ids
are left out because a batch that was rolled back leaves a gap in them: messages are called by
the source's own ids, threads by the key of their first message.
"""

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comptoir.insight.api import Period

Standing = dict[str, Any]
ZONE = "Europe/Paris"

_MESSAGE = """
SELECT message.external_id, author.key, message.own, message.kind, message.sent_at, message.text,
    thread.root_key, parent.external_id, message.link, message.link_confidence, delivery.raw
FROM channels_message AS message
JOIN channels_author AS author ON author.id = message.author_id
JOIN channels_thread AS thread ON thread.id = message.thread_id
JOIN channels_delivery AS delivery ON delivery.id = message.delivery_id
LEFT JOIN channels_message AS parent ON parent.id = message.parent
"""
_LABEL = """
SELECT message.external_id, label.language, label.tone, label.urgency, label.needs_answer,
    label.irony, label.intents, label.entities, label.reasons, alike.external_id, label.version
FROM triage_label AS label
JOIN channels_message AS message ON message.id = label.message_id
JOIN channels_message AS alike ON alike.id = label."group"
"""
_CONVERSATION = """
SELECT thread.root_key, newest.external_id, talk.customer_handle, talk.subject, talk.preview,
    talk.state, talk.first_in_at, talk.last_in_at, talk.last_out_at, talk.waiting_since,
    talk.first_reply_at, talk.first_reply_seconds, talk.first_reply_business_seconds,
    talk.received, talk.sent, talk.language, talk.tone, talk.urgency, talk.intents,
    talk.needs_answer, talk.complaint, talk.unanswered, talk.urgent
FROM care_conversation AS talk
JOIN channels_thread AS thread ON thread.id = talk.thread_id
JOIN channels_message AS newest ON newest.id = talk.last_message
"""
_WORDS = ("colis", "merci", "commande", "bonjour")


def standing() -> Standing:
    """Rows of every store, sorted, and what is still on its way."""
    from comptoir.base import outbox
    from comptoir.base.models import SetAsideEvent, Workspace
    from comptoir.base.scope import every_workspace, scope

    brand = Workspace.objects.get()
    with every_workspace():
        set_aside = list(SetAsideEvent.objects.values_list("consumer", "error"))
    with scope(brand):
        return {
            "messages": _rows(_MESSAGE),
            "labels": _rows(_LABEL),
            "conversations": _rows(_CONVERSATION),
            "authors": _rows("SELECT key, handle, own FROM channels_author"),
            "empty threads": _rows(
                "SELECT root_key FROM channels_thread WHERE id NOT IN"
                " (SELECT thread_id FROM channels_message)"
            ),
            "found": _found(),
            "copy": _copy(),
            "waiting": sum(outbox.backlog().values()),
            "set aside": set_aside,
        }


def _rows(query: str) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return sorted(repr([_plain(value) for value in row]) for row in cursor.fetchall())


def _plain(value: Any) -> Any:
    """SQLite gives truth as a number, times without a zone and JSON without its spaces."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return (
        value if isinstance(value, int | float | str | None) else str(value).removesuffix("+00:00")
    )


def _found() -> dict[str, list[str]]:
    """What full-text search finds of a few words, by the source's ids."""
    from comptoir.channels import api as channels

    answers = {word: channels.search(word, limit=100_000) for word in _WORDS}
    return {word: _called(ids) for word, ids in answers.items()}


def _copy() -> list[str]:
    """The columnar copy's rows, each in its newest version, as questions see them."""
    from comptoir.insight import ask

    columns = (
        "day, own, kind, channel, language, tone, needs_answer, intents, hashtags, repost_key,"
        " likes, reposts, replies, quotes, views, is_post, answers_post, opens, needed, answered,"
        " reply_seconds, reply_business_seconds"
    )
    with ask.asking(_whole()) as asked:
        found = asked.engine.sql(f"SELECT id, {columns} FROM messages").fetchall()
    names = _names([row[0] for row in found])
    return sorted(repr([names[row[0]], *(_plain(value) for value in row[1:])]) for row in found)


def _whole() -> "Period":
    """From the first message to the last."""
    from comptoir.insight import api as insight

    known = insight.span()
    assert known is not None
    first, last = known
    return insight.ending(last, (last - first).days + 1, ZONE)


def _called(ids: list[int]) -> list[str]:
    return sorted(_names(ids).values())


def _names(ids: list[int]) -> dict[int, str]:
    from comptoir.channels.models import Message

    names = dict(Message.objects.values_list("pk", "external_id"))
    return {one: names[one] for one in ids}


def settle() -> None:
    """Take up what a killed process left behind, and work until nothing waits."""
    from comptoir.base import jobs
    from comptoir.channels import imports
    from comptoir.insight import api as insight

    imports.find_lost_imports()
    while jobs.work_once("standing"):
        pass
    insight.catch_up(wait=True)


if __name__ == "__main__":
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    settle()
    json.dump(standing(), sys.stdout)
