"""How channels fare: the list, an account's page, and the word on every other page."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comptoir import conf
from comptoir.base import clock
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.connectors import connectors
from comptoir.channels.models import Account, ConnectedAccount
from comptoir.web import troubles
from comptoir.web.channels import words
from comptoir.web.channels.connecting import outside
from comptoir.web.channels.tests.conftest import VALUES

LIST = "/w/atelier/channels/"


def shown(client: Client, url: str = LIST) -> str:
    return client.get(url).content.decode()


def address(view: channels.ConnectedView, name: str = "channel") -> str:
    return reverse(name, kwargs={"slug": "atelier", "account": outside(view)})


def change(view: channels.ConnectedView, **fields: Any) -> None:
    ConnectedAccount.objects.filter(pk=view.id).update(**fields)


def alarm(page: str) -> str:
    """What the banner says; "" without one."""
    found = re.search(r'<aside class="alarm".*?</aside>', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found[0])).strip() if found else ""


@pytest.fixture
def others(loft: channels.ConnectedView, owner: User) -> dict[str, channels.ConnectedView]:
    """Four more lofts, by the state they are in."""
    made = {}
    for name in ("well", "paused", "ending", "lost"):
        values = VALUES | {"server": f"{name}.example"}
        made[name] = channels.connect("pigeonnier", name.title(), values, actor=owner)
    now = clock.now()
    change(made["well"], heard_at=now - timedelta(hours=2), sent_at=now - timedelta(minutes=5))
    channels.pause(made["paused"].id, actor=owner)
    change(made["ending"], heard_at=now, expires_at=now + timedelta(days=5))
    channels.trouble(made["lost"].id, "access_lost", "The keeper left.", "Ask him.", lost=True)
    return made


def test_troubled_ones_come_first(
    manager: Client, others: dict[str, channels.ConnectedView]
) -> None:
    """What needs somebody is read first, whatever the alphabet says."""
    page = shown(manager)
    names = re.findall(r'<h2 class="wrap-anywhere"><a [^>]*>([^<]+)</a>', page)
    states = re.findall(r'class="channel-level"[^>]*>.*?</svg>([^<]+)<', page)

    assert ["Lost", "Ending", "Paused", "Loft of Citron", "Well"] == names
    assert [
        "Cut off", "Needs attention", "Paused", "Nothing received yet", "Connected"
    ] == states  # fmt: skip
    assert "5 channels; 2 need attention." in page
    assert "The keeper left." in page


def test_each_trouble_has_the_button_that_mends_it(
    manager: Client, others: dict[str, channels.ConnectedView], loft: channels.ConnectedView
) -> None:
    """Nobody has to guess what to do after reading what is wrong."""
    channels.trouble(loft.id, "unreachable", "The loft is far.", "Look at the map.")
    rows = {
        name: row
        for row in shown(manager).split('<li class="card channel-row"')[1:]
        for name in re.findall(r'class="wrap-anywhere"><a [^>]*>([^<]+)</a>', row)
    }

    assert address(others["lost"], "channel_values") in rows["Lost"]
    assert address(others["ending"], "channel_values") in rows["Ending"]
    assert 'value="resume"' in rows["Paused"]
    assert 'value="check"' in rows["Loft of Citron"]
    assert "Look at the map." in rows["Loft of Citron"]
    assert "channel-trouble" not in rows["Well"]


def test_the_list_tells_when_what_and_how_much(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """Last heard, last sent, the end of access, the network's quota and when it starts anew."""
    now = clock.now()
    change(
        loft,
        heard_at=now - timedelta(hours=3),
        sent_at=None,
        quota={"left": 4120, "limit": 10000, "resets_at": (now + timedelta(hours=7)).isoformat()},
    )
    page = re.sub(r"<[^>]+>", " ", shown(manager))

    assert re.search(r"Last heard\s+3 hrs? ago\s+Last sent\s+never\s+Access ends", page)
    assert re.search(r"Quota left\s+4,120 of 10,000 wing beats\s+full again\s+in \d hr", page)


def test_what_only_carries_alerts_waits_for_nothing(manager: Client, owner: User) -> None:
    """It would stand at “nothing received yet” for ever."""
    bell = channels.connect("bell", "", {}, actor=owner)
    page = shown(manager, address(bell))

    assert "well" == troubles.standing(bell).level
    assert "Nothing received yet" not in page
    assert "Last heard" not in page
    assert "only alerts" in shown(manager)


def test_files_and_disconnected_accounts_stand_apart(
    manager: Client, loft: channels.ConnectedView, owner: User, workspace: Workspace
) -> None:
    """They are not channels that could be in trouble, and their messages are still there."""
    Account.objects.create(workspace=workspace, channel="reviews", name="Imports")
    channels.disconnect(loft.id, actor=owner)
    page = shown(manager)

    assert "Fed by files" in page
    assert "Imports" in page
    assert "Connect your first channel" in page
    assert address(loft, "channel_values") in page.split("Disconnected")[1]


def test_an_empty_list_invites(manager: Client, signed_in: Callable[..., Client]) -> None:
    """Those who may connect get the first steps; the others are told whom to ask."""
    page, other = shown(manager), shown(signed_in("reader"))

    assert 2 <= len(re.findall(r'href="/w/atelier/channels/add/\w+/"', page)) <= 8
    assert "An owner or a manager can connect one." in other
    assert "/add/" not in other


@pytest.mark.parametrize(
    ("does", "state", "verb"),
    [
        ("pause", "paused", "channels.account_paused"),
        ("resume", "on", "channels.account_resumed"),
        ("disconnect", "off", "channels.account_disconnected"),
        ("rotate", "on", "channels.address_rotated"),
    ],
)
def test_what_is_done_to_an_account_is_done_said_and_audited(
    manager: Client, loft: channels.ConnectedView, owner: User, does: str, state: str, verb: str
) -> None:
    from comptoir.base.models import AuditEntry

    if does == "resume":
        channels.pause(loft.id, actor=owner)
    before = channels.connection(loft.id).webhook
    page = manager.post(address(loft, "channel_act"), {"do": does}, follow=True)
    after = channels.connected_account(loft.id)

    assert after is not None
    assert state == after.state
    assert "Loft of Citron" in page.content.decode()
    assert (does in ("disconnect", "rotate")) == (before != after.webhook)
    assert "manager@example.com" == AuditEntry.objects.get(verb=verb).actor.email  # type: ignore[union-attr]


def test_the_old_address_is_kept_as_long_as_chosen_and_said(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """A day unless something else is chosen; ended by a button."""
    page = manager.post(address(loft, "channel_act"), {"do": "rotate"}, follow=True)
    kept = channels.connected_account(loft.id)
    assert kept is not None
    assert kept.old_until is not None
    assert timedelta(hours=23) < kept.old_until - clock.now() <= timedelta(hours=24)
    assert "The old address works until" in page.content.decode()

    page = manager.post(address(loft, "channel_act"), {"do": "end"}, follow=True)
    assert "has ended" in page.content.decode()
    assert "The old address works until" not in page.content.decode()

    for chosen, hours in (("0", 0), ("168", 168), ("9999", 24)):
        manager.post(address(loft, "channel_act"), {"do": "rotate", "grace": chosen})
        after = channels.connected_account(loft.id)
        assert after is not None
        left = after.old_until - clock.now() if after.old_until else timedelta()
        assert timedelta(hours=max(hours - 1, 0)) <= left <= timedelta(hours=hours)


def test_checking_puts_an_account_right_or_says_what_is_wrong(
    manager: Client, loft: channels.ConnectedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button of the list leads back to the list."""
    channels.trouble(loft.id, "unreachable", "The loft is far.", "")
    well = manager.post(address(loft, "channel_act"), {"do": "check", "back": "list"}, follow=True)
    cleared = channels.connected_account(loft.id)
    monkeypatch.setattr("comptoir.channels.connections.opened", lambda _stored: {"token": "lost"})
    ill = manager.post(address(loft, "channel_act"), {"do": "check"}, follow=True)
    again = channels.connected_account(loft.id)

    assert cleared is not None
    assert again is not None
    assert (LIST, None) == (well.redirect_chain[-1][0], cleared.problem)
    assert "all is well" in well.content.decode()
    assert again.problem is not None
    assert "cannot be reached" in ill.content.decode()


def test_confirmations_say_what_happens_and_work_without_scripts(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """Disconnecting and a new address ask first; the link alone opens the question."""
    page = shown(manager, address(loft))
    asked = shown(manager, f"{address(loft)}?ask=disconnect")

    assert "Messages and conversations stay" in page
    assert "How long the old address still works" in page
    assert 'id="disconnect" aria-labelledby="disconnect-t">' in page
    assert 'id="disconnect" aria-labelledby="disconnect-t" open>' in asked
    assert 'href="?ask=rotate" data-dialog="rotate"' in page


def test_renaming(manager: Client, loft: channels.ConnectedView) -> None:
    """An empty name comes back with its question open."""
    empty = manager.post(address(loft, "channel_rename"), {"name": " "})
    manager.post(address(loft, "channel_rename"), {"name": "Dovecote"})

    assert 422 == empty.status_code
    assert 'id="rename" aria-labelledby="rename-t" open>' in empty.content.decode()
    assert ["Dovecote"] == [one.name for one in channels.connected()]


def test_the_page_waits_for_the_first_message_and_stops_asking(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """The fragment asks again until something arrived; 286 ends it."""
    url = address(loft, "channel_arrival")
    waiting = manager.get(url)
    change(loft, heard_at=clock.now())
    arrived = manager.get(url)

    assert [200, 286] == [waiting.status_code, arrived.status_code]
    assert 'hx-trigger="every 4s"' in waiting.content.decode()
    assert "hx-trigger" not in arrived.content.decode()
    assert "It works: something arrived." in arrived.content.decode()


def test_lines_to_paste_are_shown_as_text_to_those_who_connect(
    manager: Client, signed_in: Callable[..., Client], owner: User
) -> None:
    """They are a script tag: shown, copied, and never run on our own page."""
    town = channels.connect("town", "", {}, actor=owner)
    page, other = shown(manager, address(town)), shown(signed_in("agent"), address(town))

    assert "&lt;script src=&quot;https://square.example/Square.js&quot;&gt;" in page
    assert "square.example" not in re.sub(r"&lt;.*?&gt;", "", page)
    assert 'data-copy="#snippet"' in page
    assert "Paste the lines below" in page
    assert "square.example" not in other


@pytest.mark.parametrize(
    ("public_url", "warns"),
    [
        ("http://citron.example", True),
        ("https://localhost:8421", True),
        ("https://10.1.2.3", True),
        ("https://[::1]", True),
        ("https://comptoir.lan", True),
        ("https://comptoir.citron.example", False),
        ("https://[2001:4860:4860::8888]", False),
    ],
)
def test_an_address_that_no_network_can_call_is_said(
    manager: Client,
    loft: channels.ConnectedView,
    monkeypatch: pytest.MonkeyPatch,
    public_url: str,
    warns: bool,
) -> None:
    """Pasting it would be accepted by nobody, and the reason would be hard to guess."""
    here = replace(conf.current(), public_url=public_url)
    monkeypatch.setattr("comptoir.conf.current", lambda: here)

    assert warns == ("Networks cannot reach this address." in shown(manager, address(loft)))


@pytest.mark.parametrize("outside_id", ["nonsense", "AAAAAAAAAAAAAAAAAAA"])
def test_unknown_accounts_are_not_found(manager: Client, outside_id: str) -> None:
    assert 404 == manager.get(f"{LIST}{outside_id}/").status_code


def test_unknown_acts_are_not_found(manager: Client, loft: channels.ConnectedView) -> None:
    assert 404 == manager.post(address(loft, "channel_act"), {"do": "burn"}).status_code


def test_accounts_of_another_brand_are_not_found(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """An id that this installation gave out for one brand opens nothing in another."""
    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    ConnectedAccount.objects.filter(pk=loft.id).update(workspace=elsewhere)

    assert 404 == manager.get(address(loft)).status_code


# ── On every page ──────────────────────────────────────────────────────────────────────────


def test_a_lost_channel_is_said_on_every_page_to_who_can_mend_it(
    signed_in: Callable[..., Client], loft: channels.ConnectedView
) -> None:
    """Not a surprise, wherever one works; with the way to the remedy."""
    channels.trouble(loft.id, "access_lost", "The keeper left.", "Ask him.", lost=True)
    client = signed_in("manager")
    urls = [
        "/w/atelier/inbox/",
        "/w/atelier/settings/",
        "/w/atelier/import/",
        "/help/",
        "/account/",
    ]
    pages = [shown(client, url) for url in urls]

    for page in pages:
        assert "Pigeonnier · Loft of Citron – The keeper left." in alarm(page)
        assert f'href="{address(loft)}"' in page
        assert '<span class="count">1</span>' in page


def test_those_who_cannot_mend_it_get_a_quiet_word(
    signed_in: Callable[..., Client], loft: channels.ConnectedView
) -> None:
    """An agent should know that messages may be missing, and is not called to act."""
    channels.trouble(loft.id, "access_lost", "The keeper left.", "Ask him.", lost=True)
    page = shown(signed_in("agent"), "/w/atelier/inbox/")

    assert "may be missing or late" in alarm(page)
    assert "data-quiet" in page
    assert '<span class="count">' not in page.split('class="rail-nav"')[1].split("</nav>")[0]
    assert "The keeper left." not in page


def test_no_banner_while_all_is_well_or_paused(
    manager: Client, loft: channels.ConnectedView, owner: User
) -> None:
    change(loft, heard_at=clock.now())
    well = shown(manager, "/w/atelier/inbox/")
    channels.trouble(loft.id, "unreachable", "The loft is far.")
    channels.pause(loft.id, actor=owner)

    assert ["", ""] == [alarm(well), alarm(shown(manager, "/w/atelier/inbox/"))]


def test_a_hiccup_calls_nobody_until_it_lasts(
    manager: Client, loft: channels.ConnectedView
) -> None:
    """Networks are slow now and then; a quarter of an hour of it is trouble."""
    channels.trouble(loft.id, "unreachable", "The loft is far.")
    early = alarm(shown(manager, "/w/atelier/inbox/"))
    change(loft, problem_since=clock.now() - troubles.PATIENCE)

    assert "" == early
    assert "The loft is far." in alarm(shown(manager, "/w/atelier/inbox/"))


@pytest.mark.parametrize(
    ("left", "level", "calls"),
    [
        (timedelta(days=8), "new", False),
        (timedelta(days=6), "warning", False),
        (timedelta(days=2), "warning", True),
        (timedelta(hours=-1), "lost", True),
    ],
)
def test_access_that_ends_is_said_in_time(
    loft: channels.ConnectedView, left: timedelta, level: str, calls: bool
) -> None:
    """A token expiring in silence is how messages are lost elsewhere."""
    change(loft, expires_at=clock.now() + left)
    view = channels.connected_account(loft.id)
    assert view is not None
    stands = troubles.standing(view)

    assert (level, calls) == (stands.level, stands.calls)


def test_a_connector_that_is_gone_is_said(
    manager: Client, loft: channels.ConnectedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package removed by an upgrade must not silence a channel without a word."""
    monkeypatch.delitem(connectors(), "pigeonnier")

    assert "not installed any more" in alarm(shown(manager, "/w/atelier/inbox/"))
    assert 200 == manager.get(address(loft)).status_code
    assert 404 == manager.get(address(loft, "channel_values")).status_code


def test_several_are_counted_and_named(
    manager: Client, others: dict[str, channels.ConnectedView], loft: channels.ConnectedView
) -> None:
    for view in (others["well"], loft):
        channels.trouble(view.id, "access_lost", "Gone.", lost=True)

    said = alarm(shown(manager, "/w/atelier/inbox/"))

    assert said.startswith(
        "3 channels need you – Pigeonnier · Loft of Citron, Pigeonnier · Lost and 1 other"
    )


def test_fragments_do_not_ask_how_channels_fare(
    manager: Client, loft: channels.ConnectedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They show no banner; the question would be put with every key pressed in a search."""
    asked: list[datetime] = []

    def troubled() -> list[channels.ConnectedView]:
        asked.append(clock.now())
        return []

    monkeypatch.setattr("comptoir.channels.api.troubled", troubled)
    manager.get(f"{LIST}add/", {"q": "p"}, headers={"HX-Request": "true"})
    manager.get(address(loft, "channel_arrival"))

    assert [] == asked
    assert 200 == manager.get(LIST).status_code
    assert 1 == len(asked)


def test_every_level_has_words_and_a_sign() -> None:
    assert set(troubles.LEVELS) == set(words.LEVELS) == set(words.LEVEL_ICONS)
    assert set(words.REMEDIES) == set(words.REMEDY_ICONS) == {"values", "check", "resume"}
