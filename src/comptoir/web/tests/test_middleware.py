"""What every request passes through: headers, languages, first run, errors."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from comptoir.base.models import User, Workspace


def test_first_run_takes_every_page(client: Client, db: None) -> None:
    """Without an owner nothing else makes sense."""
    for name in ("home", "account_login", "workspaces"):
        answer = client.get(reverse(name))

        assert (302, reverse("setup")) == (answer.status_code, answer.headers["Location"])


def test_health_is_asked_before_first_run(client: Client, db: None) -> None:
    assert 200 == client.get(reverse("healthz")).status_code


def test_first_run_is_over_with_the_owner(client: Client, owner: User) -> None:
    assert 302 == client.get(reverse("setup")).status_code
    assert 200 == client.get(reverse("account_login")).status_code


def test_pages_forbid_foreign_and_inline_code(client: Client, owner: User) -> None:
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_private_pages_are_not_kept(client: Client, owner: User) -> None:
    """The next person at this computer must not see customers with the back button."""
    client.force_login(owner)

    assert "private, no-store" == client.get(reverse("me")).headers["Cache-Control"]


def test_pages_come_in_the_language_of_the_person(client: Client, owner: User) -> None:
    owner.language = "en"
    owner.save()
    client.force_login(owner)

    answer = client.get(reverse("me"), headers={"accept-language": "fr"})

    assert "en" == answer.headers["Content-Language"]
    assert "My account" in answer.content.decode()


def test_passers_by_get_their_browsers_language(client: Client, owner: User) -> None:
    url = reverse("account_login")

    assert "Se connecter" in client.get(url, headers={"accept-language": "fr"}).content.decode()
    assert "Sign in" in client.get(url, headers={"accept-language": "en"}).content.decode()


def test_choosing_a_language_keeps_it(client: Client, owner: User) -> None:
    client.force_login(owner)

    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    owner.refresh_from_db()
    assert "en" == owner.language


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_choosing_a_language_leads_nowhere_else(client: Client, owner: User, target: str) -> None:
    answer = client.post(reverse("set_language"), {"language": "en", "next": target})

    assert "evil" not in answer.headers["Location"]
    assert "javascript" not in answer.headers["Location"]


def test_a_refusal_says_what_to_do(client: Client, person: Callable[..., User]) -> None:
    client.force_login(person("reader"))

    answer = client.get(reverse("journal", kwargs={"slug": "atelier"}))

    assert 403 == answer.status_code
    assert "propriétaire" in answer.content.decode()


def test_forms_without_a_token_are_refused(owner: User, workspace: Workspace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    answer = client.post(reverse("team_leave", kwargs={"slug": workspace.slug}))

    assert 403 == answer.status_code


def test_middleware_stands_in_its_order() -> None:
    """Security headers wrap everything; who is asking is known before what he prefers."""
    order = settings.MIDDLEWARE
    for before, after in [
        ("django.middleware.security.SecurityMiddleware", order[-1]),
        (
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
        ),
        (
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ),
        (
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "comptoir.web.middleware.PrivatePages",
        ),
        (
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "comptoir.web.middleware.UserPreferences",
        ),
    ]:
        assert order.index(before) < order.index(after)
