"""Brands are isolated by construction: no scope, no query."""

import pytest

from comptoir.base import audit
from comptoir.base.models import AuditEntry, Workspace
from comptoir.base.scope import OutOfScope, current_workspace_id, every_workspace, scope


@pytest.fixture
def two(db: None) -> tuple[Workspace, Workspace]:
    """Two brands with an entry each, and no scope active."""
    made = [Workspace.objects.create(slug=slug, name=slug) for slug in ("une", "deux")]
    for one in made:
        audit.record("workspace.created", actor=None, workspace=one, target=one.slug)
    return made[0], made[1]


def test_a_query_outside_of_any_brand_raises(two: tuple[Workspace, Workspace]) -> None:
    with pytest.raises(OutOfScope):
        list(AuditEntry.objects.all())
    with pytest.raises(OutOfScope):
        AuditEntry.objects.get(target="une")
    with pytest.raises(OutOfScope):
        current_workspace_id()


def test_a_query_sees_its_brand_alone(two: tuple[Workspace, Workspace]) -> None:
    with scope(two[0]):
        assert ["une"] == list(AuditEntry.objects.values_list("target", flat=True))
        assert not AuditEntry.objects.filter(workspace=two[1]).exists()
    with scope(two[1].pk):
        assert "deux" == AuditEntry.objects.get().target


def test_changes_touch_their_brand_alone(two: tuple[Workspace, Workspace]) -> None:
    with scope(two[0]):
        AuditEntry.objects.update(target="changed")
        AuditEntry.objects.all().delete()

    with every_workspace():
        assert ["deux"] == list(AuditEntry.objects.values_list("target", flat=True))


def test_seeing_all_must_be_said(two: tuple[Workspace, Workspace]) -> None:
    with every_workspace():
        assert 2 == AuditEntry.objects.count()
        with pytest.raises(OutOfScope):
            current_workspace_id()


def test_scopes_nest_and_end(two: tuple[Workspace, Workspace]) -> None:
    with scope(two[0]):
        with scope(two[1]):
            assert two[1].pk == current_workspace_id()
        assert two[0].pk == current_workspace_id()
    with pytest.raises(OutOfScope):
        current_workspace_id()


def test_a_scope_ends_with_an_error(two: tuple[Workspace, Workspace]) -> None:
    with pytest.raises(ZeroDivisionError), scope(two[0]):
        1 / 0  # noqa: B018 the error is the point

    with pytest.raises(OutOfScope):
        current_workspace_id()
