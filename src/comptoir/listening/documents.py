"""Messages as queries see them."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from comptoir.analysis.queries import Document
from comptoir.base import bulk
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.triage.models import Label

_LINK = re.compile(r"https?://[^\s<>\"»]+")
_HANDLE = re.compile(r"(?<![\w@])@(\w[\w.\-]*\w|\w)")
_SENTIMENTS = {-1: "negative", 0: "neutral", 1: "positive"}
_COLUMNS = (
    "id", "text", "title", "author_id", "author__handle", "author__followers", "language", "url", "channel", "kind",
    "in_reply_to", "in_reply_to_handle", "repost_of", "rating", "likes", "reposts", "replies",
    "quotes", "sent_at",
)  # fmt: skip


def documents(ids: Iterable[int]) -> list[Document]:
    """Those messages that (still) exist, oldest first, with what triage says of them."""
    return [document for document, _author in signed(ids)]


def signed(ids: Iterable[int]) -> list[tuple[Document, int]]:
    """The same, each with its author's id."""
    wanted = list(ids)
    rows = bulk.picked(Message).filter(pk__in=wanted).order_by("pk").values(*_COLUMNS)
    labels = bulk.picked(Label).filter(message_id__in=wanted)
    said = {
        row["message_id"]: row for row in labels.values("message_id", "language", "tone", "intents")
    }
    zone = ZoneInfo(Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id()))
    return [(_document(row, said.get(row["id"]), zone), row["author_id"]) for row in rows]


def site_of(url: str) -> str:
    """The host of an address, without "www."; "" when it is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _document(row: dict[str, Any], label: Any, zone: ZoneInfo) -> Document:
    words = f"{row['title']}\n{row['text']}"
    counts = [row[name] for name in ("likes", "reposts", "replies", "quotes")]
    known = [count for count in counts if count is not None]
    handles = [*_HANDLE.findall(words), row["in_reply_to_handle"]]
    return Document(
        id=str(row["id"]),
        text=row["text"],
        title=row["title"],
        author=row["author__handle"],
        followers=row["author__followers"],
        lang=label["language"] if label else row["language"],
        site=site_of(row["url"]),
        url=row["url"],
        links=tuple(_LINK.findall(words)),
        channel=row["channel"],
        mentions=tuple(dict.fromkeys(handle for handle in handles if handle)),
        is_reply=bool(row["in_reply_to"] or row["in_reply_to_handle"]),
        is_repost=bool(row["kind"] == "repost" or row["repost_of"]),
        engagement=sum(known) if known else None,
        sentiment=_SENTIMENTS[label["tone"]] if label else "",
        intents=tuple(one["name"] for one in label["intents"]) if label else (),
        rating=row["rating"],
        published=row["sent_at"].astimezone(zone),
    )
