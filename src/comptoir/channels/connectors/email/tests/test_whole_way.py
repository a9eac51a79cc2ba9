"""
The whole way with real servers: connected, heard, answered, answered again, refused.

    pytest -m mail src/comptoir/channels/connectors/email
"""

import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from threading import Event
from typing import Any

import pytest

from comptoir.base import clock, guard, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import Workspace
from comptoir.channels import api, polling, visiting
from comptoir.channels.connector import Attachment
from comptoir.channels.connectors.email.reading import read_mail
from comptoir.channels.connectors.email.tests.post_office import (
    CUSTOMER,
    HERE,
    OURS,
    PostOffice,
    post_office,
    wait_for,
)
from comptoir.channels.connectors.email.tests.test_servers import _mail
from comptoir.channels.models import ConnectedAccount, Message, Outbound

pytestmark = pytest.mark.mail


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as started:
        yield started


@pytest.fixture(autouse=True)
def clean(office: PostOffice, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.PRIVATE_HOSTS = (HERE,)
    believing = ssl.create_default_context(cafile=str(office.authority))
    monkeypatch.setattr(guard, "trust", lambda: believing)
    yield
    office.wipe()


@pytest.fixture
def account(workspace: Workspace, office: PostOffice) -> int:
    return api.connect("email", "Courrier", office.values(), actor=None).id


def _hear(account: int) -> None:
    """What the worker does: asks, then understands."""
    mine = polling.claim(ConnectedAccount.objects.get(pk=account))
    assert mine is not None
    assert polling.poll(mine, Event())
    polling.release(mine)
    api.understand()
    outbox.drain()


def _answer(thread: int, to: int, text: str, *files: Attachment) -> int:
    """Without the ten seconds in which an answer can be taken back."""
    queued = api.enqueue(thread, to, text, actor=None, files=files, after=timedelta())
    return queued.id


def _send() -> None:
    api.send_due()
    outbox.drain()


def _seen(account: int) -> api.ConnectedView:
    found = api.connected_account(account)
    assert found is not None
    return found


def test_a_conversation_by_mail(office: PostOffice, account: int) -> None:
    """
    A customer asks, the team answers with a file, the customer thanks: one thread, each once.
    """
    office.deliver(_mail("Commande 48213", "Où est-elle ?", "whole-1"))
    wait_for(lambda: office.box(OURS), "the question")
    _hear(account)
    asked = Message.objects.get()

    file = Attachment("suivi.pdf", "application/pdf", b"%PDF-1.4 suivi")
    queued = _answer(asked.thread_id, asked.pk, "Elle arrive demain.", file)
    _send()
    wait_for(lambda: office.box(CUSTOMER), "the answer")
    answer = read_mail(office.box(CUSTOMER)[0])
    thanks = _mail("Re: Commande 48213", "Merci !", "whole-2", answer.id)
    thanks["Date"] = format_datetime(clock.now() + timedelta(seconds=5))
    office.deliver(thanks)
    wait_for(lambda: len(office.box(OURS)) == 2, "the thanks")
    _hear(account)
    _hear(account)

    assert ["sent"] == [one.state for one in api.outbounds([queued]).values()]
    assert ("Re: Commande 48213", "Elle arrive demain.") == (answer.subject, answer.text)
    assert [("suivi.pdf", b"%PDF-1.4 suivi")] == [(f.name, f.content) for f in answer.files]
    said = api.thread(asked.thread_id)
    assert ["Où est-elle ?", "Elle arrive demain.", "Merci !"] == [one.text for one in said]
    assert [False, True, False] == [one.own for one in said]
    assert 3 == Message.objects.count()
    assert _seen(account).problem is None


def test_an_answer_that_bounces_is_failed(office: PostOffice, account: int) -> None:
    question = _mail("Devis", "Combien ?", "whole-3")
    question["Reply-To"] = "x@gone.example"
    office.deliver(question)
    wait_for(lambda: office.box(OURS), "the question")
    _hear(account)
    asked = Message.objects.get()

    queued = _answer(asked.thread_id, asked.pk, "120 €.")
    _send()
    wait_for(lambda: len(office.box(OURS)) == 2, "the bounce")
    _hear(account)

    row = Outbound.objects.get(pk=queued)
    assert Outbound.State.FAILED == row.state
    assert 2 == Message.objects.count()


def test_an_answer_of_unknown_fate_is_found_in_sent_mail(
    office: PostOffice, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after the server took the mail and before it is written down."""
    office.deliver(_mail("Retour", "Comment ?", "whole-4"))
    wait_for(lambda: office.box(OURS), "the question")
    _hear(account)
    asked = Message.objects.get()
    queued = _answer(asked.thread_id, asked.pk, "Par la poste.")

    with monkeypatch.context() as dying:
        dying.setattr("comptoir.channels.sending._record", lambda *_, **__: None)
        _send()
    assert "sending" == Outbound.objects.get(pk=queued).state
    with clock.held_at(clock.now() + timedelta(minutes=10)):
        api.send_due()
        api.send_due()
    outbox.drain()

    assert "sent" == Outbound.objects.get(pk=queued).state
    assert 1 == len(office.box(CUSTOMER))
    assert ["Comment ?", "Par la poste."] == [one.text for one in api.thread(asked.thread_id)]


def test_a_password_that_changed_stops_the_account_and_says_so(
    office: PostOffice, account: int
) -> None:
    users = (office.home / "users").read_text()
    (office.home / "users").write_text(users.replace("Citron", "Clémentine"))
    try:
        time.sleep(1.2)  # Dovecot looks at the file once a second
        mine = polling.claim(ConnectedAccount.objects.get(pk=account))
        assert mine is not None
        assert not polling.poll(mine, Event())
    finally:
        (office.home / "users").write_text(users)
    seen = _seen(account)

    assert "lost" == seen.state
    assert seen.problem is not None
    assert f"{HERE} does not accept the password of {OURS}" in seen.problem.sentence
    assert "two-step" in seen.problem.fix


def test_connecting_with_a_wrong_password_keeps_nothing(
    workspace: Workspace, office: PostOffice
) -> None:
    with pytest.raises(Problem) as refused:
        api.connect("email", "", office.values(imap_secret="wrong"), actor=None)

    assert "does not accept the password" in refused.value.sentence
    assert 0 == ConnectedAccount.objects.count()


def test_a_chat_that_goes_on_by_mail_is_one_conversation(
    office: PostOffice, account: int, workspace: Workspace
) -> None:
    """A visitor has left; their answers to our mails, and ours to theirs, each once."""
    site = {"origins": "https://www.atelier-citron.example", "mailbox": OURS}
    chat = api.connection(api.connect("chat", "Boutique", site, actor=None).id)
    visitor = visiting.meet(chat, "0123456789abcdef", name="Marie", email=CUSTOMER)
    told = {"visitor": visitor.key, "id": "m-1", "text": "Où est-elle ?", "email": CUSTOMER}
    visiting.hear(chat, f"{visitor.key}:m-1", told)
    api.understand()
    asked = Message.objects.get()

    with clock.held_at(clock.now() + timedelta(minutes=10)):
        _answer(asked.thread_id, asked.pk, "Elle arrive demain.")
        _send()
    wait_for(lambda: office.box(CUSTOMER), "the answer")
    first = read_mail(office.box(CUSTOMER)[0])
    office.deliver(_mail("Re: conversation", "Merci !", "chat-1", first.id))
    wait_for(lambda: office.box(OURS), "the thanks")
    _hear(account)
    _hear(account)
    thanks = Message.objects.get(text="Merci !")
    _answer(asked.thread_id, thanks.pk, "Avec plaisir.")
    _send()
    wait_for(lambda: len(office.box(CUSTOMER)) == 2, "the second answer")
    second = read_mail(office.box(CUSTOMER)[1])

    assert "> " in first.whole
    assert ("chat-1@example.com", "Avec plaisir.") == (second.answers, second.text)
    assert (chat.account_id, asked.thread_id) == (thanks.account_id, thanks.thread_id)
    assert 4 == Message.objects.count() == len(api.thread(asked.thread_id))
    assert ["sent", "sent"] == [one.state for one in Outbound.objects.order_by("pk")]
