"""Hiding, deleting and liking messages where they stand."""

from collections.abc import Callable

import pytest

from comptoir.base import http
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User
from comptoir.channels import treating
from comptoir.channels.connector import AccessLost, Rejected
from comptoir.channels.models import ConnectedAccount, Message
from comptoir.channels.tests.sending.pigeon import Network

ALL = ("hide", "unhide", "delete", "like")


def test_hidden_can_be_shown_again(asked: Message, network: Network, agent: User) -> None:
    hidden = treating.act(asked.pk, "hide", actor=agent)
    shown = treating.act(asked.pk, "unhide", actor=agent)

    assert (True, False) == (hidden.hidden, shown.hidden)
    assert [("hide", "m1"), ("unhide", "m1")] == network.acted
    assert 2 == AuditEntry.objects.filter(verb__startswith="channels.message_").count()


def test_what_was_deleted_there_is_kept_here_and_offers_nothing_more(
    asked: Message,
    network: Network,
) -> None:
    """
    The team must still see what was said, and that it is gone.
    """
    done = treating.act(asked.pk, "delete", actor=None)

    assert Message.objects.filter(pk=asked.pk).exists()
    assert done.deleted_at is not None
    assert [] == treating.possible(ALL, "comment", done, own=False)
    with pytest.raises(Problem) as caught:
        treating.act(asked.pk, "hide", actor=None)
    assert "no_such_action" == caught.value.code


def test_only_what_makes_sense_is_offered(asked: Message) -> None:
    hidden = treating.act(asked.pk, "hide", actor=None)

    assert ["unhide", "delete", "like"] == treating.possible(ALL, "comment", hidden, own=False)
    assert ["delete"] == treating.possible(ALL, "comment", None, own=True)
    assert ["like"] == treating.possible(ALL, "message", None, own=False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Rejected("too_old", "Too old to be hidden."), "too_old"),
        (AccessLost("401"), "access_lost"),
        (http.NoAnswer("timed out"), "no_answer"),
    ],
)
def test_a_refusal_changes_nothing_and_is_said(
    asked: Message,
    network: Network,
    error: Exception,
    code: str,
) -> None:
    network.acting.append(error)
    with pytest.raises(Problem) as caught:
        treating.act(asked.pk, "hide", actor=None)

    assert code == caught.value.code
    assert {} == treating.treated([asked.pk])
    assert (code == "access_lost") == (ConnectedAccount.objects.get().state == "lost")


def test_nothing_is_done_where_the_connector_does_not_allow_it(
    hear: Callable[..., Message],
    network: Network,
) -> None:
    private = hear("m7", "lea", kind="message")

    with pytest.raises(Problem):
        treating.act(private.pk, "hide", actor=None)
    assert [] == network.acted
