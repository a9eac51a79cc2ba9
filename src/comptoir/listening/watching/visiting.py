"""
One visit of a page: its site's rules first, then one request, onward where it was moved to.

Nothing is executed and nobody signs in: a page is what its server sends to a stranger who says
who they are.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from comptoir import __version__
from comptoir.base import clock
from comptoir.base.http import (
    Forbidden,
    Http,
    HttpProblem,
    Insecure,
    NameUnknown,
    Response,
    TooLarge,
    guarded,
)
from comptoir.listening.watching import hosts, markup
from comptoir.listening.watching.models import WebHost
from comptoir.listening.watching.refusing import Refused

REDIRECTS: Final = 5
SECONDS: Final = 45.0
"""For the whole visit, robots.txt and redirects with it."""
_REQUEST: Final = 20.0
_LONGEST_WAIT: Final = timedelta(days=7)
_TYPES: Final = (
    "text/html",
    "application/xhtml+xml",
    "application/xml",
    "text/xml",
    "text/plain",
    "",
)
_invented: dict[str, Callable[[str], Response]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. etag, modified: of the answer that is held, "" for none."""

    url: str
    contact: str
    etag: str = ""
    modified: str = ""


def invent(origin: str, answer: Callable[[str], Response]) -> None:
    """Have a site that a simulation invents answer in this process: no request of it leaves."""
    _invented[origin] = answer


def visit(asked: Asked) -> Response:
    """
    The page's answer, 200 or 304. Raises Refused, and hosts.Later.

    Each site on the way is claimed and its robots.txt obeyed before it is asked.
    """
    if invented := _invented.get(hosts.origin_of(asked.url)):
        return _checked(invented(asked.url))
    pages = guarded(largest=markup.LARGEST, redirects=0)
    rules = guarded(largest=markup.LARGEST, redirects=REDIRECTS)
    end, url = time.monotonic() + SECONDS, asked.url
    with ExitStack() as held:
        claimed: dict[str, WebHost] = {}
        for _turn in range(REDIRECTS + 1):
            origin = hosts.origin_of(url)
            if urlsplit(url).scheme not in ("http", "https"):
                raise Refused("forbidden", stops=True, host=urlsplit(url).netloc)
            if origin not in claimed:
                claimed[origin] = held.enter_context(hosts.visit(url))
            answer = _asked(claimed[origin], url, asked, pages, rules, end)
            onward = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not onward:
                return _checked(answer)
            url = urljoin(url, onward)
    raise Refused("moves", host=urlsplit(url).netloc)


def headers_of(contact: str) -> dict[str, str]:
    """Who asks: the program, its version, and whom to write to."""
    told = "".join(sign for sign in contact if " " < sign < "\x7f" and sign not in "()\\")
    said = {"user-agent": f"Comptoir/{__version__} (+{told})"}
    return said | ({"from": told} if "@" in told and "/" not in told else {})


def _asked(host: WebHost, url: str, asked: Asked, pages: Http, rules: Http, end: float) -> Response:
    said = headers_of(asked.contact)
    name = urlsplit(url).netloc
    try:
        hosts.check(host, url, rules, said)
        left = min(_REQUEST, end - time.monotonic())
        if left <= 0:
            raise Refused("slow", host=name)
        return pages.request("GET", url, headers=said | _conditions(asked), timeout=left)
    except TooLarge as error:
        raise Refused("too_large", host=name) from error
    except Forbidden as error:
        raise Refused("forbidden", stops=True, host=name) from error
    except NameUnknown as error:
        raise Refused("name_unknown", host=name) from error
    except Insecure as error:
        raise Refused("insecure", host=name) from error
    except HttpProblem as error:
        raise Refused("not_reached", host=name) from error


def _conditions(asked: Asked) -> dict[str, str]:
    found = {
        "accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
        "accept-language": "fr, en;q=0.7",
    }
    if asked.etag:
        found["if-none-match"] = asked.etag
    if asked.modified:
        found["if-modified-since"] = asked.modified
    return found


def _checked(answer: Response) -> Response:
    """The answer where it is the page; raises Refused for what any other means."""
    status, name = answer.status, urlsplit(answer.url).netloc
    if status == 304:
        return answer
    if status == 200:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _TYPES:
            raise Refused("not_html", host=name, type=kind[:60])
        return answer
    if status in (429, 503):
        raise Refused("busy", after=_retry_after(answer), host=name, status=status)
    if status in (404, 410):
        raise Refused("gone", host=name, status=status)
    if status in (401, 402, 403, 407, 451):
        raise Refused("refused", host=name, status=status)
    raise Refused("error", host=name, status=status)


def _retry_after(answer: Response) -> timedelta | None:
    """As long as the site asks for: seconds, or a date; a week at most."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(timedelta(seconds=min(int(said), 10**7)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(at - clock.now(), timedelta()), _LONGEST_WAIT)
