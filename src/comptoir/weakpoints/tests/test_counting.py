"""What counts as a complaint, where it stands, what it costs; against a slow, obvious count."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import pytest

from comptoir.analysis.complaints import SURE, Said, complaint
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels.models import Message
from comptoir.channels.search import index_messages
from comptoir.channels.views import Indexed
from comptoir.insight import api as insight
from comptoir.insight.tests.factory import Town
from comptoir.triage import api as triage
from comptoir.triage.models import Label
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, Draft, Filter
from comptoir.weakpoints.tests.conftest import BAD, MARCH, at, label

Copy = Callable[..., None]
ANY = Filter()


def by_department(wanted: Filter = ANY) -> dict[str, int]:
    return {one.key: one.now for one in api.weak_points(MARCH, wanted).departments if one.now}


def test_five_messages_about_one_parcel_are_one_complaint_and_five_contacts(
    town: Town, copy: Copy
) -> None:
    first = town.say("lea", at(3), label=label("delivery"))
    more = [
        town.say("lea", at(3 + day), thread=first.thread, kind="reply", label=label("delivery"))
        for day in range(1, 5)
    ]
    reply = town.say("brand", at(5, 18), own=True, thread=first.thread, kind="reply")
    copy(first, *more, reply)

    (line,) = api.weak_points(MARCH, ANY).departments

    assert ("logistics", 1, 5, 1) == (line.key, line.now, line.contacts, line.answers)
    assert 5 == api.rows("contacts", MARCH, ANY).total
    assert [reply.pk] == [one.message.id for one in api.rows("answers", MARCH, ANY).rows]


def test_two_customers_in_one_thread_are_two_complaints_with_their_own_answers(
    town: Town, copy: Copy
) -> None:
    """An answer goes to the customer who wrote last."""
    lea = town.say("lea", at(3, 8), label=label("fault"))
    tom = town.say("tom", at(3, 9), thread=lea.thread, kind="reply", label=label("fault"))
    to_tom = town.say("brand", at(3, 10), own=True, thread=lea.thread, kind="reply")
    copy(lea, tom, to_tom)

    found = api.weak_points(MARCH, ANY)

    assert (2, 2, 1) == (found.whole.now, found.whole.contacts, found.whole.answers)
    assert [lea.pk] == [one.message.id for one in api.rows("unanswered", MARCH, ANY).rows]


def test_an_unsure_complaint_is_counted_apart(town: Town, copy: Copy) -> None:
    copy(
        town.say("lea", at(3), label=label(tone_confidence=SURE - 0.05)),
        town.say("tom", at(4), label=label(tone_confidence=SURE)),
    )

    whole = api.weak_points(MARCH, ANY).whole

    assert (1, 1, 2) == (whole.now, whole.unsure, whole.talks[0])
    assert 1 == api.rows("unsure", MARCH, ANY).total


@pytest.mark.parametrize("kind", ["repost", "own", "happy", "unread"])
def test_what_is_no_complaint(town: Town, copy: Copy, kind: str) -> None:
    """Reposts, the brand itself, praise, and what has not been read."""
    message = {
        "repost": lambda: town.say("lea", at(3), kind="repost", label=label("fault")),
        "own": lambda: town.say("brand", at(3), own=True, label=label("fault")),
        "happy": lambda: town.say("lea", at(3), label={"tone": 1, "intents": ["fault"]}),
        "unread": lambda: town.say("lea", at(3)),
    }[kind]()
    copy(message)

    assert 0 == api.weak_points(MARCH, ANY).whole.now


def test_a_person_who_settles_the_tone_settles_the_complaint(
    town: Town, copy: Copy, owner: User
) -> None:
    message = town.say("lea", at(3), label=label(disliked="price"))
    copy(message)
    assert {"price": 1} == by_department()

    triage.correct(message.pk, "tone", 0, owner)
    copy(message)

    assert {} == by_department()


def test_words_intents_and_dislikes_lead_to_departments(town: Town, copy: Copy) -> None:
    copy(
        town.say("a", at(3), label=label("account_access")),
        town.say("b", at(3, 13), label=label(disliked="service")),
        town.say("c", at(3, 14), label=label(), text="Accueil glacial en boutique hier"),
        town.say("d", at(3, 15), label=label(), text="Quelle honte"),
    )

    assert {"site": 1, "service": 1, "shop": 1, "none": 1} == by_department()


def test_every_complaint_says_why_it_stands_where_it_does(town: Town, copy: Copy) -> None:
    copy(town.say("a", at(3), label=label("delivery"), text="colis perdu par Chronopost"))

    (row,) = api.rows("complaints", MARCH, Filter(department="logistics")).rows

    assert row.placed is not None
    assert 0.9 < row.placed.share < 1
    assert ["tone", "intent:delivery", "words:logistics"] == [one.signal for one in row.because]
    assert ["", "Logistics", "Logistics"] == [one.department for one in row.because]


def test_a_move_counts_and_what_says_the_same_follows(town: Town, copy: Copy, owner: User) -> None:
    first = town.say("a", at(3), label=label("delivery"))
    same = town.say("b", at(4), label=label("delivery", group=first.pk))
    other = town.say("c", at(5), label=label("delivery"))
    copy(first, same, other)

    api.move(first.pk, "shop", ("logistics", 0.9), owner)

    assert {"shop": 2, "logistics": 1} == by_department()
    rows = {one.message.id: one.placed for one in api.rows("complaints", MARCH, ANY).rows}
    assert (True, False) == (rows[first.pk].by_hand, rows[same.pk].by_hand)  # type: ignore[union-attr]
    assert rows[same.pk].follows  # type: ignore[union-attr]

    api.undo(first.pk, owner)
    assert {"logistics": 3} == by_department()
    (known,) = api.moves(first.pk)
    assert ("Shops", "Logistics") == (known.department, known.before)
    assert known.undone_at is not None


def test_what_is_no_complaint_of_ours_leaves_the_figures(
    town: Town, copy: Copy, owner: User
) -> None:
    message = town.say("a", at(3), label=label("delivery"))
    copy(message)

    api.move(message.pk, api.NOT_A_COMPLAINT, ("logistics", 0.9), owner)

    assert {} == by_department()
    with pytest.raises(Problem, match="no such department"):
        api.move(message.pk, "nowhere", ("", 0.0), owner)


def test_moves_teach_which_mapping_to_change(town: Town, copy: Copy, owner: User) -> None:
    said = [town.say(f"c{n}", at(3 + n), label=label("refund")) for n in range(4)]
    copy(*said)
    for one in said[:3]:
        api.move(one.pk, "service", ("price", 0.4), owner)

    (lesson,) = api.lessons()

    assert ("intent:refund", "service", 3, 3) == (
        lesson.signal, lesson.department, lesson.moved, lesson.total,
    )  # fmt: skip


def test_departments_are_renamed_added_and_mapped(town: Town, copy: Copy, owner: User) -> None:
    """A department that is gone keeps its name; a new one never takes an old key."""
    copy(town.say("a", at(3), label=label("delivery")))
    known = api.departments.departments()
    chosen = {signal: str(n) for n, one in enumerate(known[1:]) for signal in one.signals}
    drafts = [Draft(one.key, one.name) for one in known[1:]] + [Draft("", "Logistics")]
    chosen |= {"intent:delivery": str(len(drafts) - 1)}

    api.departments.save(drafts, chosen, owner)

    assert {"logistics-2": 1} == by_department()
    assert "Logistics" == api.departments.name_of("logistics")
    with pytest.raises(Problem, match="same name"):
        api.departments.save([Draft("", "A"), Draft("", "a")], {}, owner)


def test_products_are_found_in_past_messages(town: Town, copy: Copy, owner: User) -> None:
    copy(
        town.say("a", at(3), label=label(), text="ma théière Aubrac fuit de partout"),
        town.say("b", at(4), label=label(), text="rien ne va"),
    )
    api.products.save("Théière Aubrac; teapot Aubrac\nTasse Margeride", owner)
    insight.rebuild(town.workspace)

    found = {one.name: one.now for one in api.weak_points(MARCH, ANY).products}

    assert {"Théière Aubrac": 1, "No product named": 1} == found
    key = api.products.products()[0].key
    assert 1 == api.rows("complaints", MARCH, Filter(product=key)).total
    assert 1 == api.rows("rest", MARCH, Filter(product=key)).total


def test_channels_and_languages_narrow_conversations_too(town: Town, copy: Copy) -> None:
    """Calls and mails count as any other channel."""
    copy(
        town.say("a", at(3), label=label("fault"), channel="phone"),
        town.say("b", at(3, 13), label=label("fault", language="en"), channel="email"),
        town.say("c", at(3, 14), label={}, channel="email"),
    )

    mails = api.weak_points(MARCH, Filter(channel="email")).whole
    english = api.weak_points(MARCH, Filter(language="en")).whole

    assert (1, 2) == (mails.now, mails.talks[0])
    assert (1, 1) == (english.now, english.talks[0])
    assert 0 == api.weak_points(MARCH, Filter(channel="x' OR '1'='1")).whole.talks[0]
    assert (("email", 1), ("phone", 1)) == api.weak_points(MARCH, ANY).channels


def test_figures_agree_with_a_slower_count(town: Town, copy: Copy) -> None:
    """Of random conversations, by plain Python from the rows themselves."""
    dice = random.Random(5)
    said: list[Message] = []
    for number in range(60):
        first = town.say(f"c{dice.randrange(12)}", at(1) + timedelta(minutes=dice.randrange(38_000)),
                         label=_reading(dice))  # fmt: skip
        said.append(first)
        for turn in range(dice.randrange(4)):
            own = dice.random() < 0.4
            who = "brand" if own else f"c{dice.randrange(12)}"
            moment = first.sent_at + timedelta(hours=1 + turn * 30 + number % 3)
            said.append(town.say(who, moment, own=own, thread=first.thread, kind="reply",
                                 label=None if own else _reading(dice)))  # fmt: skip
    copy(*said)

    found = api.weak_points(MARCH, ANY)
    talks, complaints, contacts = _slowly()

    assert talks == found.whole.talks[0]
    assert (len(complaints), contacts) == (found.whole.now, found.whole.contacts)
    assert found.whole.now == sum(one.now for one in found.departments)
    assert found.whole.now == api.rows("complaints", MARCH, ANY).total
    assert contacts == api.rows("contacts", MARCH, ANY).total


def _reading(dice: random.Random) -> dict[str, object]:
    tone = dice.choice([-1, 0, 1])
    return {
        "tone": tone,
        "tone_confidence": dice.choice([0.4, 0.7, 0.9]),
        "intents": dice.sample(["delivery", "refund", "praise", "fault"], dice.randrange(3)),
    }


def _slowly() -> tuple[int, list[tuple[int, int]], int]:
    """Conversations, complaints and contacts of March."""
    low, high = MARCH.ids()
    rows = Message.objects.filter(pk__gte=low, pk__lt=high).order_by("pk")
    labels = {one.message_id: one for one in Label.objects.all()}
    talks: dict[tuple[int, int], list[Message]] = defaultdict(list)
    for row in rows:
        if not row.own and row.kind != "repost":
            talks[row.thread_id, row.author_id].append(row)
    complaints, contacts = [], 0
    for key, messages in talks.items():
        sure = [(one, _sure(one, labels.get(one.pk))) for one in messages]
        if max(each for _one, each in sure) >= SURE:
            first = next(place for place, (_one, each) in enumerate(sure) if each > 0)
            complaints.append(key)
            contacts += len(messages) - first
    return len(talks), complaints, contacts


def _sure(message: Message, found: Label | None) -> float:
    if found is None:
        return 0.0
    intents = [(one["name"], one["confidence"]) for one in found.intents]
    told = complaint(Said(message.text, found.tone, found.tone_confidence, intents, []))
    return told.confidence if told else 0.0


def test_money_is_shown_only_where_the_brand_said_what_a_contact_costs(
    workspace: Workspace, owner: User
) -> None:
    assert api.costs.costs().money(10) is None
    assert api.costs.costs().hours(10) is None

    api.costs.save(Costs(450, "EUR", 6.0), owner)

    assert 45 == api.costs.costs().money(10)
    assert 1.0 == api.costs.costs().hours(10)
    with pytest.raises(Problem, match="costs between"):
        api.costs.save(Costs(0, "EUR", None), owner)


def test_one_brand_never_counts_another_s_complaints(
    town: Town, copy: Copy, workspace: Workspace
) -> None:
    copy(town.say("a", at(3), label=label("fault")))
    other = Workspace.objects.create(slug="autre", name="Autre")

    with scope(other):
        assert 0 == api.weak_points(MARCH, ANY).whole.talks[0]


def test_a_rise_is_told_only_with_enough_conversations(town: Town, copy: Copy) -> None:
    """February holds ten times fewer complaints among as many conversations."""
    before = [town.say(f"b{n}", at(2 + n % 25, n % 20, month=2), label=BAD if n < 3 else {})
              for n in range(40)]  # fmt: skip
    now = [town.say(f"n{n}", at(2 + n % 25, n % 20), label=BAD if n < 25 else {})
           for n in range(40)]  # fmt: skip
    far = town.say("z", at(1, month=1), label={})
    copy(*before, *now, far)

    found = api.weak_points(MARCH, ANY)

    assert found.departments[0].rises
    change = found.whole.change
    assert change is not None
    assert 0.5 < change[0] < 0.6
    assert change[1] > 0
    few = api.weak_points(MARCH, Filter(language="en")).whole
    assert few.change is None


def test_phrases_are_those_of_several_customers_and_open_to_their_messages(
    town: Town, copy: Copy
) -> None:
    texts = ["Colis toujours pas reçu !", "mon colis toujours pas reçu", "colis toujours pas reçu?"]
    said = [town.say(f"c{n}", at(3 + n), label=label("delivery"), text=text)
            for n, text in enumerate([*texts, "autre chose du tout"])]  # fmt: skip
    copy(*said)
    index_messages([Indexed(one.pk, one.text, frozenset()) for one in said])

    (phrase,) = api.said(MARCH, ANY).phrases

    assert ("colis toujours pas recu", 3, 0) == (phrase.words, phrase.now, phrase.before)
    rows = api.rows("complaints", MARCH, Filter(phrase="Colis toujours PAS reçu"))
    assert {one.pk for one in said[:3]} == {one.message.id for one in rows.rows}
