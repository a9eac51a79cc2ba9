"""The chat's connector: what it keeps, how it is entered, and when an answer leaves by mail."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.http import Http, NoAnswer
from comptoir.base.models import User, Workspace
from comptoir.channels import api, outgoing, sending, visiting
from comptoir.channels.connector import Connection, Connector, Outgoing, Rejected, Sent, Way
from comptoir.channels.connectors import connectors
from comptoir.channels.connectors.chat.connector import Chat
from comptoir.channels.entering import FieldProblem
from comptoir.channels.hearing import understand
from comptoir.channels.models import Account, ConnectedAccount, Message, Outbound
from comptoir.channels.receiving import keep
from comptoir.channels.visitors import key_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECRET = "0123456789abcdef" * 2
SITE = {"origins": "https://www.atelier-citron.example", "title": "Atelier Citron"}


class Moment:
    now = NOON

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    held = Moment()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


class Mailbox(Connector):
    """A simulated mailbox: remembers what it was given."""

    kind = channel = "email"
    label = summary = "Mail"
    sends = True

    def __init__(self) -> None:
        self.mails: list[Outgoing] = []
        self.error: Exception | None = None

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        self.mails.append(outgoing)
        if self.error:
            raise self.error
        return Sent(f"{outgoing.key}.comptoir@atelier-citron.example", clock.now())

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        return Sent(f"{outgoing.key}.comptoir@atelier-citron.example", clock.now())

    def ways(self, *_asked: Any) -> list[Way]:
        return [Way("private", "Mail")]


@pytest.fixture
def chat(workspace: Workspace, owner: User, moment: Moment) -> Connection:
    view = api.connect("chat", "Boutique", SITE, actor=owner)
    return api.connection(view.id)


@pytest.fixture
def mailbox(chat: Connection, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """A connected mailbox beside the chat."""
    made = Mailbox()
    known = {**connectors(), "email": made}
    monkeypatch.setattr("comptoir.channels.connectors.connectors", lambda: known)
    account = Account.objects.create(
        workspace=workspace, channel="email", connector="email", name="Contact"
    )
    ConnectedAccount.objects.create(
        account=account,
        workspace=workspace,
        kind="email",
        token="mail",
        own={"handle": "contact@atelier-citron.example"},
    )
    return made


@pytest.fixture
def write(chat: Connection) -> Callable[..., Message]:
    """write("text", email="…"): a visitor writes, and it is understood."""

    def make(text: str = "Où est mon colis ?", name: str = "m-000001", **told: str) -> Message:
        visitor = visiting.meet(chat, SECRET, **told)
        said = {"visitor": visitor.key, "id": name, "text": text, "email": visitor.email}
        visiting.hear(chat, f"{visitor.key}:{name}", said)
        understand()
        return Message.objects.get(external_id=f"{visitor.key}:{name}")

    return make


def answer(message: Message, text: str = "Il arrive demain.") -> Outbound:
    made = outgoing.enqueue(message.thread_id, message.pk, text, actor=None, after=timedelta(0))
    sending.send_due()
    return Outbound.objects.get(pk=made.id)


def test_a_visitors_messages_are_one_conversation(
    write: Callable[..., Message], chat: Connection
) -> None:
    """Also once they tell who they are; the secret itself is kept nowhere."""
    first = write()
    second = write("Je pars !", "m-000002", email="odile@example.com")

    assert first.thread_id == second.thread_id
    assert first.author.handle.startswith("visitor-")
    assert "odile@example.com" == second.author.handle
    assert SECRET not in json.dumps([first.external_id, str(first.delivery.raw)])


def test_a_message_sent_again_is_there_once(
    write: Callable[..., Message], chat: Connection
) -> None:
    write()
    write()

    assert 1 == Message.objects.count()


def test_an_answer_to_a_visitor_who_is_here_is_read_in_the_chat(
    write: Callable[..., Message], mailbox: Mailbox, chat: Connection
) -> None:
    message = write(email="odile@example.com")

    row = answer(message)

    assert "sent" == row.state
    assert [] == mailbox.mails
    key = key_of(chat.account_id, SECRET)
    assert [False, True] == [one.own for one in visiting.said(chat.account_id, key)]


def test_an_answer_waits_for_one_who_has_just_left_then_follows_by_mail(
    write: Callable[..., Message], mailbox: Mailbox, moment: Moment, chat: Connection
) -> None:
    """
    Five minutes after the page was closed, once, with what was said under it.
    """
    message = write(email="odile@example.com")
    moment.later(minutes=2)

    row = answer(message)
    assert "queued" == row.state
    assert "not_yet" == row.problem["code"]
    assert not mailbox.mails

    moment.later(minutes=3)
    sending.send_due()
    sending.send_due()

    row.refresh_from_db()
    (mail,) = mailbox.mails
    assert "sent" == row.state
    assert 1 == row.attempts
    assert "odile@example.com" == mail.to_handle
    assert "> Vous\u00a0: Où est mon colis ?" in mail.text
    assert row.external_id.endswith("@atelier-citron.example")
    assert row.message is not None
    assert "Il arrive demain." == Message.objects.get(pk=row.message).text


def test_who_comes_back_in_time_reads_it_in_the_chat(
    write: Callable[..., Message], mailbox: Mailbox, moment: Moment, chat: Connection
) -> None:
    message = write(email="odile@example.com")
    moment.later(minutes=2)
    row = answer(message)

    visiting.known(chat, SECRET)
    moment.later(seconds=20)
    sending.send_due()

    row.refresh_from_db()
    assert "sent" == row.state
    assert [] == mailbox.mails


@pytest.mark.usefixtures("mailbox")
def test_without_an_address_the_answer_awaits_the_visitor(
    write: Callable[..., Message], moment: Moment
) -> None:
    message = write()
    moment.later(hours=3)

    assert "sent" == answer(message).state


def test_a_mail_of_unknown_fate_is_looked_for_and_not_sent_twice(
    write: Callable[..., Message], mailbox: Mailbox, moment: Moment
) -> None:
    message = write(email="odile@example.com")
    moment.later(minutes=10)
    mailbox.error = NoAnswer("the server hung up")

    row = answer(message)
    assert "unknown" == row.state

    moment.later(minutes=1)
    sending.send_due()

    row.refresh_from_db()
    assert "sent" == row.state
    assert 1 == len(mailbox.mails)


def test_receipts_are_believed_of_ones_own_conversation_alone(
    write: Callable[..., Message], chat: Connection
) -> None:
    row = answer(write())
    assert row.message is not None
    own = key_of(chat.account_id, SECRET)

    visiting.receive_receipts(chat, "somebody else", [], [row.message])
    row.refresh_from_db()
    assert "sent" == row.state

    visiting.receive_receipts(chat, own, [row.message], [])
    row.refresh_from_db()
    assert "delivered" == row.state

    visiting.receive_receipts(chat, own, [], [row.message])
    row.refresh_from_db()
    assert "read" == row.state


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"origins": "https://*.example.com"}, "origins", "bad_origin"),
        ({"origins": "ftp://example.com"}, "origins", "bad_origin"),
        ({**SITE, "colour": "citron"}, "colour", "bad_colour"),
        ({**SITE, "colour": "#ffe94d"}, "colour", "pale_colour"),
        ({**SITE, "mailbox": "nobody@example.com"}, "mailbox", "no_mailbox"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(
    workspace: Workspace, owner: User, values: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(FieldProblem) as refused:
        api.connect("chat", "", values, actor=owner)

    assert (field, code) == (refused.value.field, refused.value.code)


def test_the_snippet_names_the_script_of_this_account(chat: Connection) -> None:
    token = ConnectedAccount.objects.get(pk=chat.account_id).token

    assert f'/chat/{token}/widget.js" async></script>' in Chat().snippet(chat)


def test_a_visitor_is_erased_with_what_they_wrote(
    write: Callable[..., Message], chat: Connection, workspace: Workspace
) -> None:
    from comptoir.base import erasure
    from comptoir.base.erasure import Person

    write("a", "m-000001", email="odile@example.com")
    author = Message.objects.get().author

    erasure.erase(Person(workspace.pk, author.pk))

    assert visiting.visitor(chat.account_id, key_of(chat.account_id, SECRET)) is None


def test_another_account_does_not_know_the_visitor(chat: Connection) -> None:
    visiting.meet(chat, SECRET)
    other = replace(chat, account_id=chat.account_id + 1)

    assert visiting.known(chat, SECRET) is not None
    assert visiting.known(other, SECRET) is None


def test_a_refusal_of_the_mail_server_fails_the_answer(
    write: Callable[..., Message], mailbox: Mailbox, moment: Moment
) -> None:
    message = write(email="odile@example.com")
    moment.later(minutes=10)
    mailbox.error = Rejected("nobody_reads", "Nobody reads this.")

    assert "failed" == answer(message).state


def post(mails: list[bytes]) -> None:
    """Mails that the shop's mailbox brings, understood."""
    account = ConnectedAccount.objects.get(kind="email").account_id
    for number, mail in enumerate(mails):
        keep(Workspace.objects.get().pk, account, [(f"mail-{number}-{hash(mail)}", {}, mail)])
    understand()


def reply(
    to: str,
    name: str,
    sender: str = "odile@example.com",
    text: str = "Merci !",
    also: str = "",
    at: str = "13:35",
) -> bytes:
    lines = [
        f"From: Odile <{sender}>", "To: contact@atelier-citron.example", f"Message-ID: <{name}>",
        f"In-Reply-To: <{to}>", f"References: {also}<{to}>", "Subject: Re: Notre conversation",
        f"Date: Wed, 04 Mar 2026 {at}:00 +0100", "", text,
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.fixture
def reading(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """The mailbox understands what it gets as the real one does."""
    from comptoir.channels.connectors.email.connector import Email

    real = Email()
    monkeypatch.setattr(mailbox, "split", real.split, raising=False)
    monkeypatch.setattr(mailbox, "parse", real.parse, raising=False)
    row = ConnectedAccount.objects.get(kind="email")
    row.values = {"address": "contact@atelier-citron.example"}
    row.save(update_fields=["values"])
    return mailbox


@pytest.fixture
def mailed(write: Callable[..., Message], reading: Mailbox, moment: Moment) -> Outbound:
    """An answer that followed a visitor by mail."""
    message = write(email="odile@example.com")
    moment.later(minutes=30)
    row = answer(message)
    assert "sent" == row.state
    assert 1 == len(reading.mails)
    return row


def test_a_mail_that_answers_a_mailed_answer_goes_on_with_the_conversation(
    mailed: Outbound, reading: Mailbox, chat: Connection
) -> None:
    """Both ways, again and again: one conversation, and mails in one thread of mails."""
    post([reply(mailed.external_id, "m1@example.com")])
    thanks = Message.objects.get(text="Merci !")

    assert (chat.account_id, mailed.thread_id) == (thanks.account_id, thanks.thread_id)
    assert ("chat", "message", False) == (thanks.channel, thanks.kind, thanks.own)
    assert "odile@example.com" == thanks.author.handle
    second = answer(thanks, "Avec plaisir.")
    assert "sent" == second.state
    assert "m1@example.com" == reading.mails[-1].to
    assert reading.mails[-1].thread[-2:] == (mailed.external_id, "m1@example.com")
    assert "Avec plaisir." == reading.mails[-1].text
    assert "Re: Notre conversation" == reading.mails[-1].subject

    post(
        [
            reply(
                "m1@example.com",
                "m2@example.com",
                text="Un mot",
                also=f"<{second.external_id}> ",
                at="13:40",
            )
        ]
    )

    said = visiting.said(chat.account_id, key_of(chat.account_id, SECRET))
    assert ["Où est mon colis ?", "Il arrive demain.", "Merci !", "Avec plaisir.", "Un mot"] == [
        one.text for one in said
    ]


def test_a_visitor_who_came_back_is_still_answered_by_mail_when_they_wrote_one(
    mailed: Outbound, reading: Mailbox, chat: Connection
) -> None:
    post([reply(mailed.external_id, "m1@example.com")])
    visiting.known(chat, SECRET)

    answer(Message.objects.get(text="Merci !"), "Bonne journée.")

    assert 2 == len(reading.mails)


def test_somebody_else_who_answers_begins_a_conversation_of_their_own(
    mailed: Outbound, reading: Mailbox
) -> None:
    """The mail was passed on: what a stranger writes is not shown in the visitor's window."""
    post([reply(mailed.external_id, "m1@example.com", sender="paul@example.com")])
    stranger = Message.objects.get(text="Merci !")

    assert "email" == stranger.channel
    assert mailed.thread_id != stranger.thread_id


def test_what_a_machine_answers_goes_nowhere(mailed: Outbound, reading: Mailbox) -> None:
    absent = reply(mailed.external_id, "m1@example.com", text="Je suis absente.")
    post([b"Auto-Submitted: auto-replied\r\n" + absent])

    assert 2 == Message.objects.count()
    assert 1 == len(reading.mails)


def test_the_same_mail_twice_is_there_once(mailed: Outbound, reading: Mailbox) -> None:
    mail = reply(mailed.external_id, "m1@example.com")
    post([mail])
    post([mail.replace(b"Subject: Re:", b"Subject: RE:")])

    assert 1 == Message.objects.filter(text="Merci !").count()


def test_our_own_copy_of_a_mailed_answer_is_not_heard_again(
    mailed: Outbound, reading: Mailbox
) -> None:
    """Read from the folder of sent mail: the answer is in its conversation already."""
    copy = reply(
        "m0@example.com", mailed.external_id, "contact@atelier-citron.example", "Il arrive demain."
    )
    before = Message.objects.count()
    post([copy])

    assert before == Message.objects.count()


def test_a_mailed_answer_that_bounces_has_failed(mailed: Outbound, reading: Mailbox) -> None:
    """The report comes to the mailbox, the answer belongs to the chat."""
    report = (
        "From: MAILER-DAEMON@example.com\r\nTo: contact@atelier-citron.example\r\n"
        "Message-ID: <b1@example.com>\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\n\r\nNobody of this name.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; odile@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--x\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: <{mailed.external_id}>\r\nSubject: x\r\n\r\nIl arrive demain.\r\n--x--\r\n"
    )
    post([report.encode()])
    mailed.refresh_from_db()

    assert "failed" == mailed.state
