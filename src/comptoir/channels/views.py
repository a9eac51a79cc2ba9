"""What `channels` shows to others: frozen, plain, independent of how rows are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from comptoir.channels.incoming import Incoming

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What may be shown in a page: pictures that hold no script."""
_RISKY = frozenset({
    "exe", "msi", "bat", "cmd", "com", "scr", "pif", "js", "jse", "vbs", "vbe", "wsf", "wsh",
    "ps1", "hta", "lnk", "jar", "apk", "app", "dmg", "iso", "img", "reg", "html", "htm",
    "xhtml", "svg", "mht", "mhtml", "shtml", "docm", "xlsm", "pptm", "dotm", "xltm", "xlam",
    "one", "chm", "cpl",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountView:
    """can_send: whether Comptoir itself can answer there; files cannot."""

    id: int
    channel: str
    connector: str
    name: str
    can_send: bool


@dataclass(frozen=True, slots=True)
class AnswerToDeliver:
    """
    An answer that a program has to deliver. in_reply_to, to: id and author of the message
    answered, as the program gave them.
    """

    id: int
    thread: int
    text: str
    subject: str
    visibility: str
    in_reply_to: str
    to: str
    state: str


@dataclass(frozen=True, slots=True)
class OwnHandleView:
    """A name of the brand; channel "" means on any."""

    channel: str
    handle: str


@dataclass(frozen=True, slots=True)
class AuthorView:
    """handle is "" for somebody who signed nothing; followers is None when nobody said."""

    id: int
    channel: str
    handle: str
    name: str
    followers: int | None
    own: bool


@dataclass(frozen=True, slots=True)
class ThreadView:
    """about: id of the brand's post under which it hangs, None when it hangs under none."""

    id: int
    account: int
    channel: str
    about: int | None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """
    A file that came with a message. size: in bytes. media_type: what its bytes say.

    kept: it was small enough to be kept. picture: it may be shown. risky: of a kind that can
    do harm when it is opened.
    """

    id: int
    message: int
    name: str
    media_type: str
    size: int
    kept: bool

    @property
    def picture(self) -> bool:
        return self.kept and self.media_type in _PICTURES

    @property
    def risky(self) -> bool:
        executable = self.media_type in ("application/x-msdownload", "application/x-executable")
        return executable or self.name.rpartition(".")[2].lower() in _RISKY


@dataclass(frozen=True, slots=True)
class MessageView:
    """
    One message. account, thread: ids. parent: id of the message it answers, if it is here.

    link: "root", "id", "missing" or "handle", how it found its thread;
    link_confidence: how sure that is, 0 to 1. Counts are None when nobody said. files: only
    where a whole thread is read.
    """

    id: int
    external_id: str
    account: int
    channel: str
    kind: str
    author: AuthorView
    own: bool
    sent_at: datetime
    title: str
    text: str
    url: str
    language: str
    in_reply_to: str
    in_reply_to_handle: str
    repost_of: str
    quote_of: str
    thread: int
    parent: int | None
    link: str
    link_confidence: float
    rating: float | None
    likes: int | None
    reposts: int | None
    replies: int | None
    quotes: int | None
    views: int | None
    files: tuple[AttachmentView, ...] = ()

    @property
    def repost_key(self) -> str:
        """
        What a repost is counted by: the same author repeating the same message counts once.

        "" for a message that is no repost. Where the source does not name the message
        repeated, its text stands for it.
        """
        if self.kind != "repost":
            return ""
        return f"{self.author.id}:{self.repost_of or self.text}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A row as it arrived: its line in the file (None elsewhere), its raw text, its messages."""

    line: int | None
    raw: str
    messages: Sequence[Incoming]


@dataclass(frozen=True, slots=True)
class Stored:
    """
    What `store` did with a batch, counted in rows; ids are those of the new messages.

    A row that is already here counts as a duplicate even when it brings something new (the
    reply to a review), which is then among the ids.
    """

    imported: int
    duplicates: int
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Why an import stopped: code for machines, a translated sentence and a fix for people."""

    code: str
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class ImportView:
    """
    An import and how far it is.

    read, imported, duplicates, rejected: rows. share: part of the file done, 0 to 1.
    rate: rows a second, None before the first batch. seconds: worked so far.
    seconds_left: None when it cannot be told yet or there is nothing left.
    """

    id: int
    file_name: str
    format: str
    size: int
    state: str
    read: int
    imported: int
    duplicates: int
    rejected: int
    share: float
    seconds: float
    rate: float | None
    seconds_left: float | None
    problem: ProblemView | None
    mapping: dict[str, Any]
    created_by: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class RejectView:
    """A row that was refused; sentence is translated."""

    line: int
    code: str
    fields: dict[str, object]
    sentence: str
    raw: str


@dataclass(frozen=True, slots=True)
class MappingView:
    id: int
    name: str
    mapping: dict[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Indexed:
    """
    A message for the full-text index: its words, and facets as opaque tokens of [a-z0-9_].
    """

    id: int
    text: str
    facets: frozenset[str]
