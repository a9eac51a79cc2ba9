"""Shared set-up: a workspace, and people of every role."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoDbBlocker
from tests import tables

if TYPE_CHECKING:
    from comptoir.base.models import User, Workspace


@pytest.fixture(scope="session")
def tables_first(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> ExitStack:
    """What a test database begins with; closed once that is made."""
    stack = ExitStack()
    stack.enter_context(django_db_blocker.unblock())
    stack.enter_context(tables.filled())
    return stack


@pytest.fixture(scope="session")
def django_db_setup(
    tables_first: ExitStack, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Tables are made once for all processes of a run."""
    tables_first.close()
    yield
    with django_db_blocker.unblock():
        tables.forget()


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """
    For a module's fixtures that write what its tests only read, or change each for itself.

    What a test changes is undone at its end, what the fixtures wrote at the end of the module.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def workspace(db: None) -> Iterator["Workspace"]:
    """A brand, with its scope active for the length of the test."""
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope

    made = Workspace.objects.create(slug="atelier", name="Atelier Citron")
    with scope(made):
        yield made


@pytest.fixture
def person(workspace: "Workspace") -> Callable[..., "User"]:
    """Makes a member of the workspace with a role: person("agent")."""
    from comptoir.base.models import Membership, User

    def make(role: str, email: str = "") -> User:
        user = User.objects.create_user(
            email or f"{role}@example.com", "un mot de passe long", name=role.title()
        )
        Membership.objects.create(workspace=workspace, user=user, role=role)
        return user

    return make


@pytest.fixture
def owner(person: Callable[..., "User"]) -> "User":
    return person("owner")


@pytest.fixture
def agent(person: Callable[..., "User"]) -> "User":
    return person("agent")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page speaks its reader's language; the next test must not hear it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests speak English unless they choose: a language must not leak from one to the next."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing a password slowly is right in service and a waste of each test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def quick_clients(settings: Any) -> None:
    """Each client is a server that has just begun: it need not look at every file first."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def copies(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test has its own copies in files: rolling the database back does not empty these."""
    settings.COLUMNAR = tmp_path_factory.getbasetemp() / f"columnar-{uuid4().hex}"
    settings.VOLUMES = tmp_path_factory.getbasetemp() / f"volumes-{uuid4().hex}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only tests that ask a database: what a second database engine has to pass",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What kills real processes takes longest, so it begins first and the others fill in."""
    items.sort(key=lambda item: "tests/test_kills" not in item.nodeid)
    if config.getoption("--database-only"):
        chosen = [item for item in items if _asks_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen


def _asks_database(item: pytest.Item) -> bool:
    """Whether a test may ask a database: itself, or in a process that it starts."""
    fixtures = getattr(item, "fixturenames", ())
    inside = item.get_closest_marker("django_db") or "db" in fixtures
    return bool(inside) or item.nodeid.startswith(
        ("src/comptoir/cli", "tests/test_kills", "tests/test_live")
    )
