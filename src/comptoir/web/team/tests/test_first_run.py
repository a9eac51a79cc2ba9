"""First run in the browser: owner, brand, own accounts, and what to begin with."""

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base.models import Membership, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api as channels

OWNER = {
    "name": "Camille Roux",
    "email": "camille@example.com",
    "password": "orage-de-citrons",
    "language": "fr",
}
BRAND = {
    "name": "L’Atelier Citron",
    "zone": "Europe/Paris",
    "languages": ["fr", "en"],
    "channel": ["x", ""],
    "handle": ["@ateliercitron", ""],
    "opens-0": ["09:00", "14:00"],
    "closes-0": ["12:00", "18:00"],
}


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    client.post(reverse("setup"), OWNER)
    return client


def test_the_first_visitor_becomes_owner_and_is_signed_in(client: Client, db: None) -> None:
    answer = client.post(reverse("setup"), OWNER)

    assert reverse("workspace_new") == answer.headers["Location"]
    assert str(User.objects.get(email="camille@example.com").pk) == client.session["_auth_user_id"]


def test_a_planted_session_is_not_kept(client: Client, db: None) -> None:
    """Who hands out a session cookie before must not share it after."""
    client.get(reverse("setup"))
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key

    client.post(reverse("setup"), OWNER)

    assert planted != client.session.session_key
    assert "planted" not in client.session


def test_the_second_visitor_does_not(client: Client, db: None) -> None:
    client.post(reverse("setup"), OWNER)

    Client().post(reverse("setup"), OWNER | {"email": "intrus@example.com"})

    assert ["camille@example.com"] == list(User.objects.values_list("email", flat=True))


def test_a_weak_password_is_explained(client: Client, db: None) -> None:
    answer = client.post(reverse("setup"), OWNER | {"password": "court"})

    assert 422 == answer.status_code
    assert answer.context["form"].errors["password"]
    assert "court" not in answer.content.decode().replace("trop court", "")
    assert not User.objects.exists()


def test_the_brand_is_made_with_what_was_typed(signed_in: Client) -> None:
    answer = signed_in.post(reverse("workspace_new"), BRAND)

    made = Workspace.objects.get()
    assert reverse("workspace_start", kwargs={"slug": "latelier-citron"}) == answer["Location"]
    assert {"0": [["09:00", "12:00"], ["14:00", "18:00"]]} == made.hours
    with scope(made):
        assert [("x", "ateliercitron")] == [
            (one.channel, one.handle) for one in channels.own_handles()
        ]


@pytest.mark.parametrize(
    ("button", "handles"),
    [("add", ["@ateliercitron", "", ""]), ("remove:0", [""]), ("remove:9", ["@ateliercitron", ""])],
)
def test_rows_grow_and_shrink_without_javascript(
    signed_in: Client, button: str, handles: list[str]
) -> None:
    """The buttons answer with the page, everything typed still there, and make nothing."""
    answer = signed_in.post(reverse("workspace_new"), BRAND | {"rows": button})

    assert handles == [handle for _channel, handle in answer.context["rows"]]
    assert "L’Atelier Citron" in answer.content.decode()
    assert not Workspace.objects.exists()


def test_impossible_hours_are_refused(signed_in: Client) -> None:
    answer = signed_in.post(reverse("workspace_new"), BRAND | {"closes-0": ["08:00", "18:00"]})

    assert 422 == answer.status_code
    assert answer.context["form"].non_field_errors()
    assert not Workspace.objects.exists()


def test_only_ways_that_work_are_offered(signed_in: Client) -> None:
    signed_in.post(reverse("workspace_new"), BRAND)

    page = signed_in.get(reverse("workspace_start", kwargs={"slug": "latelier-citron"}))

    text = page.content.decode()
    assert reverse("imports", kwargs={"slug": "latelier-citron"}) in text
    assert reverse("sample_install") in text


def test_the_sample_shop_comes_and_goes(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' part of it; the shop itself is tested where it is made."""
    from comptoir.base import workspaces
    from comptoir.demo import install as demo

    monkeypatch.setattr(
        demo,
        "install",
        lambda owner: workspaces.create(owner, "Exemple", is_simulation=True),
    )

    answer = signed_in.post(reverse("sample_install"))

    progress = reverse("workspace_progress", kwargs={"slug": "exemple"})
    assert progress == answer["Location"]
    assert reverse("inbox", kwargs={"slug": "exemple"}) == signed_in.get(progress)["Location"]
    fragment = signed_in.get(progress, headers={"HX-Request": "true"})
    assert reverse("inbox", kwargs={"slug": "exemple"}) == fragment["HX-Redirect"]

    remove = reverse("simulation_remove", kwargs={"slug": "exemple"})
    assert 200 == signed_in.get(remove).status_code
    signed_in.post(remove)

    assert not Membership.objects.filter(workspace__is_simulation=True).exists()


def test_progress_is_shown_while_messages_wait(signed_in: Client) -> None:
    from comptoir.base import outbox

    signed_in.post(reverse("workspace_new"), BRAND)
    outbox.publish(Workspace.objects.get().pk, "messages_received", ids=[])

    page = signed_in.get(reverse("workspace_progress", kwargs={"slug": "latelier-citron"}))

    assert 200 == page.status_code
    assert 1 <= page.context["waiting"]


def test_a_real_brand_is_not_removed_as_a_simulation(signed_in: Client) -> None:
    signed_in.post(reverse("workspace_new"), BRAND)

    signed_in.post(reverse("simulation_remove", kwargs={"slug": "latelier-citron"}))

    assert Membership.objects.filter(workspace__slug="latelier-citron").exists()
