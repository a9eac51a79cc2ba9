"""The team: who may join, change and leave."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from comptoir.base import clock, members
from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.models import AuditEntry, Invitation, Membership, User, Workspace
from comptoir.base.roles import Role
from comptoir.base.scope import scope

NEW = {"email": "Lea@Example.com", "password": "orage-de-citrons", "name": "Léa"}


def test_first_owner_is_made_once(db: None) -> None:
    """Two people opening the first-run page must not both become owners."""
    members.create_first_owner(**NEW)

    with pytest.raises(Problem) as refused:
        members.create_first_owner(**(NEW | {"email": "other@example.com"}))

    assert "already_set_up" == refused.value.code
    assert ["lea@example.com"] == list(User.objects.values_list("email", flat=True))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "court"}, "weak_password"),
        ({"password": "lea@example.com"}, "weak_password"),
        ({"email": "pas une adresse"}, "bad_email"),
        ({"email": "OWNER@example.com"}, "email_taken"),
    ],
)
def test_bad_account_is_refused_with_a_reason(
    owner: User, change: dict[str, str], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        members.create_user(**(NEW | change))

    assert code == refused.value.code
    assert refused.value.sentence


def test_invitation_lets_one_person_join(workspace: Workspace, owner: User) -> None:
    token = members.invite(workspace, "agent", owner, "lea@example.com")

    user, joined = members.accept_as_new(token, **NEW)

    assert workspace == joined
    assert "agent" == members.role_of(workspace, user)
    assert "lea@example.com" == user.email


def test_invitation_works_only_once(workspace: Workspace, owner: User) -> None:
    token = members.invite(workspace, "agent", owner)
    members.accept_as_new(token, **NEW)

    with pytest.raises(Problem) as refused:
        members.accept_as_new(token, **(NEW | {"email": "second@example.com"}))

    assert "invitation_over" == refused.value.code
    assert not User.objects.filter(email="second@example.com").exists()


def test_invitation_expires(workspace: Workspace, owner: User) -> None:
    token = members.invite(workspace, "agent", owner)

    with (
        clock.held_at(clock.now() + members.INVITATION_LASTS + timedelta(seconds=1)),
        pytest.raises(Problem),
    ):
        members.find_invitation(token)


def test_token_is_not_stored(workspace: Workspace, owner: User) -> None:
    """Who reads the database must not be able to join."""
    token = members.invite(workspace, "agent", owner)

    row = Invitation.objects.values().get()

    assert token not in str(row)
    assert token not in str(list(AuditEntry.objects.values()))


def test_withdrawn_invitation_is_dead(workspace: Workspace, owner: User) -> None:
    token = members.invite(workspace, "agent", owner)
    (invitation,) = members.open_invitations(workspace)

    members.withdraw(invitation.pk, workspace, owner)

    with pytest.raises(Problem):
        members.find_invitation(token)


def test_invitation_of_another_workspace_cannot_be_withdrawn(
    workspace: Workspace, owner: User
) -> None:
    token = members.invite(workspace, "agent", owner)
    (invitation,) = members.open_invitations(workspace)
    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    Membership.objects.create(workspace=elsewhere, user=owner, role=Role.OWNER)

    members.withdraw(invitation.pk, elsewhere, owner)

    assert workspace == members.find_invitation(token).workspace


def test_accepting_again_does_not_lower_an_owner(workspace: Workspace, owner: User) -> None:
    token = members.invite(workspace, "reader", owner)

    members.accept(token, owner)

    assert Role.OWNER == members.role_of(workspace, owner)


@pytest.mark.parametrize("role", ["agent", "analyst", "reader"])
def test_others_may_not_invite(
    workspace: Workspace, person: Callable[..., User], role: str
) -> None:
    with pytest.raises(NotAllowed):
        members.invite(workspace, "reader", person(role))


def test_manager_cannot_make_an_owner(workspace: Workspace, person: Callable[..., User]) -> None:
    """Otherwise inviting oneself would be a way to any right."""
    manager, agent = person("manager"), person("agent")

    with pytest.raises(NotAllowed):
        members.invite(workspace, "owner", manager)
    for user in (agent, manager):
        with pytest.raises(NotAllowed):
            members.change_role(workspace, user, "owner", manager)


def test_manager_cannot_touch_an_owner(
    workspace: Workspace, owner: User, person: Callable[..., User]
) -> None:
    person("owner", "second@example.com")
    manager = person("manager")

    with pytest.raises(NotAllowed):
        members.change_role(workspace, owner, "reader", manager)
    with pytest.raises(NotAllowed):
        members.remove(workspace, owner, manager)


def test_unknown_role_is_refused(workspace: Workspace, owner: User, agent: User) -> None:
    with pytest.raises(NotAllowed):
        members.change_role(workspace, agent, "emperor", owner)


def test_last_owner_stays(workspace: Workspace, owner: User) -> None:
    with pytest.raises(Problem) as demoted:
        members.change_role(workspace, owner, "agent", owner)
    with pytest.raises(Problem) as removed:
        members.remove(workspace, owner, owner)

    assert ["last_owner"] * 2 == [demoted.value.code, removed.value.code]


def test_an_owner_may_leave_when_another_stays(
    workspace: Workspace, owner: User, person: Callable[..., User]
) -> None:
    person("owner", "second@example.com")

    members.remove(workspace, owner, owner)

    assert "" == members.role_of(workspace, owner)


def test_changes_are_written_in_the_audit_log(
    workspace: Workspace, owner: User, agent: User
) -> None:
    members.change_role(workspace, agent, "analyst", owner)
    members.remove(workspace, agent, owner)

    with scope(workspace):
        entries = list(AuditEntry.objects.order_by("pk").values_list("verb", "target", "actor"))

    assert [
        ("team.role_changed", "agent@example.com", owner.pk),
        ("team.removed", "agent@example.com", owner.pk),
    ] == entries


def test_password_reset_does_not_cross_workspaces(
    workspace: Workspace, owner: User, agent: User
) -> None:
    """
    A link that sets a new password opens every workspace of that person.

    Managing the person in one workspace is therefore not enough.
    """
    assert members.may_reset_password(owner, agent)

    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    Membership.objects.create(workspace=elsewhere, user=agent, role=Role.READER)

    assert not members.may_reset_password(owner, agent)


def test_manager_cannot_reset_an_owner(owner: User, person: Callable[..., User]) -> None:
    manager, agent = person("manager"), person("agent")

    assert members.may_reset_password(manager, agent)
    assert not members.may_reset_password(manager, owner)
    assert not members.may_reset_password(agent, manager)
