"""Weak points as people meet them: figures that open, moves, tasks, files, roles."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.insight import api as insight
from comptoir.insight.definitions import definitions
from comptoir.insight.tests.factory import Town
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs
from comptoir.weakpoints.tests.conftest import at, label
from comptoir.web.weakpoints import wording

BASE = "/w/atelier/weak-points/"
MARCH = "from=2026-03-01&to=2026-03-28"
TASK = {
    "title": "Train the team", "kind": "training", "state": "open", "owner": "", "due_on": "",
    "notes": "", "department": "service", "product": "", "channel": "", "language": "",
    "phrase": "", "days": "28", "started_on": "", "done_on": "",
}  # fmt: skip


@pytest.fixture
def town(workspace: Workspace) -> Town:
    """Three complaints of logistics, one with an answer; one of service; one happy customer."""
    made = Town(workspace)
    lea = made.say("lea", at(3), label=label("delivery"), text="colis <b>perdu</b>")
    said = [
        lea,
        made.say("lea", at(4), thread=lea.thread, kind="reply", label=label("delivery")),
        made.say("brand", at(5), own=True, thread=lea.thread, kind="reply"),
        made.say("=cmd|' /C calc'!A0", at(6), label=label("delivery"), text="=1+1"),
        made.say("tom", at(7), label=label("damaged_item")),
        made.say("zoe", at(8), label=label(disliked="service")),
        made.say("una", at(9), label={"tone": 1}),
    ]
    made.tell(said)
    insight.catch_up(True)
    return made


@pytest.fixture
def as_role(
    person: Callable[..., User], sign_in: Callable[[User], Client]
) -> Callable[[str], Client]:
    """as_role("reader") opens a browser in English."""
    return lambda role: sign_in(person(role, f"{role}@weak.example"))


@pytest.fixture
def manager(as_role: Callable[[str], Client]) -> Client:
    return as_role("manager")


def text(response: Any, status: int = 200) -> str:
    assert status == response.status_code
    return unescape(" ".join(response.content.decode().split()))


def test_an_empty_brand_is_told_what_appears_here(workspace: Workspace, manager: Client) -> None:
    assert "No complaint to sort yet" in text(manager.get(BASE))


def test_every_figure_opens_to_as_many_rows(town: Town, manager: Client) -> None:
    page = text(manager.get(f"{BASE}?{MARCH}"))

    links = re.findall(r'<a href="(/w/atelier/weak-points/rows/[^"]+)">(\d+)</a>', page)
    assert len(links) >= 6
    for address, count in links:
        assert f"{count} counted" in text(manager.get(address)), address


def test_the_page_of_a_department_says_what_it_calls_for(town: Town, manager: Client) -> None:
    for number in range(3):
        town.tell([town.say(f"n{number}", at(10 + number), label=label("delivery"))])
    insight.catch_up(True)
    page = text(manager.get(f"{BASE}point/?department=logistics&{MARCH}"))

    assert "Tell customers of delays before they ask" in page
    assert "5 of 6 complaints." in page
    assert "&lt;b&gt;" not in page
    assert "<b>perdu" in page
    raw = manager.get(f"{BASE}point/?department=logistics&{MARCH}").content.decode()
    assert "<b>perdu" not in raw
    (made,) = re.findall(r'href="([^"]+kind=process[^"]+Tell[^"]+)"', page)
    form = text(manager.get(made))
    assert 'value="Tell customers of delays before they ask"' in form
    assert '<option value="logistics" selected>' in form


def test_no_money_until_the_brand_says_what_a_contact_costs(
    town: Town, manager: Client, owner: User
) -> None:
    assert "Cost of contacts" not in text(manager.get(f"{BASE}?{MARCH}"))

    api.costs.save(Costs(450, "EUR", 6.0), owner)

    page = text(manager.get(f"{BASE}?{MARCH}"))
    assert "€22.50" in page
    assert "30 min" in page


def test_a_complaint_is_moved_and_moved_back(town: Town, manager: Client) -> None:
    rows = text(manager.get(f"{BASE}rows/complaints/?department=service&{MARCH}"))
    (address,) = set(re.findall(r'href="(/w/atelier/weak-points/complaints/[^"]+)"', rows))
    assert "confidence" in rows

    page = text(manager.post(address, {"department": "shop"}, follow=True))
    assert "Moved to “Shops”" in page
    assert "moved by a person" in page
    assert AuditEntry.objects.filter(verb="weakpoints.complaint_moved").exists()
    assert "1 counted" in text(manager.get(f"{BASE}rows/complaints/?department=shop&{MARCH}"))

    assert "The analysis decides again" in text(manager.post(address, {"do": "undo"}, follow=True))
    assert "No row is counted" in text(
        manager.get(f"{BASE}rows/complaints/?department=shop&{MARCH}")
    )
    assert "There is no such department" in text(
        manager.post(address, {"department": "nowhere"}, follow=True)
    )


@pytest.mark.parametrize(
    ("role", "moves", "sorts"),
    [("reader", 403, 403), ("analyst", 302, 403), ("agent", 302, 403), ("manager", 302, 302)],
)
def test_who_may_do_what(
    town: Town, as_role: Callable[[str], Client], role: str, moves: int, sorts: int
) -> None:
    browser = as_role(role)
    rows = text(browser.get(f"{BASE}rows/complaints/?department=service&{MARCH}"))
    (address,) = set(re.findall(r'href="(/w/atelier/weak-points/complaints/[^"]+)"', rows))

    assert moves == browser.post(address, {"department": "shop"}).status_code
    assert moves == browser.post(f"{BASE}tasks/new/", TASK).status_code
    costs = {"cost": "4.50", "currency": "EUR", "minutes": ""}
    assert sorts == browser.post(f"{BASE}sorting/costs/", costs).status_code
    assert sorts == browser.post(f"{BASE}sorting/products/", {"text": "Tasse"}).status_code
    assert 200 == browser.get(f"{BASE}sorting/").status_code


def test_departments_are_edited_on_their_page(town: Town, manager: Client) -> None:
    known = api.departments.departments()
    sent: dict[str, Any] = {
        "key": [*(one.key for one in known), ""],
        "name": [*(one.name for one in known), "Returns"],
    }
    sent |= {f"signal:{s}": str(n) for n, one in enumerate(known) for s in one.signals}
    sent |= {"signal:intent:damaged_item": str(len(known)), "signal:intent:delivery": "0"}

    assert "Saved." in text(manager.post(f"{BASE}sorting/", sent, follow=True))

    page = text(manager.get(f"{BASE}?{MARCH}"))
    assert "Returns" in page
    twice = sent | {"name": ["Same"] * (len(known) + 1)}
    assert "same name" in text(manager.post(f"{BASE}sorting/", twice), 422)


def test_a_task_is_written_done_and_deleted(town: Town, manager: Client) -> None:
    page = text(manager.post(f"{BASE}tasks/new/", TASK, follow=True))
    assert "The task is there." in page
    assert "What was so before is counted once the task has begun." in page
    (address,) = set(re.findall(r'href="(/w/atelier/weak-points/tasks/[^/"]{5,}/)"', text(
        manager.get(f"{BASE}tasks/"))))  # fmt: skip

    sent = TASK | {"state": "done", "started_on": "2026-03-10", "done_on": "2026-03-09"}
    assert "ends on the day it began or later" in text(manager.post(address, sent), 422)
    sent |= {"done_on": "2026-03-12"}
    page = text(manager.post(address, sent, follow=True))
    assert "State: To do → Done" in page
    assert "Too early" in page
    assert "No task here" in text(manager.get(f"{BASE}tasks/?whose=mine"))
    assert "Train the team" in text(manager.get(f"{BASE}tasks/?state=done"))

    assert "is deleted" in text(manager.post(f"{address}delete/", follow=True))
    assert 404 == manager.get(address).status_code


def test_tables_and_rows_leave_as_files(town: Town, manager: Client) -> None:
    made = manager.get(f"{BASE}table/departments.xlsx?{MARCH}")
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
    assert sheet is not None
    assert ("Logistics", 3) == tuple(one.value for one in sheet[2][:2])

    sent: Any = manager.get(f"{BASE}rows/complaints/all.csv?{MARCH}")
    rows = b"".join(sent.streaming_content).decode()
    assert "'=1+1" in rows
    assert "Logistics" in rows
    assert 404 == manager.get(f"{BASE}table/nothing.csv?{MARCH}").status_code
    assert 404 == manager.get(f"{BASE}rows/complaints/all.pdf?{MARCH}").status_code


def test_strangers_and_wrong_addresses_find_nothing(
    town: Town, manager: Client, client: Client
) -> None:
    assert 404 == manager.get(f"{BASE}rows/nothing/").status_code
    assert 404 == manager.get(f"{BASE}complaints/nobody/").status_code
    assert 404 == manager.get(f"{BASE}tasks/nobody/").status_code
    stranger = User.objects.create_user("s@example.com", "un mot de passe long")
    client.force_login(stranger)
    assert 404 == client.get(BASE).status_code


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_measure_shown_is_defined_and_nothing_else(language: str) -> None:
    found = {one: told for one, told in definitions(language).items() if told.page == "weak-points"}

    assert {f"weakpoints.{one}" for one in wording.MEASURES} == set(found)
    for told in found.values():
        assert all([told.text, told.unit, told.formula, told.source, told.undefined])
