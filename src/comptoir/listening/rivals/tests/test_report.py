"""What a rival publishes, against its own past."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from comptoir.base.models import User
from comptoir.channels.models import OwnHandle
from comptoir.listening import api as listening
from comptoir.listening.reputation import zone_of_workspace
from comptoir.listening.rivals import api
from comptoir.listening.rivals.own import MOST, own
from comptoir.listening.rivals.tests.conftest import MIDNIGHT, Publish, week

CALM = "Notre atelier vous ouvre ses portes"
LOUD = "Dernier jour !! Foncez : -30 % avec le code VITE30"


@pytest.fixture
def verte(folder: int, owner: User) -> int:
    api.add_account(folder, "x", "verte", owner)
    return folder


def habit(publish: Publish, weeks: int = 12, texts: tuple[str, ...] = (CALM,) * 6) -> None:
    """Weeks of posts before MIDNIGHT, the same each week."""
    publish("premier jour", day=-7 * weeks - 1, by="lea")
    for number in range(1, weeks + 1):
        for day, text in enumerate(texts):
            publish(text, day=day - 7 * number)


def test_a_rival_without_accounts_says_nothing(folder: int, publish: Publish) -> None:
    publish(LOUD)
    found = api.published(folder, week())

    assert (0, (), 0) == (found.posts, found.offers, found.habit.compared)
    assert {"few"} == {one.verdict for one in found.measures.values()}


def test_nothing_at_all_was_heard_yet(verte: int) -> None:
    assert 0 == api.published(verte, week()).posts


def test_posts_replies_and_reposts_are_told_apart(verte: int, publish: Publish) -> None:
    publish(CALM)
    publish("Bonjour, dès 5 €", kind="reply", in_reply_to="m1")
    publish("Bonjour", in_reply_to_handle="lea")
    publish("RT", kind="repost")
    publish("Pas elle", by="lea")
    publish("Plus tôt", day=-1)

    found = api.published(verte, week())
    assert (1, 2, 1) == (found.posts, found.replies, found.reposts)
    assert () == found.offers, "answers to customers offer nothing to all"


def test_pressing_harder_than_ever_is_said_with_its_interval(verte: int, publish: Publish) -> None:
    habit(publish)
    for day in range(6):
        publish(LOUD, day)

    pressure = api.published(verte, week()).measures["pressure"]
    assert ("more", 12, 12) == (pressure.verdict, pressure.above, pressure.of)
    assert (4.0, 0.0) == (pressure.rate, pressure.median)
    assert (pressure.low or 0) > 1


def test_writing_as_ever_is_said_to_be_usual(verte: int, publish: Publish) -> None:
    habit(publish, texts=(CALM, CALM, LOUD, CALM, LOUD))
    for day, text in enumerate((CALM, LOUD, CALM, CALM, LOUD)):
        publish(text, day)

    found = api.published(verte, week())
    assert {"usual"} == {
        found.measures[name].verdict for name in ("frequency", "pressure", "offer")
    }


def test_too_short_a_past_is_too_short(verte: int, publish: Publish) -> None:
    habit(publish, weeks=5)
    for day in range(6):
        publish(LOUD, day)

    found = api.published(verte, week())
    assert ("few", 5) == (found.measures["pressure"].verdict, found.habit.compared)


def test_an_account_heard_only_lately_is_not_taken_for_more_posts(
    verte: int, owner: User, publish: Publish
) -> None:
    """Hearing more is not publishing more."""
    habit(publish)
    for day in range(6):
        publish(CALM, day)
        for hour in range(4):
            publish(CALM, day + hour / 24, by="verte_promo")
    api.add_account(verte, "x", "verte_promo", owner)

    found = api.published(verte, week())
    assert 30 == found.posts
    assert ["@verte_promo"] == found.habit.left_out
    assert ("usual", 6 / 7) == (
        found.measures["frequency"].verdict,
        found.measures["frequency"].rate,
    )


def test_stretches_before_anything_was_heard_are_unknown(verte: int, publish: Publish) -> None:
    habit(publish, weeks=8)
    publish(CALM, 1)

    found = api.published(verte, week())
    assert 8 == found.habit.compared
    assert [6] * 8 == [posts for _first, _last, posts in found.habit.stretches]
    assert (MIDNIGHT - timedelta(days=7)).date() == found.habit.stretches[0][0]


def test_naming_others_is_read_from_the_workspace(
    verte: int, owner: User, publish: Publish, workspace: Any
) -> None:
    listening.add_folder("rival", "Café Bleu", owner)
    OwnHandle.objects.create(workspace=workspace, channel="x", handle="Citron", key="citron")
    publish("Moins cher que Café Bleu et que @citron")
    publish("Chez Maison Verte, tout est vert")

    found = api.published(verte, week())
    assert [("@citron", 1), ("café bleu", 1)] == sorted(found.words["names"])
    assert 1 == found.measures["names"].rate * found.posts  # type: ignore[operator]


def test_new_offers_are_those_first_made_in_the_period(verte: int, publish: Publish) -> None:
    publish("Dès 9,99 € la bougie", day=-3)
    again = publish("Toujours dès 9,99 €", day=1)
    new = publish("-25 % sur les lampes jusqu'à dimanche", day=2)
    publish("Rappel : -25 % !", day=3)
    publish("-40 % avant", day=-10)

    first, second = api.published(verte, week()).offers
    assert (True, "25", 2, 2) == (first.is_new, first.offer.value, len(first.messages), first.said)
    assert (MIDNIGHT + timedelta(days=6)).date().isoformat() == first.offer.ends
    assert (False, "9.99 EUR", 1) == (second.is_new, second.offer.value, second.said)
    assert again.pk in api.published_rows(verte, week(), {"offer": second.id})
    assert new.pk == api.published_rows(verte, week(), {"offer": first.id})[-1]


def test_every_figure_opens_to_the_posts_it_counts(verte: int, publish: Publish) -> None:
    texts = (CALM, LOUD, "dès 5 €", "FONCEZ !!!", CALM)
    made = {publish(text, day, kind="post"): text for day, text in enumerate(texts)}
    publish("Bonjour", kind="reply", in_reply_to="m")
    found = api.published(verte, week())

    assert len(texts) == len(api.published_rows(verte, week(), {}))
    for name, lines in found.breakdowns.items():
        for line in lines:
            assert line.now == len(api.published_rows(verte, week(), {name: str(line.key)})), name
    assert 1 == len(api.published_rows(verte, week(), {"kind": "reply"}))
    assert {one.pk for one, text in made.items() if text == LOUD} <= set(
        api.published_rows(verte, week(), {"sign": "any"})
    )


@pytest.mark.parametrize("keys", [{"colour": "1"}, {"hour": "noon"}])
def test_a_key_without_sense_is_refused(verte: int, publish: Publish, keys: dict[str, str]) -> None:
    publish(CALM)
    with pytest.raises(ValueError, match=r"key|invalid"):
        api.published_rows(verte, week(), keys)


def test_an_unknown_offer_has_no_messages(verte: int, publish: Publish) -> None:
    publish(LOUD)

    assert [] == api.published_rows(verte, week(), {"offer": "none-1"})


def test_breakdowns_agree_with_counting_by_hand(verte: int, publish: Publish) -> None:
    made = [publish(CALM, day / 3) for day in range(20)]
    zone = zone_of_workspace()
    hours = Counter(one.sent_at.astimezone(zone).hour for one in made)

    found = api.published(verte, week())
    assert dict(hours) == {line.key: line.now for line in found.breakdowns["hour"] if line.now}
    assert len(made) == sum(found.by_day.values()) == found.posts


def test_of_very_many_posts_the_newest_are_read(
    verte: int, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not read is unknown, not silent: its stretches are not compared."""
    habit(publish, weeks=12)
    monkeypatch.setattr("comptoir.listening.rivals.own.MOST", 50)
    found = api.published(verte, week())

    assert MOST == 5_000
    assert not found.habit.whole
    assert 50 == found.habit.read
    assert found.habit.compared <= 8
    assert own(verte, MIDNIGHT - timedelta(weeks=12), MIDNIGHT, zone_of_workspace()).since > (
        MIDNIGHT - timedelta(weeks=10)
    )
