"""What a query is asked of: one message, with what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ZONES: Mapping[str, str] = {"title": "title", "body": "text"}
"""Places where words are looked for, and the attribute of a Document that holds each."""


@dataclass(frozen=True, slots=True)
class Document:
    """
    A message as queries see it; only id and text are needed.

    Words are looked for in title and text, each by itself: no phrase runs from one into the
    other. lang and country are two letters. site is a host name. sentiment is "negative",
    "neutral" or "positive". rating is 1 to 5. mentions are handles, with or without @.
    published: days and hours are read off as they stand, so give it in the workspace's zone.

    Unknown is None, or "" of text. It satisfies no comparison, and logic stays two-valued:
    `followers:>5` does not hold of an unknown count, hence `NOT followers:>5` does. That is what
    listening suites do, and it keeps NOT the exact complement that analysts expect: a query and
    its NOT share out the messages, none is lost between them.
    """

    id: str
    text: str
    title: str = ""
    author: str = ""
    followers: int | None = None
    lang: str = ""
    country: str = ""
    site: str = ""
    url: str = ""
    links: tuple[str, ...] = ()
    channel: str = ""
    mentions: tuple[str, ...] = ()
    is_reply: bool = False
    is_repost: bool = False
    engagement: float | None = None
    reach: float | None = None
    sentiment: str = ""
    intents: tuple[str, ...] = ()
    rating: float | None = None
    published: datetime | None = None
