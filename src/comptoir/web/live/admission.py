"""Who may listen: a session that is still signed in, and a workspace one is still a member of."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from comptoir.base import clock
from comptoir.base.api import Permission, can
from comptoir.base.models import Membership, User

PORTION = 200


@dataclass(frozen=True, slots=True)
class Listener:
    """A member's session, as it was when the stream opened."""

    session: str
    user_id: int
    workspace_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """status: what HTTP calls it. As pages do, a stranger may not learn that a brand exists."""

    status: int


def admit(cookies: dict[str, str], slug: str) -> Listener | Refused:
    """The listener behind a request for the stream of the workspace `slug`."""
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    signed_in = _signed_in({key}).get(key) if key else None
    if signed_in is None:
        return Refused(401)
    found = Membership.objects.filter(user_id=signed_in, workspace__slug=slug).first()
    if found is None:
        return Refused(404)
    listener = Listener(key, signed_in, found.workspace_id)
    return listener if still({listener}) else Refused(403)


def still(listeners: Collection[Listener]) -> set[Listener]:
    """Those who may go on listening, in a few queries for hundreds."""
    known = list(listeners)
    admitted: set[Listener] = set()
    for start in range(0, len(known), PORTION):
        admitted |= _still(known[start : start + PORTION])
    return admitted


def _still(listeners: Collection[Listener]) -> set[Listener]:
    signed_in = _signed_in({one.session for one in listeners})
    rows = Membership.objects.filter(
        user_id__in={one.user_id for one in listeners},
        workspace_id__in={one.workspace_id for one in listeners},
    )
    reading = {
        (user, workspace)
        for user, workspace, role in rows.values_list("user_id", "workspace_id", "role")
        if can(role, Permission.READ)
    }
    return {
        one
        for one in listeners
        if signed_in.get(one.session) == one.user_id and (one.user_id, one.workspace_id) in reading
    }


def _signed_in(keys: Collection[str]) -> dict[str, int]:
    """Users by session: sessions that live, of users who are active and kept their password."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    told = {row.session_key: row.get_decoded() for row in rows}
    wanted = {key: int(one[SESSION_KEY]) for key, one in told.items() if SESSION_KEY in one}
    users = User.objects.filter(pk__in=wanted.values(), is_active=True)
    hashes = {user.pk: user.get_session_auth_hash() for user in users}
    return {
        key: user
        for key, user in wanted.items()
        if user in hashes
        and constant_time_compare(told[key].get(HASH_SESSION_KEY, ""), hashes[user])
    }
