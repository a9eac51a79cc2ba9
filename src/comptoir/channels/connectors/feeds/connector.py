"""
RSS and Atom feeds, asked politely or, where they name a hub, pushed by it.

Conditional requests follow RFC 9110 (ETag, Last-Modified); pushing follows the W3C
recommendation WebSub. Nobody can be answered through a feed.
"""

import hashlib
import hmac
import re
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, HttpProblem, Response
from comptoir.channels.connector import (
    AccessLost,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Page,
    Raw,
    Read,
    Rejected,
    Reply,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.incoming import Incoming
from comptoir.channels.markup import text_of

LEASE = timedelta(days=10)
"""How long a hub is asked to push; it is asked again after half of it."""
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/html;q=0.5"
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_BETWEEN_LINKS = re.compile(r",\s*(?=<)")
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^";,]*))', re.IGNORECASE)
_DIGESTS = ("sha1", "sha256", "sha384", "sha512")


class Feeds(Connector):
    kind = "feeds"
    channel = "rss"
    label = _("RSS or Atom feed")
    summary = _(
        "What a blog, a forum, a press site or a review site publishes, soon after it appears."
        " Feeds cannot be answered: the original opens in a click."
    )
    fields = (
        Field(
            "url",
            _("Address of the feed or of the site"),
            _("If you give the address of a page, the feed that it names is used."),
            kind="url",
        ),
    )
    pushes = True
    every = 900.0
    keeps = ("content-type", "date")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        url = connection.values["url"]
        response = _get(http, url)
        feed = _parsed(response.body, response.headers)
        if not feed.get("version"):
            url = _named_feed(response)
            response = _get(http, url)
            feed = _parsed(response.body, response.headers)
        if not feed.get("version"):
            raise _no_feed()
        links = _links(feed, response)
        own = {
            "url": response.url or url,
            "hub": urljoin(url, links.get("hub", "")) if links.get("hub") else "",
            "topic": urljoin(url, links.get("self", "")) if links.get("self") else url,
        }
        title = text_of(feed.feed.get("title", ""))
        return Checked(name=(title or _host(url))[:120], own=own)

    def subscribe(self, connection: Connection, http: Http) -> None:
        self._ask_hub(connection, http, "subscribe")

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        self._ask_hub(connection, http, "unsubscribe")

    def _ask_hub(self, connection: Connection, http: Http, mode: str) -> None:
        """Ask the feed's hub to push, or to stop. One that will not is no trouble: we poll."""
        if not connection.own.get("hub") or not connection.webhook.startswith("https://"):
            return
        form = {
            "hub.mode": mode,
            "hub.topic": connection.own["topic"],
            "hub.callback": connection.webhook,
            "hub.secret": _secret(connection),
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        try:
            http.request("POST", connection.own["hub"], data=form)
        except HttpProblem:
            return

    # Hearing

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        if request.method != "GET":
            return None
        known = request.query.get("hub.topic") == connection.own.get("topic")
        mode, challenge = request.query.get("hub.mode"), request.query.get("hub.challenge", "")
        if known and mode in ("subscribe", "unsubscribe") and challenge:
            return Reply(body=challenge)
        return Reply(status=200 if mode == "denied" else 404)

    def verify(self, connection: Connection, request: Request) -> None:
        method, _equals, given = request.headers.get("x-hub-signature", "").partition("=")
        if method not in _DIGESTS:
            raise Unsigned("no X-Hub-Signature")
        made = hmac.new(_secret(connection).encode(), request.body, method).hexdigest()
        if not hmac.compare_digest(made.encode(), given.strip().lower().encode()):
            raise Unsigned("X-Hub-Signature does not fit the body")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        cursor = dict(connection.cursor)
        if self._should_ask_hub(connection):
            self.subscribe(connection, http)
            cursor["asked_hub"] = clock.now().isoformat()
            yield Page([], cursor)
        headers = {"accept": _ACCEPT}
        if cursor.get("etag"):
            headers["if-none-match"] = cursor["etag"]
        if cursor.get("modified"):
            headers["if-modified-since"] = cursor["modified"]
        response = http.request(
            "GET", connection.own.get("url") or connection.values["url"], headers=headers
        )
        if response.status == 304:
            return
        _refuse(response)
        cursor["etag"] = response.headers.get("etag", "")
        cursor["modified"] = response.headers.get("last-modified", "")
        kept = {name: response.headers[name] for name in self.keeps if name in response.headers}
        yield Page([Raw(response.body, kept)], cursor)

    def _should_ask_hub(self, connection: Connection) -> bool:
        if not connection.own.get("hub"):
            return False
        asked = connection.cursor.get("asked_hub")
        return not asked or clock.now() - datetime.fromisoformat(asked) > LEASE / 2

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        feed = _parsed(raw.body, raw.headers)
        if not feed.get("version"):
            raise Unrecognised("this is neither RSS nor Atom")
        given = feed.feed.get("updated_parsed") or feed.feed.get("published_parsed")
        fallback = _moment(given) or _http_date(raw.headers.get("date", ""))
        title = text_of(feed.feed.get("title", ""))
        language = str(feed.feed.get("language") or "")[:2].lower()
        return [(entry, fallback, title, language) for entry in reversed(feed.entries)]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        said, fallback, title, language = entry
        link = said.get("link", "") if _is_web(said.get("link", "")) else ""
        sent_at = _moment(said.get("published_parsed") or said.get("updated_parsed")) or fallback
        if sent_at is None:
            raise Unrecognised(f"no date: {said.get('id') or link}")
        answers = (said.get("thr_in-reply-to") or {}).get("ref", "")
        author = text_of(said.get("author", ""))
        text = text_of(_longest(said))
        message = Incoming(
            external_id=_identity(said, link, text),
            channel=connection.channel,
            kind="comment" if answers else "post",
            sent_at=sent_at,
            author_handle=(author or _host(link or connection.values["url"]))[:200],
            author_name=author or title,
            title=text_of(said.get("title", "")),
            text=text,
            url=link,
            in_reply_to=answers,
            language=language,
        )
        return [Heard([message], _kept(said))]


def _get(http: Http, url: str) -> Response:
    response = http.request("GET", url, headers={"accept": _ACCEPT})
    _refuse(response)
    return response


def _refuse(response: Response) -> None:
    """Raise what an answer that is no feed means."""
    if response.ok:
        return
    if response.status in (429, 503) or response.status >= 500:
        after = response.headers.get("retry-after", "")
        raise TryLater(f"HTTP {response.status}", float(after) if after.isdigit() else None)
    if response.status in (401, 403, 404, 410):
        raise AccessLost(f"HTTP {response.status}")
    raise Unrecognised(f"HTTP {response.status}")


def _parsed(body: bytes, headers: Mapping[str, str]) -> Any:
    """feedparser never raises and never fetches: bytes are handed over as bytes."""
    told = {"content-type": headers.get("content-type", "application/xml")}
    return feedparser.parse(body, response_headers=told, sanitize_html=True)


def _links(feed: Any, response: Response) -> Mapping[str, str]:
    """What a feed names by its relation; what the Link header says goes first (WebSub, 4)."""
    links = {link.get("rel"): link.get("href", "") for link in feed.feed.get("links", [])}
    for one in reversed(_BETWEEN_LINKS.split(response.headers.get("link", ""))):
        address, _bracket, about = one.strip().removeprefix("<").partition(">")
        told = _RELATION.search(about)
        relations = (told[1] or told[2] or "").lower().split() if told else []
        links |= dict.fromkeys(relations, address.strip())
    return links


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if (
            tag == "link"
            and "alternate" in (about.get("rel") or "").lower().split()
            and (about.get("type") or "").lower() in _FEED_TYPES
        ):
            self.found.append(about.get("href") or "")


def _named_feed(page: Response) -> str:
    """The first feed that a page names in its head."""
    links = _Links()
    links.feed(page.body[:500_000].decode("utf-8", "replace"))
    if not links.found:
        raise _no_feed()
    return urljoin(page.url, links.found[0])


def _no_feed() -> Rejected:
    return Rejected(
        "no_feed",
        _("There is no RSS or Atom feed at this address, and the page names none."),
        _("Look for “RSS” on the site, or add /feed or /rss to its address."),
    )


def _secret(connection: Connection) -> str:
    """What the hub signs with; made from the address that only we and the hub know."""
    made = hashlib.blake2b(connection.webhook.encode(), person=b"websub", digest_size=24)
    return made.hexdigest()


def _longest(said: Any) -> str:
    """The whole text where the feed carries it, else its summary."""
    contents = [str(part.get("value", "")) for part in said.get("content", [])]
    return max([*contents, str(said.get("summary", ""))], key=len)


def _identity(said: Any, link: str, text: str) -> str:
    given = said.get("id") or link
    if given:
        return str(given)
    words = f"{said.get('title', '')}\n{text}".encode()
    return f"digest:{hashlib.blake2b(words, digest_size=16).hexdigest()}"


def _kept(said: Any) -> str:
    """An entry as text; feeds are kept whole beside it."""
    lines = [f"{name}: {said[name]}" for name in sorted(said) if isinstance(said[name], str)]
    return re.sub(r"\x00", "", "\n".join(lines))


def _moment(given: Any) -> datetime | None:
    """feedparser's dates are in UTC."""
    try:
        return datetime.fromtimestamp(timegm(given), UTC) if given else None
    except (ValueError, OverflowError):
        return None


def _http_date(given: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_web(link: str) -> bool:
    return link.startswith(("http://", "https://"))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")
