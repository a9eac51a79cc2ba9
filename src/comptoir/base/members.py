"""
The team: first owner, invitations, roles, leaving.

Rules that hold whoever asks: a workspace keeps at least one owner; only an
owner makes, changes or removes an owner; nobody gains a role by helping himself.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock
from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.models import Invitation, Membership, User, Workspace
from comptoir.base.roles import GRANTS, Permission, Role, can
from comptoir.base.scope import every_workspace

INVITATION_LASTS = timedelta(days=7)
_FIRST_RUN_LOCK = 8_421_002


def create_first_owner(**person: Any) -> User:
    """
    Make the installation's first user; person: as for `create_user`.

    Raises Problem "already_set_up" when somebody was quicker: the check and the
    writing happen under one lock.
    """
    with transaction.atomic():
        _lock_first_run()
        if User.objects.exists():
            raise Problem(
                "already_set_up",
                _("This installation already has an owner."),
                _("Sign in, or ask the owner for an invitation."),
            )
        user = create_user(**person)
        audit.record("team.first_owner_created", actor=user, target=user.email)
        _adopt(user)
    return user


def _adopt(owner: User) -> None:
    """Give the first owner the workspaces that a command made before anybody was here."""
    Membership.objects.bulk_create(
        Membership(workspace=each, user=owner, role=Role.OWNER) for each in Workspace.objects.all()
    )


def create_user(*, email: str, password: str, name: str = "", language: str = "fr") -> User:
    """
    Make a user who can sign in.

    Raises Problem "email_taken", "bad_email" or "weak_password" (its sentence
    says what the password lacks).
    """
    email = email.strip().lower()
    _check_email(email)
    user = User(email=email, name=name.strip()[:120], language=language)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Problem("weak_password", " ".join(error.messages)) from error
    return User.objects.create_user(email, password, name=user.name, language=language)


def invite(workspace: Workspace, role: str, actor: User, email: str = "") -> str:
    """
    Make an invitation with `role`; returns the token to put in a link, told only now.

    Raises NotAllowed when `actor` may not give that role.
    """
    require_may_give(role_of(workspace, actor), role)
    if email:
        validate_email(email)
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        Invitation.objects.create(
            workspace=workspace,
            role=role,
            email=email.strip().lower(),
            digest=_digest(token),
            created_by=actor,
            created_at=clock.now(),
            expires_at=clock.now() + INVITATION_LASTS,
        )
        audit.record("team.invited", actor=actor, workspace=workspace, target=email, role=role)
    return token


def open_invitations(workspace: Workspace) -> list[Invitation]:
    """Those that can still be used, soonest to expire first."""
    with every_workspace():
        return list(
            Invitation.objects.filter(
                workspace=workspace, used_at=None, expires_at__gt=clock.now()
            ).order_by("expires_at")
        )


def find_invitation(token: str) -> Invitation:
    """The usable invitation behind `token`; raises Problem when there is none."""
    with every_workspace():
        found = (
            Invitation.objects.select_related("workspace", "created_by")
            .filter(digest=_digest(token), used_at=None, expires_at__gt=clock.now())
            .first()
        )
    if found is None:
        raise Problem(
            "invitation_over",
            _("This invitation has been used, withdrawn, or has expired."),
            _("Ask the person who sent it for a new link."),
        )
    return found


def accept(token: str, user: User) -> Workspace:
    """Let `user` join by `token`. Who is a member already keeps the role they have."""
    with transaction.atomic():
        invitation = find_invitation(token)
        _spend(invitation, user)
        Membership.objects.get_or_create(
            workspace=invitation.workspace, user=user, defaults={"role": invitation.role}
        )
        audit.record(
            "team.joined",
            actor=user,
            workspace=invitation.workspace,
            target=user.email,
            role=invitation.role,
        )
    return invitation.workspace


def accept_as_new(token: str, **person: Any) -> tuple[User, Workspace]:
    """Make a user (person: as for `create_user`) who joins by `token`."""
    with transaction.atomic():
        find_invitation(token)
        user = create_user(**person)
        return user, accept(token, user)


def withdraw(invitation_id: int, workspace: Workspace, actor: User) -> None:
    """Make an invitation unusable; nothing happens when it is already."""
    with transaction.atomic(), every_workspace():
        found = Invitation.objects.filter(
            pk=invitation_id, workspace=workspace, used_at=None
        ).first()
        if found is None:
            return
        require_may_give(role_of(workspace, actor), found.role)
        audit.record(
            "team.invitation_withdrawn",
            actor=actor,
            workspace=workspace,
            target=found.email,
            role=found.role,
        )
        found.delete()


def change_role(workspace: Workspace, user: User, role: str, actor: User) -> None:
    """Give a member another role; refuses to leave the workspace without an owner."""
    with transaction.atomic():
        member = _member(workspace, user)
        mine = role_of(workspace, actor)
        require_may_give(mine, member.role)
        require_may_give(mine, role)
        if member.role == role:
            return
        _keep_an_owner(workspace, member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        audit.record(
            "team.role_changed",
            actor=actor,
            workspace=workspace,
            target=user.email,
            before=before,
            after=role,
        )


def remove(workspace: Workspace, user: User, actor: User) -> None:
    """Take a member out of the workspace; a member may also take himself out."""
    with transaction.atomic():
        member = _member(workspace, user)
        if user.pk != actor.pk:
            require_may_give(role_of(workspace, actor), member.role)
        _keep_an_owner(workspace, member)
        member.delete()
        verb = "team.left" if user.pk == actor.pk else "team.removed"
        audit.record(verb, actor=actor, workspace=workspace, target=user.email, role=member.role)


def role_of(workspace: Workspace, user: User) -> str:
    """The user's role there; "" for a stranger, which grants nothing."""
    member = Membership.objects.filter(workspace=workspace, user=user).first()
    return member.role if member else ""


def roles_given_by(role: str) -> list[str]:
    """The roles that `role` may give and take away, in order of power."""
    return [one.value for one in Role if may_give(role, one)]


def may_give(mine: str, role: str) -> bool:
    """
    Whether a member with `mine` may give (and take) `role`.

    >>> may_give("owner", "owner"), may_give("manager", "owner"), may_give("agent", "reader")
    (True, False, False)
    """
    if role not in GRANTS or not can(mine, Permission.MANAGE_TEAM):
        return False
    return mine == Role.OWNER or role != Role.OWNER


def require_may_give(mine: str, role: str) -> None:
    """Raise NotAllowed unless `mine` may give and take `role`."""
    if not may_give(mine, role):
        raise NotAllowed(
            "may_not_give_role",
            _("Your role does not allow you to give or change this role."),
            _("Ask an owner of the workspace."),
        )


def may_reset_password(actor: User, user: User) -> bool:
    """
    Whether `actor` may make a link that sets a new password for `user`.

    Such a link opens everything the user can see, so the actor must be allowed
    to manage the user's role in each of the user's workspaces.
    """
    if actor.pk == user.pk:
        return False
    theirs = Membership.objects.filter(user=user).values_list("workspace", "role")
    mine = dict(Membership.objects.filter(user=actor).values_list("workspace", "role"))
    return bool(theirs) and all(may_give(mine.get(place, ""), role) for place, role in theirs)


def _lock_first_run() -> None:
    """SQLite's transactions are already one at a time; PostgreSQL's need a lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_RUN_LOCK])


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Problem("bad_email", _("This is not an e-mail address.")) from error
    if User.objects.filter(email=email).exists():
        raise Problem("email_taken", _("Somebody already uses this e-mail address here."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _spend(invitation: Invitation, user: User) -> None:
    """Mark it used in one conditional statement, so that two cannot use it at once."""
    with every_workspace():
        spent = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(
            used_at=clock.now(), used_by=user
        )
    if not spent:
        find_invitation("")


def _member(workspace: Workspace, user: User) -> Membership:
    """The membership, the workspace locked: changes of a team happen one at a time."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    member = Membership.objects.filter(workspace=workspace, user=user).first()
    if member is None:
        raise Problem("not_a_member", _("This person is not in the team any more."))
    return member


def _keep_an_owner(workspace: Workspace, leaving: Membership) -> None:
    if leaving.role != Role.OWNER:
        return
    others = Membership.objects.filter(workspace=workspace, role=Role.OWNER)
    if not others.exclude(pk=leaving.pk).exists():
        raise Problem(
            "last_owner",
            _("This person is the workspace’s last owner."),
            _("Make somebody else an owner first."),
        )


def workspaces_of(user: User) -> list[Membership]:
    """The user's memberships with their workspaces, by name."""
    return list(
        Membership.objects.select_related("workspace")
        .filter(user=user)
        .order_by("workspace__name", "pk")
    )
