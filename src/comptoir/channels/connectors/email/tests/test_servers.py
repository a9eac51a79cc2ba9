"""
E-mail against servers that nobody here wrote: Debian's Dovecot and Postfix.

    pytest -m mail src/comptoir/channels/connectors/email
"""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from comptoir.base import clock, guard
from comptoir.base.http import NoAnswer, NotSent, guarded
from comptoir.base.models import Workspace
from comptoir.channels.connector import (
    AccessLost,
    Attachment,
    CannotTell,
    Connection,
    Heard,
    Outgoing,
    Raw,
    Receipt,
    Rejected,
    Unsupported,
)
from comptoir.channels.connectors.email import servers
from comptoir.channels.connectors.email.connector import Email
from comptoir.channels.connectors.email.reading import read_mail
from comptoir.channels.connectors.email.tests.post_office import (
    CUSTOMER,
    HERE,
    OURS,
    PostOffice,
    post_office,
    wait_for,
)
from comptoir.channels.incoming import Incoming
from comptoir.channels.models import Account, Message
from comptoir.channels.owning import add_own_handles
from comptoir.channels.services import store
from comptoir.channels.views import AccountView, Arrived

pytestmark = pytest.mark.mail
EMAIL = Email()
KEY = "0f3a0f3a0f3a0f3a0f3a0f3a0f3a0f3a"


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as started:
        yield started


@pytest.fixture(autouse=True)
def clean(office: PostOffice, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine is trusted, and so is the certificate of these servers."""
    settings.PRIVATE_HOSTS = (HERE,)
    believing = ssl.create_default_context(cafile=str(office.authority))
    monkeypatch.setattr(guard, "trust", lambda: believing)
    yield
    office.wipe()


@pytest.fixture
def connection(office: PostOffice) -> Connection:
    return _connection(office.values())


def _connection(values: dict[str, str]) -> Connection:
    made = Connection(1, 1, "email", "email", "Courrier", values)
    return replace(made, own={"id": OURS, "handle": OURS, "sent": "Sent"})


def _mail(subject: str, text: str, name: str, answers: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Marie Laurent <{CUSTOMER}>"
    mail["To"] = OURS
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{name}@example.com>"
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
    mail.set_content(text)
    return mail


@dataclass
class Reader:
    """What the machinery does: keeps what is pulled, moves the cursor, reads."""

    connection: Connection
    raws: list[Raw] = field(default_factory=list)

    def pull(self) -> list[Raw]:
        new: list[Raw] = []
        for page in EMAIL.pull(self.connection, guarded()):
            new.extend(page.raws)
            self.connection = replace(self.connection, cursor=dict(page.cursor))
        self.raws.extend(new)
        return new

    def messages(self, raws: list[Raw] | None = None) -> list[Incoming]:
        found: list[Incoming] = []
        for raw in self.raws if raws is None else raws:
            for entry in EMAIL.split(self.connection, raw):
                for read in EMAIL.parse(self.connection, entry):
                    if isinstance(read, Heard):
                        found.extend(read.messages)
        return found


def _delivered(office: PostOffice, count: int, address: str = OURS) -> None:
    wait_for(lambda: len(office.box(address)) >= count, f"{count} mails for {address}")


# ── Connecting ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_mailbox_is_checked_on_both_sides(office: PostOffice, security: str) -> None:
    implicit = security == "tls"
    values = office.values(
        imap_security=security,
        smtp_security=security,
        imap_port=str(office.imaps if implicit else office.imap),
        smtp_port=str(office.smtps if implicit else office.smtp),
    )

    checked = EMAIL.check(_connection(values), guarded())

    assert (OURS, "Sent", OURS) == (checked.own["id"], checked.own["sent"], checked.name)
    assert ([OURS], "") == (list(checked.handles), checked.warning)


@pytest.mark.parametrize(
    ("other", "said", "fix"),
    [
        ({"imap_secret": "wrong"}, f"{HERE} does not accept the password of {OURS}", "user name"),
        ({"smtp_secret": "wrong"}, f"{HERE} does not accept the password of {OURS}", "user name"),
    ],
)
def test_a_wrong_password_is_told_with_the_fix(
    office: PostOffice, other: dict[str, str], said: str, fix: str
) -> None:
    with pytest.raises(AccessLost) as refused:
        EMAIL.check(_connection(office.values(**other)), guarded())

    assert said in str(refused.value.sentence)
    assert fix in str(refused.value.fix)


def test_what_was_entered_wrongly_is_named(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    wrong = {
        "imap_host": {"imap_host": "imap.nowhere.invalid"},
        "imap_port": {"imap_port": "1"},
        "imap_security": {"imap_port": str(office.imap)},
        "smtp_host": {"smtp_host": "smtp.nowhere.invalid"},
        "smtp_port": {"smtp_port": "1"},
        "smtp_security": {"smtp_port": str(office.smtp)},
        "folder": {"folder": "Nulle part"},
    }
    for name, other in wrong.items():
        with pytest.raises(Rejected) as refused:
            EMAIL.check(_connection(office.values(**other)), guarded())
        assert name == refused.value.field
        assert str(refused.value.sentence)
        assert str(refused.value.fix)

    monkeypatch.setattr(guard, "trust", ssl.create_default_context)
    with pytest.raises(Rejected, match="TLS") as unproved:
        EMAIL.check(_connection(office.values()), guarded())
    assert "imap_security" == unproved.value.field

    settings.PRIVATE_HOSTS = ()
    with pytest.raises(Rejected) as forbidden:
        EMAIL.check(_connection(office.values()), guarded())
    assert "address_forbidden" == forbidden.value.code
    with pytest.raises(Rejected) as bare:
        EMAIL.check(_connection(office.values(imap_security="none")), guarded())
    assert "needs_tls" == bare.value.code


# ── Hearing ────────────────────────────────────────────────────────────────────────────────


def test_mail_is_heard_within_seconds_by_idle(office: PostOffice, connection: Connection) -> None:
    reader = Reader(connection)
    assert [] == reader.pull()
    heard: list[tuple[bool, float]] = []

    def listen() -> None:
        changed = EMAIL.wait(reader.connection, threading.Event(), guarded())
        heard.append((changed, time.monotonic()))

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    time.sleep(1.0)
    office.deliver(_mail("Commande 48213", "Où est-elle ?", "idle-1"))
    sent = time.monotonic()
    listening.join(10)

    assert heard[0][0]
    assert heard[0][1] - sent < 3
    assert ["Où est-elle ?"] == [one.text for one in reader.messages(reader.pull())]


def test_listening_ends_when_told_and_sees_what_came_before_it_began(
    office: PostOffice, connection: Connection
) -> None:
    reader = Reader(connection)
    reader.pull()
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    assert not EMAIL.wait(reader.connection, stop, guarded())
    assert time.monotonic() - began < 4

    office.deliver(_mail("Entre les deux", "Coucou", "between-1"))
    _delivered(office, 1)
    assert EMAIL.wait(reader.connection, threading.Event(), guarded())


def test_a_server_without_idle_is_asked_again_and_again(
    office: PostOffice, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "NOOP_SECONDS", 0.2)
    reader = Reader(connection)
    reader.pull()
    with servers.mailbox(reader.connection) as box:
        box.open("INBOX")
        box._imap.capabilities = ("IMAP4REV1",)
        threading.Timer(0.5, lambda: office.deliver(_mail("a", "b", "noop-1"))).start()
        assert box.wait(threading.Event())


def test_a_killed_connection_is_an_error_and_nothing_is_read_twice(
    office: PostOffice, connection: Connection
) -> None:
    reader = Reader(connection)
    office.deliver(_mail("Un", "un", "kill-1"))
    _delivered(office, 1)
    assert 1 == len(reader.pull())
    caught: list[Exception] = []

    def listen() -> None:
        try:
            EMAIL.wait(reader.connection, threading.Event(), guarded())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at below
            caught.append(error)

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    time.sleep(1.0)
    office.kick()
    listening.join(10)
    assert isinstance(caught[0], NotSent)

    office.deliver(_mail("Deux", "deux", "kill-2"))
    _delivered(office, 2)
    assert ["deux"] == [one.text for one in reader.messages(reader.pull())]
    assert [] == reader.pull()


def test_a_connection_killed_between_pages_goes_on_where_it_stood(
    office: PostOffice, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comptoir.channels.connectors.email.connector.MAILS", 2)
    for number in range(5):
        office.deliver(_mail(f"n° {number}", str(number), f"page-{number}"))
    _delivered(office, 5)
    reader = Reader(connection)
    pages = EMAIL.pull(connection, guarded())
    first = next(pages)
    reader.raws.extend(first.raws)
    reader.connection = replace(connection, cursor=dict(first.cursor))
    office.kick()
    with pytest.raises(NotSent):
        list(pages)

    reader.pull()

    assert list("01234") == [one.text for one in reader.messages()]


def test_a_folder_made_anew_is_read_again_and_stored_once(
    office: PostOffice, connection: Connection, workspace: Workspace
) -> None:
    """Another UIDVALIDITY says that the old UIDs mean nothing any more (RFC 3501, 2.3.1.1)."""
    reader, account = Reader(connection), _account(workspace)
    office.deliver(_mail("Un", "un", "anew-1"))
    _delivered(office, 1)
    _store(workspace, account, reader.messages(reader.pull()))
    before = reader.connection.cursor["inbox"]["uidvalidity"]

    office.forget_uids()
    office.deliver(_mail("Deux", "deux", "anew-2"))
    _delivered(office, 2)
    again = reader.pull()
    _store(workspace, account, reader.messages(again))

    assert before != reader.connection.cursor["inbox"]["uidvalidity"]
    assert ["un", "deux"] == [one.text for one in reader.messages(again)]
    assert ["deux", "un"] == sorted(Message.objects.values_list("text", flat=True))


def test_only_new_mail_is_read_when_asked_so(office: PostOffice) -> None:
    office.deliver(_mail("Avant", "avant", "before-1"))
    _delivered(office, 1)
    reader = Reader(_connection(office.values(history="0")))
    assert [] == reader.pull()

    office.deliver(_mail("Après", "après", "after-1"))
    _delivered(office, 2)
    assert ["après"] == [one.text for one in reader.messages(reader.pull())]


def test_a_mail_too_large_is_read_as_far_as_its_text(
    office: PostOffice, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comptoir.channels.connectors.email.connector.LARGEST", 100_000)
    monkeypatch.setattr("comptoir.channels.connectors.email.connector.CUT", 20_000)
    mail = _mail("Énorme", "Voici la vidéo", "large-1")
    mail.add_attachment(bytes(1_000_000), maintype="video", subtype="mp4", filename="film.mp4")
    office.deliver(mail)
    _delivered(office, 1)
    reader = Reader(connection)
    (raw,) = reader.pull()
    (message,) = reader.messages()

    assert 20_000 == len(raw.body)
    assert "Voici la vidéo" == message.text
    assert [("film.mp4", b"")] == [(one.name, one.content) for one in message.files]
    assert message.files[0].size > 1_000_000


# ── Answering ──────────────────────────────────────────────────────────────────────────────


def _outgoing(to: str, thread: tuple[str, ...], **other: Any) -> Outgoing:
    return replace(
        Outgoing(
            key=KEY,
            text="Bonjour Marie,\n\nElle arrive <demain> : https://suivi.example/48213.",
            visibility="private",
            to=to,
            to_handle=CUSTOMER,
            to_kind="email",
            thread=thread,
            subject="Re: Commande 48213",
            queued_at=clock.now(),
        ),
        **other,
    )


def _account(workspace: Workspace) -> AccountView:
    row = Account.objects.create(
        workspace=workspace, channel="email", connector="email", name="Courrier"
    )
    add_own_handles([("email", OURS)])
    return AccountView(row.pk, "email", "email", "Courrier", can_send=True)


def _store(workspace: Workspace, account: AccountView, messages: list[Incoming]) -> None:
    store(workspace.pk, [Arrived(None, "", [one]) for one in messages], account)


def test_a_question_and_its_answer_make_one_thread(
    office: PostOffice, connection: Connection, workspace: Workspace
) -> None:
    """Asked, answered, answered again, one line at another mail program: one conversation."""
    reader, account = Reader(connection), _account(workspace)
    office.deliver(_mail("Commande 48213", "Où est-elle ?", "thread-1"))
    _delivered(office, 1)
    _store(workspace, account, reader.messages(reader.pull()))

    file = Attachment("reçu n° 1.pdf", "application/pdf", b"%PDF-1.4 x")
    outgoing = _outgoing("thread-1@example.com", ("thread-1@example.com",), attachments=(file,))
    sent = EMAIL.send(connection, outgoing, guarded())
    _delivered(office, 1, CUSTOMER)
    received = read_mail(office.box(CUSTOMER)[0])
    arrived = message_from_bytes(office.box(CUSTOMER)[0], policy=policy.default)

    assert f"{KEY}.comptoir@atelier-citron.example" == sent.external_id == received.id
    assert ("thread-1@example.com", OURS) == (received.answers, received.sender)
    assert ("Atelier Citron", "Re: Commande 48213") == (received.name, received.subject)
    assert outgoing.text == received.text
    assert "12 quai des Arts" in received.whole
    assert [("reçu n° 1.pdf", b"%PDF-1.4 x")] == [(f.name, f.content) for f in received.files]
    html = arrived.get_body(("html",))
    assert html is not None
    assert '&lt;demain&gt; : <a href="https://suivi.example/48213">' in html.get_content()
    assert "<thread-1@example.com>" == arrived["References"]
    assert "Auto-Submitted" not in arrived

    own = Incoming(
        sent.external_id, "email", "email", sent.at, OURS, text=outgoing.text, own=True,
        in_reply_to="thread-1@example.com",
    )  # fmt: skip
    _store(workspace, account, [own])
    office.deliver(_mail("Re: Commande 48213", "Merci !", "thread-2", sent.external_id))
    _delivered(office, 2)
    heard = reader.messages(reader.pull())
    _store(workspace, account, heard)

    assert [sent.external_id, "thread-2@example.com"] == sorted(one.external_id for one in heard)
    assert 3 == Message.objects.count()
    assert 1 == len(set(Message.objects.values_list("thread_id", flat=True)))


def test_the_copy_in_sent_mail_is_filed_once_and_found(
    office: PostOffice, connection: Connection
) -> None:
    outgoing = _outgoing("q-1@example.com", ())
    with pytest.raises(CannotTell):
        EMAIL.find(connection, outgoing, guarded())

    sent = EMAIL.send(connection, outgoing, guarded())
    found = EMAIL.find(connection, outgoing, guarded())

    assert found is not None
    assert sent.external_id == found.external_id
    with servers.mailbox(connection) as box:
        box.open("Sent")
        assert len(box.after(0)) == 1


def test_answers_from_another_mail_program_are_heard_as_ours(
    office: PostOffice, connection: Connection
) -> None:
    reader = Reader(connection)
    reader.pull()
    by_hand = EmailMessage()
    by_hand["From"], by_hand["To"] = f"Atelier Citron <{OURS}>", CUSTOMER
    by_hand["Subject"], by_hand["Message-ID"] = "RE: Commande", "<hand-1@outlook.example>"
    by_hand["In-Reply-To"] = "<thread-1@example.com>"
    by_hand.set_content("Je m’en occupe.")
    private = EmailMessage()
    private["From"], private["To"], private["Subject"] = OURS, "x@example.com", "Autre chose"
    private.set_content("Rien à voir.")
    with servers.mailbox(connection) as box:
        box.append("Sent", by_hand.as_bytes())
        box.append("Sent", private.as_bytes())

    (message,) = reader.messages(reader.pull())

    assert (True, OURS) == (message.own, message.author_handle)
    assert ("Je m’en occupe.", "thread-1@example.com") == (message.text, message.in_reply_to)
    assert [] == reader.pull()


def test_refusals_of_the_server_are_final_and_in_its_words(
    office: PostOffice, connection: Connection
) -> None:
    unknown = replace(_outgoing("a@b", ()), to_handle="personne@example.com")
    with pytest.raises(Rejected) as refused:
        EMAIL.send(connection, unknown, guarded())
    assert "smtp_550" == refused.value.code
    assert "5.1.1" in str(refused.value.sentence)

    heavy = _outgoing("a@b", (), attachments=(Attachment("x", "a/b", bytes(3_000_000)),))
    with pytest.raises(Rejected, match="too large"):
        EMAIL.send(connection, heavy, guarded())
    with pytest.raises(AccessLost):
        EMAIL.send(_connection(office.values(smtp_secret="wrong")), _outgoing("a@b", ()), guarded())
    assert [] == office.box(CUSTOMER)


def test_a_bounce_says_which_answer_failed(office: PostOffice, connection: Connection) -> None:
    """Postfix takes the mail, is refused by the server it leads to, and returns it."""
    reader = Reader(connection)
    reader.pull()
    EMAIL.send(connection, replace(_outgoing("a@b", ()), to_handle="x@gone.example"), guarded())
    _delivered(office, 1)
    read: list[object] = []
    for raw in reader.pull():
        for entry in EMAIL.split(connection, raw):
            read.extend(EMAIL.parse(connection, entry))
    receipts = [one for one in read if isinstance(one, Receipt)]

    assert ["failed"] == [one.state for one in receipts]
    assert f"{KEY}.comptoir@atelier-citron.example" == receipts[0].external_id
    assert "5.7.1" == receipts[0].code
    assert "Relay access denied" in receipts[0].sentence


def _cut(postman: smtplib.SMTP) -> None:
    assert postman.sock is not None
    postman.sock.shutdown(socket.SHUT_RDWR)


def test_a_connection_lost_before_the_mail_is_not_sent_and_after_it_leaves_doubt(
    office: PostOffice, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers.postman(connection) as postman:
        _cut(postman)
        with pytest.raises(NotSent):
            servers.hand_over(postman, OURS, CUSTOMER, b"Subject: x\r\n\r\nx")
    with servers.postman(connection) as postman:
        real = postman.send

        def cut(content: Any) -> None:
            real(content)
            if content[-3:] == b".\r\n":
                _cut(postman)

        monkeypatch.setattr(postman, "send", cut)
        with pytest.raises(NoAnswer):
            servers.hand_over(postman, OURS, CUSTOMER, b"Subject: x\r\n\r\n.x")
    _delivered(office, 1, CUSTOMER)
    assert b"\n\n.x\n" in office.box(CUSTOMER)[0]


def test_machines_answers_are_counted_and_skipped(
    office: PostOffice, connection: Connection
) -> None:
    mail = _mail("Absence", "Je suis absente.", "ooo-1")
    mail["Auto-Submitted"] = "auto-replied"
    office.deliver(mail)
    _delivered(office, 1)
    reader = Reader(connection)

    with pytest.raises(Unsupported):
        reader.messages(reader.pull())
