"""What is done at the desk, with scripts and without, and how it is taken back."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.messages import get_messages

from comptoir.base import ids
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.triage import api as triage
from comptoir.web.desk.moments import moment
from comptoir.web.desk.tests.conftest import ASK, LATER, Browser, Hear, outside, page, url


def standing(thread: int) -> care.ConversationView:
    found = care.conversation(thread)
    assert found is not None
    return found


def test_closing_goes_on_to_the_next_conversation(desk: Browser, hear: Hear) -> None:
    """
    Done with one, the next is there: no way back through the list.
    """
    done, following = hear(ASK), hear(ASK, by="max")

    response = desk.do("close", done, script=True, back="view=unanswered", next=outside(following))

    assert "closed" == standing(done).state
    assert f'data-open="{outside(following)}"' in page(response)
    assert f'id="row-{outside(done)}" hx-swap-oob="delete"' in page(response)
    assert response.headers["HX-Push-Url"].startswith(
        url("conversation", conversation=outside(following))
    )


def test_the_last_one_closed_leaves_an_empty_desk(desk: Browser, hear: Hear) -> None:
    """
    Nothing follows the last conversation but the list.
    """
    done = hear(ASK)

    response = desk.do("close", done, script=True, back="view=unanswered", next="")

    assert "Choose a conversation" in page(response)
    assert f"{url('inbox')}?view=unanswered" == response.headers["HX-Push-Url"]


def test_without_scripts_closing_is_a_form_and_a_redirect(desk: Browser, hear: Hear) -> None:
    """
    The same button, and the same next conversation.
    """
    done, following = hear(ASK), hear(ASK, by="max")

    response = desk.do("close", done, back="view=unanswered", next=outside(following))

    assert 302 == response.status_code
    assert url("conversation", conversation=outside(following)) in response.headers["Location"]


def test_every_action_can_be_undone(desk: Browser, hear: Hear) -> None:
    """
    The toast's Undo puts back what stood before.
    """
    thread = hear(ASK)
    said = json.loads(desk.do("close", thread, script=True).headers["HX-Trigger"])["toast"]

    response = desk.client.post(said["undo"])

    assert 302 == response.status_code
    assert "open" == standing(thread).state


def test_a_bulk_action_is_one_action(desk: Browser, hear: Hear) -> None:
    """
    Many at once, one toast, one undo.
    """
    threads = [hear(ASK, by=f"someone{number}") for number in range(3)]

    response = desk.do("tag", *threads, script=True, bulk="1", tag="Noël", back="view=unanswered")
    toast = json.loads(response.headers["HX-Trigger"])["toast"]

    assert "3 conversations tagged “Noël”." == toast["text"]
    assert [["Noël"]] * 3 == [[tag.name for tag in standing(one).tags] for one in threads]
    assert 'id="list-body"' in page(response)

    desk.client.post(toast["undo"])

    assert [()] * 3 == [standing(one).tags for one in threads]


def test_assigning_to_me_to_another_and_to_nobody(
    desk: Browser, hear: Hear, person: Callable[..., User]
) -> None:
    """
    One key for oneself, a menu for others.
    """
    thread, other = hear(ASK), person("manager")
    who = []
    for choice in ("me", ids.conceal("member", other.pk), "nobody"):
        desk.do(f"assign:{choice}", thread, script=True)
        assignee = standing(thread).assignee
        who.append(assignee.id if assignee else None)

    assert [desk.user.pk, other.pk, None] == who


def test_a_member_made_up_is_refused(desk: Browser, hear: Hear) -> None:
    """
    The address of a person cannot be invented; nothing changes.
    """
    thread = hear(ASK)

    response = desk.do("assign:42", thread, script=True)

    assert "error" == json.loads(response.headers["HX-Trigger"])["toast"]["kind"]
    assert "none" == response.headers["HX-Reswap"]
    assert standing(thread).assignee is None


@pytest.mark.parametrize(
    ("preset", "custom", "expected"),
    [
        ("3h", "", datetime(2026, 3, 9, 12, 0, tzinfo=UTC)),
        ("tomorrow", "", datetime(2026, 3, 10, 8, 0, tzinfo=UTC)),
        ("monday", "", datetime(2026, 3, 16, 8, 0, tzinfo=UTC)),
        ("custom", "2026-04-01T14:30", datetime(2026, 4, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_snoozing_wakes_at_the_brands_hours(
    preset: str, custom: str, expected: datetime, desk: Browser, hear: Hear
) -> None:
    """
    Nine o'clock is nine where the brand is, summer time included.
    """
    thread = hear(ASK)

    desk.do(f"snooze:{preset}", thread, script=True, until=custom)

    assert expected == standing(thread).snoozed_until


@pytest.mark.parametrize("custom", ["", "hier", "2026-02-31T10:00", "2020-01-01T10:00"])
def test_a_wrong_moment_is_explained(custom: str, desk: Browser, hear: Hear) -> None:
    """
    A moment that is none, or is past, changes nothing and says why.
    """
    thread = hear(ASK)

    toast = json.loads(
        desk.do("snooze:custom", thread, script=True, until=custom).headers["HX-Trigger"]
    )["toast"]

    assert "error" == toast["kind"]
    assert not standing(thread).snoozed


def test_a_message_that_came_meanwhile_stops_the_close(desk: Browser, hear: Hear) -> None:
    """
    Nobody closes what they have not read.
    """
    thread = hear(ASK)
    read = ids.conceal("message", standing(thread).last_message)
    hear("En fait, c’est urgent !", to="m1", minutes=50)

    response = desk.do("close", thread, script=True, open=outside(thread), latest=read)

    assert "while you were reading" in response.headers["HX-Trigger"]
    assert "open" == standing(thread).state


def test_the_same_close_goes_through_when_nothing_came(desk: Browser, hear: Hear) -> None:
    """
    The same set-up without the new message.
    """
    thread = hear(ASK)
    read = ids.conceal("message", standing(thread).last_message)

    desk.do("close", thread, script=True, open=outside(thread), latest=read)

    assert "closed" == standing(thread).state


def test_a_draft_is_kept_while_writing_and_shown_again(desk: Browser, hear: Hear) -> None:
    """
    A closed tab loses nothing; a colleague does not see it.
    """
    thread = hear(ASK)

    said = page(
        desk.post("desk_draft", {"text": "Bonjour Léa,", "mode": "reply"}, script=True,
                  conversation=outside(thread))
    )  # fmt: skip

    assert "Draft kept" == said.strip()
    assert "Bonjour Léa," in page(desk.get("conversation", conversation=outside(thread)))
    assert care.draft(thread, desk.user.pk + 1) is None


def test_a_note_being_written_is_not_a_draft_answer(desk: Browser, hear: Hear) -> None:
    """
    Words meant for the team never end in an answer's draft.
    """
    thread = hear(ASK)

    desk.post(
        "desk_draft", {"text": "Client pénible", "mode": "note"}, conversation=outside(thread)
    )

    assert care.draft(thread, desk.user.pk) is None


def test_a_note_stands_in_the_thread(desk: Browser, hear: Hear) -> None:
    """
    A note is written for the team and shown where it was written.
    """
    thread = hear(ASK)

    response = desk.post("desk_write", {"text": "Voir avec Karim", "mode": "note"}, script=True,
                         conversation=outside(thread))  # fmt: skip

    assert 'data-side="note"' in page(response)
    assert "Voir avec Karim" in page(response)


def test_an_answer_sent_by_hand_ends_the_wait(desk: Browser, hear: Hear) -> None:
    """
    Copied, pasted on the network, said here: the conversation waits no more and keeps the words.
    """
    thread = hear(ASK)

    asked = desk.post(
        "desk_write", {"text": "Il arrive.", "mode": "reply"}, conversation=outside(thread)
    )
    question = page(desk.client.get(asked.headers["Location"].partition("#")[0]))
    desk.do("answered", thread, text="Il arrive.")

    assert "Did you send it?" in question
    assert not standing(thread).unanswered
    assert "Il arrive." in page(desk.get("conversation", conversation=outside(thread)))


def test_an_action_unknown_to_the_desk_is_refused(desk: Browser, hear: Hear) -> None:
    """
    A made-up button does nothing and says so on the page.
    """
    response = desk.do("explode", hear(ASK))

    assert 302 == response.status_code
    assert "This cannot be done to a conversation." in _said(response)


def test_nothing_chosen_is_said(desk: Browser, hear: Hear) -> None:
    """
    A bulk button without a selection explains itself.
    """
    assert "No conversation is chosen." in _said(desk.do("close"))


@pytest.mark.parametrize(
    ("role", "allowed"), [("agent", True), ("analyst", False), ("reader", False)]
)
def test_only_who_may_answer_acts(
    role: str,
    allowed: bool,
    person: Callable[..., User],
    browse: Callable[..., Browser],
    hear: Hear,
) -> None:
    """
    Every way of acting is refused on the server to a role that only reads.
    """
    thread, somebody = hear(ASK), browse(person(role, f"{role}2@example.com"))
    here = outside(thread)

    answers = [
        somebody.do("close", thread),
        somebody.post("desk_write", {"text": "x", "mode": "note"}, conversation=here),
        somebody.post("desk_draft", {"text": "x", "mode": "reply"}, conversation=here),
        somebody.post("desk_undo", action=ids.conceal("action", 999)),
    ]

    assert [not allowed] * 4 == [one.status_code == 403 for one in answers]
    assert ("closed" if allowed else "open") == standing(thread).state


@pytest.mark.parametrize(("role", "shown"), [("agent", True), ("reader", False)])
def test_what_a_role_may_not_do_is_not_offered(
    role: str, shown: bool, person: Callable[..., User], browse: Callable[..., Browser], hear: Hear
) -> None:
    """
    A reader sees the conversation without its buttons, and is told why.
    """
    thread, somebody = hear(ASK), browse(person(role, f"{role}2@example.com"))

    seen = page(somebody.get("conversation", conversation=outside(thread)))

    for button in ('value="close"', 'id="composer"', "data-correct", 'form="bulk"'):
        assert shown == (button in seen), button
    assert shown != ("Your role lets you read this conversation" in seen)


def test_corrections_are_kept_with_who_and_when(desk: Browser, hear: Hear) -> None:
    """
    One key sets a label; the editor says who did, and the bubble follows.
    """
    message = hear(ASK)
    outer = ids.conceal("message", message)

    response = page(desk.post("desk_correct", {"set": "tone:negative"}, script=True, message=outer))
    made = triage.corrections(message)[0]

    assert -1 == triage.labels([message])[message].tone
    assert (desk.user.pk, LATER) == (made.by_id, made.at)
    assert "Corrected by Agent" in response
    assert f'id="labels-{outer}" hx-swap-oob="true"' in response


def test_intents_are_put_on_and_taken_off(desk: Browser, hear: Hear) -> None:
    """
    Pressing an intent turns it round and leaves the others.
    """
    message = hear(ASK)
    before = {one.name for one in triage.labels([message])[message].intents}
    assert {"delivery"} == before

    for name in ("refund", "delivery"):
        desk.post(
            "desk_correct", {"set": f"intents:{name}"}, message=ids.conceal("message", message)
        )

    assert {"refund"} == {one.name for one in triage.labels([message])[message].intents}


def test_a_correction_can_be_undone(desk: Browser, hear: Hear) -> None:
    """
    What the analysis said stands again.
    """
    message = hear(ASK)
    outer = ids.conceal("message", message)
    before = triage.labels([message])[message].tone
    shown = page(desk.post("desk_correct", {"set": "tone:positive"}, script=True, message=outer))
    undo = re.search(r'formaction="([^"]+)"', shown)
    assert undo is not None

    desk.client.post(undo[1], {"message": outer})

    assert before == triage.labels([message])[message].tone


@pytest.mark.parametrize(
    "wrong", ["tone:purple", "urgency:9", "irony:maybe", "colour:red", "language:FR!"]
)
def test_an_impossible_correction_changes_nothing(wrong: str, desk: Browser, hear: Hear) -> None:
    """
    A value that no label can take is refused in words.
    """
    message = hear(ASK)

    shown = page(desk.post("desk_correct", {"set": wrong}, script=True,
                           message=ids.conceal("message", message)))  # fmt: skip

    assert 'role="alert"' in shown
    assert [] == triage.corrections(message)


@pytest.mark.parametrize(("role", "allowed"), [("analyst", True), ("reader", False)])
def test_only_who_may_correct_corrects(
    role: str,
    allowed: bool,
    person: Callable[..., User],
    browse: Callable[..., Browser],
    hear: Hear,
) -> None:
    """
    Correcting is its own right: an analyst has it without answering, a reader has not.
    """
    message, somebody = hear(ASK), browse(person(role))
    outer = ids.conceal("message", message)

    answers = [
        somebody.get("desk_labels", message=outer),
        somebody.post("desk_correct", {"set": "tone:negative"}, message=outer),
    ]

    assert [not allowed] * 2 == [one.status_code == 403 for one in answers]
    assert allowed == bool(triage.corrections(message))


def test_a_view_is_saved_renamed_and_deleted(desk: Browser, hear: Hear) -> None:
    """
    What one filters often gets a name.
    """
    hear(ASK)
    desk.post("desk_view_save", {"name": "Colis", "back": "view=everything&q=colis", "shared": "1"})
    kept = care.saved_views(desk.user.pk)[0]
    outer = ids.conceal("view", kept.id)

    desk.post("desk_view_rename", {"name": "Livraisons"}, view=outer)
    renamed = care.saved_views(desk.user.pk)
    desk.post("desk_view_delete", view=ids.conceal("view", renamed[0].id))

    assert (True, "colis") == (kept.shared, kept.filters.words)
    assert ["Livraisons"] == [one.name for one in renamed]
    assert [] == care.saved_views(desk.user.pk)


@pytest.mark.parametrize(("role", "allowed"), [("agent", True), ("reader", False)])
def test_the_teams_views_are_changed_by_who_answers(
    role: str,
    allowed: bool,
    person: Callable[..., User],
    browse: Callable[..., Browser],
    hear: Hear,
) -> None:
    """
    A reader keeps views for themselves but leaves the team's alone.
    """
    boss, somebody = person("manager"), browse(person(role))
    shared = care.save_view("Équipe", care.Filters(words="colis"), actor=boss, shared=True)

    own = somebody.post("desk_view_save", {"name": "À moi", "back": ""})
    answers = [
        somebody.post("desk_view_save", {"name": "Nous", "back": "", "shared": "1"}),
        somebody.post("desk_view_delete", view=ids.conceal("view", shared.id)),
    ]

    assert 302 == own.status_code
    assert [not allowed] * 2 == [one.status_code == 403 for one in answers]


def test_another_ones_view_is_left_alone(
    desk: Browser, person: Callable[..., User], hear: Hear
) -> None:
    """
    A colleague's own view can be neither seen nor deleted.
    """
    other = person("manager")
    theirs = care.save_view("Secret", care.Filters(words="colis"), actor=other)

    desk.post("desk_view_delete", view=ids.conceal("view", theirs.id))

    assert ["Secret"] == [one.name for one in care.saved_views(other.pk)]
    assert "Secret" not in page(desk.get("inbox"))


def test_monday_is_never_today() -> None:
    """
    On a Monday, "Monday" is the next one.
    """
    assert LATER.date() < moment("monday").date()


def _said(response: Any) -> str:
    return " ".join(str(one) for one in get_messages(response.wsgi_request))


def test_undoing_a_close_brings_the_conversation_back_to_sight(desk: Browser, hear: Hear) -> None:
    """
    The next conversation had opened already; Undo returns to the one taken back.
    """
    done, following = hear(ASK), hear(ASK, by="max")
    toast = json.loads(desk.do("close", done, script=True).headers["HX-Trigger"])["toast"]
    there = url("conversation", conversation=outside(following)) + "?view=urgent"

    response = desk.client.post(toast["undo"], headers={"Referer": f"http://testserver{there}"})

    expected = url("conversation", conversation=outside(done)) + "?view=urgent"
    assert expected == response.headers["Location"]


def test_undo_never_leads_to_another_site(desk: Browser, hear: Hear) -> None:
    """
    Where a request says it came from is not believed beyond our own pages.
    """
    toast = json.loads(desk.do("close", hear(ASK), script=True).headers["HX-Trigger"])["toast"]

    response = desk.client.post(toast["undo"], headers={"Referer": "https://evil.example/inbox/c/"})

    assert response.headers["Location"].startswith(url("inbox"))
