"""Connecting an account to its network, and everything a person does to the connection."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock, outbox
from comptoir.base.errors import Problem
from comptoir.base.http import Forbidden, Http, HttpProblem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.base.secrets import Unreadable
from comptoir.base.workspaces import on_workspace_deleted
from comptoir.channels import connections, health
from comptoir.channels.connections import address_of, connection_of
from comptoir.channels.connector import (
    AccessLost,
    Checked,
    Connection,
    Connector,
    Refusal,
    Rejected,
    TryLater,
    Words,
)
from comptoir.channels.connectors import connector
from comptoir.channels.entering import FieldProblem, entered
from comptoir.channels.health import ConnectedView, connected_account
from comptoir.channels.models import Account, ConnectedAccount
from comptoir.channels.owning import add_own_handles
from comptoir.channels.wording import kept, later

log = structlog.get_logger(__name__)

State = ConnectedAccount.State
PASSING = ("try_later", "unreachable")
GRACE = timedelta(days=1)
"""How long an address that was changed still works, unless something else is asked for."""
_NEVER_SAVED = 0


def connect(
    kind: str,
    name: str,
    values: Mapping[str, str],
    *,
    actor: User | None,
    http: Http | None = None,
) -> ConnectedView:
    """
    Connect an account: the network is asked who it is, then told where to deliver.

    name: what the team calls it; "" takes the network's own name. values: by field name.
    An account that was connected before takes up its messages again. Raises Problem: a
    FieldProblem names the field. When only the last step fails (the network will not deliver),
    the account is connected and says so in its problem.
    """
    made = installed(kind)
    http = http or _guarded()
    token = secrets.token_urlsafe(32)
    asked = Connection(
        account_id=_NEVER_SAVED,
        workspace_id=current_workspace_id(),
        kind=kind,
        channel=made.channel,
        name=name,
        values=entered(made, values),
        webhook=address_of(token),
    )
    checked = _check(made, asked, http)
    with transaction.atomic():
        row = _place(made, asked, checked, token, actor)
        _keep(row, made, asked.values, checked)
        _audit("channels.account_connected", row, actor)
        _changed(row)
    _own(made, checked, actor)
    _subscribe(row.account_id, made, http)
    return _shown(row.account_id)


def reconnect(
    account_id: int,
    values: Mapping[str, str],
    *,
    actor: User | None,
    http: Http | None = None,
) -> ConnectedView:
    """
    Rotate secrets, or connect again after access was lost; a secret left empty stays as it is.

    Raises Problem, also when the network says that this is another account.
    """
    row = _row(account_id)
    made = installed(row.kind)
    http = http or _guarded()
    asked = replace(_opened(row), values=entered(made, _merged(made, row, values)))
    checked = _check(made, asked, http)
    _refuse_other(row, checked)
    with transaction.atomic():
        row = ConnectedAccount.objects.select_for_update().get(pk=account_id)
        _keep(row, made, asked.values, checked)
        _audit("channels.account_reconnected", row, actor, fields=sorted(values))
        _changed(row)
    _own(made, checked, actor)
    _subscribe(account_id, made, http)
    return _shown(account_id)


def check(account_id: int, *, http: Http | None = None, patient: bool = False) -> ConnectedView:
    """
    Ask the network now whether all is well, and note what it says; never raises for it.

    patient: that the network is busy or out of reach is no news.
    """
    row = _row(account_id)
    made = connector(row.kind)
    if made is None or row.state == State.OFF:
        return _shown(account_id)
    http = http or _guarded()
    try:
        checked = _check(made, _opened(row), http)
    except Problem as problem:
        if patient and problem.code in PASSING:
            return _shown(account_id)
        sentence, fix = _words(problem)
        is_lost = problem.code == "access_lost"
        health.trouble(account_id, problem.code, sentence, fix, lost=is_lost)
        return _shown(account_id)
    noted = {"checked_at": clock.now(), "expires_at": checked.expires_at, "own": dict(checked.own)}
    ConnectedAccount.objects.filter(pk=account_id).update(**noted)
    ConnectedAccount.objects.filter(pk=account_id, state=State.LOST).update(state=State.ON)
    health.well(account_id, checked=True)
    _warn(account_id, checked)
    _subscribe(account_id, made, http)
    return _shown(account_id)


def rename(account_id: int, name: str, *, actor: User | None) -> ConnectedView:
    """Call an account something else. Raises Problem when the name is taken or empty."""
    row = _row(account_id)
    with transaction.atomic():
        _free_name(row.account, name.strip())
        _audit("channels.account_renamed", row, actor)
    return _shown(account_id)


def pause(account_id: int, *, actor: User | None) -> ConnectedView:
    """
    Stop asking and reading until `resume`; what the network delivers meanwhile is kept.
    """
    return _move(account_id, State.PAUSED, "channels.account_paused", actor)


def resume(account_id: int, *, actor: User | None) -> ConnectedView:
    """Go on after `pause`; what was kept meanwhile is read."""
    return _move(account_id, State.ON, "channels.account_resumed", actor, was=State.PAUSED)


def disconnect(account_id: int, *, actor: User | None, http: Http | None = None) -> ConnectedView:
    """
    Part from the network: it is told so, secrets are forgotten, its address ends.

    Messages stay, and what was delivered already is still read.
    """
    row = _row(account_id)
    made = connector(row.kind)
    if made is not None and row.state != State.OFF:
        _unsubscribe(row, made, http or _guarded())
    with transaction.atomic():
        gone: dict[str, Any] = {
            "state": State.OFF,
            "secrets": "",
            "token": secrets.token_urlsafe(32),
            "old_token": "",
            "old_until": None,
            "problem": {},
            "problem_since": None,
            "retry_at": None,
            "failures": 0,
            "claim": "",
            "expires_at": None,
        }
        ConnectedAccount.objects.filter(pk=account_id).update(**gone)
        _audit("channels.account_disconnected", row, actor)
        _changed(row)
    return _shown(account_id)


def rotate_address(
    account_id: int,
    *,
    actor: User | None,
    grace: timedelta = GRACE,
    http: Http | None = None,
) -> ConnectedView:
    """
    Give the account a new inbound address; the old one works for `grace`, then answers 404.

    One that was old already ends at once.
    """
    row = _row(account_id)
    made = installed(row.kind)
    with transaction.atomic():
        row.old_token = row.token if grace > timedelta() else ""
        row.old_until = clock.now() + grace if grace > timedelta() else None
        row.token = secrets.token_urlsafe(32)
        row.save(update_fields=["token", "old_token", "old_until"])
        _audit("channels.address_rotated", row, actor, hours=int(grace.total_seconds() // 3600))
    _subscribe(account_id, made, http or _guarded())
    return _shown(account_id)


def end_old_address(account_id: int, *, actor: User | None) -> ConnectedView:
    """Let the address before the present one answer 404 from now on."""
    row = _row(account_id)
    with transaction.atomic():
        row.old_token, row.old_until = "", None
        row.save(update_fields=["old_token", "old_until"])
        _audit("channels.old_address_ended", row, actor)
    return _shown(account_id)


# Asking the network, with what it refuses put into words.


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """What a network or the way to it refuses, as a Problem that a person can mend."""
    try:
        yield
    except Rejected as refused:
        if refused.field:
            raise FieldProblem(
                refused.code, refused.field, refused.sentence, refused.fix
            ) from refused
        raise Problem(refused.code, refused.sentence, refused.fix) from refused
    except AccessLost as refused:
        raise Problem(*lost(name, refused)) from refused
    except TryLater as refused:
        raise Problem(
            "try_later",
            format_lazy(_("{name} asks us to wait before we ask again."), name=name),
            _("Try again in a few minutes."),
        ) from refused
    except Forbidden as refused:
        raise Problem(
            "address_forbidden",
            _("This address is not one that this server may ask: it is private or reserved."),
            _("Check it, or ask whoever runs the server to allow it."),
        ) from refused
    except HttpProblem as refused:
        raise Problem(
            "unreachable",
            format_lazy(_("{name} cannot be reached."), name=name),
            _("Check the address and the server’s own connection, then try again."),
        ) from refused


def lost(name: str, refused: AccessLost) -> tuple[str, Any, Any]:
    """Code, sentence and fix of access that was lost."""
    return (
        "access_lost",
        refused.sentence or format_lazy(_("{name} no longer accepts our credentials."), name=name),
        refused.fix or _("Connect the account again with fresh credentials."),
    )


def _check(made: Connector, asked: Connection, http: Http) -> Checked:
    with refusals(asked.name or str(made.label)):
        try:
            return made.check(asked, http)
        except (Refusal, HttpProblem):
            raise
        except Exception as error:
            log.exception("connecting.check_failed", kind=made.kind)
            raise Problem(
                "unexpected",
                format_lazy(_("{name} answered something unexpected."), name=made.label),
                _("Try again. If it goes on, report it with the log."),
            ) from error


def _subscribe(account_id: int, made: Connector, http: Http) -> None:
    """Ask for deliveries; a network that refuses leaves the account connected, and said so."""
    row = _row(account_id)
    if row.state != State.ON:
        return
    if _told(account_id, lambda: made.subscribe(_opened(row), http), made):
        return
    if row.problem.get("code") == "not_subscribed":
        health.well(account_id, checked=True)


def _told(account_id: int, ask: Callable[[], None], made: Connector) -> bool:
    """Whether asking failed, and the account says so."""
    try:
        with refusals(str(made.label)):
            ask()
    except Problem as problem:
        reason = _words(problem)[0]
    except Exception:
        log.exception("connecting.subscribe_failed", kind=made.kind, account=account_id)
        reason = ""
    else:
        return False
    health.trouble(
        account_id,
        "not_subscribed",
        format_lazy(
            _("{name} will not deliver by itself yet. {reason}"), name=made.label, reason=reason
        ),
        _("Check its settings as the guide says, then press “Check now”."),
    )
    return True


def _words(problem: Problem) -> tuple[Words, Words]:
    return later(lambda: problem.sentence), later(lambda: problem.fix)


def _unsubscribe(row: ConnectedAccount, made: Connector, http: Http) -> None:
    """A network that cannot be told must not keep anybody from leaving it."""
    try:
        made.unsubscribe(_opened(row), http)
    except (Refusal, HttpProblem, Problem) as refused:
        log.warning("connecting.not_unsubscribed", kind=made.kind, reason=str(refused))
    except Exception:
        log.exception("connecting.unsubscribe_failed", kind=made.kind, account=row.account_id)


# Rows.


def installed(kind: str) -> Connector:
    """The connector of this kind. Raises Problem when no package brings it."""
    found = connector(kind)
    if found is None:
        raise Problem(
            "unknown_connector",
            _("The connector “%(kind)s” is not installed."),
            _("Install the package that brings it, then start Comptoir again."),
            kind=kind,
        )
    return found


def _row(account_id: int) -> ConnectedAccount:
    row = ConnectedAccount.objects.select_related("account").filter(pk=account_id).first()
    if row is None:
        raise Problem("no_account", _("This account is not connected."))
    return row


def _opened(row: ConnectedAccount) -> Connection:
    try:
        return connection_of(row)
    except Unreadable as error:
        raise Problem(
            "secrets_unreadable",
            _("The secrets of this account cannot be opened: the installation’s key changed."),
            _("Enter them again, or bring back the file secret.key."),
        ) from error


def _place(
    made: Connector, asked: Connection, checked: Checked, token: str, actor: User | None
) -> ConnectedAccount:
    """The account's rows: those of the same account when it was connected before, or new ones."""
    before = _before(asked, checked)
    name = (asked.name or checked.name).strip()
    if before is not None:
        if before.state != State.OFF:
            raise Problem(
                "connected_already",
                _("This account is connected already, as “%(name)s”."),
                name=before.account.name,
            )
        before.token = token
        before.save(update_fields=["token"])
        _free_name(before.account, name)
        return before
    account = Account(
        workspace_id=asked.workspace_id, channel=asked.channel[:30], connector=asked.kind[:30]
    )
    _free_name(account, name)
    return ConnectedAccount.objects.create(
        account=account,
        workspace_id=asked.workspace_id,
        kind=asked.kind,
        token=token,
        created_by=actor,
    )


def _before(asked: Connection, checked: Checked) -> ConnectedAccount | None:
    """The row of the very same account, as the network numbers it."""
    number = checked.own.get("id")
    if not number:
        return None
    rows = ConnectedAccount.objects.select_related("account").filter(kind=asked.kind)
    return next((row for row in rows if row.own.get("id") == number), None)


def _free_name(account: Account, name: str) -> None:
    """Save the account under its name."""
    name = " ".join(name.split())[:120]
    if not name:
        raise FieldProblem("field_missing", "name", _("Give the account a name."))
    account.name = name
    try:
        with transaction.atomic():
            account.save(update_fields=["name"] if account.pk else None)
    except IntegrityError as error:
        raise FieldProblem(
            "name_taken",
            "name",
            format_lazy(_("Another account is called “{name}” already."), name=name),
            _("Choose another name."),
        ) from error


def _keep(
    row: ConnectedAccount, made: Connector, values: Mapping[str, str], checked: Checked
) -> None:
    """Write what was entered and what the network said; whatever was wrong is over."""
    row.values, row.secrets = connections.closed(made, {**values, **checked.values})
    row.own, row.expires_at = dict(checked.own), checked.expires_at
    row.state, row.checked_at = State.ON, clock.now()
    row.failures, row.retry_at = 0, None
    row.problem, row.problem_since = _warning(checked)
    row.save(
        update_fields=[
            "values", "secrets", "own", "expires_at", "state", "checked_at", "failures",
            "retry_at", "problem", "problem_since",
        ]
    )  # fmt: skip


def _warning(checked: Checked) -> tuple[dict[str, Any], datetime | None]:
    """A network's warning is a problem that stops nothing."""
    if not checked.warning:
        return {}, None
    return {"code": "in_part", "sentence": kept(checked.warning), "fix": ""}, clock.now()


def _warn(account_id: int, checked: Checked) -> None:
    if checked.warning:
        health.trouble(account_id, "in_part", checked.warning)


def with_kept(made: Connector, account_id: int, values: Mapping[str, str]) -> dict[str, str]:
    """What is kept of an account, and over it what was entered; an empty secret is the kept one."""
    return _merged(made, _row(account_id), values)


def _merged(made: Connector, row: ConnectedAccount, values: Mapping[str, str]) -> dict[str, str]:
    before = _opened(row).values if row.secrets else row.values
    hidden = {field.name for field in made.fields if field.kind == "secret"}
    given = {name: value for name, value in values.items() if value or name not in hidden}
    return {**before, **given}


def _refuse_other(row: ConnectedAccount, checked: Checked) -> None:
    before, now = row.own.get("id"), checked.own.get("id")
    if before and now and before != now:
        raise Problem(
            "other_account",
            _("These credentials belong to another account: “%(name)s”."),
            _("Connect it as an account of its own, or enter those of this one."),
            name=checked.name,
        )


def _own(made: Connector, checked: Checked, actor: User | None) -> None:
    """The brand's names there are its own, so that what it writes is not taken for a customer's."""
    if checked.handles:
        add_own_handles([(made.channel, handle) for handle in checked.handles], actor)


def _move(
    account_id: int, state: str, verb: str, actor: User | None, was: str | None = None
) -> ConnectedView:
    row = _row(account_id)
    rows = ConnectedAccount.objects.filter(pk=account_id).exclude(state__in=[State.OFF, state])
    if was is not None:
        rows = rows.filter(state=was)
    with transaction.atomic():
        if rows.update(state=state, claim=""):
            _audit(verb, row, actor)
            _changed(row)
    return _shown(account_id)


def _changed(row: ConnectedAccount) -> None:
    outbox.publish(row.workspace_id, "channel_changed", account=row.account_id)


def _audit(verb: str, row: ConnectedAccount, actor: User | None, **details: Any) -> None:
    audit.record(
        verb,
        actor=actor,
        workspace=row.workspace_id,
        target=row.account.name,
        kind=row.kind,
        account=row.account_id,
        **details,
    )


def _shown(account_id: int) -> ConnectedView:
    found = connected_account(account_id)
    assert found is not None
    return found


def _guarded() -> Http:
    from comptoir.base.http import guarded

    return guarded()


@on_workspace_deleted("connected accounts", "before")
def part_from_networks(workspace_id: int) -> None:
    """Tell the networks to stop delivering to a brand that is gone."""
    from comptoir.base.scope import scope

    with scope(workspace_id):
        for row in ConnectedAccount.objects.exclude(state=State.OFF).select_related("account"):
            made = connector(row.kind)
            if made is not None:
                _unsubscribe(row, made, _guarded())
            ConnectedAccount.objects.filter(pk=row.pk).update(state=State.OFF, secrets="")
