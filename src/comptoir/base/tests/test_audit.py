"""The audit log keeps who, what and when."""

from datetime import UTC, datetime

from comptoir.base import audit, clock
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import every_workspace

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_an_entry_says_who_did_what_when(workspace: Workspace, owner: User) -> None:
    with clock.held_at(NOON):
        audit.record("team.invited", actor=owner, workspace=workspace, target="x", role="agent")

    entry = AuditEntry.objects.get()
    assert (owner, "team.invited", "x", NOON) == (entry.actor, entry.verb, entry.target, entry.at)
    assert {"role": "agent"} == entry.details


def test_entries_outlive_their_person(workspace: Workspace, agent: User) -> None:
    audit.record("team.left", actor=agent, workspace=workspace.pk, target=agent.email)

    agent.delete()

    assert "agent@example.com" == AuditEntry.objects.get().target


def test_entries_of_the_installation_belong_to_no_brand(workspace: Workspace) -> None:
    audit.record("team.first_owner_created", actor=None)

    assert not AuditEntry.objects.exists()
    with every_workspace():
        assert AuditEntry.objects.get().workspace_id is None
