"""The door of the desk: every workspace address, every role, strangers and passers-by."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from comptoir.base.models import Membership, User, Workspace
from comptoir.base.roles import Permission, Role, can
from comptoir.base.scope import scope

ARGUMENTS: dict[str, Any] = {"int": 1, "str": "unknown", "slug": "unknown", "path": "unknown"}


@dataclass(frozen=True)
class Address:
    """A named address below a workspace, with arguments that lead to nothing."""

    name: str
    url: str
    permission: Permission | None


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, route)
        else:
            yield route, one


def _addresses() -> list[Address]:
    return [
        _address(pattern, route)
        for route, pattern in _patterns(get_resolver())
        if "<slug:slug>" in route
    ]


def _address(pattern: URLPattern, route: str) -> Address:
    converters = _converters(route)
    arguments = {name: ARGUMENTS.get(kind, "unknown") for name, kind in converters.items()}
    assert pattern.name, f"{route} has no name"
    url = reverse(pattern.name, kwargs=arguments | {"slug": "atelier"})
    return Address(pattern.name, url, getattr(pattern.callback, "permission", None))


def _converters(route: str) -> dict[str, str]:
    """The arguments of "w/<slug:slug>/<int:number>/" by name."""
    inside = (part.split(">")[0] for part in route.split("<")[1:])
    pairs = (part.rpartition(":") for part in inside)
    return {name: kind or "str" for kind, _colon, name in pairs}


_FOUND = _addresses()
_KNOWN = [pytest.param(one, id=one.name) for one in _FOUND]


def test_workspace_addresses_are_found() -> None:
    """The walk itself must not silently find nothing."""
    found = {one.name for one in _FOUND}

    assert {"team", "journal", "workspace_settings", "workspace_delete"} <= found


@pytest.mark.parametrize("address", _KNOWN)
def test_every_workspace_address_is_guarded(address: Address) -> None:
    """A view below /w/ that forgot `desk_view` would show one brand's data to everybody."""
    assert isinstance(address.permission, Permission)


@pytest.fixture(scope="module")
def brand(shared: None) -> Workspace:
    return Workspace.objects.create(slug="atelier", name="Atelier Citron")


@pytest.fixture
def workspace(brand: Workspace, db: None) -> Iterator[Workspace]:
    with scope(brand):
        yield brand


@pytest.fixture(scope="module")
def sessions(brand: Workspace) -> dict[str, str]:
    """Keys of sessions, by role: a member of each has signed in."""
    return {role: _signed_in(brand, role) for role in Role.values}


def _signed_in(brand: Workspace, role: str) -> str:
    user = User.objects.create_user(f"{role}@atelier.example", None, name=role.title())
    Membership.objects.create(workspace=brand, user=user, role=role)
    browser = Client()
    browser.force_login(user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("address", _KNOWN)
def test_each_role_gets_what_it_may_and_no_more(
    client: Client, workspace: Workspace, sessions: dict[str, str], address: Address
) -> None:
    assert address.permission is not None
    for role in Role.values:
        client.cookies[settings.SESSION_COOKIE_NAME] = sessions[role]
        statuses = {client.get(address.url).status_code}
        if can(role, address.permission):
            assert 403 not in statuses, f"{role} is refused {address.name}"
        else:
            statuses.add(client.post(address.url).status_code)
            assert statuses <= {403, 405}, f"{role} is let into {address.name}"
            assert 403 in statuses


@pytest.mark.parametrize("address", _KNOWN)
def test_strangers_learn_nothing(client: Client, workspace: Workspace, address: Address) -> None:
    """Another brand's owner gets the same 404 as for a brand that does not exist."""
    stranger = User.objects.create_user("stranger@example.com", "un mot de passe long")
    elsewhere = Workspace.objects.create(slug="ailleurs", name="Ailleurs")
    Membership.objects.create(workspace=elsewhere, user=stranger, role=Role.OWNER)
    client.force_login(stranger)

    statuses = {client.get(address.url).status_code, client.post(address.url).status_code}

    assert statuses <= {404, 405}
    assert 404 in statuses


@pytest.mark.parametrize("address", _KNOWN)
def test_passers_by_are_sent_to_sign_in(client: Client, owner: User, address: Address) -> None:
    answers = [client.get(address.url), client.post(address.url)]
    moved = [one for one in answers if one.status_code != 405]

    assert moved
    for one in moved:
        assert 302 == one.status_code
        assert one.headers["Location"].startswith(reverse("account_login"))


def test_the_desk_is_remembered(client: Client, owner: User) -> None:
    """The way in leads to the brand one worked for last."""
    client.force_login(owner)

    client.get(reverse("team", kwargs={"slug": "atelier"}))

    assert "atelier" == client.session["workspace"]
