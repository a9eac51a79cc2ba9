"""Reading messages, authors, threads and accounts; every answer is of the active workspace."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db.models import Max, Min

from comptoir.channels.attachments import attachments
from comptoir.channels.connectors import connectors
from comptoir.channels.models import (
    Account,
    Author,
    ConnectedAccount,
    ImportRun,
    Message,
    OwnHandle,
    Thread,
)
from comptoir.channels.storing import handle_key
from comptoir.channels.views import (
    AccountView,
    AuthorView,
    MessageView,
    OwnHandleView,
    ThreadView,
)

# Below the limit of variables in one statement, on every engine.
CHUNK = 5_000


def accounts() -> list[AccountView]:
    rows = Account.objects.order_by("channel", "name")
    able = _sending()
    return [AccountView(a.pk, a.channel, a.connector, a.name, a.pk in able) for a in rows]


def _sending() -> frozenset[int]:
    """Accounts that are connected, by a connector that can answer."""
    kinds = [kind for kind, one in connectors().items() if one.sends]
    rows = ConnectedAccount.objects.filter(kind__in=kinds).exclude(state=ConnectedAccount.State.OFF)
    return frozenset(rows.values_list("pk", flat=True))


def own_handles() -> list[OwnHandleView]:
    rows = OwnHandle.objects.order_by("channel", "key")
    return [OwnHandleView(each.channel, each.handle) for each in rows]


def messages(ids: Sequence[int]) -> list[MessageView]:
    """Those of `ids` that exist, in the order asked; each once."""
    found = {}
    for part in chunks(list(dict.fromkeys(ids)), CHUNK):
        rows = Message.objects.filter(pk__in=part).select_related("author")
        found.update({row.pk: _view(row) for row in rows})
    return [found[each] for each in dict.fromkeys(ids) if each in found]


def messages_after(message_id: int, limit: int = 50) -> list[MessageView]:
    """Messages with higher ids, which are those written later, oldest first."""
    rows = Message.objects.filter(pk__gt=message_id).select_related("author")
    return [_view(row) for row in rows.order_by("pk")[:limit]]


def thread(thread_id: int, before: int | None = None, limit: int = 200) -> list[MessageView]:
    """The newest `limit` messages of a thread with ids below `before`, oldest first, with files."""
    rows = Message.objects.filter(thread_id=thread_id).select_related("author")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    said = [_view(row) for row in rows.order_by("-pk")[:limit]][::-1]
    files = attachments(one.id for one in said)
    return [replace(one, files=tuple(files.get(one.id, ()))) for one in said]


def threads(thread_ids: Sequence[int]) -> dict[int, ThreadView]:
    found = {}
    for part in chunks(thread_ids, CHUNK):
        for row in Thread.objects.filter(pk__in=part).select_related("account"):
            found[row.pk] = ThreadView(row.pk, row.account_id, row.account.channel, row.about_id)
    return found


def thread_messages(thread_ids: Sequence[int]) -> dict[int, list[MessageView]]:
    """Every message of several threads, oldest first; a thread without any is left out."""
    found: dict[int, list[MessageView]] = defaultdict(list)
    for part in chunks(thread_ids, CHUNK):
        rows = Message.objects.filter(thread_id__in=part).select_related("author")
        for row in rows.order_by("thread_id", "pk"):
            found[row.thread_id].append(_view(row))
    return dict(found)


def threads_about(message_id: int, limit: int = 200) -> list[ThreadView]:
    """The conversations under one of the brand's posts, newest first."""
    rows = Thread.objects.filter(about_id=message_id).select_related("account").order_by("-pk")
    return [ThreadView(t.pk, t.account_id, t.account.channel, t.about_id) for t in rows[:limit]]


def author(author_id: int) -> AuthorView | None:
    found = Author.objects.filter(pk=author_id).first()
    return _author(found) if found else None


def find_author(channel: str, handle: str) -> AuthorView | None:
    """Who writes as `handle` on `channel`, with or without its "@", in any case."""
    row = Author.objects.filter(channel=channel, key=handle_key(handle)).first()
    return None if row is None else _author(row)


def author_messages(
    author_id: int, before: int | None = None, limit: int = 50
) -> list[MessageView]:
    """What somebody wrote with ids below `before`, newest first."""
    rows = Message.objects.filter(author_id=author_id).select_related("author")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows.order_by("-pk")[:limit]]


def message_ids(after: int = 0, limit: int = 500) -> list[int]:
    """The next ids after `after`, oldest first: for those who rebuild what they derived."""
    rows = Message.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    return list(rows[:limit])


def reposted(ids: Sequence[int]) -> int:
    """How many reposts are among `ids`, each author counted once for each message repeated."""
    return len({each.repost_key for each in messages(ids)} - {""})


def span() -> tuple[int, int] | None:
    """Lowest and highest message id of the workspace; None when it has no message."""
    found = Message.objects.aggregate(first=Min("pk"), last=Max("pk"))
    return None if found["first"] is None else (found["first"], found["last"])


def threads_of_run(run_id: int) -> Iterator[list[int]]:
    """Ids of the threads that hold what an import brought, in portions, each thread once."""
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None or run.earliest is None:
        return
    rows = Message.objects.filter(
        pk__gte=run.earliest, pk__lte=run.latest, delivery__run_id=run_id
    ).order_by()
    yield from chunks(list(rows.values_list("thread_id", flat=True).distinct()), CHUNK)


def chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


def _author(row: Author) -> AuthorView:
    return AuthorView(row.pk, row.channel, row.handle, row.name, row.followers, row.own)


def _view(row: Message) -> MessageView:
    return MessageView(
        id=row.pk,
        external_id=row.external_id,
        account=row.account_id,
        channel=row.channel,
        kind=row.kind,
        author=_author(row.author),
        own=row.own,
        sent_at=row.sent_at,
        title=row.title,
        text=row.text,
        url=row.url,
        language=row.language,
        in_reply_to=row.in_reply_to,
        in_reply_to_handle=row.in_reply_to_handle,
        repost_of=row.repost_of,
        quote_of=row.quote_of,
        thread=row.thread_id,
        parent=row.parent,
        link=row.link,
        link_confidence=row.link_confidence,
        rating=row.rating,
        likes=row.likes,
        reposts=row.reposts,
        replies=row.replies,
        quotes=row.quotes,
        views=row.views,
    )
