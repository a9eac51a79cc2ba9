"""Who has a second factor."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator


def protected(user_ids: Iterable[int]) -> set[int]:
    """Those of `user_ids` whom a password alone does not let in."""
    found = Authenticator.objects.filter(
        user_id__in=list(user_ids), type=Authenticator.Type.TOTP
    ).values_list("user_id", flat=True)
    return set(found)
