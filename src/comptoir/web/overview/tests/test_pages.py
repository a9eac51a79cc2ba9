"""The overview as people meet it: roles, periods, links, files."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client

from comptoir.base.clock import held_at
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.insight import follow
from comptoir.insight.metric import metrics
from comptoir.insight.tests.factory import Town, utc
from comptoir.web import charts
from comptoir.web.choice import choose

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BASE = "/w/atelier/overview/"
MARCH = "from=2026-03-01&to=2026-03-28"


@pytest.fixture
def town(workspace: Workspace) -> Town:
    """A quiet month: four people, one of whom is called like a formula."""
    made = Town(workspace)
    first = made.say(
        "lea",
        utc(2026, 3, 3, 8),
        label={"tone": -1, "needs_answer": True, "intents": ["refund"]},
        likes=3,
    )
    said = [
        first,
        made.say(
            "brand",
            utc(2026, 3, 3, 10),
            own=True,
            thread=first.thread,
            kind="reply",
            parent=first.pk,
        ),
        made.say("=cmd|' /C calc'!A0", utc(2026, 3, 20, 8), label={"hashtags": ["Noël"]}, views=10),
        made.say("tom", utc(2026, 3, 28, 22), label={"tone": 1}, text="=1+1"),
        made.say("zoe", utc(2026, 1, 5), label={}),
    ]
    made.tell(said)
    follow.catch_up()
    return made


@pytest.fixture
def reader(person: Callable[..., User], client: Client) -> Client:
    client.force_login(person("reader"), backend=BACKEND)
    return client


@pytest.fixture
def analyst(person: Callable[..., User], client: Client) -> Client:
    client.force_login(person("analyst"), backend=BACKEND)
    return client


def body(response: Any) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


def test_the_page_comes_at_once_and_its_figures_after(town: Town, reader: Client) -> None:
    """Then, once counted, figures come with the page; no script is needed to see them."""
    with held_at(utc(2026, 3, 28)):
        first = body(reader.get(BASE))
        panels = body(reader.get(f"{BASE}panels/?{MARCH}"))
        again = body(reader.get(BASE))

    assert "hx-get" in first
    assert "<svg" not in first.split('id="panels"')[1].split("</div>")[0]
    assert 'role="img"' in panels
    assert "hx-get" not in again.split('id="panels"')[1][:400]
    assert "style=" not in again


def test_every_figure_opens_onto_rows_that_a_reader_may_see(town: Town, reader: Client) -> None:
    for name in metrics():
        assert 200 == reader.get(f"{BASE}rows/{name}/?{MARCH}").status_code, name


def test_strangers_learn_nothing(town: Town, client: Client) -> None:
    """A member of no workspace gets the same answer as for a workspace that is not."""
    client.force_login(
        User.objects.create_user("x@example.com", "un mot de passe long"), backend=BACKEND
    )

    assert {404} == {
        client.get(BASE + path).status_code for path in ("", "panels/", "table/volume.csv")
    }


@pytest.mark.parametrize("path", ["table/volume.csv", "rows/reputation.messages/all.xlsx"])
def test_files_need_the_right_to_export(
    town: Town, person: Callable[..., User], client: Client, path: str
) -> None:
    """The same address, refused to a reader and given to an analyst."""
    found = {}
    for role in ("reader", "agent", "analyst", "manager"):
        client.force_login(person(role), backend=BACKEND)
        found[role] = client.get(f"{BASE}{path}?{MARCH}").status_code

    assert {"reader": 403, "agent": 403, "analyst": 200, "manager": 200} == found


def test_a_french_file_opens_by_a_double_click(town: Town, analyst: Client) -> None:
    """Byte-order mark, semicolons, decimal comma."""
    text = body(analyst.get(f"{BASE}table/figures.csv?{MARCH}"))

    assert text.startswith("\ufeff")
    assert "Messages reçus;3" in text
    assert ";0,0;" in text


def test_an_english_file_is_plain(town: Town, analyst: Client) -> None:
    User.objects.update(language="en")

    text = body(analyst.get(f"{BASE}table/figures.csv?{MARCH}"))

    assert text.startswith("Figure,This period,Period before,Unit")
    assert "Messages received,3" in text


def test_no_cell_of_a_file_is_a_formula(town: Town, analyst: Client) -> None:
    """A name or a text may begin like a formula; spreadsheets must show it, not run it."""
    texts = body(analyst.get(f"{BASE}rows/reputation.messages/all.csv?{MARCH}"))
    names = body(analyst.get(f"{BASE}table/speakers.csv?{MARCH}"))
    book = openpyxl.load_workbook(
        io.BytesIO(analyst.get(f"{BASE}rows/reputation.messages/all.xlsx?{MARCH}").content)
    )

    assert "'=1+1" in texts
    assert "'=cmd" in texts
    assert "\n=" not in names
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]


def test_excel_holds_real_dates_and_numbers(town: Town, analyst: Client) -> None:
    content = analyst.get(f"{BASE}table/volume.xlsx?{MARCH}").content
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))

    assert date(2026, 3, 3) == rows[3][0].date()
    assert (1, 0, 0, 0, 1) == rows[3][1:]
    assert 29 == len(rows)


def test_a_breakdown_s_line_opens_onto_its_own_rows(town: Town, reader: Client) -> None:
    refunds = body(reader.get(f"{BASE}rows/reputation.by_intent/?{MARCH}&intent=refund"))
    none = body(reader.get(f"{BASE}rows/reputation.by_intent/?{MARCH}&intent=praise"))

    assert "@lea" in refunds
    assert "@tom" not in refunds
    assert "@lea" not in none


@pytest.mark.parametrize(
    "path",
    ["rows/care.nonsense/", "rows/reputation.by_day_and_tone/?day=x", "rows/audience.speaks_most/?author=x",
     "table/nonsense.csv", "table/volume.exe"],
)  # fmt: skip
def test_addresses_that_make_no_sense_are_not_found(town: Town, analyst: Client, path: str) -> None:
    assert 404 == analyst.get(BASE + path).status_code


def test_an_empty_workspace_says_what_to_do(workspace: Workspace, analyst: Client) -> None:
    page = body(analyst.get(BASE))

    assert "Rien à compter pour l’instant" in page


def test_a_workspace_shows_its_own_messages_only(town: Town, analyst: Client) -> None:
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        theirs = Town(other)
        theirs.tell([theirs.say("secret", utc(2026, 3, 5), label={})])
    follow.catch_up()

    assert "secret" not in body(analyst.get(f"{BASE}rows/reputation.messages/?{MARCH}"))
    assert "secret" not in body(analyst.get(f"{BASE}panels/?{MARCH}"))


def test_a_figure_that_is_unknown_says_why(town: Town, reader: Client) -> None:
    """No post was published: the rate is a dash with its reason, not a zero."""
    page = body(reader.get(f"{BASE}panels/?{MARCH}"))

    assert "La marque n’a rien publié pendant cette période." in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ("2026-03-02", "2026-03-29", "28", True)),
        ({"period": "7"}, ("2026-03-23", "2026-03-29", "7", True)),
        ({"period": "7", "to": "2026-02-10"}, ("2026-02-04", "2026-02-10", "7", False)),
        ({"period": "month"}, ("2026-03-01", "2026-03-31", "month", True)),
        ({"period": "month", "month": "2024-02"}, ("2024-02-01", "2024-02-29", "month", False)),
        ({"from": "2026-01-01", "to": "2026-01-01"}, ("2026-01-01", "2026-01-01", "custom", False)),
        ({"from": "2026-01-01"}, ("2026-01-01", "2026-03-29", "custom", False)),
        ({"from": "2026-02-02", "to": "2026-01-01"}, ("2026-03-02", "2026-03-29", "28", True)),
        ({"from": "nonsense"}, ("2026-03-02", "2026-03-29", "28", True)),
        ({"period": "month", "month": "2026-13"}, ("2026-03-02", "2026-03-29", "28", True)),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ("2026-03-02", "2026-03-29", "28", True)),
    ],
)
def test_the_period_follows_the_address_or_the_data(query: dict[str, str], expected: Any) -> None:
    """Old data must not open on an empty page; nonsense falls back and says so."""
    found = choose(query, date(2026, 3, 29), date(2026, 11, 22), "Europe/Paris")

    assert expected == (
        found.period.first.isoformat(), found.period.last.isoformat(), found.kind, found.moved
    )  # fmt: skip


def test_fresh_data_ends_today() -> None:
    found = choose({}, date(2026, 11, 20), date(2026, 11, 22), "Europe/Paris")

    assert ("2026-11-22", False) == (found.period.last.isoformat(), found.moved)


def test_neighbouring_periods_touch() -> None:
    found = choose(
        {"period": "month", "month": "2026-03"},
        date(2026, 3, 29),
        date(2026, 3, 29),
        "Europe/Paris",
    )

    assert ("period=month&month=2026-02", "period=month&month=2026-04") == (
        found.earlier,
        found.later,
    )
    week = choose({"period": "7"}, date(2026, 3, 29), date(2026, 3, 29), "Europe/Paris")
    assert "period=7&to=2026-03-22" == week.earlier


def test_an_unreadable_copy_says_what_to_do(
    town: Town, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frame stays, the sentence names the command; nothing is shown as zero."""

    def broken(*_: Any) -> None:
        raise OSError("disk")

    monkeypatch.setattr("comptoir.insight.ask.asking", broken)
    response = reader.get(f"{BASE}panels/?{MARCH}")

    assert 422 == response.status_code
    assert "comptoir rebuild" in body(response)


def test_a_page_shows_the_first_lines_and_the_file_all(
    town: Town, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand authors must weigh on the file alone, and none may be missing from it."""
    town.tell([town.say(f"client{n}", utc(2026, 3, 9, 1, n), label={}) for n in range(12)])
    follow.catch_up()
    monkeypatch.setattr("comptoir.insight.overview.LINES", 11)

    page = body(analyst.get(f"{BASE}panels/?{MARCH}"))
    lines = body(analyst.get(f"{BASE}table/speakers.csv?{MARCH}")).splitlines()

    assert "5 lignes de plus sont dans le fichier." in page
    assert 16 == len(lines)


def test_tones_of_a_day_stand_on_top_of_one_another() -> None:
    """
    Columns drawn over each other hide the smaller ones: negative messages vanished.
    """
    day, next_day = date(2026, 3, 2), date(2026, 3, 3)
    bars = [charts.Bar(day, next_day, name, value) for name, value in (("b", 3), ("a", 2))]

    rows = charts._stacked(bars, ["a", "b"])

    assert [("a", 0, 2), ("b", 2, 5)] == [(r["series"], r["low"], r["high"]) for r in rows]
