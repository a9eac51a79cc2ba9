"""Links that are told once: joining a team, setting a new password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from comptoir import conf
from comptoir.base.models import User


def invitation_link(token: str) -> str:
    return absolute(reverse("invitation", kwargs={"token": token}))


def reset_link(user: User) -> str:
    """
    A link with which `user` sets a new password; dead once used, or after a day.

    The second factor, where there is one, is still asked for afterwards.
    """
    key = default_token_generator.make_token(user)
    place = {"uidb36": user_pk_to_url_str(user), "key": key}
    return absolute(reverse("account_reset_password_from_key", kwargs=place))


def absolute(path: str) -> str:
    return conf.current().address + path
