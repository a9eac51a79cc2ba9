"""The form's connector: answered by mail, from the mailbox that was named."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from comptoir.base.errors import Problem
from comptoir.base.http import Http
from comptoir.base.models import User, Workspace
from comptoir.channels import api, outgoing, sending, visiting
from comptoir.channels.connector import Connection, Connector, Outgoing, Sent, Way
from comptoir.channels.connectors import connectors
from comptoir.channels.connectors.form.connector import Form
from comptoir.channels.entering import FieldProblem
from comptoir.channels.hearing import understand
from comptoir.channels.models import Account, ConnectedAccount, Message, Outbound
from comptoir.channels.receiving import keep

SITE = "https://www.atelier-citron.example"


class Mailbox(Connector):
    """A simulated mailbox: remembers what it was given, and to which account."""

    kind = channel = "email"
    label = summary = "Mail"
    sends = True

    def __init__(self) -> None:
        self.mails: list[tuple[str, Outgoing]] = []

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        self.mails.append((connection.name, outgoing))
        return Sent(f"{outgoing.key}.comptoir@example.com", outgoing.queued_at)  # type: ignore[arg-type]  # queued, so it has a time

    def ways(self, *_asked: Any) -> Sequence[Way]:
        return [Way("private", "Mail")]


@pytest.fixture
def mailbox(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    made = Mailbox()
    known = {**connectors(), "email": made}
    monkeypatch.setattr("comptoir.channels.connectors.connectors", lambda: known)
    for name in ("contact", "sav"):
        account = Account.objects.create(
            workspace=workspace, channel="email", connector="email", name=name
        )
        ConnectedAccount.objects.create(
            account=account, workspace=workspace, kind="email", token=name,
            own={"handle": f"{name}@example.com"},
        )  # fmt: skip
    return made


@pytest.fixture
def asked(workspace: Workspace, owner: User) -> Message:
    view = api.connect("form", "Contact", {"origins": SITE}, actor=owner)
    told = {
        "id": "form-1", "email": "odile@example.com", "name": "Odile", "subject": "Colis perdu",
        "text": "Où est-il ?", "order": "", "language": "fr",
    }  # fmt: skip
    visiting.hear(api.connection(view.id), "form-1", told)
    understand()
    return Message.objects.get()


def test_the_answer_leaves_by_mail_with_what_was_written_under_it(
    asked: Message, mailbox: Mailbox
) -> None:
    made = outgoing.enqueue(asked.thread_id, asked.pk, "Il arrive.", actor=None, after=timedelta(0))
    sending.send_due()

    ((box, mail),) = mailbox.mails
    assert "contact" == box
    assert ("odile@example.com", "Re: Colis perdu") == (mail.to_handle, mail.subject)
    assert "Il arrive.\n\nVous nous avez écrit\u00a0:\n> Où est-il ?" == mail.text
    row = Outbound.objects.get(pk=made.id)
    assert "sent" == row.state
    assert asked.thread_id == Message.objects.get(pk=row.message or 0).thread_id


def test_who_answers_the_mail_goes_on_with_the_conversation(
    asked: Message, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways, each once: their mail comes to the form's conversation, ours answers it."""
    from comptoir.channels.connectors.email.connector import Email

    for name in ("split", "parse"):
        monkeypatch.setattr(mailbox, name, getattr(Email(), name), raising=False)
    made = outgoing.enqueue(asked.thread_id, asked.pk, "Il arrive.", actor=None, after=timedelta(0))
    sending.send_due()
    ours = Outbound.objects.get(pk=made.id).external_id
    box = ConnectedAccount.objects.filter(kind="email").order_by("pk")[0]
    mail = (
        "From: Odile@Example.com\r\nMessage-ID: <m1@example.com>\r\nSubject: Re: Colis perdu\r\n"
        f"References: <{ours}>\r\n\r\nToujours rien.\r\n"
    )
    for name in ("once", "twice"):
        keep(box.workspace_id, box.account_id, [(name, {}, mail.encode())])
    understand()

    again = Message.objects.get(text="Toujours rien.")
    assert (asked.account_id, asked.thread_id) == (again.account_id, again.thread_id)
    assert asked.author_id == again.author_id
    outgoing.enqueue(again.thread_id, again.pk, "Je regarde.", actor=None, after=timedelta(0))
    sending.send_due()
    (_box, answer) = mailbox.mails[-1]
    assert ("m1@example.com", "Je regarde.") == (answer.to, answer.text)


def test_it_leaves_from_the_mailbox_that_was_named(
    asked: Message, mailbox: Mailbox, owner: User
) -> None:
    values = {"origins": SITE, "mailbox": "SAV@example.com"}
    api.reconnect(asked.account_id, values, actor=owner)
    outgoing.enqueue(asked.thread_id, asked.pk, "Oui.", actor=None, after=timedelta(0))
    sending.send_due()

    assert ["sav"] == [box for box, _mail in mailbox.mails]


def test_without_a_mailbox_it_says_so_before_anything_is_typed(asked: Message) -> None:
    (way,) = api.ways(asked.thread_id).ways
    assert way.closed
    with pytest.raises(Problem) as refused:
        outgoing.enqueue(asked.thread_id, asked.pk, "Oui.", actor=None)
    assert "way_closed" == refused.value.code


def test_a_page_of_another_site_cannot_come_afterwards(workspace: Workspace, owner: User) -> None:
    with pytest.raises(FieldProblem) as refused:
        api.connect("form", "", {"origins": SITE, "thanks": "https://other.example/"}, actor=owner)

    assert ("thanks", "foreign_page") == (refused.value.field, refused.value.code)


def test_the_snippet_is_a_form_that_needs_no_script(asked: Message) -> None:
    snippet = Form().snippet(api.connection(asked.account_id))

    assert '/form/" method="post"' in snippet
    assert "<script" not in snippet
    assert all(f'name="{one}"' in snippet for one in ("name", "email", "subject", "message"))
