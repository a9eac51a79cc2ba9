"""The chat as the shop's pages talk to it: its script, and what visitors write and are told."""

import json
import re
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from comptoir import conf
from comptoir.base import atwork, clock, ids
from comptoir.base.models import Workspace
from comptoir.channels.api import sites, visiting
from comptoir.channels.connector import Connection
from comptoir.web.chat import door, words
from comptoir.web.chat.door import Refused, Told, from_page
from comptoir.web.limits import Limit, address_of

ID = "chat"
WRITING = Limit(12, 60)
FROM_ADDRESS = Limit(40, 60)
BEGINNING = Limit(10, 600)
"""Visitors who are new, from one address in ten minutes."""
_SECRET = re.compile(door.VISITOR)
_NAME = re.compile(r"[0-9A-Za-z-]{8,40}")
_FRESH_SECONDS = 300


def widget(request: HttpRequest, token: str) -> HttpResponse:
    """The script of one account, for any page: which sites may use it is asked of them later."""
    body = _script(door.connection(token))
    etag = quote_etag(blake2b(body.encode(), digest_size=12).hexdigest())
    headers = {
        "Cache-Control": f"public, max-age={_FRESH_SECONDS}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": etag,
    }
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)
    found = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(found, HttpResponse)
    return found


def _script(found: Connection) -> str:
    colour = sites.colour(found.values)
    told = {
        "base": f"{conf.current().address}/chat/{_token(found)}/",
        "store": f"comptoir-chat-{_token(found)[:12]}",
        "language": found.values.get("language") or "auto",
        "title": found.values.get("title", ""),
        "greeting": found.values.get("greeting", ""),
        "colour": colour,
        "ink": sites.ink(colour),
        "longest": visiting.LONGEST,
        "words": {one: words.words(one) for one in words.LANGUAGES},
    }
    # Escaped beyond ASCII and without "<": fit for any page, whatever its encoding.
    safe = json.dumps(told).replace("<", "\\u003c")
    return f'(() => {{\n"use strict";\nconst config = {safe};\n{_source()}\n}})();\n'


def _token(found: Connection) -> str:
    return urlsplit(found.webhook).path.strip("/").rpartition("/")[2]


@cache
def _source() -> str:
    return (files("comptoir.web.chat") / "widget.js").read_text(encoding="utf-8")


@from_page
def state(request: HttpRequest, found: Connection, told: Told) -> Told:
    """
    Whether somebody can answer now; what the page says it has shown, and the visitor read.

    Asked without `visitor` by one who has not written: nothing is kept of that.
    """
    visitor = _known(found, told)
    address = door.email(told)
    if visitor is not None and address:
        visitor = visiting.meet(found, _secret(told), email=address)
    if visitor is not None:
        shown, read = (_ids(told, name) for name in ("delivered", "read"))
        visiting.receive_receipts(found, visitor.key, shown, read)
    return {"open": _is_open(found), "email": visitor.email if visitor else ""}


@from_page
def message(request: HttpRequest, found: Connection, told: Told) -> Told:
    """
    A visitor writes. Sent again under the same `id`, it is the same message.
    """
    secret, name = _secret(told), door.text(told, "id", 40)
    body = door.text(told, "text", visiting.LONGEST)
    if not _NAME.fullmatch(name):
        raise Refused(400, "bad_id", "“id” has 8 to 40 letters, digits and hyphens.")
    if not body:
        raise Refused(400, "empty", _("The message is empty."), _("Write something first."))
    address = door.email(told)
    _refuse_flood(request, found, secret)
    if visiting.is_paused(found):
        raise Refused(503, "paused", _("The chat is closed for the moment."), wait=600)
    language = door.language(told.get("language"))
    visitor = visiting.meet(
        found, secret, email=address, name=door.text(told, "name", 200), language=language
    )
    kept = {
        "visitor": visitor.key,
        "id": name,
        "text": body,
        "name": visitor.name,
        "email": visitor.email,
        "url": _page(found, door.text(told, "url", 2_000)),
        "title": door.text(told, "title", 300),
    }
    visiting.hear(found, f"{visitor.key}:{name}", kept)
    return {"open": _is_open(found), "email": visitor.email}


@from_page
def messages(request: HttpRequest, found: Connection, told: Told) -> Told:
    """The conversation of a visitor, where no stream can be had."""
    visitor = _known(found, told)
    if visitor is None:
        return {"messages": []}
    after = ids.reveal(ID, door.text(told, "after", 40))
    return {"messages": shown(visitor.key, visiting.said(found.account_id, visitor.key, after))}


def shown(key: str, said: list[visiting.Said]) -> list[Told]:
    """Messages as the page gets them: names of the team are not among what it is told."""
    return [
        {
            "id": ids.conceal(ID, one.id),
            "name": one.external_id.removeprefix(f"{key}:"),
            "own": one.own,
            "text": one.text,
            "at": one.at.isoformat(),
        }
        for one in said
    ]


def _refuse_flood(request: HttpRequest, found: Connection, secret: str) -> None:
    address = f"{found.account_id} {address_of(request)}"
    door.within(WRITING, f"{found.account_id} {secret}")
    door.within(FROM_ADDRESS, address)
    if visiting.known(found, secret) is None:
        door.within(BEGINNING, address)


def _known(found: Connection, told: Told) -> visiting.VisitorView | None:
    return visiting.known(found, _secret(told)) if told.get("visitor") else None


def _secret(told: Told) -> str:
    secret = door.text(told, "visitor", 32)
    if not _SECRET.fullmatch(secret):
        raise Refused(400, "bad_visitor", "“visitor” has 32 hexadecimal digits.")
    return secret


def _ids(told: Told, name: str) -> list[int]:
    listed = told.get(name, [])
    if not isinstance(listed, list) or len(listed) > visiting.MOST:
        raise Refused(400, "not_a_list", f"“{name}” is a list of ids.")
    found = (ids.reveal(ID, one) for one in listed if isinstance(one, str))
    return [one for one in found if one is not None]


def _page(found: Connection, url: str) -> str:
    """The page's address, when it is one of the sites' own; without what follows “#”."""
    own = sites.origins(found.values)
    return url.partition("#")[0] if any(url.startswith(f"{one}/") for one in own) else ""


def _is_open(found: Connection) -> bool:
    workspace = Workspace.objects.get(pk=found.workspace_id)
    return atwork.is_open(workspace, clock.now()) and atwork.anybody()
