"""Mail as clients and servers really write it: what a person sees of it, and what it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.channels.connectors.email.quoting import new_part
from comptoir.channels.connectors.email.reading import (
    MOST_FILES,
    Mail,
    decoded,
    kept_headers,
    read_mail,
    sent_at,
    vouched,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"
OURS = "0f3a0f3a0f3a0f3a0f3a0f3a0f3a0f3a.comptoir@atelier-citron.example"


def recorded(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


def mail(name: str) -> Mail:
    return read_mail(recorded(name))


@pytest.mark.parametrize(
    ("name", "sender", "signed", "subject", "text"),
    [
        (
            "plain",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Commande 48213 pas reçue",
            "Bonjour,\n\nMa commande 48213 devait arriver lundi et je n’ai rien reçu.\n"
            "Pouvez-vous me dire où elle est ?\n\nMarie",
        ),
        (
            "thunderbird-fr",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Re: Commande 48213",
            "Merci, je l’ai bien reçue !",
        ),
        (
            "gmail-fr",
            "camille.duvert@gmail.example",
            "Camille Duvert",
            "Re: Votre question",
            "C'est toujours en panne, et maintenant elle fume…",
        ),
        (
            "gmail-en",
            "owen.price@gmail.example",
            "Owen Price",
            "Re: Your order",
            "Still waiting. Could you check with the carrier?",
        ),
        (
            "outlook-fr",
            "remi@example.org",
            "Laurent, Rémi",
            "RE: Facture",
            "Bonjour,\n\nLa facture est au mauvais nom, merci de la corriger.\n\n"
            "Cordialement,\nRémi",
        ),
        (
            "outlook-en",
            "dana.fox@example.org",
            "Dana Fox",
            "RE: Invoice 9",
            "The VAT number is missing.\n\nRegards,\nDana",
        ),
        (
            "outlook-old-fr",
            "contact@dupre.example",
            "Société Dupré",
            "Devis",
            "D’accord pour 120 €.",
        ),
        (
            "iphone-fr",
            "lea@icloud.example",
            "Léa",
            "Re: Retour",
            "Je l’ai renvoyée hier, quand serai-je remboursée ?",
        ),
        (
            "inline-answers",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Re: Deux questions",
            "Size M.\n\nBlue, please.",
        ),
        (
            "html-only",
            "nina@example.com",
            "Nina",
            "Colis",
            "Bonjour,\n\nLe colis est arrivé cassé !\nQue faire ?",
        ),
        (
            "html-broken",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Question",
            "Est-ce que la lampe Lune existe en vert ?\n\nMerci\n\nPaul",
        ),
        (
            "latin1-lies",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Réclamation déjà faite",
            "Ceci est de l’UTF-8 annoncé comme du latin-1 : déçue, très déçue.",
        ),
        (
            "charset-unknown",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Bonjour",
            "Où en est ma réclamation ?",
        ),
        (
            "header-8bit",
            "helene@example.com",
            "Hélène Müller",
            "Problème à la livraison",
            "Elle n'est jamais venue.",
        ),
        (
            "mime-broken",
            "marie.laurent@example.com",
            "Marie Laurent",
            "Cassé",
            "Bonjour, le message est coupé",
        ),
        (
            "no-headers-left",
            "zoe@example.com",
            "Zoé",
            "Sans date ni identifiant",
            "Bonjour, est-ce que vous livrez en Belgique ?",
        ),
        ("winmail", "bureau@example.org", "Bureau", "Contrat", "Ci-joint le contrat."),
        (
            "contact-form",
            "ines.moreau@example.com",
            "Inès Moreau",
            "[Contact] Question sur un produit",
            "La lampe Lune est-elle étanche ?",
        ),
        (
            "own-from-outlook",
            "Bonjour@atelier-citron.example",
            "Atelier Citron",
            "RE: Commande 48213 pas reçue",
            "Bonjour Marie, il arrive demain.",
        ),
    ],
)
def test_what_a_person_sees_is_what_was_newly_written(
    name: str, sender: str, signed: str, subject: str, text: str
) -> None:
    """Quotes and signatures are folded; the whole stays beside."""
    found = mail(name)

    assert (sender, signed) == (found.sender, found.name)
    assert (subject, text) == (found.subject, found.text)


def test_nothing_is_lost_by_folding() -> None:
    found = mail("gmail-fr")

    assert "Avez-vous essayé de la débrancher ?" in found.whole
    assert "06 12 34 56 78" in mail("plain").whole
    assert "Message-ID: <CAF-gm1@mail.gmail.com>" in found.headers


def test_what_is_passed_on_stays() -> None:
    """A forwarded mail is what the mail is about."""
    assert "Votre colis est perdu." in mail("forwarded").text


def test_markup_and_scripts_are_never_text() -> None:
    assert "alert" not in mail("html-only").whole
    assert "<" not in mail("html-only").text


@pytest.mark.parametrize(
    ("name", "own", "answers"),
    [
        ("plain", "plain-1@example.com", ""),
        ("thunderbird-fr", "tb-1@example.com", "0f3a.comptoir@atelier-citron.example"),
        ("gmail-fr", "CAF-gm1@mail.gmail.com", "77aa.comptoir@atelier-citron.example"),
        ("own-from-outlook", "own-1@atelier-citron.example", "plain-1@example.com"),
    ],
)
def test_mails_point_at_what_they_answer(name: str, own: str, answers: str) -> None:
    assert (own, answers) == (mail(name).id, mail(name).answers)


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        ("References: <a@x> <b@x>", "b@x"),
        ("In-Reply-To: <c@x>\nReferences: <a@x> <b@x>", "c@x"),
        ("In-Reply-To: Your message of Monday <c@x>", "c@x"),
        ("In-Reply-To: nothing at all", ""),
        ("Message-ID: <a@x>\nIn-Reply-To: <a@x>", ""),
        ("In-Reply-To: <01@eu-west-1.amazonses.com>\nReferences: <a@x> <01@eu-west-1.amazonses.com>", "a@x"),
    ],
)  # fmt: skip
def test_references_help_where_in_reply_to_does_not(headers: str, answers: str) -> None:
    """Amazon's relay replaces the Message-ID of what passes through it."""
    assert answers == read_mail(f"From: a@b.c\n{headers}\n\nx".encode()).answers


def test_a_mail_without_an_id_is_known_by_its_content() -> None:
    once, twice = mail("no-headers-left"), mail("no-headers-left")

    assert once.id == twice.id
    assert once.id != read_mail(recorded("no-headers-left") + b"!").id


def test_files_are_named_and_ornaments_left_out() -> None:
    """The logo of a signature, shown in its place, is no file that a customer sent."""
    names = [(one.name, one.media_type) for one in mail("attachments").files]

    assert names == [
        ("lampe fêlée.jpg", "image/jpeg"),
        ("reçu.pdf", "application/octet-stream"),
        ("../../etc/evil.html", "text/html"),
    ]
    assert mail("attachments").files[1].content.startswith(b"%PDF-1.4")
    assert "alert" not in mail("attachments").text


def test_outlooks_wrapping_is_opened() -> None:
    assert [("contrat.pdf", b"%PDF-1.4 contrat")] == [
        (one.name, one.content) for one in mail("winmail").files
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("plain", ""),
        ("contact-form", ""),
        ("out-of-office", "auto-replied"),
        ("newsletter", "bulk"),
        ("read-receipt", "report"),
        ("bounce-postfix", "auto-replied"),
    ],
)
def test_machines_are_told_from_people(name: str, why: str) -> None:
    assert why == mail(name).automatic


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("Auto-Submitted: no", ""),
        ("Auto-Submitted: auto-generated (by a shop)", "auto-generated (by a shop)"),
        ("Precedence: auto_reply", "auto-replied"),
        ("X-Autoreply: yes", "auto-replied"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "auto-generated"),
        ("X-Auto-Response-Suppress: None", ""),
        ("Return-Path: <>", "report"),
        ("List-Id: <news.example>", "bulk"),
    ],
)
def test_each_custom_of_machines_is_known(header: str, why: str) -> None:
    assert why == read_mail(f"From: a@b.c\n{header}\n\nx".encode()).automatic


@pytest.mark.parametrize(
    ("name", "state", "code", "words"),
    [
        ("bounce-postfix", "failed", "5.1.1", "User unknown"),
        ("bounce-exim", "failed", "5.7.1", "permanent error"),
        ("bounce-delayed", "delayed", "4.4.1", "Connection timed out"),
        ("read-receipt", "read", "", ""),
    ],
)
def test_reports_say_which_mail_they_are_about(
    name: str, state: str, code: str, words: str
) -> None:
    told = mail(name).report

    assert told is not None
    assert (OURS, state, code) == (told.about, told.state, told.code)
    assert words in told.words


def test_a_customer_who_quotes_a_bounce_reports_nothing() -> None:
    """Only a machine's word about our mail counts."""
    quoted = recorded("bounce-exim").replace(b"X-Failed-Recipients", b"X-Other")
    quoted = quoted.replace(b"Return-path: <>", b"Return-Path: <marie@example.com>")
    quoted = quoted.replace(b"Mailer-Daemon@relay.example", b"marie@example.com")

    assert read_mail(quoted).report is None


def test_checks_count_only_from_the_server_of_the_mailbox() -> None:
    """Anybody can write an Authentication-Results header into a mail of theirs."""
    found = kept_headers(mail("authenticated").headers)
    ours = vouched(found, "imap.atelier-citron.example", "bonjour@atelier-citron.example")
    theirs = vouched(found, "imap.gmail.com", "someone@gmail.com")

    assert {"dkim": "pass", "dmarc": "pass", "spf": "pass"} == ours
    assert {} == theirs


def test_comments_are_no_results() -> None:
    found = kept_headers("Authentication-Results: mx.google.com; spf=fail (dmarc=pass) x")

    assert {"spf": "fail"} == vouched(found, "imap.gmail.com", "a@gmail.com")


def test_a_date_in_the_future_is_not_believed() -> None:
    received = datetime(2026, 11, 16, 8, 12, 44, tzinfo=UTC)
    early = read_mail(b"From: a@b.c\nDate: Mon, 16 Nov 2026 09:12:40 +0100\n\nx")
    late = read_mail(b"From: a@b.c\nDate: Mon, 16 Nov 2099 09:12:40 +0100\n\nx")

    assert received - timedelta(seconds=4) == sent_at(early, received, received)
    assert received == sent_at(late, received, received)
    assert received == sent_at(mail("no-headers-left"), None, received)


@pytest.mark.parametrize(
    "date", ["Mon, 99 Foo 2026 99:99:99 +9999", "", "0", "Thu, 1 Jan 1970 00:00:00 +0000"]
)
def test_dates_that_are_none_are_none(date: str) -> None:
    assert read_mail(f"From: a@b.c\nDate: {date}\n\nx".encode()).date is None


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?b?w6l0w6k=?=", "été"),
        ("=?iso-8859-1?q?=C3=A9t=C3=A9?=", "été"),
        ("=?x-unknown?q?=E9t=E9?=", "été"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?w6l0w6k?= (urgent)", "été (urgent)"),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("100 % =? gratuit", "100 % =? gratuit"),
    ],
)
def test_encoded_words_are_read_with_patience(written: str, text: str) -> None:
    assert text == decoded(written)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello", b"\x00\xff\xfe", b"X: y\n\nz"])
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="header"):
        read_mail(content)


def test_parts_within_parts_are_left_at_some_point() -> None:
    begun = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(400)
    )
    many = b"".join(b"--m\nContent-Type: a/b; name=f%d\n\nx\n" % n for n in range(2000))
    deep = read_mail(b"From: a@b.c\nMIME-Version: 1.0\n" + begun + b"\nx\n")
    wide = read_mail(b"From: a@b.c\nContent-Type: multipart/mixed; boundary=m\n\n" + many)

    assert "" == deep.text
    assert MOST_FILES == len(wide.files)


@given(st.binary(max_size=300), st.integers(0, 3000))
def test_whatever_is_broken_is_read_or_refused(noise: bytes, place: int) -> None:
    """A mail is written by strangers: no bytes may stop the reading of those after it."""
    whole = recorded("attachments")
    broken = whole[:place] + noise + whole[place:]
    for content in (broken, whole[:place], b"From: a@b.c\n" + noise):
        try:
            read_mail(content)
        except ValueError as error:
            assert "header" in str(error)  # noqa: PT017 - most are read, few refused


# ── Folding ────────────────────────────────────────────────────────────────────────────────

KEPT = "Bonjour,\nvoici ma question."


@pytest.mark.parametrize(
    "folded",
    [
        "Le 16/11/2026 à 10:30, Atelier a écrit :\n> Ah",
        "Le lun. 16 nov. 2026 à 10:30, Atelier <a@b.c> a écrit :\n\n> Ah\n> bon",
        "Le lundi 16 novembre 2026 à 10:30:12 UTC+1, Atelier Citron\n<a@b.c> a écrit :\n\nAh",
        "Le 16 nov. 2026 à 10:30, Atelier a écrit\u00a0:\n> Ah",
        "On Mon, Nov 16, 2026 at 10:30 AM, Atelier <a@b.c> wrote:\n> Ah",
        "On 16 Nov 2026, at 10:30, Atelier <a@b.c>\nwrote:\n\n> Ah",
        "Am 16.11.26 um 10:30 schrieb Atelier:\n> Ah",
        "2026-11-16 10:30 GMT+01:00 Atelier <a@b.c>:\n> Ah",
        "-----Message d'origine-----\nDe : Atelier\nAh",
        "-----Original Message-----\nFrom: Atelier\nAh",
        "-------- Message original --------\nObjet : Ah",
        "________________________________\nDe : Atelier <a@b.c>\nEnvoyé : lundi\nÀ : x\nObjet : Ah\n\nAh",
        "*De :* Atelier <a@b.c>\n*Envoyé :* lundi\n*À :* x\n*Objet :* Ah\n\nAh",
        "From: Atelier <a@b.c>\nSent: Monday\nTo: x\nSubject: Ah\n\nAh",
        "De: Atelier <a@b.c>\nDate: lundi\nObjet: Ah\nÀ: x\n\nAh",
        "-- \nMarie Laurent\n06 12 34 56 78",
        "--\nMarie",
        "Envoyé de mon iPhone",
        "Envoyé depuis l’application Mail Orange",
        "Envoyé à partir de Outlook pour Android",
        "Sent from my Galaxy",
        "Get Outlook for iOS<https://aka.ms/x>",
        "Télécharger Outlook pour Android",
        "Envoyé de mon iPhone\n\n> Le 15 nov. 2026 à 18:04, Atelier a écrit :\n> \n> Ah",
        "Le 16/11/2026 à 10:30, Atelier a écrit :\n> Ah\n>\n>> Oh\n\n-- \nMarie",
        "##- Veuillez écrire au-dessus de cette ligne -##\nAh",
    ],
)
def test_each_clients_way_of_quoting_and_signing_is_folded(folded: str) -> None:
    assert KEPT == new_part(f"{KEPT}\n\n{folded}")
    assert KEPT == new_part(f"{KEPT}\r\n\r\n{folded}".replace("\n", "\r\n").replace("\r\r", "\r"))


@pytest.mark.parametrize(
    "text",
    [
        "Le 3 novembre j’ai commandé une lampe, et le vendeur m’a écrit hier.",
        "On Monday I wrote to you: no answer.",
        "De : quoi parlez-vous ?\nObjet : voilà",
        "J’ai deux remarques :\n-- la première\n-- la seconde",
        "Envoyé de mon côté le 12, toujours rien reçu.",
        "Voici ce qu’il m’a écrit : rien.",
        "From: what I saw, the lamp is broken.",
    ],
)
def test_ordinary_sentences_are_not_taken_for_quotes(text: str) -> None:
    assert f"Bonjour,\n\n{text}\n\nMerci" == new_part(f"Bonjour,\n\n{text}\n\nMerci")


def test_a_mail_that_is_only_a_quote_is_shown_whole() -> None:
    text = "> Avez-vous reçu la lampe ?"
    assert text == new_part(text)


@given(st.text(alphabet=" >-:\n\u00a0LeOnaécritwrote1", max_size=400))
def test_folding_never_invents_nor_empties(text: str) -> None:
    found = new_part(text)

    assert bool(found) == bool(text.strip())
    assert set(found.split()) <= set(text.split())
