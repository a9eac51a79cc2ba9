"""The thread: what was said, how it came together, what was understood, what is known."""

import re

from django.utils import translation

from comptoir.base import ids
from comptoir.triage import api as triage
from comptoir.triage.models import Label
from comptoir.web.desk import bubbles
from comptoir.web.desk.tests.conftest import ASK, Browser, Hear, outside, page


def test_customers_stand_left_and_the_brand_right(desk: Browser, hear: Hear) -> None:
    """
    Whose words are whose is said by the side, the name and the order of time.
    """
    thread = hear(ASK)
    hear("Bonjour, il arrive demain.", to="m1", own=True)

    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert ["in", "out"] == re.findall(r'<article class="bubble"[^>]*data-side="(\w+)"', shown)


def test_labels_stand_under_a_customers_message_with_their_reasons(
    desk: Browser, hear: Hear
) -> None:
    """
    Each label says why it stands and how sure it is; the brand's own words carry none.
    """
    thread = hear(ASK)
    hear("Bonjour, il arrive demain.", to="m1", own=True)

    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert 1 == shown.count('class="labels"')
    assert "Delivery" in shown
    assert re.search(r'title="[^"]*Sure at \d+%', shown)


def test_what_is_liked_or_disliked_stands_beside_intents_in_both_languages(
    desk: Browser, hear: Hear
) -> None:
    """
    A badge says which and why; the sign before it is not the only one to say how.
    """
    thread = hear(ASK)
    aspects = [
        {"name": "delivery", "liked": False, "confidence": 0.91, "reason": "telling:en retard"},
        {"name": "price", "liked": True, "confidence": 0.6, "reason": "whole:"},
    ]
    Label.objects.filter(message_id=thread).update(aspects=aspects)

    shown = page(desk.get("conversation", conversation=outside(thread)))
    assert re.search(r'title="It says “en retard”\.\s+Sure at 91%\."', shown)
    assert "Delivery disliked" in shown
    assert "Price liked" in shown

    with translation.override("fr"):
        labels = bubbles.labels(triage.labels([thread])[thread], {})
        assert ["Livraison critiquée", "Prix apprécié"] == [one.label for one in labels.aspects]


def test_a_reply_placed_by_handle_says_how_and_how_sure(desk: Browser, hear: Hear) -> None:
    """
    A guess about who answers whom is never shown as a fact.
    """
    thread = hear(ASK, minutes=1)
    hear(
        "@lea Bonjour, il arrive demain.",
        own=True,
        kind="reply",
        in_reply_to_handle="lea",
        minutes=9,
    )

    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert re.search(r"matched by handle and time, \d+% sure", shown)


def test_days_are_those_of_the_brands_zone(desk: Browser, hear: Hear) -> None:
    """
    Half past midnight in Paris is the next day, though UTC still says the day before.
    """
    thread = hear(ASK, minutes=14 * 60 + 30)

    days = [one.day.day for one in _items(desk, thread) if one.day]

    assert [3] == days


def test_parcel_and_order_numbers_can_be_copied(desk: Browser, hear: Hear) -> None:
    """
    Numbers an agent needs elsewhere are one press away.
    """
    thread = hear("Où est ma commande n° 48107 ? Vous pouvez m’aider ?")

    assert 'data-copy-text="48107"' in page(desk.get("conversation", conversation=outside(thread)))


def test_near_duplicates_lead_to_one_another(desk: Browser, hear: Hear) -> None:
    """
    The same text from several people is worth seeing together.
    """
    text = (
        "Le site est en panne depuis ce matin, impossible de passer commande, que se passe-t-il ?"
    )
    first = hear(text, by="lea")
    hear(text, by="max")

    labels = next(one.labels for one in _items(desk, first) if one.labels)
    listed = page(desk.get("desk_similar", message=labels.message))

    assert 1 == labels.similar
    assert "@lea" in listed
    assert "@max" in listed


def test_the_past_of_the_customer_stands_beside(desk: Browser, hear: Hear) -> None:
    """
    Who asks again is known to have asked before.
    """
    thread = hear(ASK)
    before = hear("Merci pour la théière, parfaite !", minutes=-5000)

    shown = desk.get("conversation", conversation=outside(thread))

    assert [before] == [one.it.id for one in shown.context["past"]["others"]]
    assert 2 == shown.context["past"]["history"].total


def test_long_threads_come_in_pages(desk: Browser, hear: Hear, monkeypatch: object) -> None:
    """
    The newest part comes first; what came before is one press away, as a fragment too.
    """
    from comptoir.web.desk import conversation

    thread = hear("Premier mot, où est mon colis ?")
    for number in range(4):
        hear(f"Message {number}", to="m1")
    monkeypatch.setattr(conversation, "EARLIER", 3)  # type: ignore[attr-defined]

    newest = desk.get("conversation", conversation=outside(thread))
    earlier = desk.client.get(
        newest.context["earlier"], headers={"HX-Request": "true", "HX-Target": "earlier"}
    )

    assert "Premier mot" not in _said(newest)
    assert "Premier mot" in _said(earlier)
    assert "<header" not in page(earlier)


def test_a_row_opens_as_a_fragment(desk: Browser, hear: Hear) -> None:
    """
    With scripts the list stays and only thread and customer are brought.
    """
    thread = hear(ASK)

    shown = page(desk.get("conversation", conversation=outside(thread), target="thread"))

    assert 'id="thread"' in shown
    assert 'id="aside"' in shown
    assert 'id="list-body"' not in shown


def test_an_answer_too_long_for_its_network_can_be_told(desk: Browser, hear: Hear) -> None:
    """
    The composer knows the limit of the channel and what a link counts for.
    """
    thread = hear(ASK)

    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert 'data-most="280" data-link="23"' in shown


def test_a_channel_that_cannot_send_says_so(desk: Browser, hear: Hear) -> None:
    """
    Imported messages are answered on the network itself; the page says it and opens it.
    """
    thread = hear(ASK, url="https://x.example/lea/1")

    shown = page(desk.get("conversation", conversation=outside(thread)))

    assert "Comptoir cannot send the answer" in shown
    assert 'data-answer="https://x.example/lea/1"' in shown


def test_a_correction_needs_no_percentage() -> None:
    """
    What a person said is not a probability.
    """
    with translation.override("en"):
        assert "Corrected by a person." == bubbles.why("corrected:", 1.0, True)
        assert "80" in bubbles.why("question:", 0.8, False)


def test_a_message_not_yet_read_has_no_editor(desk: Browser, hear: Hear) -> None:
    """
    There is nothing to correct before something was understood.
    """
    message = hear(ASK, drain=False)

    response = desk.get("desk_labels", message=ids.conceal("message", message))

    assert {} == triage.labels([message])
    assert 404 == response.status_code


def _items(desk: Browser, thread: int) -> list[bubbles.Item]:
    found: list[bubbles.Item] = desk.get("conversation", conversation=outside(thread)).context[
        "items"
    ]
    return found


def _said(response: object) -> str:
    return " ".join(one.message.text for one in response.context["items"] if one.message)  # type: ignore[attr-defined]
