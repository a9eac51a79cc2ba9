"""Deliveries set aside: seen as they came, inert; read again or discarded, one or all."""

from collections.abc import Callable

import pytest
from django.test import Client

from comptoir.base import clock, ids
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels import api as channels
from comptoir.channels.models import Inbound
from comptoir.web.channels.connecting import outside
from comptoir.web.channels.tests.conftest import VALUES

PAGE = "/w/atelier/channels/set-aside/"
EVIL = b'{"note": "<script>alert(1)</script>", "wing": "\xff"}'


def put(view: channels.ConnectedView, key: str = "one", body: bytes = EVIL) -> Inbound:
    """A delivery that nobody could read."""
    return Inbound.objects.create(
        workspace_id=current_workspace_id(),
        account_id=view.id,
        key=key,
        body=body,
        received_at=clock.now(),
        state=Inbound.State.SET_ASIDE,
        attempts=1,
        problem={"code": "unrecognised", "reason": "<b>no wing</b>", "entries": [
            {"place": 3, "reason": "two beaks"}
        ]},
    )  # fmt: skip


def url(row: Inbound) -> str:
    return f"{PAGE}{ids.conceal('delivery', row.pk)}/"


def test_it_is_shown_as_text_with_its_reason(manager: Client, loft: channels.ConnectedView) -> None:
    """The raw text is a stranger's: nothing of it may run, and bytes that are no text do no harm."""
    put(loft)
    page = manager.get(PAGE).content.decode()

    assert "Pigeonnier · Loft of Citron" in page
    assert "This is not what the network usually sends." in page
    assert "&lt;b&gt;no wing&lt;/b&gt;" in page
    assert "two beaks" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_is_downloaded_byte_for_byte_and_never_opened(
    manager: Client, loft: channels.ConnectedView
) -> None:
    row = put(loft)
    answer = manager.get(f"{url(row)}body/")

    assert EVIL == answer.content
    assert "application/octet-stream" == answer["Content-Type"]
    assert answer["Content-Disposition"].startswith("attachment;")


def test_reading_one_again_puts_it_back_in_line(
    manager: Client, loft: channels.ConnectedView
) -> None:
    row, other = put(loft), put(loft, "two")
    manager.post(url(row), {"do": "again"})
    row.refresh_from_db()
    other.refresh_from_db()

    assert ("waiting", "set_aside") == (row.state, other.state)
    assert AuditEntry.objects.filter(verb="channels.delivery_read_again").exists()


def test_discarding_asks_first_and_is_audited(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """What a customer wrote is lost with it: the question says so."""
    row = put(loft)
    page = manager.get(PAGE).content.decode()
    manager.post(url(row), {"do": "discard"})
    row.refresh_from_db()

    assert "is lost for good" in page
    assert ("done", b"") == (row.state, bytes(row.body))
    assert AuditEntry.objects.filter(verb="channels.delivery_let_go").exists()
    assert "Nothing is set aside" in manager.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("does", "state", "verb"),
    [
        ("again", "waiting", "channels.deliveries_read_again"),
        ("discard", "done", "channels.deliveries_let_go"),
    ],
)
def test_all_of_one_account_at_once(
    manager: Client, loft: channels.ConnectedView, owner: User, does: str, state: str, verb: str
) -> None:
    """Those of the other account stay, and the audit log says once how many it was."""
    other = channels.connect(
        "pigeonnier", "Other", VALUES | {"server": "other.example"}, actor=owner
    )
    rows = [put(loft), put(loft, "two")]
    stays = put(other)
    manager.post(f"{PAGE}all/", {"do": does, "account": outside(loft)})

    assert [state, state] == [Inbound.objects.get(pk=row.pk).state for row in rows]
    assert "set_aside" == Inbound.objects.get(pk=stays.pk).state
    assert 2 == AuditEntry.objects.get(verb=verb).details["count"]


def test_pages_go_on_and_keep_to_the_account(
    manager: Client, loft: channels.ConnectedView, owner: User
) -> None:
    other = channels.connect(
        "pigeonnier", "Other", VALUES | {"server": "other.example"}, actor=owner
    )
    for number in range(26):
        put(loft, str(number), b"loft %d." % number)
    put(other, "x", b"of the other")
    chosen = f"{PAGE}?account={outside(loft)}"
    first = manager.get(chosen).content.decode()
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = manager.get(PAGE + older).content.decode()

    assert "loft 25." in first
    assert "loft 0." not in first
    assert "loft 0." in second
    assert "of the other" not in first + second
    assert "of the other" in manager.get(PAGE).content.decode()


def test_the_channel_list_leads_here(manager: Client, loft: channels.ConnectedView) -> None:
    put(loft)

    assert f"{PAGE}?account={outside(loft)}" in manager.get("/w/atelier/channels/").content.decode()


@pytest.mark.parametrize("role", ["agent", "analyst", "reader"])
def test_only_those_who_connect_see_raw_deliveries(
    signed_in: Callable[..., Client], loft: channels.ConnectedView, role: str
) -> None:
    row, client = put(loft), signed_in(role)
    answers = [client.get(PAGE), client.get(f"{url(row)}body/"), client.post(url(row), {})]

    assert [403, 403, 403] == [one.status_code for one in answers]


def test_what_is_gone_is_said(manager: Client, loft: channels.ConnectedView) -> None:
    """Two managers tidy up at once: the second is told, and nothing breaks."""
    row = put(loft)
    manager.post(url(row), {"do": "discard"})
    again = manager.post(url(row), {"do": "again"}, follow=True)

    assert "no longer set aside" in again.content.decode()
    assert 404 == manager.get(f"{url(row)}body/").status_code
    assert 404 == manager.post(f"{PAGE}all/", {"do": "burn"}).status_code
    assert 404 == manager.post(f"{PAGE}nonsense/", {"do": "again"}).status_code


def test_deliveries_of_another_brand_are_not_found(
    manager: Client, loft: channels.ConnectedView
) -> None:
    row = put(loft)
    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    Inbound.objects.filter(pk=row.pk).update(workspace=elsewhere)

    assert 404 == manager.get(f"{url(row)}body/").status_code
