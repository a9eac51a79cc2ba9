"""Rivals as people meet them: who they are, what stands out, what opens onto what, files."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from comptoir.base.api import ids
from comptoir.base.clock import held_at
from comptoir.base.models import User, Workspace
from comptoir.insight.definitions import definitions
from comptoir.insight.tests.factory import Town, utc
from comptoir.listening import api as listening
from comptoir.listening.models import Mention
from comptoir.listening.rivals import api
from comptoir.web.rivals import tables, views

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BASE = "/w/atelier/rivals/"
WEEK = "from=2026-03-02&to=2026-03-08"
CALM = "Notre atelier vous ouvre ses portes"
LOUD = "Dernier jour !! Foncez : -30 % avec le code VITE30"


@pytest.fixture
def rival(workspace: Workspace, owner: User) -> int:
    """A folder about a rival, with a query that listens for long."""
    with held_at(utc(2025, 1, 1)):
        folder = listening.add_folder("rival", "Maison Verte", owner)
        listening.add(listening.Draft("Verte", folder, "verte"), owner)
    return folder


@pytest.fixture
def town(workspace: Workspace, rival: int, owner: User) -> Town:
    """Twelve calm weeks of a rival's, then one in which it presses; and customers who complain."""
    made = Town(workspace)
    monday = utc(2026, 3, 2, 12)
    made.say("zoe", monday - timedelta(weeks=12, days=1))
    for week in range(1, 13):
        for day in range(5):
            made.say("verte", monday + timedelta(days=day, weeks=-week), text=CALM)
    for day in range(5):
        made.say("verte", monday + timedelta(days=day), text=LOUD)
    made.say("verte", monday, text="Bonjour, désolés", kind="reply", in_reply_to="m1")
    query = listening.queries(rival)[0].id
    for number in range(3):
        said = made.say(
            f"c{number}", monday + timedelta(hours=number),
            label={"tone": -1, "intents": ["refund"]}, text=f"=verte {number} : toujours pas remboursé",
        )  # fmt: skip
        Mention.objects.create(workspace=workspace, query_id=query, message=said, number=1)
    api.add_account(rival, "x", "verte", owner)
    return made


@pytest.fixture
def as_role(person: Callable[..., User], client: Client) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        user = person(role)
        User.objects.filter(pk=user.pk).update(language="en")
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def reader(as_role: Callable[[str], Client]) -> Client:
    return as_role("reader")


def at(folder: int, more: str = "") -> str:
    return f"{BASE}{ids.conceal('listening-folder', folder)}/{more}"


def body(response: Any, status: int = 200) -> str:
    assert status == response.status_code
    text = b"".join(response).decode() if response.streaming else response.content.decode()
    return unescape(text)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_without_rivals_the_page_says_how_to_have_them(
    workspace: Workspace, reader: Client
) -> None:
    said = words(body(reader.get(BASE)))

    assert "No rival is named yet" in said
    assert "add a folder of the kind Rival" in said


def test_without_messages_the_page_says_so(rival: int, reader: Client) -> None:
    assert "Nothing was heard yet" in words(body(reader.get(BASE)))
    body(reader.get(at(rival)), 404)


def test_the_list_says_who_presses_harder(town: Town, reader: Client) -> None:
    said = words(body(reader.get(f"{BASE}?{WEEK}")))

    assert "Maison Verte 5 As usual 4.00 usually 0.00 More than usual 1" in said


def test_a_rival_without_accounts_shows_how_to_name_them(
    rival: int, workspace: Workspace, as_role: Callable[[str], Client]
) -> None:
    Town(workspace).say("maisonverte", utc(2026, 3, 2))
    lead = as_role("analyst")
    said = words(body(lead.get(f"{at(rival)}?{WEEK}&whole=1")))

    assert "Name the rival’s own accounts and sites" in said
    assert "@maisonverte 1 message" in said
    assert "Nothing is known of what it publishes: name its accounts first." in said


def test_the_page_comes_at_once_and_its_figures_after(
    town: Town, rival: int, reader: Client
) -> None:
    first = body(reader.get(f"{at(rival)}?{WEEK}"))
    panels = body(reader.get(f"{at(rival, 'panels/')}?{WEEK}"))

    assert f"{at(rival, 'panels/')}?{WEEK}" in first
    assert 'role="img"' in panels
    assert "style=" not in first + panels


def test_what_stands_out_is_said_with_interval_and_rank(
    town: Town, rival: int, reader: Client
) -> None:
    said = words(body(reader.get(f"{at(rival, 'panels/')}?{WEEK}")))

    assert "Its communication presses harder than usual" in said
    assert re.search(
        r"More than in 12 of the 12 weeks before: 4\.00, usually 0\.00; ×[\d.,]+ its habit"
        r" \(95% interval: ×[\d.,]+ to ×[\d.,]+\)",
        said,
    )
    assert "Its customers complain most of: Refund" in said
    assert "3 of 3 negative messages" in said
    assert "It publishes more often than usual" not in said
    assert "None is claimed" in said


def test_new_offers_are_marked_with_their_terms(town: Town, rival: int, reader: Client) -> None:
    text = body(reader.get(f"{at(rival, 'panels/')}?{WEEK}"))
    offers = words(text[text.index('id="title-offers') :][:4000])

    assert "30% off New Code VITE30" in offers
    assert "1 new offer" in words(text)


def test_every_link_of_a_report_opens(town: Town, rival: int, reader: Client) -> None:
    text = body(reader.get(f"{at(rival, 'panels/')}?{WEEK}"))
    links = {link for link in re.findall(r'href="([^"#]+)"', text) if "/rows/" in link}

    assert len(links) > 12
    for link in links:
        assert re.search(r"\d+ messages?\.", words(body(reader.get(link)))) or "=rep" in link, link


def test_rows_show_the_words_that_told(town: Town, rival: int, reader: Client) -> None:
    said = words(body(reader.get(f"{at(rival, 'rows/posts/')}?{WEEK}&sign=urgency")))

    assert "5 messages." in said
    assert "Urgency: dernier jour" in said
    assert "30% off" in said


@pytest.mark.parametrize(
    "address",
    ["rows/nothing/", "rows/posts/?hour=noon", "table/nothing.csv", "table/offers.pdf",
     "rows/posts/all.doc"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(
    town: Town, rival: int, as_role: Callable[[str], Client], address: str
) -> None:
    body(as_role("analyst").get(at(rival, address)), 404)


def test_strangers_and_other_folders_are_not_found(
    town: Town, owner: User, rival: int, reader: Client, client: Client
) -> None:
    brand = listening.add_folder("brand", "Citron", owner)

    body(reader.get(at(brand)), 404)
    body(reader.get(at(10**9)), 404)
    body(reader.get(f"{BASE}nonsense/"), 404)
    stranger = User.objects.create_user("stranger@example.com", "x")
    client.force_login(stranger, backend=BACKEND)
    body(client.get(at(rival)), 404)


@pytest.mark.parametrize("table", list(tables.TABLES))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_table_is_a_file(
    town: Town, rival: int, as_role: Callable[[str], Client], table: str, language: str
) -> None:
    analyst = as_role("analyst")
    User.objects.update(language=language)
    csv = body(analyst.get(f"{at(rival, f'table/{table}.csv')}?{WEEK}"))
    book = analyst.get(f"{at(rival, f'table/{table}.xlsx')}?{WEEK}")

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book) if book.streaming else book.content))
    assert csv.count("\n") >= 2
    assert sheet.active is not None
    assert sheet.active.max_row >= 2


def test_messages_are_a_file_that_runs_nothing(
    town: Town, rival: int, as_role: Callable[[str], Client]
) -> None:
    csv = body(as_role("analyst").get(f"{at(rival, 'rows/complaints/all.csv')}?{WEEK}"))

    assert 4 == len(csv.strip().splitlines())
    assert "'=verte" in csv


def test_readers_take_no_files(town: Town, rival: int, reader: Client) -> None:
    assert 403 == reader.get(f"{at(rival, 'table/offers.csv')}?{WEEK}").status_code
    assert ".csv" not in body(reader.get(f"{at(rival, 'panels/')}?{WEEK}"))


def test_accounts_are_named_and_removed(
    rival: int, workspace: Workspace, as_role: Callable[[str], Client]
) -> None:
    Town(workspace).say("lea", utc(2026, 3, 2))
    analyst = as_role("analyst")
    given = {"channel": "", "value": "https://x.com/verte"}
    assert "@verte" in body(analyst.post(at(rival, "accounts/add/"), given, follow=True))
    assert "named already" in body(analyst.post(at(rival, "accounts/add/"), given, follow=True))

    [one] = api.accounts(rival)
    address = at(rival, f"accounts/{ids.conceal('rival-account', one.id)}/remove/")
    body(analyst.post(address, follow=True))
    assert [] == api.accounts(rival)
    assert 404 == analyst.post(at(rival, "accounts/nonsense/remove/")).status_code


def test_readers_name_nobody(rival: int, workspace: Workspace, reader: Client) -> None:
    Town(workspace).say("lea", utc(2026, 3, 2))
    given = {"channel": "x", "value": "verte"}

    assert 403 == reader.post(at(rival, "accounts/add/"), given).status_code
    assert "Handle or address" not in body(reader.get(at(rival)))
    assert [] == api.accounts(rival)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_figure_is_defined_and_nothing_else(language: str) -> None:
    shown = {f"rivals.{one}" for one in (*api.MEASURES, "depth", "offers", "complaints")}

    assert shown == {one for one in definitions(language) if one.startswith("rivals.")}
    assert set(views.MEASURES.values()) <= shown
