"""Settings of a brand, of oneself, and the end of a brand."""

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base.models import Membership, User, Workspace, WorkspaceDeletion
from comptoir.channels import api as channels
from comptoir.web.team import hours

BRAND = {"name": "Citron & Fils", "zone": "Europe/Brussels", "languages": ["fr", "nl"]}


def _url(name: str) -> str:
    return reverse(name, kwargs={"slug": "atelier"})


def test_a_brand_is_changed(client: Client, owner: User, workspace: Workspace) -> None:
    client.force_login(owner)

    client.post(
        _url("workspace_settings"), BRAND | {"opens-5": ["10:00", ""], "closes-5": ["12:30", ""]}
    )

    workspace.refresh_from_db()
    assert ("Citron & Fils", "Europe/Brussels") == (workspace.name, workspace.zone)
    assert ["fr", "nl"] == workspace.languages
    assert {"5": [["10:00", "12:30"]]} == workspace.hours
    assert "atelier" == workspace.slug


def test_half_an_opening_is_refused_and_kept_in_the_form(
    client: Client, owner: User, workspace: Workspace
) -> None:
    client.force_login(owner)

    answer = client.post(_url("workspace_settings"), BRAND | {"opens-5": "10:00", "closes-5": ""})

    assert 422 == answer.status_code
    assert 'value="10:00"' in answer.content.decode()
    workspace.refresh_from_db()
    assert "Atelier Citron" == workspace.name


def test_readers_read_settings_and_change_none(
    client: Client, agent: User, workspace: Workspace
) -> None:
    client.force_login(agent)

    assert "Europe/Paris" in client.get(_url("workspace_settings")).content.decode()
    assert 403 == client.post(_url("workspace_settings"), BRAND).status_code


def test_hours_survive_the_form() -> None:
    """What is shown and sent back unchanged must be what was stored."""
    from django.http import QueryDict

    stored = {"0": [["09:00", "12:00"], ["14:00", "18:00"]], "6": [["10:00", "11:00"]]}
    typed = QueryDict(mutable=True)
    for day in hours.days(stored):
        typed.setlist(f"opens-{day.number}", [opens for opens, _ in day.openings])
        typed.setlist(f"closes-{day.number}", [closes for _, closes in day.openings])

    assert stored == hours.read(typed)


def test_own_accounts_are_replaced(client: Client, owner: User, workspace: Workspace) -> None:
    channels.set_own_handles([("x", "ancien")], owner)
    client.force_login(owner)

    client.post(
        _url("workspace_accounts"),
        {"channel": ["x", "", "telepathy"], "handle": ["@nouveau", " ", "@jamais"]},
    )

    assert [("x", "nouveau")] == [(one.channel, one.handle) for one in channels.own_handles()]


def test_adding_a_row_saves_nothing(client: Client, owner: User, workspace: Workspace) -> None:
    client.force_login(owner)

    client.post(_url("workspace_accounts"), {"channel": ["x"], "handle": ["@moi"], "rows": "add"})

    assert [] == channels.own_handles()


def test_deleting_needs_the_name(client: Client, owner: User, workspace: Workspace) -> None:
    client.force_login(owner)

    assert 422 == client.post(_url("workspace_delete"), {"confirmation": "Atelier"}).status_code
    assert Membership.objects.filter(workspace=workspace).exists()

    client.post(_url("workspace_delete"), {"confirmation": "Atelier Citron"})

    assert not Membership.objects.filter(workspace=workspace).exists()
    assert WorkspaceDeletion.objects.filter(slug="atelier").exists()
    assert 200 == client.get(reverse("workspaces")).status_code


def test_preferences_are_kept(client: Client, agent: User) -> None:
    client.force_login(agent)

    client.post(reverse("me"), {"name": "Agathe", "language": "en"})

    agent.refresh_from_db()
    assert ("Agathe", "en") == (agent.name, agent.language)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_brands_are_listed_with_ones_role(client: Client, agent: User, language: str) -> None:
    Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    agent.language = language
    agent.save()
    client.force_login(agent)

    page = client.get(reverse("workspaces")).content.decode()

    assert "Atelier Citron" in page
    assert "Ailleurs" not in page
