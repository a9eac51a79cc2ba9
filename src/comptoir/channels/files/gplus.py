"""
What Google Takeout kept of Google+: each post a file of JSON or of HTML, its comments inside.

The same post has the same id in both forms, so importing one after the other doubles nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from comptoir.channels.markup import text_of

CHANNEL: Final = "google-plus"
COLUMNS: Final = (
    "id", "created at", "channel", "author", "author name", "text", "url", "in reply to id",
    "repost of", "quote of", "likes", "reposts", "replies",
)  # fmt: skip
_JSON: Final = ('"creationTime"', '"profilePageUrl"')
_HTML: Final = ('class="author"', "plus.google.com/")
_FOLDER: Final = re.compile(r"(?:^|/)[^/]*google(?:\+| plus)[^/]*/.*\.(?:json|html?)$", re.I)
_NAMED: Final = re.compile(r"(?:^|/)(?:19|20)\d{6} - [^/]*\.(?:json|html?)$", re.I)
_COMMENT: Final = '<div class="comment">'


class Said(NamedTuple):
    """A post or a comment: its cells, in the order of COLUMNS, and the text they were read from."""

    values: list[Any]
    raw: str


class NotAPost(ValueError):
    """A file that can be read and tells of something else: a circle, a photo, an event."""


def is_post(text: str) -> bool:
    """Whether the beginning of a file is a post, or a list of them."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return all(sign in text for sign in _JSON)
    return start[:1] == "<" and all(sign in text for sign in _HTML)


def is_post_name(name: str) -> bool:
    """
    Whether a file of an archive may hold a post, by its folder or by how Takeout names posts.

    >>> is_post_name("Takeout/Google+ Stream/Posts/20180808 - Post(1).json")
    True
    >>> is_post_name("Takeout/Mail/inbox.json")
    False
    """
    return bool(_FOLDER.search(name) or _NAMED.search(name))


def read_post(text: str) -> list[Said]:
    """
    A post and, after it, its comments. Raises NotAPost, and ValueError for what cannot be read.
    """
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("<"):
        return read_object(json.loads(start), text)
    if not all(sign in text for sign in _HTML):
        raise NotAPost
    return _read_page(text)


def read_object(post: Any, raw: str) -> list[Said]:
    """As `read_post`, of the object that Takeout writes as JSON."""
    if not isinstance(post, dict) or not isinstance(post.get("author"), dict):
        raise NotAPost
    if "creationTime" not in post or not (post.get("url") or post.get("resourceName")):
        raise NotAPost
    key = _key(post.get("url") or "", post.get("resourceName") or "")
    comments = _dicts(post.get("comments"))
    shared = _dict(post.get("resharedPost"))
    own = _content(post) if shared else _words(post)
    theirs = _words(shared)
    origin = _key(shared.get("url") or "", shared.get("resourceName") or "") if shared else ""
    handle, name = _person(post["author"])
    cells = {
        "id": key, "created at": post["creationTime"], "author": handle, "author name": name,
        "text": own or theirs, "url": post.get("url"),
        "repost of": "" if own else origin, "quote of": origin if own else "",
        "likes": len(_dicts(post.get("plusOnes"))), "reposts": len(_dicts(post.get("reshares"))),
        "replies": len(comments),
    }  # fmt: skip
    said = [_said(cells, raw)]
    ids = _Numbered(key)
    for one in comments:
        handle, name = _person(one.get("author") or {})
        when = one.get("creationTime")
        answer = {
            "id": ids.of(when, handle or name), "created at": when, "author": handle,
            "author name": name, "text": _words(one), "url": post.get("url"),
            "in reply to id": key,
        }  # fmt: skip
        said.append(_said(answer, json.dumps(one, ensure_ascii=False)))
    return said


def _words(part: Mapping[str, Any]) -> str:
    """What is said; of a post without words, what it shows."""
    if text := _content(part):
        return text
    link, poll = _dict(part.get("link")), _dict(part.get("poll"))
    media = [_dict(part.get("media")), *_dicts(_dict(part.get("album")).get("media"))]
    lines = [
        " ".join(filter(None, [_text(link.get("title")), _text(link.get("url"))])),
        *(_text(one.get("description")) for one in _dicts(poll.get("choices"))),
        *(_text(one.get("description")) or _text(one.get("url")) for one in media),
        _text(_dict(part.get("location")).get("displayName")),
    ]
    return "\n".join(dict.fromkeys(filter(None, lines)))


def _content(part: Mapping[str, Any]) -> str:
    return text_of(_text(part.get("content")))


def _person(author: Mapping[str, Any]) -> tuple[str, str]:
    """Account and name: the end of the profile's address, as posts in HTML tell it too."""
    name = _text(author.get("displayName"))
    handle = _account(_text(author.get("profilePageUrl"))) or _text(
        author.get("resourceName")
    ).removeprefix("users/")
    return handle or name, name


def _account(url: str) -> str:
    """
    >>> _account("https://plus.google.com/+AtelierCitron"), _account("https://example.com/")
    ('+AtelierCitron', '')
    """
    return unquote(urlsplit(url).path.strip("/").partition("/")[0]) if "plus.google" in url else ""


def _key(url: str, resource: str) -> str:
    """
    What a post is called: the end of its address, else of its name in Google's store.

    >>> _key("https://plus.google.com/+Lea/posts/dnaVNGMfB2B", "users/1/posts/z1")
    'dnaVNGMfB2B'
    """
    return (url if "/posts/" in url else resource).rstrip("/").rpartition("/")[2]


class _Numbered:
    """Ids of comments, which the HTML has none for: who wrote and when, told apart by number."""

    def __init__(self, post: str) -> None:
        self.post = post
        self.seen: Counter[str] = Counter()

    def of(self, when: object, who: str) -> str:
        key = blake2b(f"{when}\x1f{who}".encode(), digest_size=6).hexdigest()
        self.seen[key] += 1
        again = f"-{self.seen[key]}" if self.seen[key] > 1 else ""
        return f"{self.post}#{key}{again}"


def _said(cells: Mapping[str, Any], raw: str) -> Said:
    given = {"channel": CHANNEL, **cells}
    return Said([given.get(column) for column in COLUMNS], raw)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


# ── HTML ───────────────────────────────────────────────────────────────────────────────────


def _read_page(page: str) -> list[Said]:
    head, *comments = page.split(_COMMENT)
    seen = _Page.read(head)
    key = _key(seen.link, "")
    if not key or not seen.when:
        raise NotAPost
    handle, name = _account(seen.profile), unescape(seen.name).strip()
    own, theirs = text_of(seen.html("main-content")), text_of(seen.html("reshared"))
    origin = _key(seen.origin, "")
    cells = {
        "id": key, "created at": seen.when, "author": handle or name, "author name": name,
        "text": own or theirs or text_of(seen.html("shown")), "url": seen.link,
        "repost of": "" if own else origin, "quote of": origin if own else "",
        "likes": seen.likes, "reposts": seen.reposts, "replies": len(comments),
    }  # fmt: skip
    return [_said(cells, page), *_answers(key, seen.link, comments)]


def _answers(key: str, link: str, comments: Sequence[str]) -> Iterator[Said]:
    ids = _Numbered(key)
    for fragment in comments:
        seen = _Page.read(fragment)
        handle, name = _account(seen.profile), unescape(seen.name).strip()
        when = seen.html("time").strip().removeprefix("-").strip()
        cells = {
            "id": ids.of(when, handle or name), "created at": when, "author": handle or name,
            "author name": name, "text": text_of(seen.html("comment-content")) or text_of(seen.html("shown")),
            "url": link, "in reply to id": key,
        }  # fmt: skip
        yield _said(cells, _COMMENT + fragment)


_PARTS: Final = frozenset({
    "main-content", "comment-content", "time", "plus-oners", "resharers", "visibility",
})  # fmt: skip
_SHOWN: Final = frozenset({"link-embed", "media-link", "poll-choice", "location"})
_VOID: Final = frozenset({"br", "img", "meta", "link", "hr", "input", "wbr"})


class _Page(HTMLParser):
    """The marked parts of a post's page, or of a piece of it that holds one comment."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.profile = self.name = self.link = self.when = self.origin = ""
        self.likes = self.reposts = 0
        self._kept: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []

    @classmethod
    def read(cls, html: str) -> "_Page":
        page = cls()
        page.feed(html)
        page.close()
        return page

    def html(self, part: str) -> str:
        return "".join(self._kept.get(part, []))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inside, part = self._part(), self._named(tag, given)
        if inside in ("plus-oners", "resharers") and tag == "a":
            self.likes += inside == "plus-oners"
            self.reposts += inside == "resharers"
        if inside and not part:
            self._keep(inside, self.get_starttag_text() or "")
        elif tag == "br" and self._is_reshared():
            self._keep("reshared", "<br>")
        if tag not in _VOID:
            self._open.append((tag, part))

    def _named(self, tag: str, given: Mapping[str, str]) -> str:
        """The part that an element begins, "" for none; addresses are noted on the way."""
        classes = set(given.get("class", "").split())
        address = given.get("href", "")
        if tag == "a" and "author" in classes and not self.profile:
            self.profile = address
            return "name"
        if tag == "a" and "reshare-attribution" in classes:
            self.origin = address
            return "origin"
        if tag == "a" and "/posts/" in address and not self.link and not self._part():
            self.link = address
            return "when"
        found = classes & _PARTS
        return found.pop() if found else "shown" if classes & _SHOWN else ""

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _part in self._open):
            return
        while self._open:
            name, part = self._open.pop()
            inside = self._part()
            if inside and not part:
                self._keep(inside, f"</{name}>")
            if part == "shown":
                self._keep("shown", "<br>")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        part = self._part()
        if part == "name":
            self.name += data
        elif part == "when":
            self.when += data.strip()
        elif part:
            self._keep(part, data)
        elif self._is_reshared():
            self._keep("reshared", data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _part(self) -> str:
        return next((part for _tag, part in reversed(self._open) if part), "")

    def _is_reshared(self) -> bool:
        """What stands bare after the name of who said it first is what they said."""
        return bool(self.origin) and not self._part()

    def _keep(self, part: str, html: str) -> None:
        self._kept.setdefault(part, []).append(html)
