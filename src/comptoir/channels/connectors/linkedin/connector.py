"""
A company page on LinkedIn, by the Community Management API: comments, shares and mentions.

learn.microsoft.com/linkedin/marketing/community-management. LinkedIn opens this API to
applications that it has reviewed; a refresh token of a page's administrator then opens the page.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Page,
    Raw,
    Read,
    Rejected,
    Removed,
    Reply,
    Request,
    Sent,
    SignIn,
    TryLater,
    Unrecognised,
    Unsigned,
    Unsupported,
    Way,
    Words,
)
from comptoir.channels.connectors import tokens
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.connectors.bodies import list_of, object_in, object_of
from comptoir.channels.connectors.times import instant
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://api.linkedin.com/rest"
PAGE = "https://www.linkedin.com/oauth/v2/authorization"
TOKENS = "https://www.linkedin.com/oauth/v2/accessToken"
_SCOPES = ("rw_organization_admin", "r_organization_social_feed", "w_organization_social_feed")
VERSION = "202607"
"""Of the API; LinkedIn keeps each for about a year."""
EVENTS = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
_PARTS = {"COMMENT": "comment", "ADMIN_COMMENT": "comment", "SHARE": "share", "SHARE_MENTION": "share"}  # fmt: skip
_ACTIONS = "COMMENT,ADMIN_COMMENT,SHARE,SHARE_MENTION,COMMENT_DELETE"
_LENGTH = 1250
_PAGE = 100
_PAGES = 10
_FIRST = timedelta(days=2)
_SOON = timedelta(days=30)
_HOURS = 48
"""How long members' social activity may be kept: …/marketing/data-storage-requirements."""
_COMMENT = re.compile(r"urn:li:comment:\((.+),([^,()]+)\)")


class LinkedIn(Connector):
    kind = "linkedin"
    channel = "linkedin"
    label = _("LinkedIn")
    summary = _(
        "Comments below the posts of a company page, and its shares and mentions. Only for"
        " applications that LinkedIn has approved for its Community Management API."
    )
    fields = (
        Field("client_id", _("Client ID"), _("Under Auth of your application at linkedin.com/developers.")),
        Field("client_secret", _("Client secret"), kind="secret"),
        Field("refresh_token", _("Refresh token"), _("Of an administrator of the page; the guide says for which rights."), kind="secret", granted=True),
        Field("organization", _("Page number"), _("The number in the address of the page when you manage it: linkedin.com/company/12345/admin.")),
        Field("application", _("Application number"), _("The number in the address of your application at linkedin.com/developers; empty when it has no right to webhooks: LinkedIn is then only asked."), required=False),
        Field("hours", _("Hours to keep comments"), _("LinkedIn’s terms allow 48. Enter more only if LinkedIn has agreed to it with you."), kind="number", default=str(_HOURS)),
    )  # fmt: skip
    pushes = True
    every = 300.0
    sends = True
    actions = ("delete",)

    # Connecting

    def sign_in(self, values: Mapping[str, str]) -> SignIn:
        return SignIn("LinkedIn", PAGE, TOKENS, _SCOPES, proves=False)

    def check(self, connection: Connection, http: Http) -> Checked:
        _hours(connection)
        fresh = tokens.lasting(connection, "refresh_ends") or self.renew(connection, http)
        number = connection.values["organization"].strip()
        page = f"urn:li:organization:{number}"
        token = fresh["access"]
        roles = ask(
            connection, http, "GET",
            f"organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED&count={_PAGE}",
            token=token,
        ).json()  # fmt: skip
        mine = [one for one in roles["elements"] if one.get("organization") == page]
        if not mine:
            raise Rejected("not_administrator", _("The owner of the refresh token does not administer this page."), _("Take the number from the page’s address, and the token of one of its administrators."), field="organization")  # fmt: skip
        said = ask(connection, http, "GET", f"organizations/{_coded(number)}", token=token).json()
        own = {
            "id": page,
            "person": str(mine[0]["roleAssignee"]),
            "handle": str(said.get("vanityName", "")),
        }
        return Checked(
            name=said["localizedName"],
            own=own,
            handles=(_handle(page),),
            expires_at=datetime.fromisoformat(fresh["access_ends"]),
            warning=_ending(fresh),
            values=fresh,
        )

    def renew(self, connection: Connection, http: Http) -> Mapping[str, str]:
        """Access lasts sixty days; a refresh token one year from the consent, never longer."""
        data = {
            "grant_type": "refresh_token",
            "client_id": connection.values["client_id"],
            "client_secret": connection.values["client_secret"],
            "refresh_token": connection.values["refresh_token"],
        }
        response = http.request("POST", TOKENS, data=data)
        fresh = tokens.granted(response, _("LinkedIn no longer takes the refresh token."), _("Let the administrator consent again and enter the new refresh token: one lasts a year."))  # fmt: skip
        said = response.json()
        if said.get("refresh_token"):
            fresh["refresh_token"] = said["refresh_token"]
        if said.get("refresh_token_expires_in"):
            fresh["refresh_ends"] = tokens.after(said["refresh_token_expires_in"])
        return fresh

    def subscribe(self, connection: Connection, http: Http) -> None:
        if connection.values.get("application"):
            body = {"webhook": connection.webhook}
            ask(connection, http, "PUT", _subscription(connection), body=body)

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        if connection.values.get("application"):
            ask(connection, http, "DELETE", _subscription(connection))

    # Hearing

    def handshake(self, connection: Connection, request: Request) -> Reply | None:
        """LinkedIn checks the address when it is registered, and every two hours."""
        code = request.query.get("challengeCode")
        if request.method != "GET" or not code:
            return None
        body = {"challengeCode": code, "challengeResponse": _digest(connection, code.encode())}
        return Reply(body=json.dumps(body), media_type="application/json")

    def verify(self, connection: Connection, request: Request) -> None:
        """The prefix is part of what is signed, not of the header."""
        given = request.headers.get("x-li-signature", "")
        wanted = _digest(connection, b"hmacsha256=" + request.body)
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Unsigned("X-LI-Signature does not fit the body")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        """What no delivery brought: LinkedIn keeps notifications for sixty days."""
        seen = int(connection.cursor.get("seen") or _milliseconds(clock.now() - _FIRST))
        pages: list[Response] = []
        newest = seen
        for number in range(_PAGES):
            path = _notifications(connection, seen, number * _PAGE)
            response = ask(connection, http, "GET", path)
            times = [int(one["lastModifiedAt"]) for one in response.json()["elements"]]
            if times and max(times) > seen:
                pages.append(response)
                newest = max(newest, *times)
            if len(times) < _PAGE:
                break
        if pages:
            yield Page([Raw(one.body) for one in reversed(pages)], {"seen": newest})

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        said = object_of(raw.body)
        return list_of(said, "elements" if "elements" in said else "notifications")

    def addressee(self, connection: Connection, entry: Any) -> str:
        return str(entry.get("organizationalEntity", "")) if isinstance(entry, dict) else ""

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        action = entry.get("action") if isinstance(entry, dict) else None
        if not isinstance(action, str):
            raise Unrecognised("not a notification")
        if action == "COMMENT_DELETE":
            return [Removed([_key(entry["generatedActivity"])])]
        part = _PARTS.get(action)
        if part is None:
            raise Unsupported(action)
        said = (entry.get("decoratedGeneratedActivity") or {}).get(part)
        if not said:
            raise Unrecognised(f"{action} without its words")
        key = _key(said["entity"])
        is_comment = part == "comment"
        about = str(said.get("object") or "")
        message = Incoming(
            external_id=key,
            channel=connection.channel,
            kind="comment" if is_comment else "repost" if action == "SHARE" else "post",
            sent_at=instant(entry.get("lastModifiedAt"), 1000),
            author_handle=_handle(said["owner"]),
            text=said.get("text") or "",
            url=_address(entry.get("sourcePost") if is_comment else key),
            in_reply_to=_key(about) if about.startswith("urn:li:comment:") else "",
            repost_of=str(entry.get("sourcePost") or "") if action == "SHARE" else "",
            own=said["owner"] == connection.own.get("id") or action == "ADMIN_COMMENT",
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    def details(self, connection: Connection, raw: str) -> Sequence[tuple[Words, Words]]:
        post = json.loads(raw).get("decoratedSourcePost") or {}
        return ((_("Your post"), str(post["text"])),) if post.get("text") else ()

    def forgets_after(self, connection: Connection) -> timedelta:
        return timedelta(hours=_hours(connection))

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return (Way("public", _("Comment of the page"), _LENGTH),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        parts = _COMMENT.fullmatch(outgoing.to)
        body: dict[str, Any] = {
            "actor": connection.own["id"],
            "object": parts[1] if parts else outgoing.to,
            "message": {"text": outgoing.text},
        }
        if parts:
            body["parentComment"] = outgoing.to
        response = ask(connection, http, "POST", _comments(outgoing.to), body=body)
        said = response.json() if response.body else {}
        said.setdefault("id", response.headers.get("x-restli-id", ""))
        return _sent(said, body["object"])

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        parts = _COMMENT.fullmatch(outgoing.to)
        start = 0
        for _number in range(_PAGES):
            path = f"{_comments(outgoing.to)}?start={start}&count={_PAGE}"
            found = ask(connection, http, "GET", path).json()["elements"]
            for said in found:
                if said.get("actor") != connection.own["id"]:
                    continue
                at = instant(said["created"].get("time"), 1000)
                if is_ours(outgoing, str(said["message"].get("text", "")), at):
                    return _sent(said, parts[1] if parts else outgoing.to)
            if len(found) < _PAGE:
                return None
            start += _PAGE
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        parts = _COMMENT.fullmatch(external_id)
        if not parts:
            raise Rejected("not_a_comment", _("LinkedIn lets a page delete comments only."))
        path = f"{_comments(parts[1])}/{parts[2]}?actor={_coded(connection.own['id'])}"
        ask(connection, http, "DELETE", path)


def ask(
    connection: Connection,
    http: Http,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    token: str = "",
) -> Response:
    """What LinkedIn answers; raises what its error stands for."""
    headers = {"linkedin-version": VERSION, "x-restli-protocol-version": "2.0.0"}
    shown = token or connection.values.get("access", "")
    return tokens.ask(http, method, f"{API}/{path}", shown, _refuse, headers, json=body)


def _refuse(response: Response) -> NoReturn:
    """A day's calls are counted from midnight to midnight, UTC."""
    words = str(object_in(response).get("message", ""))
    if response.status == 429 and " DAY " in words and "retry-after" not in response.headers:
        raise TryLater(words, (_midnight() - clock.now()).total_seconds())
    refuse(response, words)


def _hours(connection: Connection) -> int:
    """Raises Rejected for what is no number of hours."""
    given = connection.values.get("hours") or str(_HOURS)
    if not (given.isdecimal() and len(given) < 6 and int(given)):
        raise Rejected("bad_hours", _("This is not a number of hours."), _("Enter 48, or what LinkedIn has agreed to with you."), field="hours")  # fmt: skip
    return int(given)


def _midnight() -> datetime:
    tomorrow = clock.now().astimezone(UTC) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def _ending(fresh: Mapping[str, str]) -> Words:
    ends = fresh.get("refresh_ends", "")
    if not ends or datetime.fromisoformat(ends) > clock.now() + _SOON:
        return ""
    return _("The refresh token ends in less than thirty days: let the administrator consent again and enter a new one.")  # fmt: skip


def _digest(connection: Connection, signed: bytes) -> str:
    key = connection.values["client_secret"].encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def _coded(urn: str) -> str:
    return quote(urn, safe="")


def _comments(urn: str) -> str:
    return f"socialActions/{_coded(urn)}/comments"


def _subscription(connection: Connection) -> str:
    app = f"urn:li:developerApplication:{connection.values['application'].strip()}"
    return (
        f"eventSubscriptions/(developerApplication:{_coded(app)},"
        f"user:{_coded(connection.own['person'])},"
        f"entity:{_coded(connection.own['id'])},eventType:{EVENTS})"
    )


def _notifications(connection: Connection, since: int, start: int) -> str:
    return (
        f"organizationalEntityNotifications?q=criteria&actions=List({_ACTIONS})"
        f"&organizationalEntity={_coded(connection.own['id'])}"
        f"&timeRange=(start:{since},end:{_milliseconds(clock.now())})"
        f"&start={start}&count={_PAGE}"
    )


def _key(urn: str) -> str:
    """LinkedIn writes a comment's place in two ways: (activity:1,2) and (urn:li:activity:1,2)."""
    return re.sub(r"\((?!urn:li:)", "(urn:li:", urn)


def _handle(urn: str) -> str:
    return urn.removeprefix("urn:li:")


def _address(urn: Any) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}" if urn else ""


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _sent(said: Mapping[str, Any], about: str) -> Sent:
    """The comment's own name, or made of what it hangs on and its number."""
    key = said.get("commentUrn") or f"urn:li:comment:({said.get('object') or about},{said['id']})"
    at = instant(said["created"]["time"], 1000) if said.get("created") else clock.now()
    return Sent(_key(str(key)), at, _address(said.get("object") or about), json.dumps(said))
