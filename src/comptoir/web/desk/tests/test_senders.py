"""Whether a mail is from whom it says, in a word or two beside the sender."""

import pytest

from comptoir.base import clock, outbox
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.incoming import Incoming
from comptoir.channels.models import Account, ConnectedAccount, Message
from comptoir.web.desk.tests.conftest import Browser, outside, page

OURS = "Authentication-Results: mx.atelier-citron.example; "
FORGED = "Received: by x\nAuthentication-Results: evil.example; dmarc=pass"


@pytest.fixture
def mailbox(workspace: Workspace) -> channels.AccountView:
    account = Account.objects.create(
        workspace=workspace, channel="email", connector="email", name="Contact"
    )
    ConnectedAccount.objects.create(
        account=account,
        workspace=workspace,
        kind="email",
        token="mail",
        values={
            "address": "contact@atelier-citron.example",
            "imap_host": "imap.atelier-citron.example",
        },
    )
    return channels.AccountView(account.pk, "email", "email", "Contact", can_send=True)


@pytest.mark.parametrize(
    ("head", "level", "label"),
    [
        (f"{OURS}dmarc=pass", "sure", "Sender checked"),
        (f"{OURS}dkim=pass; dmarc=fail", "doubtful", "Sender doubtful"),
        (FORGED, "unknown", "Sender not checked"),
    ],
)
def test_the_words_of_the_mailboxs_server_stand_beside_the_sender(
    desk: Browser, workspace: Workspace, mailbox: channels.AccountView,
    head: str, level: str, label: str,
) -> None:  # fmt: skip
    """In words, with the sentence to read; our own answers carry none."""
    theirs = Incoming(
        "m1", "email", "email", clock.now(), "lea@example.com", "Léa", "Où est mon colis ?"
    )
    ours = Incoming(
        "m2", "email", "email", clock.now(), "contact@atelier-citron.example", "Contact",
        "Il arrive.", in_reply_to="m1", own=True,
    )  # fmt: skip
    raw = f"{head}\nFrom: Léa <lea@example.com>\n\nOù est mon colis ?"
    rows = [channels.Arrived(None, raw, [theirs]), channels.Arrived(None, raw, [ours])]
    channels.store(workspace.pk, rows, mailbox)
    outbox.drain()

    thread = Message.objects.get(external_id="m1").thread_id
    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert 1 == shown.count("data-sender=")
    assert f'data-sender="{level}"' in shown
    assert label in shown


def test_the_words_are_french_for_who_reads_french(
    desk: Browser, workspace: Workspace, mailbox: channels.AccountView, agent: User
) -> None:
    said = Incoming("m1", "email", "email", clock.now(), "lea@example.com", "Léa", "Bonjour ?")
    raw = f"{OURS}dmarc=fail\nFrom: lea@example.com\n\nBonjour ?"
    channels.store(workspace.pk, [channels.Arrived(None, raw, [said])], mailbox)
    outbox.drain()
    User.objects.filter(pk=agent.pk).update(language="fr")

    thread = Message.objects.get(external_id="m1").thread_id
    shown = page(desk.get("conversation", conversation=outside(thread)))
    assert "Expéditeur douteux" in shown
