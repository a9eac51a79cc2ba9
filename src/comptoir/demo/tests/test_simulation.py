"""The simulated shop: replayable, coherent, and with everything that a first visit should show."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median

import pytest

from comptoir.channels.incoming import Incoming
from comptoir.demo.calendar import day_of
from comptoir.demo.simulation import Simulation, simulate

END = date(2026, 11, 20)
INTENTS = {
    "fault",
    "delivery",
    "damaged_item",
    "invoice_payment",
    "refund",
    "withdrawal_return_cancel",
    "account_access",
    "product_question",
    "availability",
    "product_request",
    "suggestion",
    "price_promo",
    "complaint",
    "praise",
    "recommendation",
    "dissuasion",
    "purchase_intent",
    "churn_threat",
    "legal_threat",
    "data_security",
    "job_application",
    "thanks",
    "spam",
    "other",
}


@pytest.fixture(scope="module")
def shop() -> Simulation:
    return simulate(end=END)


@pytest.fixture(scope="module")
def by_id(shop: Simulation) -> dict[str, Incoming]:
    return {m.external_id: m for m in shop.messages}


def fingerprint(simulation: Simulation) -> str:
    parts = (simulation.messages, simulation.orders, simulation.people, simulation.truth)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_same_seed_and_end_give_the_same_bytes() -> None:
    """
    A sample that changed between two installations could not be documented or tested.
    """
    first, second = (simulate(3, end=END, scale=0.2) for _ in range(2))

    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(simulate(4, end=END, scale=0.2)) != fingerprint(first)


@pytest.mark.parametrize(
    "end", [date(2026, 1, 5), date(2026, 3, 30), date(2026, 7, 14), date(2028, 3, 1)]
)
def test_any_day_of_installation_gives_a_whole_story(end: date) -> None:
    """
    The caller passes today's date: leap days, clock changes and seasons must not break it.
    """
    simulation = simulate(end=end, scale=0.2)

    assert end - timedelta(days=1) == day_of(simulation.messages[-1].sent_at)
    assert {"x", "facebook", "instagram", "reviews", "email", "chat"} == {
        m.channel for m in simulation.messages
    }


def test_too_short_a_period_is_refused() -> None:
    """
    The crisis and its aftermath need two months.
    """
    with pytest.raises(ValueError, match="two months"):
        simulate(end=END, months=1)


def test_volumes_are_those_of_a_small_shop(shop: Simulation) -> None:
    """
    Enough to feel like work, little enough to be written in seconds.
    """
    assert 1400 <= len(shop.orders) <= 1600
    assert 6000 <= len(shop.messages) <= 8000
    assert 600 == sum(p.temperament != "passer_by" for p in shop.people)
    assert 25 <= len(shop.shop.products) <= 27


def test_identifiers_are_unique_and_messages_in_order(
    shop: Simulation, by_id: dict[str, Incoming]
) -> None:
    """
    Account plus external id is unique in storage: a duplicate would silently vanish.
    """
    instants = [m.sent_at for m in shop.messages]

    assert len(shop.messages) == len(by_id) == len(shop.truth)
    assert sorted(instants) == instants
    assert all(m.sent_at.utcoffset() == timedelta(0) for m in shop.messages)
    assert len(shop.orders) == len({o.number for o in shop.orders})
    assert len(shop.orders) == len({o.parcel for o in shop.orders})


def test_links_point_to_earlier_messages_of_the_same_channel(
    shop: Simulation, by_id: dict[str, Incoming]
) -> None:
    """
    An answer to nothing, or before its question, would falsify every response time.
    """
    for message in shop.messages:
        for target in filter(None, (message.in_reply_to, message.repost_of, message.quote_of)):
            assert by_id[target].sent_at < message.sent_at
            assert by_id[target].channel == message.channel


def test_counts_equal_what_was_simulated(shop: Simulation) -> None:
    """
    Shown beside a message, "3 replies" must be the three that are there.
    """
    received = Counter(m.in_reply_to for m in shop.messages if m.in_reply_to)
    counted = [m for m in shop.messages if m.replies is not None]

    assert counted
    assert all(m.replies == received[m.external_id] for m in counted)


def test_nobody_reposts_twice(shop: Simulation) -> None:
    """
    Reposts are counted once per author; the sample should not need that rule to look right.
    """
    pairs = Counter((m.author_handle, m.repost_of) for m in shop.messages if m.repost_of)

    assert 1 == max(pairs.values())


def s10_is_valid(number: str) -> bool:
    digits = [int(c) for c in number[2:11]]
    check = 11 - sum(d * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(check, check)


def ups_is_valid(number: str) -> bool:
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:]]
    total = sum(values[:-1:2]) + 2 * sum(values[1:-1:2])
    return (total + values[-1]) % 10 == 0


def test_check_digits_agree_with_published_examples() -> None:
    """
    RR473124829FR-style numbers are validated by S10's rule: UPU's example is 47312482 → 9;
    1Z999AA10123456784 is the carrier's own example.
    """
    from comptoir.demo.shop import s10_check, ups_check

    assert 9 == s10_check("47312482")
    assert 4 == ups_check("999AA1012345678")


def test_parcel_numbers_have_right_check_digits(shop: Simulation) -> None:
    """
    Entity recognition verifies them, so a wrong digit would hide the parcel.
    """
    for order in shop.orders:
        assert (ups_is_valid if order.carrier == "UPS" else s10_is_valid)(order.parcel)


def test_numbers_quoted_belong_to_orders_already_placed(shop: Simulation) -> None:
    """
    An agent opening the order from a message must find it.
    """
    placed = {o.number.removeprefix("TB-"): o.placed_at for o in shop.orders}
    quoted = [(m, n) for m in shop.messages for n in re.findall(r"(?i)\bTB-?(\d{6})\b", m.text)]

    assert len(quoted) > 250
    assert all(placed[number] < message.sent_at for message, number in quoted)


def test_every_channel_intent_and_language_is_heard(shop: Simulation) -> None:
    """
    Each view, filter and chart must have something to show.
    """
    intents = Counter(i for t in shop.truth.values() for i in t.intents)
    languages = Counter(m.language for m in shop.messages if not m.own)

    assert set(intents) == INTENTS
    assert min(intents.values()) >= 10
    assert languages.keys() == {"fr", "en", "es"}
    assert 0.06 < languages["en"] / languages.total() < 0.15


def test_the_crisis_stands_out(shop: Simulation) -> None:
    """
    At least four times a usual week, and mostly negative.
    """
    weeks = Counter((day_of(m.sent_at) - shop.crisis).days // 7 for m in shop.messages)
    usual = median(count for week, count in weeks.items() if week != 0)
    heard = [
        shop.truth[m.external_id].tone
        for m in shop.messages
        if (day_of(m.sent_at) - shop.crisis).days // 7 == 0 and not m.own and not m.repost_of
    ]

    assert weeks[0] >= 4 * usual
    assert heard.count("negative") / len(heard) > 0.6


def test_the_crisis_rises_peaks_and_decays(shop: Simulation) -> None:
    """
    A crisis room needs a curve, not a block.
    """
    days = Counter((day_of(m.sent_at) - shop.crisis).days for m in shop.messages)

    assert days[-1] < days[0] < days[2]
    assert days[2] > days[4] > days[7] > 0


def test_helpers_sometimes_answer_before_the_brand(shop: Simulation) -> None:
    """
    Customers who answer first are to be seen and thanked.
    """
    helpers = {h for p in shop.people if p.temperament == "helper" for h in p.handles.values()}
    answers: defaultdict[str, list[Incoming]] = defaultdict(list)
    for message in shop.messages:
        answers[message.in_reply_to].append(message)
    firsts = [a[0].author_handle for parent, a in answers.items() if parent and not a[0].own]

    assert sum(handle in helpers for handle in firsts) >= 25


def test_some_questions_stay_unanswered_and_most_do_not(
    shop: Simulation, by_id: dict[str, Incoming]
) -> None:
    """
    An inbox without anything left to do would show nothing.
    """
    answered = {m.in_reply_to for m in shop.messages if m.own}
    asked = [i for i, t in shop.truth.items() if t.needs_answer and not by_id[i].in_reply_to]
    share = sum(i in answered for i in asked) / len(asked)

    assert 0.55 < share < 0.95


def test_texts_do_not_repeat_themselves(shop: Simulation) -> None:
    """
    A sample read at random should feel written by people; short courtesies may recur.
    """
    customers = [m.text for m in shop.messages if not m.own and m.kind != "repost"]
    texts = Counter(customers)

    assert max(texts.values()) <= 15
    assert max((n for text, n in texts.items() if len(text) > 40), default=0) <= 12
    assert len(texts) / len(customers) > 0.75


def test_no_markup_of_the_phrase_bank_is_left(shop: Simulation) -> None:
    """
    A bracket or a slot in a message is a mistake in a phrase ("[capture]" is the writer's own).
    """
    for message in shop.messages:
        text = f"{message.title} {message.text}".replace("[capture]", "")
        assert not re.search(r"[\[\]{}|]|=>|\b(tea|candle|ware): ", text), text


def test_the_brand_sets_its_french_properly(shop: Simulation) -> None:
    """
    Customers type as they like; the brand uses ’ and no plain space before high punctuation.
    """
    for message in shop.messages:
        if message.own and message.language == "fr":
            assert "'" not in message.text
            assert not re.search(r" [!?;:»]", message.text), message.text


def test_posts_on_x_keep_to_its_length(shop: Simulation) -> None:
    """
    Longer ones could not exist there.
    """
    assert max(len(m.text) for m in shop.messages if m.channel == "x") <= 280


def test_addresses_and_phones_can_belong_to_nobody(shop: Simulation) -> None:
    """
    Only reserved domains and the regulator's numbers for fiction.
    """
    everything = "\n".join(f"{m.author_handle} {m.text}" for m in shop.messages)

    assert not re.findall(
        r"[\w.]+@(?!example\.com|exemple\.example|tilleul-braise\.example)[\w-]+\.(?:com|fr|example)\b",
        everything,
    )
    assert not re.findall(
        r"\b0[1-9](?: \d\d){4}\b(?<!\b01 99 00 \d\d \d\d)(?<!\b06 39 98 \d\d \d\d)", everything
    )


def test_truth_of_the_brand_is_empty(shop: Simulation) -> None:
    """
    Triage is never asked what the brand wanted.
    """
    assert all(not shop.truth[m.external_id].intents for m in shop.messages if m.own)


def test_temperaments_show(shop: Simulation) -> None:
    """
    Complainers complain, ambassadors praise: roles computed later must find them.
    """
    owner = {h: p.temperament for p in shop.people for h in p.handles.values()}
    tones: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for message in shop.messages:
        tones[owner.get(message.author_handle)][shop.truth[message.external_id].tone] += 1

    assert tones["complainer"]["negative"] > tones["complainer"]["positive"]
    assert tones["ambassador"]["positive"] > 3 * tones["ambassador"]["negative"]
