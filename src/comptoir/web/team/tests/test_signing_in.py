"""Signing in and out, forgotten passwords, the second step, and closed doors."""

import re
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from comptoir.base.models import User
from comptoir.web.team.links import reset_link

PASSWORD = "un mot de passe long"
NEW = "citron-vert-sur-toit"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Attempts are counted in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


def _sign_in(client: Client, password: str = PASSWORD, **more: str) -> str:
    fields = {"login": "owner@example.com", "password": password} | more
    answer = client.post(reverse("account_login"), fields)
    return str(answer.headers.get("Location", ""))


def test_the_right_password_opens(client: Client, owner: User) -> None:
    assert "/" == _sign_in(client)
    assert str(owner.pk) == client.session["_auth_user_id"]


def test_a_wrong_password_does_not(client: Client, owner: User) -> None:
    assert "" == _sign_in(client, "un mauvais mot de passe")
    assert "_auth_user_id" not in client.session


def test_signing_in_changes_the_session(client: Client, owner: User) -> None:
    """A cookie planted before signing in must be worth nothing after."""
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key

    _sign_in(client)

    assert planted != client.session.session_key


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(client: Client, owner: User, target: str) -> None:
    assert "/" == _sign_in(client, next=target)


def test_signing_in_leads_back_to_where_one_was_going(client: Client, owner: User) -> None:
    assert "/brands/" == _sign_in(client, next="/brands/")


def test_guessing_is_slowed_down(client: Client, owner: User) -> None:
    answers = [
        client.post(
            reverse("account_login"), {"login": "owner@example.com", "password": f"essai {n}"}
        )
        for n in range(12)
    ]

    assert 429 in {one.status_code for one in answers} or any(
        "Trop de tentatives" in one.content.decode() for one in answers
    )
    assert "" == _sign_in(client)


def test_signing_out_needs_a_post(client: Client, owner: User) -> None:
    """Another site's picture must not sign anybody out."""
    client.force_login(owner)

    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session

    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path",
    [
        "/account/signup/",
        "/account/email/",
        "/account/confirm-email/",
        "/account/phone/change/",
        "/account/password/reset/",
        "/account/login/code/",
        "/account/two-factor/webauthn/",
        "/admin/",
    ],
)
def test_doors_without_a_use_are_closed(client: Client, owner: User, path: str) -> None:
    client.force_login(owner)

    assert 404 == client.get(path).status_code


def test_signing_up_has_no_address() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_inactive",
        "account_reset_password_from_key_done",
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_passers_by_wear_our_clothes(
    client: Client, owner: User, name: str, language: str
) -> None:
    page = client.get(reverse(name), headers={"accept-language": language}).content.decode()

    assert f'<html lang="{language}">' in page
    assert "plain-main" in page


@pytest.mark.parametrize(
    "name",
    ["account_logout", "account_change_password", "account_reauthenticate", "mfa_index", "me"],
)
def test_pages_of_members_wear_our_clothes(client: Client, owner: User, name: str) -> None:
    _sign_in(client)

    page = client.get(reverse(name)).content.decode()

    assert "comptoir/css/tokens.css" in page


def test_the_password_is_changed(client: Client, owner: User) -> None:
    _sign_in(client)
    elsewhere = Client()
    _sign_in(elsewhere)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert 200 == client.get(reverse("me")).status_code
    assert 302 == elsewhere.get(reverse("me")).status_code


def test_a_reset_link_works_once(client: Client, owner: User) -> None:
    path = re.sub(r"^https?://[^/]+", "", reset_link(owner))

    form = client.get(path, follow=True)
    client.post(form.context["action_url"], {"password1": NEW, "password2": NEW})

    owner.refresh_from_db()
    assert owner.check_password(NEW)
    again = Client().get(path, follow=True)
    assert "ne fonctionne plus" in again.content.decode()


def test_the_reset_key_does_not_stay_in_the_address(client: Client, owner: User) -> None:
    """Otherwise the key would leave with the Referer header and stay in the history."""
    path = re.sub(r"^https?://[^/]+", "", reset_link(owner))

    answer = client.get(path)

    assert 302 == answer.status_code
    assert path.split("-", 1)[1] not in answer.headers["Location"]


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_the_second_step_is_turned_on_with_a_scanned_code(client: Client, owner: User) -> None:
    """
    The picture must pass the content security policy, so it is a data address.

    Addresses are never verified by mail here, and that must not stand in the way.
    """
    _sign_in(Client())
    _sign_in(client)
    EmailAddress.objects.get_or_create(user=owner, email=owner.email, verified=False)
    again = client.get(reverse("mfa_activate_totp"))
    assert again.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml' in page.content.decode()

    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})

    assert {"totp", "recovery_codes"} == set(
        Authenticator.objects.filter(user=owner).values_list("type", flat=True)
    )
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    codes = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert 10 == codes.count("<li><code>")
    assert 200 == client.get(reverse("mfa_download_recovery_codes")).status_code


@pytest.fixture
def protected(owner: User) -> Callable[[], str]:
    """Gives the owner a second step; returns what makes codes that are right now."""
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(owner, secret)
    RecoveryCodes.activate(owner)
    return lambda: _code(secret)


def test_the_password_alone_no_longer_opens(client: Client, protected: Callable[[], str]) -> None:
    assert reverse("mfa_authenticate") == _sign_in(client)
    assert 302 == client.get(reverse("me")).status_code

    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "Deuxième étape" in page
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert 302 == client.get(reverse("me")).status_code

    client.post(reverse("mfa_authenticate"), {"code": protected()})
    assert 200 == client.get(reverse("me")).status_code


def test_a_recovery_code_opens_once(
    client: Client, owner: User, protected: Callable[[], str]
) -> None:
    saved = Authenticator.objects.get(user=owner, type="recovery_codes").wrap()
    code = saved.get_unused_codes()[0]
    for expected in (200, 302):
        visitor = Client()
        _sign_in(visitor)

        visitor.post(reverse("mfa_authenticate"), {"code": code})

        assert expected == visitor.get(reverse("me")).status_code


def test_a_new_password_does_not_drop_the_second_step(
    client: Client, owner: User, protected: Callable[[], str]
) -> None:
    """A link made by a manager must not be a way around the second step."""
    path = re.sub(r"^https?://[^/]+", "", reset_link(owner))
    form = client.get(path, follow=True)
    client.post(form.context["action_url"], {"password1": NEW, "password2": NEW})

    assert reverse("mfa_authenticate") == _sign_in(client, NEW)
