"""Workspaces: addresses, checks, and leaving no trace."""

from collections.abc import Iterator

import pytest

from comptoir.base import clock, members, outbox, workspaces
from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.models import (
    AuditEntry,
    Membership,
    OutboxEvent,
    User,
    Workspace,
    WorkspaceDeletion,
)
from comptoir.base.scope import every_workspace


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("L’Épicerie du Coin", "lepicerie-du-coin"),
        ("  Deux   mots ", "deux-mots"),
        ("🍋", "marque"),
        ("New", "new-1"),
        ("Atelier", "atelier-2"),
    ],
)
def test_address_comes_from_the_name(workspace: Workspace, name: str, slug: str) -> None:
    """The address must be readable, free, and never one of the desk's own words."""
    assert slug == workspaces.free_slug(name)


def test_making_a_brand_makes_its_owner(workspace: Workspace, owner: User) -> None:
    made = workspaces.create(owner, "Seconde marque", zone="America/Montreal", languages=["fr"])

    assert "owner" == Membership.objects.get(workspace=made).role
    assert "America/Montreal" == made.zone


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"zone": "Europe/Paname"}, "bad_zone"),
        ({"languages": []}, "bad_languages"),
        ({"languages": ["tlh"]}, "bad_languages"),
        ({"hours": {"0": [["18:00", "09:00"]]}}, "bad_hours"),
        ({"hours": {"0": [["09:00", "13:00"], ["12:00", "18:00"]]}}, "bad_hours"),
        ({"hours": {"0": [["neuf heures", "18:00"]]}}, "bad_hours"),
        ({"hours": {"0": [["09:00"]]}}, "bad_hours"),
        ({"hours": {"7": [["09:00", "10:00"]]}}, "bad_hours"),
        ({"name": "   "}, "bad_name"),
    ],
)
def test_nonsense_is_refused(
    workspace: Workspace, owner: User, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        workspaces.change(workspace, owner, **fields)

    assert code == refused.value.code


def test_change_says_what_changed(workspace: Workspace, owner: User) -> None:
    assert [] == workspaces.change(workspace, owner, name=workspace.name)
    assert ["zone"] == workspaces.change(
        workspace, owner, name=workspace.name, zone="Europe/Brussels"
    )


@pytest.fixture
def stores() -> Iterator[list[tuple[str, int]]]:
    """Two stores beside the tables; lists what they were told to forget, and when."""
    told: list[tuple[str, int]] = []
    known = dict(workspaces._stores)

    @workspaces.on_workspace_deleted("test.before", moment="before")
    def before(workspace_id: int) -> None:
        told.append(("before", Workspace.objects.filter(pk=workspace_id).count()))

    @workspaces.on_workspace_deleted("test.after")
    def after(workspace_id: int) -> None:
        told.append(("after", Workspace.objects.filter(pk=workspace_id).count()))

    yield told
    workspaces._stores.clear()
    workspaces._stores.update(known)


def _deletion(workspace: Workspace) -> WorkspaceDeletion:
    return WorkspaceDeletion.objects.get(workspace_id=workspace.pk)


def test_deleting_hides_at_once_then_empties_every_store(
    workspace: Workspace, owner: User, stores: list[tuple[str, int]]
) -> None:
    kept = workspaces.create(owner, "Gardée")
    for one in (workspace, kept):
        outbox.publish(one.pk, "messages_received", ids=[1])

    workspaces.delete(workspace, owner)

    assert not Membership.objects.filter(workspace=workspace).exists()
    assert "atelier" == workspaces.free_slug("Atelier")

    workspaces.finish_deletion.func(_deletion(workspace).pk)

    with every_workspace():
        assert [kept.pk] == list(OutboxEvent.objects.values_list("workspace_id", flat=True))
        assert not AuditEntry.objects.filter(workspace_id=workspace.pk).exists()
    assert [kept] == list(Workspace.objects.all())
    assert [("before", 1), ("after", 0)] == stores


def test_deletion_is_finished_by_the_next_worker(workspace: Workspace, owner: User) -> None:
    """A worker killed half-way, or a store that fails, must not leave a copy behind."""
    told: list[int] = []
    known = dict(workspaces._stores)

    @workspaces.on_workspace_deleted("test.failing")
    def fail_once(workspace_id: int) -> None:
        told.append(workspace_id)
        if len(told) == 1:
            raise OSError("disk full")

    workspaces.delete(workspace, owner)
    deletion = _deletion(workspace)
    try:
        with pytest.raises(OSError, match="disk full"):
            workspaces.finish_deletion.func(deletion.pk)
        with clock.held_at(clock.now() + 2 * workspaces.LOST_AFTER):
            assert 1 == workspaces.find_unfinished_deletions()
            assert 0 == workspaces.find_unfinished_deletions()
        workspaces.finish_deletion.func(deletion.pk)
    finally:
        workspaces._stores.clear()
        workspaces._stores.update(known)

    assert [workspace.pk] * 2 == told
    assert _deletion(workspace).finished_at is not None


def test_only_an_owner_deletes(workspace: Workspace, agent: User) -> None:
    with pytest.raises(NotAllowed):
        workspaces.delete(workspace, agent)

    assert Workspace.objects.filter(slug="atelier").exists()


def test_a_brand_made_by_a_command_belongs_to_the_first_user(owner: User) -> None:
    """
    An unattended import must not end in a workspace that nobody can open.
    """
    made = workspaces.unattended("citron")

    assert [owner] == [one.user for one in Membership.objects.filter(workspace=made)]
    assert made == workspaces.unattended("citron")


def test_a_brand_made_before_anybody_waits_for_its_owner(db: None) -> None:
    """
    Whoever creates the installation's owner finds what was imported before.
    """
    made = workspaces.unattended("citron")

    first = members.create_first_owner(email="a@example.com", password="un mot de passe long")

    assert [made] == [one.workspace for one in members.workspaces_of(first)]
