"""Networks that are asked: when due, by one, within what they grant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from acme_comptoir.connector import AcmeReviews
from acme_comptoir.tests.simulator import KEY, VALUES, AcmeSimulator, cut, review

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.base.models import Workspace
from comptoir.base.scope import scope
from comptoir.channels import api, caring, health, polling
from comptoir.channels.connector import Checked, Connection, Page
from comptoir.channels.listening import Listener, Listeners, waiting_kinds
from comptoir.channels.models import ConnectedAccount, Inbound, Message


@pytest.fixture
def account(acme: AcmeSimulator, brand: Workspace) -> int:
    """The brand's account at Acme, which has two pages of news."""
    acme.events = [[review(1), review(2)], [review(3)]]
    made = api.connect("acme", "", VALUES, actor=None).id
    acme.asked.clear()
    return made


def row() -> ConnectedAccount:
    return ConnectedAccount.objects.get()


def pulls(acme: AcmeSimulator) -> int:
    return sum(1 for _, path, _ in acme.asked if path == "/events")


def view() -> api.ConnectedView:
    return api.connected()[0]


def test_what_is_new_is_asked_page_by_page(acme: AcmeSimulator, account: int) -> None:
    """Pages are kept like deliveries, and understood like them."""
    assert 1 == polling.poll_due()
    assert 0 == polling.poll_due()
    api.understand()

    assert 3 == Message.objects.count()
    assert {"after": "2"} == row().cursor
    assert (2, "") == (pulls(acme), row().claim)
    assert view().polled_at is not None


def test_an_account_is_asked_again_when_it_is_due(acme: AcmeSimulator, account: int) -> None:
    polling.poll_due()
    acme.events.append([review(4)])
    now = clock.now()

    with clock.held_at(now + timedelta(seconds=50)):
        early = polling.poll_due()
    with clock.held_at(now + timedelta(seconds=70)):
        later = polling.poll_due()
    api.understand()

    assert (0, 1) == (early, later)
    assert 4 == Message.objects.count()


def test_two_workers_never_ask_the_same_account(acme: AcmeSimulator, account: int) -> None:
    """Both found it due; one claims it, and the other's claim fails."""
    found = [polling.due()[0], polling.due()[0]]

    claims = [polling.claim(each) for each in found]

    assert [True, False] == [each is not None for each in claims]
    assert [] == polling.due()


def test_a_dead_workers_account_is_asked_by_another(acme: AcmeSimulator, account: int) -> None:
    """A claim that nobody confirms ends; the dead one, should it wake, keeps nothing."""
    dead = polling.claim(polling.due()[0])
    assert dead is not None

    with clock.held_at(clock.now() + polling.LEASE + timedelta(seconds=1)):
        assert 1 == polling.poll_due()
    kept = Inbound.objects.count()
    woken = polling.poll(dead, Event())

    assert 2 == kept == Inbound.objects.count()
    assert not woken
    assert {"after": "2"} == row().cursor


def test_pages_kept_before_an_error_stay(acme: AcmeSimulator, account: int) -> None:
    """The cursor moves with each page, so the next try goes on there."""
    answers: Iterator[Response | Exception] = iter([cut()])
    usual = acme.request

    def second_fails(method: str, url: str, **rest: Any) -> Response:
        if rest.get("params") == {"after": "1"}:
            answer = next(answers, None)
            if isinstance(answer, Exception):
                raise answer
        return usual(method, url, **rest)

    acme.request = second_fails  # type: ignore[method-assign]
    polling.poll_due()

    assert {"after": "1"} == row().cursor
    assert 1 == Inbound.objects.count()
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        polling.poll_due()
    assert {"after": "2"} == row().cursor


def test_a_networks_patience_is_honoured(acme: AcmeSimulator, account: int) -> None:
    """It said two minutes: before, nothing is asked of it at all."""
    acme.instead["GET /events"] = [Response(429, {"retry-after": "120"})]
    polling.poll_due()
    now = clock.now()

    with clock.held_at(now + timedelta(seconds=118)):
        assert 0 == polling.poll_due()
    assert view().problem is None
    with clock.held_at(now + timedelta(seconds=150)):
        assert 1 == polling.poll_due()
    assert (0, None) == (row().failures, row().retry_at)


def test_pauses_grow_and_trouble_is_told_the_third_time(acme: AcmeSimulator, account: int) -> None:
    """Networks are away for a moment every day; only what lasts is worth a banner."""
    moment, waits, told = clock.now(), [], []
    for _ in range(5):
        acme.instead["GET /events"] = [cut()]
        with clock.held_at(moment):
            polling.poll_due()
            retry_at = row().retry_at
            assert retry_at is not None
            waits.append((retry_at - moment).total_seconds())
            told.append(view().problem is not None)
        moment = retry_at

    assert [False, False, True, True, True] == told
    for wait, least in zip(waits, (30, 60, 120, 240, 480), strict=True):
        assert least <= wait <= least * 1.2
    problem = view().problem
    assert problem is not None
    assert "unreachable" == problem.code

    with clock.held_at(moment):
        polling.poll_due()
    assert view().problem is None


def test_no_pause_is_longer_than_an_hour() -> None:
    assert 3_600 <= polling.pause(50, None) <= 1.2 * 3_600
    assert 7_200 <= polling.pause(0, 7_200)


def test_lost_access_stops_the_account_and_says_so(acme: AcmeSimulator, account: int) -> None:
    acme.keys = set()
    polling.poll_due()

    with clock.held_at(clock.now() + timedelta(days=1)):
        assert 0 == polling.poll_due()
    problem = view().problem
    assert problem is not None
    assert ("lost", "access_lost") == (view().state, problem.code)
    assert problem.fix


def test_a_connector_that_fails_is_said_on_its_account(
    acme: AcmeSimulator, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of one connector must not end the thread that asks for all."""

    def fail(self: AcmeReviews, opened: Connection, client: Any) -> Iterator[Page]:
        raise KeyError("next")

    monkeypatch.setattr(AcmeReviews, "pull", fail)

    assert 1 == polling.poll_due()
    problem = view().problem
    assert problem is not None
    assert "unexpected" == problem.code
    assert row().retry_at is not None


def test_a_share_of_the_quota_is_left_for_answers(acme: AcmeSimulator, account: int) -> None:
    """Polling stops before the quota is empty, and goes on when it starts anew."""
    resets = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    acme.quota = {
        "x-ratelimit-remaining": "12",
        "x-ratelimit-limit": "60",
        "x-ratelimit-reset": str(int(resets.timestamp())),
    }
    polling.poll_due()

    assert 1 == pulls(acme)
    quota = view().quota
    assert quota is not None
    assert (12, 60, resets) == (quota.left, quota.limit, quota.resets_at)
    assert view().problem is None
    with clock.held_at(resets - timedelta(seconds=1)):
        assert 0 == polling.poll_due()
    acme.quota = {**acme.quota, "x-ratelimit-remaining": "60"}
    with clock.held_at(resets + timedelta(seconds=6)):
        assert 1 == polling.poll_due()
    assert {"after": "2"} == row().cursor


@pytest.mark.parametrize("verb", ["pause", "disconnect"])
def test_nothing_is_asked_of_a_paused_account(acme: AcmeSimulator, account: int, verb: str) -> None:
    getattr(api, verb)(account, actor=None)

    assert 0 == polling.poll_due()


def test_pausing_while_it_is_asked_keeps_nothing_more(acme: AcmeSimulator, account: int) -> None:
    """The page that comes after is not ours to keep any more."""
    mine = polling.claim(polling.due()[0])
    assert mine is not None
    api.pause(account, actor=None)

    assert not polling.poll(mine, Event())
    assert not Inbound.objects.exists()


def test_ending_stops_between_pages(acme: AcmeSimulator, account: int) -> None:
    stop = Event()
    stop.set()

    polling.poll_due(stop)

    assert 0 == pulls(acme)


def test_a_network_with_much_to_say_takes_turns(
    acme: AcmeSimulator, account: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is due at once, after the others."""
    monkeypatch.setattr(polling, "TURN_SECONDS", -1.0)
    first = polling.poll_due()
    monkeypatch.setattr(polling, "TURN_SECONDS", 60.0)

    assert (1, 1) == (first, polling.poll_due())
    assert {"after": "2"} == row().cursor


# Tokens.


class Renewing(AcmeReviews):
    """Acme, if its keys ended."""

    ends: datetime
    renewals: int = 0

    def check(self, connection: Connection, http: Any) -> Checked:
        from dataclasses import replace

        return replace(super().check(connection, http), expires_at=type(self).ends)

    def renew(self, connection: Connection, http: Any) -> dict[str, str]:
        type(self).renewals += 1
        return {"key": f"key-{self.renewals}"}


@pytest.fixture
def renewing(
    acme: AcmeSimulator, brand: Workspace, monkeypatch: pytest.MonkeyPatch
) -> type[Renewing]:
    from comptoir.channels.connectors import connectors

    Renewing.renewals = 0
    Renewing.ends = clock.now() + timedelta(hours=1)
    monkeypatch.setitem(connectors(), "acme", Renewing())
    acme.keys = {KEY, "key-1", "key-2"}
    api.connect("acme", "", VALUES, actor=None)
    caring._tried.clear()
    return Renewing


def test_tokens_are_renewed_before_they_end(acme: AcmeSimulator, renewing: type[Renewing]) -> None:
    """With a fifth of their life left; the fresh one is what the poll uses."""
    polling.poll_due()
    before = renewing.renewals
    with clock.held_at(clock.now() + timedelta(minutes=50)):
        renewing.ends += timedelta(hours=1)
        polling.poll_due()
        again = polling.must_renew(row())

    assert (0, 1) == (before, renewing.renewals)
    assert "key-1" == api.connection(row().pk).values["key"]
    assert not again
    assert not view().expires_soon


def test_tokens_of_accounts_that_are_not_polled_are_renewed_too(
    renewing: type[Renewing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most networks that push still want a living token for answers."""
    monkeypatch.setattr(renewing, "every", None)
    with clock.held_at(clock.now() + timedelta(minutes=50)):
        renewing.ends += timedelta(hours=1)
        done = [caring.care_for_accounts() for _ in range(2)]

    assert [1, 0] == done
    assert "key-1" == api.connection(row().pk).values["key"]


def test_a_fresh_token_is_kept_before_it_is_used(
    acme: AcmeSimulator, renewing: type[Renewing]
) -> None:
    """The network may have ended the old one already; a cut after it must not lose both."""
    acme.instead["GET /me"] = [cut()]
    with clock.held_at(clock.now() + timedelta(minutes=50)):
        polling.poll_due()

    assert "key-1" == api.connection(row().pk).values["key"]


def test_every_account_is_checked_each_day(acme: AcmeSimulator, account: int) -> None:
    """A token withdrawn by hand on a quiet account must not wait for the next customer."""
    caring._tried.clear()
    quiet = caring.care_for_accounts()
    acme.keys = set()
    with clock.held_at(clock.now() + timedelta(days=2)):
        found = caring.care_for_accounts()

    assert (0, 1) == (quiet, found)
    assert "lost" == view().state


def test_access_that_comes_back_is_found(acme: AcmeSimulator, account: int) -> None:
    """Networks lose access by mistake too; nobody should have to press a button then."""
    caring._tried.clear()
    health.trouble(account, "access_lost", "Lost", lost=True)

    assert 1 == caring.care_for_accounts()
    assert ("on", None) == (view().state, view().problem)
    assert 0 == caring.care_for_accounts()


def test_a_daily_check_out_of_reach_is_no_news(acme: AcmeSimulator, account: int) -> None:
    caring._tried.clear()
    acme.instead["GET /me"] = [cut()]
    with clock.held_at(clock.now() + timedelta(days=2)):
        caring.care_for_accounts()

    assert view().problem is None


# Listening.


class Listened(AcmeReviews):
    """Acme, if it could be listened to: news come while waiting, twice."""

    waits: list[str]
    news: list[Any]

    def wait(self, connection: Connection, stop: Event, http: Any) -> bool:
        self.waits.append(connection.cursor["after"])
        if not self.news:
            stop.wait(5)
            return False
        http.events.append([self.news.pop()])
        return True


@pytest.fixture
def listened(acme: AcmeSimulator, monkeypatch: pytest.MonkeyPatch) -> Listened:
    from comptoir.channels.connectors import connectors

    made = Listened()
    made.waits, made.news = [], [review(5), review(4)]
    monkeypatch.setitem(connectors(), "acme", made)
    # A listener's thread ends with its connection; here it is the test's own.
    monkeypatch.setattr("comptoir.channels.listening.close_old_connections", lambda: None)
    monkeypatch.setattr("comptoir.channels.listening.connection", StaysOpen())
    return made


class Inline(Listeners):
    """Listeners whose threads are this one, because a test's database is."""

    def _start(self, one: Listener) -> None:
        self.running[one.mine.account] = one


def test_only_networks_that_can_be_listened_to_are(acme: AcmeSimulator) -> None:
    from comptoir.channels.connectors import connectors

    kinds = waiting_kinds(connectors().values())

    assert 60.0 == kinds["acme"]
    assert "feeds" not in kinds


def test_a_listener_hears_news_as_they_come(
    acme: AcmeSimulator, listened: Listened, account: int
) -> None:
    """It holds the account, so nobody polls it meanwhile."""
    listeners = Inline()
    listeners.look()
    one = listeners.running[account]
    held = polling.due()
    for _ in range(2):
        assert listeners._hear(one)
    listened.news = []
    one.wake.set()
    api.understand()

    assert [] == held
    assert ["2", "3"] == listened.waits
    assert 4 == Message.objects.count()


def test_a_network_that_gives_up_listening_is_polled(
    acme: AcmeSimulator, listened: Listened, account: int
) -> None:
    """Not every server has IDLE."""
    listened.news = []
    listened.wait = lambda connection, stop, http: False  # type: ignore[method-assign]
    listeners = Inline()
    listeners.look()
    listeners._listen(listeners.running[account])
    listeners.running.clear()
    listeners.look()

    assert {account} == listeners.unable
    assert {} == listeners.running
    assert "" == row().claim


def test_listeners_end_with_their_account(
    acme: AcmeSimulator, listened: Listened, account: int
) -> None:
    """Paused, disconnected, or taken by another process: waiting is over."""
    listeners = Inline()
    listeners.look()
    one = listeners.running[account]
    one.thread = AlwaysAlive()  # type: ignore[assignment]
    listeners.look()
    before = one.ended.is_set()
    api.pause(account, actor=None)
    listeners.look()

    assert (False, True) == (before, one.ended.is_set())
    assert one.wake.is_set()


def test_listeners_are_woken_when_due_and_confirm_their_claims(
    acme: AcmeSimulator, listened: Listened, account: int
) -> None:
    """Waiting can last for half an hour; a lease cannot."""
    listeners = Inline()
    listeners.look()
    one = listeners.running[account]
    one.thread = AlwaysAlive()  # type: ignore[assignment]
    polling.confirm(one.mine, polled_at=clock.now())
    listeners.look()
    early = one.wake.is_set()
    moment = clock.now() + polling.LEASE / 2
    with clock.held_at(moment):
        polling.confirm(one.mine, polled_at=moment)
        ConnectedAccount.objects.update(claimed_at=moment - polling.LEASE / 2)
        listeners.look()

    assert (False, False) == (early, one.wake.is_set())
    assert moment == row().claimed_at
    with clock.held_at(moment + timedelta(seconds=61)):
        listeners.look()
    assert one.wake.is_set()


class StaysOpen:
    """Stands for a connection that others still need."""

    def close(self) -> None: ...


class AlwaysAlive:
    """Stands for a thread that still waits."""

    def is_alive(self) -> bool:
        return True


def test_brands_accounts_are_asked_in_their_own_scope(acme: AcmeSimulator, account: int) -> None:
    """The worker has none; what it keeps belongs to the account's brand."""
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        polling.poll_due()
        assert not Inbound.objects.exists()
    assert 2 == Inbound.objects.count()
