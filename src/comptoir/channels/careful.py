"""The client that connectors send with: an answer that says nothing certain is no answer."""

from typing import Any

from comptoir.base import http
from comptoir.base.http import Http, NoAnswer, Response

_ASKING = frozenset({"GET", "HEAD", "OPTIONS"})
# The server says itself that it did nothing.
_REFUSED = frozenset({501, 503, 505})


class Careful:
    """
    Raises NoAnswer where a server failed in the middle of something that changes it.

    A 500, a 502 or a 504 may come after the work was done: to try again would send twice, so
    no connector gets to take it for "try later".
    """

    def __init__(self, inner: Http) -> None:
        self._inner = inner

    def request(self, method: str, url: str, **options: Any) -> Response:
        answer = self._inner.request(method, url, **options)
        if answer.status >= 500 and answer.status not in _REFUSED and method not in _ASKING:
            raise NoAnswer(f"HTTP {answer.status} from {answer.url or url}")
        return answer


def careful() -> Http:
    return Careful(http.guarded())
