"""Signing in at the network: what is asked there, what comes back, and what is refused."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from comptoir.base import clock, secrets
from comptoir.base.errors import Problem
from comptoir.base.http import NotSent, Response
from comptoir.base.models import User, Workspace
from comptoir.channels import api, granting
from comptoir.channels.connectors.tests.simulated import Network, network, said
from comptoir.channels.models import ConnectedAccount

CLIENT = {"client_id": "c-1", "client_secret": "s3cret"}
GRANTED = {"access_token": "a1", "expires_in": 3600, "refresh_token": "1//kept-by-us"}
CHANNEL = {"items": [{"id": "UC7", "snippet": {"title": "Lumio", "customUrl": "@lumio"}}]}


def page_of(begun: granting.Begun) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(begun.page).query))


def come_back(begun: granting.Begun, http: Any, **said_there: str) -> api.ConnectedView:
    brought = {"state": page_of(begun)["state"], **said_there}
    return granting.finish(begun.sealed, brought, actor=None, http=http)


def reason(begun: granting.Begun, http: Any, **said_there: str) -> tuple[str, str]:
    with pytest.raises(Problem) as refused:
        come_back(begun, http, **said_there)
    return refused.value.code, str(refused.value.sentence)


def connecting() -> Network:
    """Grants a token, renews it, and says whose channel it is."""
    return network(said(GRANTED), said({**GRANTED, "access_token": "a2"}), said(CHANNEL))


def test_the_page_is_asked_with_proof_and_a_state(workspace: Workspace) -> None:
    """RFC 7636's challenge is the digest of what is only shown when the code is exchanged."""
    begun = granting.begin("youtube", "", CLIENT)
    asked = page_of(begun)
    net = connecting()
    come_back(begun, net, code="4/x")
    exchanged = net.asked[0].details["data"]
    digest = urlsafe_b64encode(sha256(exchanged["code_verifier"].encode()).digest())

    assert begun.page.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert ("c-1", "code", "offline") == (
        asked["client_id"],
        asked["response_type"],
        asked["access_type"],
    )
    assert asked["redirect_uri"] == exchanged["redirect_uri"] == granting.address()
    assert asked["code_challenge"] == digest.rstrip(b"=").decode()
    assert "s3cret" not in begun.page + begun.sealed


def test_an_account_is_connected_with_what_was_granted(workspace: Workspace, owner: User) -> None:
    view = come_back(granting.begin("youtube", "Our channel", CLIENT), connecting(), code="4/x")
    kept = api.connection(view.id).values

    assert ("Our channel", "on") == (view.name, view.state)
    assert ("1//kept-by-us", "a2", "s3cret") == (
        kept["refresh_token"],
        kept["access"],
        kept["client_secret"],
    )
    assert "kept-by-us" not in ConnectedAccount.objects.get().secrets


def test_an_account_is_connected_anew_with_the_secret_that_is_kept(
    workspace: Workspace, owner: User
) -> None:
    """Signing in again asks for nothing that is known already."""
    first = come_back(granting.begin("youtube", "", CLIENT), connecting(), code="4/x")
    again = granting.begin("youtube", "", {"client_id": "c-1"}, account_id=first.id)
    net = network(
        said({**GRANTED, "refresh_token": "r2"}),
        said({**GRANTED, "refresh_token": ""}),
        said(CHANNEL),
    )
    view = come_back(again, net, code="4/y")

    assert first.id == view.id
    assert "s3cret" == net.asked[0].details["data"]["client_secret"]
    assert "r2" == api.connection(view.id).values["refresh_token"]


def test_a_network_without_proof_and_with_a_header_is_asked_its_way(workspace: Workspace) -> None:
    """Reddit takes the client's secret in the header, and does not know PKCE."""
    begun = granting.begin("reddit", "", CLIENT)
    net = network(said(GRANTED), said(GRANTED), said({"name": "citron", "id": "t2"}))
    come_back(begun, net, code="x")

    assert "code_challenge" not in page_of(begun)
    assert ("c-1", "s3cret") == net.asked[0].details["auth"]
    assert "client_secret" not in net.asked[0].details["data"]


def test_what_else_is_missing_is_said_before_anybody_leaves(workspace: Workspace) -> None:
    with pytest.raises(api.FieldProblem) as missing:
        granting.begin("youtube", "", {"client_id": "c-1"})

    assert "client_secret" == missing.value.field


def test_a_connector_without_a_sign_in_says_so(workspace: Workspace) -> None:
    values = {"server": "https://social.example", "token": "t"}
    with pytest.raises(Problem) as refused:
        granting.begin("mastodon", "", values)

    assert "no_sign_in" == refused.value.code


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (said({"error": "invalid_grant"}, 400), "sign_in_refused", "without a reason"),
        (
            said({"error": "invalid_request", "error_description": "Bad\n <b>code</b>"}, 400),
            "sign_in_refused",
            "Bad <b>code</b>",
        ),
        (said({"error": "invalid_client"}, 401), "client_refused", "its secret is wrong"),
        (said({"access_token": "a", "expires_in": 3600}), "not_lasting", "an hour only"),
        (said([1]), "not_lasting", "an hour only"),
        (Response(502, {}, b"<html>"), "sign_in_refused", "without a reason"),
        (NotSent("down"), "unreachable", "cannot be reached"),
    ],
)
def test_a_code_that_is_not_exchanged_connects_nothing(
    workspace: Workspace, answer: Any, code: str, words: str
) -> None:
    found = reason(granting.begin("youtube", "", CLIENT), network(answer), code="4/x")

    assert code == found[0]
    assert words in found[1]
    assert not ConnectedAccount.objects.exists()


def test_whoever_declines_is_not_blamed(workspace: Workspace) -> None:
    found = reason(granting.begin("youtube", "", CLIENT), network(), error="access_denied")

    assert ("not_granted", "Access was not granted at Google.") == found


def test_what_was_not_begun_here_is_refused(workspace: Workspace) -> None:
    """Another's code must not connect another's account here (RFC 6749, 10.12)."""
    begun = granting.begin("youtube", "", CLIENT)
    other = granting.begin("youtube", "", CLIENT)
    net = network()

    assert "not_begun_here" == reason(begun, net, code="x", state=page_of(other)["state"])[0]
    assert "not_begun_here" == reason(begun, net, code="x", state="")[0]
    forged = granting.Begun(begun.page, secrets.encrypt(json.dumps({"kind": "youtube"})))
    assert "not_begun_here" == reason(forged, net, code="x")[0]
    assert "not_begun_here" == reason(granting.Begun(begun.page, "garbage"), net, code="x")[0]
    assert [] == net.asked


def test_half_an_hour_is_enough(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = granting.begin("youtube", "", CLIENT)
    later: datetime = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert "took_too_long" == reason(begun, network(), code="x")[0]
