"""The audit log: filters, pages, and a file that is safe to open."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import comptoir
from comptoir.base import audit, clock, ids
from comptoir.base.models import User, Workspace
from comptoir.web.team.journal import safe_cell
from comptoir.web.team.verbs import VERBS

MIDNIGHT_IN_PARIS = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)


def _url(name: str = "journal") -> str:
    return reverse(name, kwargs={"slug": "atelier"})


@pytest.fixture
def reader(client: Client, owner: User, agent: User, workspace: Workspace) -> Client:
    """Signed in as owner, after three entries here and one elsewhere."""
    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    with clock.held_at(MIDNIGHT_IN_PARIS):
        audit.record("team.invited", actor=owner, workspace=workspace, target="=cmd@example.com")
        audit.record("team.left", actor=agent, workspace=workspace, target="agent@example.com")
    with clock.held_at(datetime(2026, 4, 1, 12, tzinfo=UTC)):
        audit.record("workspace.changed", actor=owner, workspace=workspace, fields=["name"])
        audit.record("team.invited", actor=owner, workspace=elsewhere, target="secret")
    client.force_login(owner)
    return client


def _targets(answer: object) -> list[str]:
    return [entry.verb for entry, _label, _details in answer.context["lines"]]  # type: ignore[attr-defined]


def test_newest_come_first_and_stay_in_their_brand(reader: Client) -> None:
    answer = reader.get(_url())

    assert ["workspace.changed", "team.left", "team.invited"] == _targets(answer)
    assert "secret" not in answer.content.decode()


def test_filters_narrow(reader: Client, agent: User) -> None:
    person = ids.conceal("user", agent.pk)

    assert ["team.left"] == _targets(reader.get(_url(), {"person": person}))
    assert ["team.invited"] == _targets(reader.get(_url(), {"verb": "team.invited"}))


def test_days_are_those_of_the_brands_zone(reader: Client) -> None:
    """Half past eleven in the evening in UTC is the next day in Paris."""
    there = reader.get(_url(), {"since": "2026-03-10", "until": "2026-03-10"})
    before = reader.get(_url(), {"until": "2026-03-09"})

    assert ["team.left", "team.invited"] == _targets(there)
    assert [] == _targets(before)


@pytest.mark.parametrize("nonsense", [{"since": "hier"}, {"person": "moi"}, {"page": "-1"}])
def test_nonsense_in_the_address_is_ignored(reader: Client, nonsense: dict[str, str]) -> None:
    answer = reader.get(_url(), nonsense)

    assert 200 == answer.status_code
    assert 3 == len(_targets(answer))


def test_long_logs_come_in_pages(reader: Client, workspace: Workspace, owner: User) -> None:
    for number in range(60):
        audit.record("workspace.changed", actor=owner, workspace=workspace, number=number)

    assert 50 == len(_targets(reader.get(_url())))
    assert 13 == len(_targets(reader.get(_url(), {"page": "2"})))


def test_the_file_runs_no_formula(reader: Client) -> None:
    answer = reader.get(_url("journal_export"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert text.startswith("\ufeffQuand;Qui;Quoi;Au sujet de;Détails")
    assert ";'=cmd@example.com;" in text
    assert "2026-03-10 00:30:00" in text
    assert "secret" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(start: str) -> None:
    assert safe_cell(f"{start}1+1").startswith("'")


def test_exporting_is_itself_written_down(reader: Client) -> None:
    b"".join(reader.get(_url("journal_export")).streaming_content)  # type: ignore[attr-defined]

    assert "audit.exported" == _targets(reader.get(_url()))[0]


def test_every_verb_that_code_records_is_in_words() -> None:
    """Verbs given as a literal, found by walking the code."""
    package = Path(comptoir.__file__).parent
    calls = re.compile(r"audit\.record\(\s*\"([a-z_.]+)\"|\"(channels\.[a-z]+(?:_[a-z]+)+)\"")
    found = {
        verb
        for path in package.rglob("*.py")
        if "tests" not in path.parts
        for verb in map("".join, calls.findall(path.read_text(encoding="utf-8")))
    }

    assert "team.invited" in found
    assert set() == found - set(VERBS)
