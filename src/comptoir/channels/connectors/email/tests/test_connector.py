"""What the connector makes of mail, and the mail that it writes."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.http import NoAnswer, NotSent
from comptoir.base.tests.peers import raw_peer
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Heard,
    Outgoing,
    Raw,
    Receipt,
    Rejected,
    TryLater,
    Unrecognised,
    Unsupported,
)
from comptoir.channels.connectors import connectors
from comptoir.channels.connectors.email import servers
from comptoir.channels.connectors.email.connector import Email
from comptoir.channels.connectors.email.reading import read_mail
from comptoir.channels.connectors.email.servers import Place, utf7
from comptoir.channels.connectors.email.writing import is_ours, written

FIXTURES = Path(__file__).parent.parent / "fixtures"
OURS = "bonjour@atelier-citron.example"
KEY = "0f3a0f3a0f3a0f3a0f3a0f3a0f3a0f3a"
VALUES = {
    "address": OURS,
    "from_name": "Atelier Citron",
    "imap_host": "imap.atelier-citron.example",
    "imap_secret": "secret",
    "smtp_host": "smtp.atelier-citron.example",
    "signature": "Atelier Citron\nNantes",
    "read_sent": "on",
}
CONNECTION = Connection(1, 1, "email", "email", "Courrier", VALUES, own={"sent": "Sent"})
EMAIL = Email()


def raw(name: str, **headers: str) -> Raw:
    received = {"received": "2026-11-16T08:12:44+00:00", "role": "inbox"}
    return Raw((FIXTURES / f"{name}.eml").read_bytes(), received | headers)


def read(name: str, **headers: str) -> list[Any]:
    (entry,) = EMAIL.split(CONNECTION, raw(name, **headers))
    return list(EMAIL.parse(CONNECTION, entry))


def test_it_is_found_by_its_entry_point() -> None:
    assert isinstance(connectors()["email"], Email)


def test_a_mail_becomes_a_message_with_its_subject_as_title() -> None:
    (heard,) = read("plain")
    (message,) = heard.messages

    assert isinstance(heard, Heard)
    assert ("email", "Commande 48213 pas reçue") == (message.kind, message.title)
    assert datetime(2026, 11, 16, 8, 12, 40, tzinfo=UTC) == message.sent_at
    assert message.own is None
    assert "06 12 34 56 78" in heard.raw
    assert "06 12 34 56 78" not in message.text


def test_a_customer_of_the_contact_form_is_who_is_answered() -> None:
    """The shop's own server wrote it; Reply-To says for whom."""
    (heard,) = read("contact-form")

    assert "ines.moreau@example.com" == heard.messages[0].author_handle
    assert heard.messages[0].own is None


def test_what_lies_in_sent_mail_is_ours() -> None:
    (heard,) = read("own-from-outlook", role="sent")

    assert (True, OURS) == (heard.messages[0].own, heard.messages[0].author_handle)
    assert "plain-1@example.com" == heard.messages[0].in_reply_to


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("bounce-postfix", "failed", "5.1.1"),
        ("bounce-exim", "failed", "5.7.1"),
        ("read-receipt", "read", ""),
    ],
)
def test_reports_are_receipts_of_the_answer_concerned(name: str, state: str, code: str) -> None:
    (receipt,) = read(name)

    assert isinstance(receipt, Receipt)
    assert (f"{KEY}.comptoir@atelier-citron.example", state, code) == (
        receipt.external_id,
        receipt.state,
        receipt.code,
    )
    assert (KEY, datetime(2026, 11, 16, 8, 12, 44, tzinfo=UTC)) == (receipt.key, receipt.at)


@pytest.mark.parametrize("name", ["out-of-office", "bounce-delayed"])
def test_machines_that_only_answer_are_skipped(name: str) -> None:
    with pytest.raises(Unsupported):
        read(name)


def test_a_report_about_a_mail_from_elsewhere_is_skipped() -> None:
    content = raw("bounce-postfix").body.replace(b".comptoir@", b".elsewhere@")

    with pytest.raises(Unsupported):
        EMAIL.parse(CONNECTION, Raw(content, {}))


@pytest.mark.parametrize("content", [b"", b"hello", b"Subject: nobody\n\nx"])
def test_what_nobody_signed_is_kept_aside(content: bytes) -> None:
    with pytest.raises(Unrecognised):
        EMAIL.parse(CONNECTION, Raw(content, {}))


def test_reading_is_pure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes give the same messages, whenever and however often they are read."""
    monkeypatch.setattr(servers, "opened", lambda *_: pytest.fail("asked a server"))

    assert read("attachments") == read("attachments")


# ── Writing ────────────────────────────────────────────────────────────────────────────────


def _outgoing(**other: Any) -> Outgoing:
    return replace(
        Outgoing(
            key=KEY,
            text="Bonjour <Marie>,\n\nVoyez https://suivi.example/?a=1&b=2.\n.\nÀ bientôt",
            visibility="private",
            to="plain-1@example.com",
            to_handle="marie.laurent@example.com",
            thread=("root@example.com", "plain-1@example.com"),
            subject="Re: Commande 48213 pas reçue",
        ),
        **other,
    )


def test_the_id_of_an_answer_is_the_same_at_every_try() -> None:
    """So that a copy can be found, and the answer is known when it comes back."""
    once = written(_outgoing(), VALUES, clock.now())
    again = written(_outgoing(), VALUES, clock.now())

    assert f"<{KEY}.comptoir@atelier-citron.example>" == once["Message-ID"] == again["Message-ID"]
    assert is_ours(once["Message-ID"].strip("<>"))
    assert not is_ours("CAF-gm1@mail.gmail.com")


def test_an_answer_stands_in_the_customers_thread() -> None:
    mail = written(_outgoing(), VALUES, clock.now())

    assert "<plain-1@example.com>" == mail["In-Reply-To"]
    assert "<root@example.com> <plain-1@example.com>" == mail["References"]
    assert "Atelier Citron <bonjour@atelier-citron.example>" == str(mail["From"])


def test_long_threads_keep_their_root_and_their_end() -> None:
    thread = tuple(f"m{number}@example.com" for number in range(60))
    mail = written(_outgoing(thread=thread, to=thread[-1]), VALUES, clock.now())
    ids = mail["References"].split()

    assert (20, "<m0@example.com>", "<m59@example.com>") == (len(ids), ids[0], ids[-1])


def test_mails_that_had_no_id_are_not_referred_to() -> None:
    mail = written(_outgoing(to="digest:abc", thread=("digest:abc",)), VALUES, clock.now())

    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_an_answer_is_read_back_as_it_was_written() -> None:
    """The same words come back when the folder of sent mail is read."""
    mail = read_mail(written(_outgoing(), VALUES, clock.now()).as_bytes())

    assert _outgoing().text == mail.text
    assert mail.automatic == ""


def test_html_of_an_answer_runs_nothing() -> None:
    html = written(_outgoing(text="<script>alert(1)</script>\nhttps://a.example/\"x"), VALUES, clock.now()).get_body(("html",))  # fmt: skip

    assert html is not None
    assert "<script>" not in html.get_content()
    assert '<a href="https://a.example/">' in html.get_content()


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"to_handle": OURS.upper()}, "own_address"),
        ({"to_handle": "MAILER-DAEMON@example.com"}, "nobody_reads"),
        ({"to_handle": "no-reply@shop.example"}, "nobody_reads"),
        ({"to_handle": ""}, "nobody_reads"),
        ({"to_handle": "a@b.c\r\nBcc: x@y.z"}, "nobody_reads"),
        ({"to_handle": "a@b.c, x@y.z"}, "nobody_reads"),
    ],
)
def test_ourselves_and_machines_are_never_written_to(other: dict[str, str], code: str) -> None:
    """The shortest loop is a mail to oneself."""
    with pytest.raises(Rejected) as refused:
        written(_outgoing(**other), VALUES, clock.now())

    assert code == refused.value.code


def test_headers_cannot_be_smuggled_in_by_subject_or_name() -> None:
    values = VALUES | {"from_name": "Atelier\r\nBcc: x@y.z"}
    mail = written(_outgoing(subject="Re: a\r\nBcc: x@y.z"), values, clock.now())

    assert mail["Bcc"] is None
    assert b"\nBcc:" not in mail.as_bytes()


def test_mail_is_answered_privately_with_files() -> None:
    now = clock.now()
    (way,) = EMAIL.ways(CONNECTION, Asked("email", now, None, now))

    assert ("private", True, None, "") == (
        way.visibility,
        way.attachments,
        way.max_length,
        way.closed,
    )


# ── Servers that misbehave ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "said", "refusal"),
    [
        (451, b"4.7.1 Greylisted", TryLater),
        (421, b"Too busy", TryLater),
        (550, b"5.1.1 User unknown", Rejected),
        (552, b"5.3.4 Too large", Rejected),
        (554, b"5.7.1 Spam", Rejected),
        (535, b"5.7.8 Bad credentials", AccessLost),
        (530, b"5.7.0 Authentication required", AccessLost),
    ],
)
def test_refusals_are_told_apart_by_their_code(
    code: int, said: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        servers._settled(code, said)


@pytest.mark.parametrize(
    ("host", "said", "advice"),
    [
        ("imap.gmail.com", "[ALERT] Application-specific password required", "app password"),
        ("outlook.office365.com", "LOGIN failed.", "Outlook and Microsoft 365"),
        ("mail.example.com", "5.7.139 basic authentication is disabled", "Microsoft 365"),
        ("imap.mail.yahoo.com", "AUTHENTICATIONFAILED", "app password"),
        ("ssl0.ovh.net", "[AUTHENTICATIONFAILED] Authentication failed.", "user name"),
    ],
)
def test_each_providers_refusal_comes_with_its_own_fix(host: str, said: str, advice: str) -> None:
    place = Place("imap", host, 993, "tls", "marie", "secret")
    refused = servers._refused(place, said)

    assert host in str(refused.sentence)
    assert advice in str(refused.fix)
    assert "secret" not in f"{refused} {refused.sentence} {refused.fix}"


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"* BYE too many connections\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"* OK hi\r\n" + b"x" * (2 << 20),
        b"* OK {99999999999}\r\n",
    ],
)
def test_an_imap_server_that_misbehaves_is_left(greeting: bytes, settings: Any) -> None:
    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    with raw_peer(lambda one: one.sendall(greeting)) as port:
        values = VALUES | {
            "imap_host": "127.0.0.1",
            "imap_port": str(port),
            "imap_security": "none",
        }
        with (
            pytest.raises(NotSent),
            servers.mailbox(replace(CONNECTION, values=values), timeout=1.0) as box,
        ):
            box.open("INBOX")


def _smtp_peer(*answers: bytes) -> Any:
    def talk(one: Any) -> None:
        heard = one.makefile("rb")
        for answer in answers:
            one.sendall(answer)
            line = heard.readline()
            while line and answer.startswith(b"354") and line != b".\r\n":
                line = heard.readline()

    return raw_peer(talk)


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ([b"421 go away\r\n"], TryLater),
        ([b"220 hi\r\n", b"250 hi\r\n", b"451 later\r\n"], TryLater),
        ([b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"550 5.1.1 unknown\r\n"], Rejected),
        ([b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"452 full\r\n"], TryLater),
        ([b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n"], NotSent),
        ([b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"], NoAnswer),
        (
            [
                *(b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"),
                b"554 spam\r\n",
            ],
            Rejected,
        ),
    ],
)
def test_only_what_breaks_after_the_mail_itself_leaves_doubt(
    answers: list[bytes], refusal: type[Exception], settings: Any
) -> None:
    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    with _smtp_peer(*answers) as port:
        values = VALUES | {
            "smtp_host": "127.0.0.1",
            "smtp_port": str(port),
            "smtp_security": "none",
        }
        with pytest.raises(refusal), servers.postman(replace(CONNECTION, values=values)) as postman:
            servers.hand_over(postman, OURS, "marie@example.com", b"Subject: x\r\n\r\n.\r\n")


def test_folders_are_named_as_imap_writes_them() -> None:
    assert "R&AOk-clamations" == utf7("Réclamations")
    assert "INBOX" == utf7("INBOX")
    assert "&AMk-l&AOk-ments envoy&AOk-s" == utf7("&AMk-l&AOk-ments envoy&AOk-s")


def test_ports_and_users_left_empty_are_the_usual_ones() -> None:
    assert (993, OURS, "secret") == (
        (place := Place.of(CONNECTION, "imap")).port,
        place.user,
        place.secret,
    )
    starttls = replace(CONNECTION, values=VALUES | {"smtp_security": "starttls"})
    assert (587, OURS, "secret") == (
        (place := Place.of(starttls, "smtp")).port,
        place.user,
        place.secret,
    )


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("dkim=pass; dmarc=pass", "Yes"),
        ("dkim=none; dmarc=fail", "Be careful"),
        ("dkim=pass", "Probably"),
        ("spf=none", "Not known"),
    ],
)
def test_whoever_wonders_is_told_how_sure_the_sender_is(headers: str, said: str) -> None:
    raw = f"From: Marie <m@example.com>\nAuthentication-Results: mail.atelier-citron.example; {headers}\n\nx"
    shown = {str(name): str(value) for name, value in EMAIL.details(CONNECTION, raw)}

    assert "Marie <m@example.com>" == shown["Written by"]
    assert said in shown["Is it really from there?"]


def test_checks_of_others_are_not_repeated() -> None:
    """A sender can write that they were checked; only our own server's word is told."""
    raw = (
        "From: m@example.com\nReceived: by x\nAuthentication-Results: evil.example; dmarc=pass\n\nx"
    )
    shown = {str(name): str(value) for name, value in EMAIL.details(CONNECTION, raw)}

    assert "Nobody says" in shown["Is it really from there?"]


@pytest.mark.parametrize(
    ("headers", "level"),
    [
        ("dmarc=pass header.from=example.com", "sure"),
        ("dkim=pass; dmarc=fail", "doubtful"),
        ("dkim=pass; spf=pass", "likely"),
        ("spf=softfail", "unknown"),
    ],
)
def test_a_word_or_two_say_whether_the_sender_is_theirs(headers: str, level: str) -> None:
    raw = (
        f"From: m@example.com\nAuthentication-Results: mail.atelier-citron.example; {headers}\n\nx"
    )
    said = EMAIL.vouches(CONNECTION, raw)

    assert said is not None
    assert level == said.level
    assert said.why in dict(EMAIL.details(CONNECTION, raw)).values()


def test_what_a_stranger_wrote_of_themselves_is_no_check() -> None:
    forged = (
        "From: m@example.com\nReceived: by x\nAuthentication-Results: evil.example; dmarc=pass\n\nx"
    )
    said = EMAIL.vouches(CONNECTION, forged)

    assert said is not None
    assert "unknown" == said.level
    assert EMAIL.vouches(CONNECTION, "From: m@example.com\n\nx") is None
