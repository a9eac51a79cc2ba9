"""Access tokens (OAuth 2): granted for a while, kept with the account, shown at each request."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import AccessLost, Connection, Words
from comptoir.channels.refusing import refuse


def granted(response: Response, sentence: Words = "", fix: Words = "") -> dict[str, str]:
    """
    The token that a network granted and its end, to be kept as values of the account.

    Raises AccessLost, with these words for the owner, when it granted none.
    """
    if response.status in (400, 401, 403):
        raise AccessLost(f"token: {response.status}", sentence, fix)
    if not response.ok:
        refuse(response)
    said = response.json()
    return {"access": said["access_token"], "access_ends": after(said["expires_in"])}


def after(seconds: Any) -> str:
    """The moment that is so many seconds from now, as values keep it."""
    return (clock.now() + timedelta(seconds=int(seconds))).isoformat()


def renewed(
    http: Http,
    url: str,
    connection: Connection,
    sentence: Words = "",
    fix: Words = "",
    **more: str,
) -> dict[str, str]:
    """
    A fresh token for the refresh token at hand (RFC 6749, 6), and the next refresh token where
    the network gives a new one each time. more: parameters that it wants besides.
    """
    values = connection.values
    client = {name: values[name] for name in ("client_id", "client_secret") if values.get(name)}
    asked = {"grant_type": "refresh_token", "refresh_token": values["refresh_token"]}
    response = http.request("POST", url, data={**asked, **client, **more})
    fresh = granted(response, sentence, fix)
    if response.json().get("refresh_token"):
        fresh["refresh_token"] = response.json()["refresh_token"]
    return fresh


def lasting(connection: Connection, *beside: str) -> dict[str, str] | None:
    """
    The token at hand and its end, with what is kept beside it; None once it has ended.
    """
    values = connection.values
    ends = values.get("access_ends", "")
    if not (values.get("access") and ends and datetime.fromisoformat(ends) > clock.now()):
        return None
    names = ("access", "access_ends", *beside)
    return {name: values[name] for name in names if values.get(name)}


def ask(
    http: Http,
    method: str,
    url: str,
    token: str,
    no: Callable[[Response], NoReturn] = refuse,
    headers: Mapping[str, str] | None = None,
    **told: Any,
) -> Response:
    """What a network answers the bearer of a token; `no` raises what its error stands for."""
    shown = {"authorization": f"Bearer {token}", **(headers or {})}
    response = http.request(method, url, headers=shown, **told)
    if not response.ok:
        no(response)
    return response
