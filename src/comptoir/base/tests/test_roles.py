"""Who may do what."""

import pytest

from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.roles import GRANTS, Permission, Role, can


def test_every_role_has_its_rights() -> None:
    assert set(Role.values) == set(GRANTS)
    assert all(can(role, Permission.READ) for role in Role.values)


def test_owners_may_everything_and_readers_only_read() -> None:
    assert all(can("owner", right) for right in Permission)
    assert [Permission.READ] == [right for right in Permission if can("reader", right)]


@pytest.mark.parametrize(
    ("role", "right", "allowed"),
    [
        ("manager", Permission.MANAGE_TEAM, True),
        ("manager", Permission.MANAGE_WORKSPACE, False),
        ("manager", Permission.ERASE, False),
        ("agent", Permission.ANSWER, True),
        ("agent", Permission.EXPORT, False),
        ("analyst", Permission.EXPORT, True),
        ("analyst", Permission.ANSWER, False),
    ],
)
def test_roles_between_have_limits(role: str, right: Permission, allowed: bool) -> None:
    assert allowed is can(role, right)


@pytest.mark.parametrize("role", ["", "root", "Owner", "owner "])
def test_unknown_roles_may_nothing(role: str) -> None:
    assert not any(can(role, right) for right in Permission)


def test_a_problem_is_a_sentence_and_a_fix() -> None:
    problem = NotAllowed("no", "%(who)s may not.", "Ask %(whom)s.", who="Zoé", whom="Ada")

    assert isinstance(problem, Problem)
    assert "Zoé may not. Ask Ada." == str(problem)
    assert "no" == problem.code
