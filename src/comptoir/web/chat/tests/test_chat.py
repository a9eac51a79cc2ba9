"""What the shop's pages may ask of us, over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import atwork
from comptoir.base.models import User, Workspace
from comptoir.channels import api
from comptoir.channels.hearing import understand
from comptoir.channels.models import ConnectedAccount, Inbound, Message, Visitor
from comptoir.web.chat import door, views
from comptoir.web.limits import Limit

SITE = "https://www.atelier-citron.example"
SECRET = "0123456789abcdef" * 2
ALWAYS = {str(day): [["00:00", "23:59"]] for day in range(7)}


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ASKING", Limit(240, 60))
    for name, most in (("WRITING", 12), ("FROM_ADDRESS", 40), ("BEGINNING", 10)):
        monkeypatch.setattr(views, name, Limit(most, 600))


@pytest.fixture
def token(workspace: Workspace, owner: User) -> str:
    values = {"origins": f"{SITE}\nhttps://shop.example:8443", "title": "Atelier Citron"}
    view = api.connect("chat", "Boutique", values, actor=owner)
    return ConnectedAccount.objects.get(pk=view.id).token


@pytest.fixture
def post(token: str) -> Callable[..., Any]:
    """post("message", text="…", site="…"): as the widget does, form tokens checked as in service."""
    client = Client(enforce_csrf_checks=True)

    def make(what: str, site: str = SITE, **told: Any) -> Any:
        headers = {"Origin": site} if site else {}
        return client.post(
            f"/chat/{token}/{what}/", json.dumps(told), content_type="text/plain", headers=headers
        )

    return make


def message(**more: Any) -> dict[str, Any]:
    return {"visitor": SECRET, "id": "m-000001", "text": "Bonjour ?", **more}


Post = Callable[..., Any]


def test_a_message_is_kept_and_told_back(post: Post) -> None:
    said = message(text="<b>Bonjour</b>", url=f"{SITE}/bleu#x", title="Théière")
    response = post("message", **said)
    understand()

    assert 200 == response.status_code
    assert SITE == response["Access-Control-Allow-Origin"]
    assert "Access-Control-Allow-Credentials" not in response
    (told,) = post("messages", visitor=SECRET).json()["messages"]
    assert ("<b>Bonjour</b>", False, "m-000001") == (told["text"], told["own"], told["name"])
    kept = Message.objects.get()
    assert (f"{SITE}/bleu", "Théière") == (kept.url, kept.title)


def test_the_same_message_twice_is_one(post: Post) -> None:
    """A page that did not hear our answer sends again."""
    assert 200 == post("message", **message()).status_code
    assert 200 == post("message", **message()).status_code

    assert 1 == Inbound.objects.count()


@pytest.mark.parametrize(
    "site",
    [
        "",
        "null",
        "https://evil.example",
        f"{SITE}.evil.example",
        "http://www.atelier-citron.example",
    ],
)
def test_other_sites_may_not_speak(post: Post, site: str) -> None:
    refused = post("message", site=site, **message())

    assert 403 == refused.status_code
    assert "Access-Control-Allow-Origin" not in refused
    assert not Inbound.objects.exists()
    assert 200 == post("message", site="https://shop.example:8443", **message()).status_code


def test_nobody_reads_anothers_conversation(post: Post) -> None:
    """Whoever does not know the secret is told nothing, not even that there is something."""
    post("message", **message())
    understand()

    assert [] == post("messages", visitor="f" * 32).json()["messages"]
    assert 1 == len(post("messages", visitor=SECRET).json()["messages"])


def test_asking_leaves_no_trace_of_one_who_has_not_written(post: Post) -> None:
    assert 200 == post("state").status_code
    assert 200 == post("state", visitor=SECRET).status_code

    assert not Visitor.objects.exists()


def test_it_is_open_in_hours_while_somebody_is_there(
    post: Post, workspace: Workspace, agent: User
) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(hours=ALWAYS)
    assert post("state").json()["open"] is False

    atwork.note([(workspace.pk, agent.pk)])
    assert post("state").json()["open"] is True

    Workspace.objects.filter(pk=workspace.pk).update(hours={})
    assert post("state").json()["open"] is False


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"visitor": "short"}, "bad_visitor"),
        ({"visitor": None}, "not_text"),
        ({"id": "x"}, "bad_id"),
        ({"text": "  "}, "empty"),
        ({"text": 7}, "not_text"),
        ({"text": "x" * 4_001}, "too_long"),
        ({"email": "not an address"}, "bad_email"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    post: Post, wrong: dict[str, Any], code: str
) -> None:
    refused = post("message", **message(**wrong))

    assert 400 == refused.status_code
    assert code == refused.json()["code"]
    assert refused.json()["sentence"]
    assert not Inbound.objects.exists()


def test_large_bodies_are_not_read(post: Post) -> None:
    assert 413 == post("message", **message(text="x" * 20_000)).status_code


def test_who_writes_too_often_must_wait(post: Post) -> None:
    """And reads in their language when; the page of the shop may see it."""
    statuses = [
        post("message", **message(id=f"m-{number:06}", language="fr")).status_code
        for number in range(14)
    ]
    refused = post("message", **message(id="m-000099", language="fr"))

    assert 12 == statuses.count(200)
    assert 429 == refused.status_code
    assert int(refused["Retry-After"]) >= 1
    assert SITE == refused["Access-Control-Allow-Origin"]


def test_one_address_cannot_begin_conversations_without_end(post: Post) -> None:
    statuses = [
        post("message", **message(visitor=f"{number:032x}")).status_code for number in range(12)
    ]

    assert 10 == statuses.count(200)
    assert 2 == statuses.count(429)


def test_an_address_left_later_is_kept(post: Post) -> None:
    post("message", **message())

    said = post("state", visitor=SECRET, email="odile@example.com")

    assert "odile@example.com" == said.json()["email"]
    assert "bad_email" == post("state", visitor=SECRET, email="odile").json()["code"]


def test_the_page_of_another_site_is_not_noted(post: Post) -> None:
    post("message", **message(url="https://evil.example/?token=1"))
    understand()

    assert "" == Message.objects.get().url


def test_a_paused_account_takes_nothing_and_says_so(post: Post, token: str, owner: User) -> None:
    account = ConnectedAccount.objects.get(token=token).account_id
    api.pause(account, actor=owner)
    refused = post("message", **message())
    api.resume(account, actor=owner)

    assert 503 == refused.status_code
    assert 200 == post("message", **message()).status_code


def test_the_script_belongs_to_the_account_and_is_remembered_by_browsers(
    client: Client, token: str
) -> None:
    response = client.get(f"/chat/{token}/widget.js")

    assert "text/javascript" in response["Content-Type"]
    assert f"/chat/{token}/" in response.content.decode()
    assert "cross-origin" == response["Cross-Origin-Resource-Policy"]
    again = client.get(f"/chat/{token}/widget.js", headers={"If-None-Match": response["ETag"]})
    assert 304 == again.status_code
    assert 404 == client.get("/chat/unknown/widget.js").status_code


def test_words_entered_cannot_leave_their_string(
    client: Client, workspace: Workspace, owner: User
) -> None:
    values = {"origins": SITE, "title": '</script><script>alert(1)//"\u2028'}
    view = api.connect("chat", "Autre", values, actor=owner)
    token = ConnectedAccount.objects.get(pk=view.id).token

    script = client.get(f"/chat/{token}/widget.js").content.decode()

    assert "</script>" not in script
    assert "\u2028" not in script


def test_a_disconnected_chat_is_gone(post: Post, token: str, owner: User) -> None:
    api.disconnect(ConnectedAccount.objects.get(token=token).account_id, actor=owner)

    assert 404 == post("message", **message()).status_code


@pytest.mark.parametrize("what", ["state", "message", "messages"])
def test_only_posting_is_answered(client: Client, token: str, what: str) -> None:
    response = client.get(f"/chat/{token}/{what}/", headers={"Origin": SITE})

    assert 405 == response.status_code
