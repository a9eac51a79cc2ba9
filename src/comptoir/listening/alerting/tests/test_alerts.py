"""Alerts from message to notice: what fires, when it is told, what arrives."""

from collections.abc import Callable
from datetime import time as daytime
from datetime import timedelta
from typing import Any

import pytest

from comptoir.analysis.queries import QueryError
from comptoir.base import erasure, http, outbox
from comptoir.base.errors import Problem
from comptoir.base.http import NotSent
from comptoir.base.models import OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api as channels
from comptoir.channels import noticing
from comptoir.channels.connector import Rejected
from comptoir.channels.connectors.tests.simulated import Network, network, said
from comptoir.channels.models import Account, Author, ConnectedAccount
from comptoir.listening.alerting import api, telling, watching
from comptoir.listening.alerting.tests.conftest import Time
from comptoir.listening.models import Firing, Hit, Notice
from comptoir.triage import api as triage
from comptoir.triage.tests.conftest import START, Say

Warn = Callable[..., int]
Hear = Callable[..., None]
Rounds = Callable[[], None]


def fired() -> list[int]:
    """Minutes after START of each firing, oldest first."""
    ends = Firing.objects.order_by("ends_at").values_list("ends_at", flat=True)
    return [int((one - START).total_seconds() // 60) for one in ends]


def events() -> int:
    return OutboxEvent.objects.filter(kind=telling.FIRED).count()


# ── What fires ────────────────────────────────────────────────────────────────────────────────


def test_many_messages_in_a_window_fire_once(say: Say, hear: Hear, warn: Warn) -> None:
    """
    Three in an hour were asked for: the third fires, with all three, and the fourth is no news.
    """
    warn(threshold=3)
    first, second, third, fourth = (say(f"panne {one}", by=f"p{one}") for one in range(4))
    hear(first, say("bonjour"), second)
    assert [] == fired()
    hear(third, fourth)

    (told,) = api.firings()
    assert "3 messages in 1 hour (asked: 3)." == told.reason
    assert [third.pk, second.pk, first.pk] == api.messages_of(told.id)
    assert 1 == events()


def test_the_brand_s_own_messages_and_other_queries_do_not_count(
    say: Say, hear: Hear, warn: Warn
) -> None:
    warn(threshold=1)
    hear(say("panne générale", own=True, by="citron"), say("tout va bien"))

    assert [] == fired()


def test_hearing_twice_fires_once(say: Say, hear: Hear, warn: Warn) -> None:
    warn(threshold=2, cooldown=0)
    messages = [say("panne"), say("panne encore")]
    hear(*messages)
    hear(*messages)

    assert 1 == len(fired())
    assert 2 == Hit.objects.count()


def test_a_kill_between_two_steps_doubles_nothing(
    say: Say, hear: Hear, warn: Warn, time: Time, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A worker that dies after a firing was written takes the firing, its notices and its event
    with it; the next one does it all again, once.
    """
    warn(threshold=2, people=(owner.pk,))
    told = telling.tell

    def dies(firing: Firing) -> None:
        told(firing)
        raise RuntimeError("killed")

    monkeypatch.setattr(telling, "tell", dies)
    hear(say("panne"), say("panne encore"))
    assert (0, 0, 0, 0) == (
        Firing.objects.count(),
        Notice.objects.count(),
        events(),
        Hit.objects.count(),
    )

    monkeypatch.setattr(telling, "tell", told)
    time.on(minutes=30)
    outbox.drain()
    outbox.drain()

    assert (1, 1, 1, 2) == (
        Firing.objects.count(),
        Notice.objects.count(),
        events(),
        Hit.objects.count(),
    )


def test_two_workers_that_see_the_same_window_write_it_once(
    say: Say, hear: Hear, warn: Warn
) -> None:
    """
    Both have read before either has written.
    """
    warn(threshold=2)
    messages = [say("panne"), say("panne encore")]
    hear(messages[0])
    hear(messages[1])
    read = watching.read([one.pk for one in messages])
    watching.write(read)
    watching.write(read)

    assert 1 == len(fired())
    assert 1 == events()


def test_the_cooldown_is_kept_and_then_it_tells_again(say: Say, hear: Hear, warn: Warn) -> None:
    warn(threshold=2, window=30, cooldown=60)
    hear(*(say(f"panne {one}", minutes=one) for one in (1, 2, 10, 11, 59, 60)))
    hear(*(say(f"panne {one}", minutes=one) for one in (61, 62, 63)))

    assert [2, 62] == fired()


def test_late_mentions_count_where_they_were_written(say: Say, hear: Hear, warn: Warn) -> None:
    """
    A network was away: what it then brings belongs to its hour. What that hour told already
    takes it in; an hour that goes over only now is told now.
    """
    warn(threshold=2, window=30, cooldown=30)
    hear(say("panne", minutes=100), say("panne", minutes=101))
    hear(say("panne", minutes=99))
    (told,) = api.firings()
    assert (3, 1) == (told.messages, told.late)

    hear(say("panne", minutes=10), say("panne", minutes=12))
    assert [12, 101] == fired()


def test_what_is_long_past_makes_no_alarm(say: Say, hear: Hear, warn: Warn, time: Time) -> None:
    """
    An import of last month's complaints is no news.
    """
    warn(threshold=1)
    time.on(days=3)
    hear(say("panne", minutes=30))

    assert [] == fired()


def test_an_alert_counts_from_when_it_was_added(say: Say, hear: Hear, warn: Warn) -> None:
    warn(threshold=2)
    hear(say("panne", minutes=-40), say("panne", minutes=1))

    assert [] == fired()


def test_negative_messages_and_their_share(
    say: Say, hear: Hear, warn: Warn, save: Callable[..., int], owner: User
) -> None:
    """
    Two angry messages among five: enough for a number, too few for half.
    """
    query = save("colis")
    for name, share in (("Number", 0), ("Share", 50)):
        draft = api.AlertDraft(name, "tone", query, threshold=2, share=share)
        api.add_alert(draft, owner)
    messages = [say(f"mon colis {one}") for one in range(7)]
    hear(*messages[:5])
    for one in messages[3:5]:
        triage.correct(one.pk, "tone", -1, owner)
    outbox.drain()
    assert ["Number"] == [one.name for one in api.firings()]

    hear(*messages[5:])
    for one in messages[5:]:
        triage.correct(one.pk, "tone", -1, owner)
    outbox.drain()
    assert {"Number", "Share"} == {one.name for one in api.firings()}
    told = next(one for one in api.firings() if one.name == "Share")
    assert "3 negative messages in 1 hour, 50 % of 6 (asked: 2 and 50 %)." == told.reason


def test_somebody_with_many_followers(say: Say, hear: Hear, warn: Warn) -> None:
    warn("weight", threshold=1, followers=10_000)
    small, big = say("panne", by="lea"), say("panne", by="star")
    Author.objects.filter(key="star").update(followers=120_000)
    hear(small)
    assert [] == fired()
    hear(big)

    (told,) = api.firings()
    assert [big.pk] == api.messages_of(told.id)
    assert "up to 120,000 followers" in told.reason


def test_a_word_in_a_place(say: Say, hear: Hear, warn: Warn) -> None:
    """
    A query of the language, on every message or on a saved query's.
    """
    warn("word", None, within="rappel AND site:conso.example")
    hear(say("rappel de produits", url="https://forum.example/1"))
    hear(say("bonjour", url="https://conso.example/2"))
    assert [] == fired()
    hear(say("rappel de produits", url="https://www.conso.example/3"))

    assert 1 == len(fired())


def test_a_silence_fires_once_on_schedule(
    say: Say, hear: Hear, warn: Warn, time: Time, rounds: Rounds
) -> None:
    """
    Nobody speaks for two hours: told once; told again only after somebody spoke.
    """
    warn("silence", window=120, cooldown=0)
    hear(say("panne", minutes=10))
    time.to(START + timedelta(minutes=129))
    rounds()
    assert [] == fired()
    time.on(minutes=1)
    rounds()
    rounds()
    assert [130] == fired()
    time.on(hours=9)
    rounds()
    assert [130] == fired()
    hear(say("panne", minutes=700))
    time.on(hours=3)
    rounds()

    assert [130, 820] == fired()
    assert "Nobody has written for 2 hours." == api.firings()[0].reason
    assert 2 == events()


def test_nothing_is_thought_silent_while_its_query_does_not_listen(
    warn: Warn, time: Time, rounds: Rounds, owner: User
) -> None:
    from comptoir.listening import api as listening

    alert = warn("silence", window=60)
    listening.pause(listening.queries()[0].id, owner)
    time.on(hours=5)
    rounds()

    assert [] == fired()
    assert api.alert(alert).deaf


def test_an_alert_that_is_paused_counts_nothing(
    say: Say, hear: Hear, warn: Warn, owner: User, time: Time
) -> None:
    alert = warn(threshold=2)
    hear(say("panne", minutes=1))
    api.pause_alert(alert, owner)
    hear(say("panne", minutes=2))
    time.to(START + timedelta(minutes=3))
    api.resume_alert(alert, owner)
    hear(say("panne", minutes=4))
    assert [] == fired()
    hear(say("panne", minutes=5))

    assert [5] == fired()


def test_another_brand_s_messages_do_not_count(
    say: Say, hear: Hear, warn: Warn, make_other: Callable[[], Workspace]
) -> None:
    from comptoir.triage.tests.conftest import world

    warn("count", None, threshold=1)
    other = make_other()
    with scope(other):
        message = world(other)("panne")
        outbox.publish(other.pk, "messages_received", ids=[message.pk])
    outbox.drain()

    assert [] == fired()
    hear(say("panne"))
    assert 1 == len(fired())


# ── Who is told, and when ─────────────────────────────────────────────────────────────────────


def test_quiet_hours_hold_back_and_tell_at_their_end(
    say: Say, hear: Hear, warn: Warn, time: Time, rounds: Rounds, owner: User
) -> None:
    """
    START is ten in Paris; between eight in the evening and seven nobody is told.
    """
    night = {"quiet_from": daytime(20), "quiet_until": daytime(7)}
    warn(threshold=1, people=(owner.pk,), **night)
    hear(say("panne", minutes=11 * 60))
    rounds()
    (held,) = api.firings()
    assert (None, 0, 0, 0) == (held.told_at, events(), Notice.objects.count(), api.unseen())
    assert START + timedelta(hours=21) == held.tell_at

    time.to(START + timedelta(hours=21))
    rounds()
    rounds()

    (told,) = api.firings()
    assert (time.now, 1, 1, 1) == (
        told.told_at,
        events(),
        Notice.objects.count(),
        api.unseen(),
    )


@pytest.fixture
def slack(workspace: Workspace) -> int:
    """A connected Slack with a channel for alerts; its account."""
    account = Account.objects.create(
        workspace=workspace, channel="slack", connector="slack", name="Citron (bot)"
    )
    from comptoir.channels.connections import closed
    from comptoir.channels.connectors import connector

    made = connector("slack")
    assert made is not None
    entered = {"token": "xoxb-1", "signing_secret": "s", "alerts": "#care"}
    values, secrets = closed(made, entered)
    ConnectedAccount.objects.create(
        account=account,
        workspace=workspace,
        kind="slack",
        token="t",
        values=values,
        secrets=secrets,
    )
    return account.pk


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Network]:
    """net(answer, …): what every network answers, in turn."""

    def make(*answers: Any) -> Network:
        made = network(*answers)
        monkeypatch.setattr(http, "guarded", lambda: made)
        return made

    return make


def test_slack_is_told_with_the_messages_and_the_reason(
    say: Say,
    hear: Hear,
    warn: Warn,
    rounds: Rounds,
    slack: int,
    owner: User,
    net: Callable[..., Network],
) -> None:
    """
    In the language of who made the alert; a customer's words ring nobody.
    """
    owner.language = "en"
    api.read_at(lambda workspace, firing: f"https://desk.example/{workspace.slug}")
    asked = net(said({"ok": True, "channel": "C", "ts": "1.0"}))
    warn(threshold=1, accounts=(slack,))
    hear(say("panne <!channel> chez moi"))
    rounds()
    rounds()

    (one,) = asked.asked
    text = one.details["json"]["text"]
    assert "#care" == one.details["json"]["channel"]
    assert "1 message in 1 hour" in text
    assert "lea: panne &lt;!channel&gt; chez moi" in text
    assert "https://desk.example/atelier" in text
    assert ["sent"] == [each.state for each in api.firings()[0].notices]


def test_what_could_not_be_delivered_is_tried_again_then_shown(
    say: Say,
    hear: Hear,
    warn: Warn,
    rounds: Rounds,
    time: Time,
    slack: int,
    net: Callable[..., Network],
) -> None:
    """
    A network that is away is asked again; one that refuses is not, and the page says why.
    """
    asked = net(NotSent("away"), said({"ok": False, "error": "not_in_channel"}))
    alert = warn(threshold=1, accounts=(slack,))
    hear(say("panne"))
    rounds()
    (waits,) = api.firings()[0].notices
    assert ("waiting", "The network could not be reached.") == (waits.state, waits.sentence)
    rounds()
    assert 1 == len(asked.asked)
    time.on(seconds=11)
    rounds()

    (failed,) = api.firings()[0].notices
    assert "failed" == failed.state
    assert "not in this channel" in failed.sentence
    assert 1 == api.alert(alert).undelivered
    net(said({"ok": True, "channel": "C", "ts": "1.0"}))
    assert 1 == api.try_again(api.firings()[0].id)
    rounds()
    assert 0 == api.alert(alert).undelivered


def test_without_a_mailbox_the_page_says_so(
    say: Say, hear: Hear, warn: Warn, rounds: Rounds, owner: User
) -> None:
    warn(threshold=1, people=(owner.pk,))
    hear(say("panne"))
    rounds()

    (failed,) = api.firings()[0].notices
    assert ("failed", owner.email) == (failed.state, failed.to)
    assert "No mailbox is connected" in failed.sentence


def test_a_mail_has_one_id_at_every_try_and_is_looked_for_before_the_second(
    say: Say,
    hear: Hear,
    warn: Warn,
    rounds: Rounds,
    time: Time,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    The worker died after the mailbox took the mail: it is found there, not sent again.
    """
    keys: list[str] = []

    def taken(to: str, subject: str, text: str, key: str) -> None:
        keys.append(key)
        raise NotSent("killed")

    monkeypatch.setattr(noticing, "mail_notice", taken)
    monkeypatch.setattr(noticing, "was_mailed", lambda key: len(keys) == 2 and key == keys[0])
    warn(threshold=1, people=(owner.pk,))
    hear(say("panne"))
    for _round in range(4):
        rounds()
        time.on(minutes=10)

    assert (2, 1) == (len(keys), len(set(keys)))
    assert ["sent"] == [one.state for one in api.firings()[0].notices]


def test_who_left_the_team_is_told_nothing(
    say: Say, hear: Hear, warn: Warn, rounds: Rounds, agent: User, workspace: Workspace
) -> None:
    from comptoir.base.models import Membership

    warn(threshold=1, people=(agent.pk,))
    hear(say("panne"))
    Membership.objects.filter(user=agent).delete()
    rounds()

    (failed,) = api.firings()[0].notices
    assert "not in the team any more" in failed.sentence


def test_a_notice_by_mail_is_no_message_of_the_inbox() -> None:
    """
    The mailbox keeps a copy of what it sent; read again, it must not become a conversation.
    """
    from comptoir.base import clock
    from comptoir.channels.connector import Connection, Raw, Unsupported
    from comptoir.channels.connectors import connector
    from comptoir.channels.connectors.email.writing import written
    from comptoir.channels.noticing import _mail

    values = {"address": "bonjour@citron.example"}
    from dataclasses import replace

    mail = written(replace(_mail("Alert", "0" * 32), to_handle="a@b.example"), values, clock.now())
    made = connector("email")
    assert made is not None
    here = Connection(1, 1, "email", "email", "Mail", values)
    with pytest.raises(Unsupported):
        made.parse(here, Raw(mail.as_bytes(), {"role": "sent"}))
    assert "auto-generated" == mail["Auto-Submitted"]


def test_seen_is_seen_by_the_whole_team(say: Say, hear: Hear, warn: Warn, agent: User) -> None:
    warn(threshold=1)
    hear(say("panne"))
    assert 1 == api.unseen()
    api.see([api.firings()[0].id], agent)

    assert 0 == api.unseen()
    assert "Agent" == api.firings()[0].seen_by


# ── Fewer like this ───────────────────────────────────────────────────────────────────────────


def test_a_lesson_would_have_prevented_the_firing_and_can_be_undone(
    say: Say, hear: Hear, warn: Warn, owner: User
) -> None:
    alert = warn(threshold=2, cooldown=0)
    hear(say("panne ici", by="lea"), say("panne là", by="tom"))
    told = api.firings()[0].id
    assert [("threshold", 2, 3)] == [(o.field, o.before, o.after) for o in api.offers(told)]
    api.learn(told, "threshold", owner)
    hear(say("panne encore", by="ana"), say("panne toujours", by="eve"))
    assert 1 == len(fired())

    (lesson,) = api.lessons(alert)
    assert lesson.can_undo
    api.unlearn(lesson.id, owner)
    assert 2 == api.alert(alert).draft.threshold
    assert api.lessons(alert)[0].undone_at is not None
    with pytest.raises(Problem, match="changed since"):
        api.unlearn(lesson.id, owner)


def test_one_author_or_the_same_words_are_offered_to_count_once(
    say: Say, hear: Hear, warn: Warn, owner: User
) -> None:
    """
    Only what would have prevented it is offered: here one person says the same thrice.
    """
    warn(threshold=3, cooldown=0)
    text = "Encore une panne de réseau dans tout le quartier depuis ce matin"
    hear(*(say(text, by="lea") for _one in range(3)))
    told = api.firings()[0].id
    assert {"authors_once", "alike_once", "threshold"} == {one.field for one in api.offers(told)}
    api.learn(told, "authors_once", owner)
    hear(*(say(f"{text} {one}", by="tom") for one in range(3)))
    assert 1 == len(fired())
    hear(say("panne", by="ana"), say("panne", by="eve"))

    assert 2 == len(fired())


def test_only_the_newest_lesson_of_a_field_is_undone_and_none_that_was_overtaken(
    say: Say, hear: Hear, warn: Warn, owner: User
) -> None:
    alert = warn(threshold=1, cooldown=0)
    hear(say("panne"))
    api.learn(api.firings()[0].id, "threshold", owner)
    hear(say("panne deux", by="a"), say("panne trois", by="b"))
    api.learn(api.firings()[0].id, "threshold", owner)
    assert [True, False] == [one.can_undo for one in api.lessons(alert)]

    from dataclasses import replace

    api.change_alert(alert, replace(api.alert(alert).draft, threshold=9), owner)
    assert [False, False] == [one.can_undo for one in api.lessons(alert)]


def test_followers_and_silences_learn_in_their_own_way(
    say: Say, hear: Hear, warn: Warn, time: Time, rounds: Rounds, owner: User
) -> None:
    warn("weight", threshold=1, followers=100, name="Stars")
    star = say("panne", by="star")
    Author.objects.filter(key="star").update(followers=5_000)
    hear(star)
    offered = {one.field: one.after for one in api.offers(api.firings()[0].id)}
    assert {"followers": 5_001, "threshold": 2} == offered

    warn("silence", "silence", window=60, name="Quiet")
    time.on(hours=2, minutes=10)
    rounds()
    assert [("window", 180)] == [(one.field, one.after) for one in api.offers(api.firings()[0].id)]


# ── Trying, changing, erasing ─────────────────────────────────────────────────────────────────


def test_trying_says_when_it_would_have_gone_off(
    say: Say, time: Time, save: Callable[..., int]
) -> None:
    """
    Six hours with three messages each and one with nine: four times at most asks for four.
    """
    for hour in range(6):
        for one in range(3):
            say("panne", minutes=hour * 120 + one, by=f"p{one}")
    for one in range(9):
        say("panne", minutes=2_000 + one, by=f"p{one}")
    time.to(START + timedelta(days=2))
    query = save("panne")
    tried = api.try_alert(api.AlertDraft("", "count", query, threshold=3))

    assert (7, 27, True) == (len(tried.moments), tried.counted, tried.whole)
    assert START + timedelta(minutes=2_002) == tried.moments[0]
    assert 7 == sum(count for _day, count in tried.days)
    assert 4 == tried.advised
    with_it = api.try_alert(api.AlertDraft("", "count", query, threshold=4))
    assert 1 == len(with_it.moments)


def test_the_trial_and_the_service_agree(say: Say, hear: Hear, warn: Warn, time: Time) -> None:
    warn(threshold=3, window=20, cooldown=30)
    messages = [say("panne", minutes=one * one % 211, by=f"p{one % 7}") for one in range(40)]
    for one in sorted(messages, key=lambda each: each.sent_at):
        hear(one)
    time.to(START + timedelta(hours=5))
    tried = api.try_alert(api.alerts()[0].draft)

    assert fired() == sorted(int((one - START).total_seconds() // 60) for one in tried.moments)
    assert fired()


def test_a_trial_of_silence(say: Say, time: Time, save: Callable[..., int]) -> None:
    say("panne", minutes=0)
    say("panne", minutes=60 * 24 * 5)
    time.to(START + timedelta(days=6))
    day = api.AlertDraft("", "silence", save("panne"), window=24 * 60)

    tried = api.try_alert(day)
    assert START + timedelta(days=6) == tried.moments[0]
    assert tried.advised is not None


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ({"name": " "}, "alert_name"),
        ({"kind": "storm"}, "alert_kind"),
        ({"query": 999}, "unknown_query"),
        ({"kind": "word"}, "no_words"),
        ({"threshold": 0}, "bad_threshold"),
        ({"kind": "tone", "share": 101}, "bad_share"),
        ({"kind": "weight"}, "bad_followers"),
        ({"window": 1}, "bad_window"),
        ({"cooldown": -1}, "bad_cooldown"),
        ({"quiet_from": daytime(22)}, "bad_quiet_hours"),
        ({"quiet_from": daytime(22), "quiet_until": daytime(22)}, "bad_quiet_hours"),
    ],
)
def test_an_alert_that_makes_no_sense_is_refused(
    owner: User, draft: dict[str, Any], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        api.add_alert(api.AlertDraft(**({"name": "Panne", "kind": "count"} | draft)), owner)

    assert code == refused.value.code
    assert [] == api.alerts()


def test_words_that_are_no_query_are_refused_where_they_break(owner: User) -> None:
    with pytest.raises(QueryError):
        api.add_alert(api.AlertDraft("Panne", "word", within="panne AND ("), owner)


def test_erasing_a_person_takes_their_messages_out(
    say: Say, hear: Hear, warn: Warn, workspace: Workspace
) -> None:
    warn(threshold=2)
    message = say("panne", by="lea")
    hear(message, say("panne", by="tom"))
    erasure.erase(erasure.Person(workspace.pk, message.author_id))

    (told,) = api.firings()
    assert 1 == told.messages
    assert 1 == len(api.messages_of(told.id))


def test_old_hits_go_and_firings_keep_theirs(say: Say, hear: Hear, warn: Warn, time: Time) -> None:
    warn(threshold=2, window=30, cooldown=0)
    hear(say("panne", minutes=1), say("panne", minutes=2), say("panne", minutes=500))
    time.on(days=3)

    assert 1 == watching.forget_old()
    assert 2 == Hit.objects.count()


def test_rejected_is_the_refusal_that_ends(net: Callable[..., Network], slack: int) -> None:
    net(said({"ok": False, "error": "channel_not_found"}))
    with pytest.raises(Rejected):
        channels.post_notice(slack, "x")
