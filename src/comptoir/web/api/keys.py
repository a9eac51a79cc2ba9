"""Making, knowing and revoking keys."""

import secrets
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock
from comptoir.base.api import Permission, Problem, can, every_workspace
from comptoir.base.models import Membership, User, Workspace
from comptoir.web.api.models import ApiKey

BEGINNING = "cpt_"
SCOPES: Final = {
    "messages:write": _("Bring in messages"),
    "messages:read": _("Read messages"),
    "conversations:read": _("Read conversations, with notes"),
    "conversations:write": _("Assign, close, tag and note"),
    "answers:write": _("Answer customers"),
}
RIGHTS: Final = {
    "messages:write": Permission.IMPORT,
    "messages:read": Permission.READ,
    "conversations:read": Permission.READ,
    "conversations:write": Permission.ANSWER,
    "answers:write": Permission.ANSWER,
}
"""What the member must be allowed, when the key is used as when it was made."""
_NOTED = timedelta(minutes=1)


def make(workspace: Workspace, name: str, scopes: list[str], *, actor: User) -> tuple[ApiKey, str]:
    """A new key, and its text, which nobody can be shown again. Raises Problem."""
    name = " ".join(name.split())[:80]
    if not name:
        raise Problem("no_name", _("The key needs a name."), _("Say what will use it."))
    wanted = [one for one in SCOPES if one in scopes]
    if not wanted:
        raise Problem("no_scope", _("The key would allow nothing."), _("Tick what it may do."))
    text = BEGINNING + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        workspace=workspace,
        name=name,
        digest=digest(text),
        hint=text[-4:],
        scopes=wanted,
        created_by=actor,
        created_at=clock.now(),
    )
    audit.record(
        "api.key_made", actor=actor, workspace=workspace, target=name, key=key.pk, scopes=wanted
    )
    return key, text


def revoke(key_id: int, *, actor: User) -> None:
    """End a key at once; raises Problem for one that is not there."""
    key = ApiKey.objects.filter(pk=key_id, revoked_at=None).first()
    if key is None:
        raise Problem("no_key", _("This key does not exist any more."))
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.record("api.key_revoked", actor=actor, workspace=key.workspace_id, target=key.name)


def known(text: str) -> ApiKey | None:
    """The key behind a text, noted as used; None for a wrong or revoked one. Needs no scope."""
    if not text.startswith(BEGINNING):
        return None
    with every_workspace():
        rows = ApiKey.objects.select_related("workspace", "created_by")
        key = rows.filter(digest=digest(text), revoked_at=None).first()
        if key is None:
            return None
        now = clock.now()
        if key.used_at is None or now - key.used_at > _NOTED:
            ApiKey.objects.filter(pk=key.pk).update(used_at=now)
    return key


def may(key: ApiKey, scope: str) -> bool:
    """Whether key and member allow it: who left the team, or lost a right, takes it along."""
    member = Membership.objects.filter(
        workspace_id=key.workspace_id, user_id=key.created_by_id, user__is_active=True
    ).first()
    return scope in key.scopes and member is not None and can(member.role, RIGHTS[scope])


def digest(text: str) -> str:
    """A key has 256 random bits, so a quick digest is enough."""
    return blake2b(text.encode(), digest_size=32, person=b"comptoir-api-key").hexdigest()
