"""The team's pages: inviting, joining, roles, links, leaving."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base import ids, members
from comptoir.base.models import AuditEntry, Membership, User, Workspace

PERSON = {
    "name": "Léa",
    "email": "lea@example.com",
    "password": "orage-de-citrons",
    "language": "fr",
}


def _url(name: str, **more: str) -> str:
    return reverse(name, kwargs={"slug": "atelier"} | more)


def _path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def _invited(client: Client, role: str = "agent") -> str:
    answer = client.post(_url("team_invite"), {"role": role, "email": "lea@example.com"})
    return _path(answer.context["link"]["url"])


def test_an_invitation_is_made_sent_and_used(client: Client, owner: User) -> None:
    client.force_login(owner)
    path = _invited(client)
    visitor = Client()

    page = visitor.get(path)
    answer = visitor.post(path, PERSON)

    assert "Atelier Citron" in page.content.decode()
    assert _url("inbox") == answer.headers["Location"]
    assert "agent" == Membership.objects.get(user__email="lea@example.com").role
    assert "_auth_user_id" in visitor.session


def test_a_used_invitation_says_so(client: Client, owner: User) -> None:
    client.force_login(owner)
    path = _invited(client)
    Client().post(path, PERSON)

    answer = Client().get(path)

    assert 400 == answer.status_code
    assert "a été utilisée" in answer.content.decode()


def test_a_member_elsewhere_joins_with_their_account(client: Client, owner: User) -> None:
    client.force_login(owner)
    path = _invited(client)
    lea = User.objects.create_user("lea@example.com", "orage-de-citrons")
    visitor = Client()
    visitor.force_login(lea)

    assert "lea@example.com" in visitor.get(path).content.decode()
    visitor.post(path)

    assert "agent" == Membership.objects.get(user=lea).role


def test_looking_at_an_invitation_does_not_use_it(client: Client, owner: User) -> None:
    """Mail programs open links on their own."""
    client.force_login(owner)
    path = _invited(client)

    for _ in range(2):
        assert 200 == Client().get(path).status_code


def test_a_manager_cannot_invite_an_owner(client: Client, person: Callable[..., User]) -> None:
    client.force_login(person("manager"))

    answer = client.post(_url("team_invite"), {"role": "owner", "email": ""})

    assert 422 == answer.status_code
    assert not members.open_invitations(Workspace.objects.get())


def test_a_role_is_changed(client: Client, owner: User, agent: User) -> None:
    client.force_login(owner)

    client.post(_url("team_role", person=ids.conceal("user", agent.pk)), {"role": "analyst"})

    assert "analyst" == Membership.objects.get(user=agent).role


def test_the_last_owner_is_told_why_not(client: Client, owner: User) -> None:
    client.force_login(owner)

    answer = client.post(_url("team_role", person=ids.conceal("user", owner.pk)), {"role": "agent"})

    assert 400 == answer.status_code
    assert "dernier propriétaire" in answer.content.decode()
    assert "owner" == Membership.objects.get(user=owner).role


def test_somebody_elses_member_is_not_found(client: Client, owner: User) -> None:
    """An id of another brand's member, even a real one, opens nothing here."""
    stranger = User.objects.create_user("stranger@example.com", "orage-de-citrons")
    client.force_login(owner)

    for name in ("team_role", "team_remove", "team_password"):
        answer = client.post(_url(name, person=ids.conceal("user", stranger.pk)), {"role": "agent"})

        assert 404 == answer.status_code


def test_a_removed_member_is_out_at_once(client: Client, owner: User, agent: User) -> None:
    inside = Client()
    inside.force_login(agent)
    client.force_login(owner)

    client.post(_url("team_remove", person=ids.conceal("user", agent.pk)))

    assert 404 == inside.get(_url("team")).status_code


def test_anybody_may_leave(client: Client, owner: User, agent: User) -> None:
    client.force_login(agent)

    client.post(_url("team_leave"))

    assert not Membership.objects.filter(user=agent).exists()


def test_a_link_for_a_new_password_is_shown_once(client: Client, owner: User, agent: User) -> None:
    client.force_login(owner)

    answer = client.post(_url("team_password", person=ids.conceal("user", agent.pk)))

    assert "/account/password/new/" in answer.context["link"]["url"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEntry.objects.filter(verb="team.reset_link_made", actor=owner).exists()


def test_a_manager_gets_no_link_for_an_owner(
    client: Client, owner: User, person: Callable[..., User]
) -> None:
    client.force_login(person("manager"))

    answer = client.post(_url("team_password", person=ids.conceal("user", owner.pk)))

    assert 403 == answer.status_code


def test_an_invitation_is_withdrawn(client: Client, owner: User) -> None:
    client.force_login(owner)
    path = _invited(client)
    (invitation,) = members.open_invitations(Workspace.objects.get())

    client.post(_url("team_withdraw", invitation=ids.conceal("invitation", invitation.pk)))

    assert 400 == Client().get(path).status_code


@pytest.mark.parametrize("role", ["agent", "reader"])
def test_members_see_the_team_but_no_tools(
    client: Client, owner: User, person: Callable[..., User], role: str
) -> None:
    client.force_login(person(role))

    page = client.get(_url("team")).content.decode()

    assert "owner@example.com" in page
    assert _url("team_invite") not in page


def test_an_accent_in_a_name_is_escaped_code_is_not_run(client: Client, owner: User) -> None:
    owner.name = "<script>alert(1)</script>"
    owner.save()
    client.force_login(owner)

    page = client.get(_url("team")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
