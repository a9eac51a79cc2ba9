"""Connecting: the gallery, the form made from a connector's fields, and what a network refuses."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base import clock
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.connectors import connectors
from comptoir.channels.models import ConnectedAccount
from comptoir.web.channels.connecting import outside
from comptoir.web.channels.networks import NETWORKS

GALLERY = "/w/atelier/channels/add/"
FORM = f"{GALLERY}pigeonnier/"
TYPED = {
    "name": "Our loft",
    "value-server": "loft.example",
    "value-token": "roucoule-7",
    "value-mail": "",
    "value-most": "5",
    "value-plumage": "grey",
    "value-lofts": "north\nsouth",
}


def shown(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_gallery_says_what_each_can_do(manager: Client) -> None:
    """One chooses by what a channel brings, and learns before connecting what it cannot."""
    page = shown(manager, GALLERY)
    card = page.split("Connect Pigeonnier")[1].split("</li></ul>")[0]
    crier = page.split("Connect Town crier")[1].split("</li></ul>")[0]
    bell = page.split("Connect Bell")[1].split("</li></ul>")[0]

    assert ["Hears at once", "Answers", "Hides"] == re.findall(
        r"</svg>([^<]+)</li>", card + "</li>"
    )
    assert "They carry no pictures." in card
    assert "Looks every 5 minutes" in crier
    assert "Answers" not in crier
    assert ["Carries alerts"] == re.findall(r"</svg>([^<]+)</li>", bell + "</li>")


def test_every_installed_connector_is_in_the_gallery(manager: Client) -> None:
    """A connector that no family expects must not disappear."""
    page = shown(manager, GALLERY)

    shown_kinds = {kind: f"{GALLERY}{kind}/" in page for kind in connectors()}
    assert {"api"} == {kind for kind, is_shown in shown_kinds.items() if not is_shown}
    assert 404 == manager.get(f"{GALLERY}api/").status_code


def test_a_search_finds_by_name_and_by_what_it_brings(manager: Client) -> None:
    """Accents and case do not count; htmx gets the results alone."""
    found = manager.get(GALLERY, {"q": "PÏGEONS"}, headers={"HX-Request": "true"}).content.decode()
    nothing = shown(manager, f"{GALLERY}?q=zzzz")

    assert "Pigeonnier" in found
    assert "Town crier" not in found
    assert "<html" not in found
    assert "Nothing is called “zzzz”" in nothing


@pytest.mark.parametrize("network", NETWORKS, ids=lambda one: one.code)
def test_what_a_network_does_not_allow_is_said(manager: Client, network: object) -> None:
    """An honest line for each, found by search too, never a connector that pretends."""
    from comptoir.web.channels.networks import Network

    assert isinstance(network, Network)
    line = shown(manager, f"{GALLERY}?q={str(network.label).replace('+', '%2B')}")

    assert str(network.denied).split(".")[0].replace("’", "’") in line
    assert str(network.instead).split(".")[0] in line


def test_a_network_that_never_opens_has_no_connector() -> None:
    """Pinterest and Snapchat hold no conversations, and the closed ones hold nothing."""
    shut = {one.code for one in NETWORKS if one.open != "partly"}

    assert set() == shut & {one.channel for one in connectors().values()}


def test_every_kind_of_field_has_its_control(manager: Client) -> None:
    """The form is the connector's own; a secret is a password box without a value."""
    page = shown(manager, FORM)

    for wanted in (
        r'<input type="text" name="value-server"[^>]*inputmode="url"',
        r'<input type="password" name="value-token"[^>]*autocomplete="new-password"',
        r'<input type="text" name="value-mail"[^>]*inputmode="email"',
        r'<input type="number" name="value-most" value="5"',
        r'<select name="value-plumage"',
        r'<input type="checkbox" name="value-night"[^>]*checked',
        r'<textarea name="value-lofts"',
    ):
        assert re.search(wanted, page), wanted
    assert "Such as loft.example." in page


def test_what_most_leave_as_it_is_is_folded_until_it_is_wrong(manager: Client) -> None:
    """A mailbox has fourteen settings and four that matter."""
    page = shown(manager, FORM)
    wrong = manager.post(FORM, TYPED | {"value-most": "many"}).content.decode()
    folded = page.split('<details class="disclosure channel-more">')[1].split("</details>")[0]

    assert "4 more settings" in folded
    assert ["mail", "most", "night", "lofts"] == re.findall(r'name="value-(\w+)"', folded)
    assert '<details class="disclosure channel-more" open>' in wrong


def test_the_guide_stands_beside_the_form(
    manager: Client, signed_in: Callable[..., Client]
) -> None:
    """It comes from the connector's own folder, in the reader's language, cleaned."""
    english, french = shown(manager, FORM), shown(signed_in("owner", "fr"), FORM)
    guide = english.split('id="guide"')[1].split("</section>")[0]

    assert 'target="_blank" href="https://loft.example/settings"' in guide
    assert 'target="_blank" href="/help/guide/team/#roles"' in guide
    assert '<h3 id="what-is-not-possible">' in guide
    assert "Connect a loft" not in guide
    assert "<script>alert" not in guide
    assert "créez un jeton" in french


def test_a_connector_without_a_guide_still_connects(manager: Client) -> None:
    page = shown(manager, f"{GALLERY}town/")

    assert 'id="guide"' not in page
    assert 302 == manager.post(f"{GALLERY}town/", {"name": ""}).status_code
    assert "Square" == channels.connected()[0].name


def test_connecting_leads_to_the_account_with_the_address_to_copy(manager: Client) -> None:
    """Nothing has arrived yet: the page says so, and what to do about it."""
    answer = manager.post(FORM, TYPED, follow=True)
    (made,) = channels.connected()
    page = answer.content.decode()

    assert ("Our loft", "pigeonnier") == (made.name, made.kind)
    assert {
        "server": "https://loft.example",
        "lofts": "north\nsouth",
    }.items() <= made.values.items()
    assert "" == made.values["night"]
    assert "Nothing received yet" in page
    assert f'value="{made.webhook}"' in page
    assert "Our loft is connected." in page


def test_mistakes_stand_beside_their_fields_and_nothing_is_connected(manager: Client) -> None:
    """What was typed is kept for the next try; the network is not even asked."""
    wrong = TYPED | {"value-mail": "keeper", "value-most": "many", "value-plumage": ""}
    page = manager.post(FORM, wrong)
    text = page.content.decode()

    assert 422 == page.status_code
    assert "is not an e-mail address" in text
    assert "is not a whole number" in text
    assert 3 == text.count('class="errorlist"')
    assert 'value="keeper"' in text
    assert [] == channels.connected()


@pytest.mark.parametrize(
    ("token", "sentence", "fix"),
    [
        ("expired", "The token has expired.", "Make another one."),
        ("impossible", "The pigeons are grounded.", "Wait for spring."),
        ("wait", "asks us to wait", "Try again in a few minutes."),
        ("lost", "cannot be reached", "Check the address"),
        ("inside", "private or reserved", "ask whoever runs the server"),
    ],
)
def test_what_the_network_refuses_is_said_with_what_to_do(
    manager: Client, token: str, sentence: str, fix: str
) -> None:
    """Values are kept, secrets are not: a page never gets one back."""
    answer = manager.post(FORM, TYPED | {"value-token": token})
    page = answer.content.decode()

    assert 422 == answer.status_code
    assert sentence in page
    assert fix in page
    assert "Nothing was connected." in page
    assert 'value="loft.example"' in page
    assert f'value="{token}"' not in page
    assert "Enter them again." in page
    assert [] == channels.connected()


def test_a_refusal_that_names_a_field_stands_beside_it(manager: Client) -> None:
    page = manager.post(FORM, TYPED | {"value-token": "of-another-loft"}).content.decode()
    beside = page.split('name="value-token"')[1].split('class="field"')[0]

    assert "This is a token of another loft." in beside


def test_a_name_that_is_taken_is_said_beside_the_name(
    manager: Client, loft: channels.ConnectedView
) -> None:
    other = TYPED | {"name": "Loft of Citron", "value-server": "other.example"}
    page = manager.post(FORM, other)

    assert 422 == page.status_code
    assert "Another account is called" in page.content.decode()
    assert 1 == ConnectedAccount.objects.count()


def test_secrets_reach_no_page(manager: Client, loft: channels.ConnectedView) -> None:
    """Once entered, a secret is dots and a date, for owners too."""
    account = reverse("channel", kwargs={"slug": "atelier", "account": outside(loft)})
    pages = [shown(manager, url) for url in (account, f"{account}values/", "/w/atelier/channels/")]

    assert "roucoule-7" not in "".join(pages)
    assert "••••••••" in pages[0]
    assert "set on" in pages[0]


def test_new_credentials_replace_the_secret_and_keep_what_is_left_empty(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """The dots are not a value; an empty box keeps the secret and the date it was entered."""
    url = reverse("channel_values", kwargs={"slug": "atelier", "account": outside(loft)})
    page = shown(manager, url)
    kept = manager.post(url, TYPED | {"value-token": "", "value-plumage": "white"})
    after_keeping = channels.connection(loft.id).values
    manager.post(url, TYPED | {"value-token": "new-one"})

    assert 'placeholder="••••••••"' in page
    assert "Leave empty to keep it." in page
    assert 'name="name"' not in page.split("<main")[1]
    assert 302 == kept.status_code
    assert ("roucoule-7", "white") == (after_keeping["token"], after_keeping["plumage"])
    assert "new-one" == channels.connection(loft.id).values["token"]
    fields = [entry.details.get("fields") for entry in AuditEntry.objects.order_by("pk")]
    assert ["token" in (one or []) for one in fields] == [False, False, True]


def test_the_date_of_a_secret_is_when_it_was_entered(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """Changing something else does not make a secret younger."""
    url = reverse("channel_values", kwargs={"slug": "atelier", "account": outside(loft)})
    AuditEntry.objects.update(at="2026-05-03T10:00:00Z")
    manager.post(url, TYPED | {"value-token": ""})
    old = shown(manager, url)
    manager.post(url, TYPED | {"value-token": "new-one"})
    today = shown(manager, url)

    assert "Set on 3 May 2026." in old
    assert "Set on 3 May 2026." not in today
    assert str(clock.now().year) in today.split('name="value-token"')[1][:900]


def test_credentials_of_another_account_are_refused(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """Messages of two accounts must not be mixed by a slip of the keyboard."""
    url = reverse("channel_values", kwargs={"slug": "atelier", "account": outside(loft)})
    page = manager.post(url, TYPED | {"value-server": "other.example"})

    assert 422 == page.status_code
    assert "another account" in page.content.decode()
    assert "Nothing was changed." in page.content.decode()
    assert "https://loft.example" == channels.connection(loft.id).values["server"]


@pytest.mark.parametrize("role", ["agent", "analyst", "reader"])
def test_only_owners_and_managers_connect(
    signed_in: Callable[..., Client], loft: channels.ConnectedView, role: str
) -> None:
    """The others see how channels fare, and neither forms, addresses nor buttons."""
    client = signed_in(role)
    account = reverse("channel", kwargs={"slug": "atelier", "account": outside(loft)})
    listed, page = shown(client, "/w/atelier/channels/"), shown(client, account)

    refused = [client.get(FORM), client.post(FORM, TYPED), client.get(f"{account}values/")]
    refused += [client.post(f"{account}do/", {"do": "disconnect"})]
    refused += [client.post(f"{account}name/", {"name": "x"})]
    assert [403] * 5 == [one.status_code for one in refused]
    assert "Loft of Citron" in listed
    assert loft.webhook not in page
    assert "csrfmiddlewaretoken" not in page.split("<main")[1].split("</main")[0]
    assert channels.connected_account(loft.id) == loft


def test_an_unknown_connector_is_not_found(manager: Client) -> None:
    assert 404 == manager.get(f"{GALLERY}carrier-snail/").status_code


def test_what_is_typed_is_text(manager: Client) -> None:
    """A name is shown on every page of the team."""
    evil = "<script>alert(1)</script>"
    page = manager.post(FORM, TYPED | {"name": evil}, follow=True).content.decode()

    assert evil not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_audit_log_has_no_secret(manager: Client, workspace: Workspace, owner: User) -> None:
    manager.post(FORM, TYPED)

    assert "roucoule-7" not in json.dumps([entry.details for entry in AuditEntry.objects.all()])
    assert "Connected a channel" in shown(manager, "/w/atelier/settings/journal/")
