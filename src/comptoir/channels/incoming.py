"""The one shape that every channel, file and simulator turns what it hears into."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["post", "reply", "repost", "quote", "review", "comment", "email", "message"]


@dataclass(frozen=True, slots=True)
class File:
    """
    A file that came with a message.

    size: in bytes, as it came; larger than `content` when that was too large to keep.
    """

    name: str
    media_type: str
    content: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """
    A message as heard, normalised but not yet stored.

    sent_at is aware and in UTC. Handles are written without a leading "@".
    An empty string means that the source does not say; for counts, None does:
    unknown is not zero. `own` is True when the source itself says that the brand
    wrote it (the reply column of a review export); None leaves that to the
    workspace's own handles. `conversation` names a private exchange (with a person, in a
    chat) whose messages all belong together, whatever they answer.
    """

    external_id: str
    channel: str
    kind: Kind
    sent_at: datetime
    author_handle: str
    author_name: str = ""
    text: str = ""
    title: str = ""
    url: str = ""
    in_reply_to: str = ""
    in_reply_to_handle: str = ""
    repost_of: str = ""
    quote_of: str = ""
    language: str = ""
    rating: float | None = None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None
    followers: int | None = None
    own: bool | None = None
    conversation: str = ""
    files: tuple[File, ...] = ()
