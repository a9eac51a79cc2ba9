"""
A simulator of Acme's servers, for tests alone: it answers in memory and remembers what was asked.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from acme_comptoir.connector import API, signature
from comptoir.base.http import NoAnswer, Response

KEY, SECRET, SHOP = "acme-key-of-a-test", "acme-secret-of-a-test", "citron"
VALUES = {"key": KEY, "secret": SECRET, "shop": SHOP}


class AcmeSimulator:
    """
    Implements `comptoir.base.http.Http`. events: what `/events` gives, one page each time.

    answers: responses to give instead, by "METHOD path", first come first served.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.events: list[list[Any]] = []
        self.instead: dict[str, list[Response | Exception]] = {}
        self.replies: dict[str, dict[str, str]] = {}
        self.keys = {KEY}
        self.number = "shop-1"
        self.hook = ""
        self.quota: Mapping[str, str] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        auth: Any = None,
        timeout: float = 20.0,
    ) -> Response:
        assert url.startswith(API), url
        path = url.removeprefix(API)
        self.asked.append((method, path, json))
        waiting = self.instead.get(f"{method} {path}")
        if waiting:
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if (headers or {}).get("authorization", "").removeprefix("Bearer ") not in self.keys:
            return Response(401)
        return self._answer(method, path, json, params or {})

    def _answer(self, method: str, path: str, sent: Any, params: Mapping[str, str]) -> Response:
        if path == "/me":
            return _json(
                {"id": self.number, "name": "Citron (Acme)", "handle": "Citron", "shop": SHOP}
            )
        if path == "/hook":
            self.hook = sent["url"] if method == "PUT" else ""
            return _json({})
        if path == "/events":
            return self._page(int(params["after"] or 0))
        return self._reply(path.split("/")[2], method, sent, params)

    def _page(self, after: int) -> Response:
        page = self.events[after] if after < len(self.events) else []
        after = min(after + 1, len(self.events))
        more = after < len(self.events)
        return _json({"events": page, "next": str(after), "more": more}, self.quota)

    def _reply(self, review: str, method: str, sent: Any, params: Mapping[str, str]) -> Response:
        if method == "GET":
            return _json(self.replies.get(params["key"], {}))
        at = "2026-03-04T12:00:00+00:00"
        reply = self.replies.setdefault(sent["key"], {"id": f"reply-{review}", "at": at})
        return _json(reply)


def _json(body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(200, headers or {}, json.dumps(body).encode())


def review(number: int | str, **fields: Any) -> dict[str, Any]:
    """An event: a review that was posted."""
    written = {
        "id": f"review-{number}",
        "score": 9,
        "title": "Très bien",
        "text": f"Avis numéro {number}, colis reçu.",
        "author": {"handle": f"lea{number}", "name": "Léa Dupré"},
        "written_at": "2026-03-04T12:00:00+00:00",
    }
    return {"type": "review.posted", "review": {**written, **fields}}


def deleted(number: int | str) -> dict[str, Any]:
    return {"type": "review.deleted", "review": {"id": f"review-{number}"}}


def published(reply: str) -> dict[str, Any]:
    """An event: a reply of the shop that everybody can see now."""
    return {
        "type": "reply.published",
        "reply": {"id": reply},
        "at": "2026-03-04T12:05:00+00:00",
    }


def body_of(*events: Any) -> bytes:
    return json.dumps({"events": list(events)}, ensure_ascii=False).encode()


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers with which Acme delivers."""
    stamp = str(int(time.time() if at is None else at))
    return {
        "content-type": "application/json",
        "acme-signature": f"t={stamp},v1={signature(secret, stamp, body)}",
    }


def cut() -> NoAnswer:
    """A connection that was cut after the request had left."""
    return NoAnswer("api.acme.example: no answer")
