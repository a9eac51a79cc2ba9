"""What people do, and taking it back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import translation

from comptoir.base import clock, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import scope
from comptoir.care import api
from comptoir.care.models import Action, Conversation
from comptoir.care.tests.conftest import ASK, LATER, Hear, hearing, only, thread_of


@pytest.fixture
def thread(hear: Hear) -> int:
    return thread_of(hear(ASK))


def _views(user: User) -> set[str]:
    return {view for view, count in api.counts(user.pk).items() if count}


def test_assigning_puts_a_conversation_among_mine(thread: int, agent: User, owner: User) -> None:
    """
    Mine is mine alone; the other sees it under everything.
    """
    api.assign(thread, agent.pk, actor=owner)

    assert {"unanswered", "mine", "everything"} == _views(agent)
    assert "mine" not in _views(owner)
    (mine,) = api.inbox(api.Filters(view="mine", user_id=agent.pk)).items
    assert agent.pk == mine.assignee.id  # type: ignore[union-attr]


def test_only_members_can_be_assigned(thread: int, agent: User) -> None:
    """
    Allowed and refused on the same conversation.
    """
    stranger = User.objects.create_user("stranger@example.com", "x")
    assert (thread,) == api.assign(thread, agent.pk, actor=agent).threads
    with pytest.raises(Problem) as refused:
        api.assign(thread, stranger.pk, actor=agent)
    assert "unknown_person" == refused.value.code


def test_doing_what_stands_already_changes_nothing(thread: int, agent: User) -> None:
    """
    The record names only what changed, so that undo touches nothing else.
    """
    api.assign(thread, agent.pk, actor=agent)
    version = only().version
    again = api.assign(thread, agent.pk, actor=agent)

    assert () == again.threads
    assert version == only().version


def test_closing_leaves_the_desk_and_a_question_comes_back(
    hear: Hear, thread: int, agent: User
) -> None:
    """
    Nothing a customer asks after closing is lost, whatever its date of sending.
    """
    api.close(thread, actor=agent)
    assert {"everything"} == _views(agent)
    assert ("closed", LATER) == (only().state, only().closed_at)

    hear("Alors, où est mon colis ? Répondez-moi !", to="m1", minutes=0)
    assert ("open", None) == (only().state, only().closed_at)
    assert "unanswered" in _views(agent)


def test_thanks_do_not_reopen(hear: Hear, thread: int, agent: User) -> None:
    """
    What needs no answer makes no work.
    """
    hear("C’est fait.", to="m1", own=True)
    api.close(thread, actor=agent)
    hear("Merci !", to="m2")

    assert "closed" == only().state


def test_replaying_old_messages_does_not_reopen(
    hear: Hear, agent: User, workspace: Workspace
) -> None:
    """
    The person had seen these when closing: hearing of them again is no news.
    """
    message = hear(ASK)
    api.close(thread_of(message), actor=agent)
    outbox.publish(workspace.pk, "messages_labelled", ids=[message])
    outbox.drain()

    assert "closed" == only().state


def test_a_snooze_ends_by_the_clock(thread: int, agent: User) -> None:
    """
    Nothing has to run for it: the lists ask the clock.
    """
    until = LATER + timedelta(hours=2)
    api.snooze(thread, until, actor=agent)
    assert {"snoozed", "everything"} == _views(agent)
    assert only().snoozed
    assert () == api.inbox(api.Filters(view="unanswered")).items
    assert () == api.inbox(api.Filters(view="unanswered", words="colis")).items
    assert 1 == len(api.inbox(api.Filters(view="snoozed", words="colis")).items)

    with clock.held_at(until):
        assert {"unanswered", "everything"} == _views(agent)
        assert not only().snoozed
        assert 1 == len(api.inbox(api.Filters(view="unanswered", words="colis")).items)
        assert () == api.inbox(api.Filters(view="snoozed", words="colis")).items


def test_a_new_message_ends_a_snooze(hear: Hear, thread: int, agent: User) -> None:
    api.snooze(thread, LATER + timedelta(days=3), actor=agent)
    hear("Toujours là ?", to="m1")

    assert None is only().snoozed_until
    assert "unanswered" in _views(agent)


def test_snoozing_needs_a_moment_ahead_and_an_open_conversation(thread: int, agent: User) -> None:
    """
    The past is refused; a closed conversation is left as it is.
    """
    with pytest.raises(Problem) as refused:
        api.snooze(thread, LATER, actor=agent)
    assert "moment_past" == refused.value.code
    api.close(thread, actor=agent)
    assert () == api.snooze(thread, LATER + timedelta(days=1), actor=agent).threads


def test_answering_by_hand_ends_the_wait_until_the_next_question(
    hear: Hear, thread: int, agent: User
) -> None:
    """
    Comptoir cannot send there, so it believes the person, and keeps the words.
    """
    api.save_draft(thread, "Je regarde.", actor=agent)
    api.mark_answered(thread, "Je regarde cela de suite.", actor=agent)
    found = only()
    assert (None, False, LATER) == (
        found.waiting_since,
        found.unanswered,
        found.answered_by_hand_at,
    )
    assert None is api.draft(thread, agent.pk)
    (answer,) = [one.answer for one in api.timeline(thread).entries if one.answer]
    assert ("Je regarde cela de suite.", "copied") == (answer.text, answer.state)

    hear("Et alors, où est-il ?", to="m1")
    assert only().unanswered


def test_one_draft_for_each_person_and_conversation(thread: int, agent: User, owner: User) -> None:
    """
    Two people writing do not overwrite one another.
    """
    api.save_draft(thread, "un", actor=agent)
    api.save_draft(thread, "deux", actor=agent)
    api.save_draft(thread, "trois", actor=owner)

    assert ["deux", "trois"] == [api.draft(thread, who.pk).text for who in (agent, owner)]  # type: ignore[union-attr]
    assert None is api.save_draft(thread, " ", actor=agent)
    assert None is api.draft(thread, agent.pk)


def test_tags_that_differ_by_case_or_accent_are_one(thread: int, agent: User) -> None:
    """
    Teams type "Été" and "ete".
    """
    api.tag(thread, "Été", actor=agent)
    assert () == api.tag(thread, "ete", actor=agent).threads
    (tag,) = api.tags()
    assert "Été" == tag.name
    assert 1 == len(api.inbox(api.Filters(tags=(tag.id,))).items)

    api.untag(thread, tag.id, actor=agent)
    assert () == only().tags
    assert () == api.inbox(api.Filters(tags=(tag.id,))).items


def test_empty_notes_and_tags_are_refused(thread: int, agent: User) -> None:
    assert (thread,) == api.note(thread, "Vu au téléphone", actor=agent).threads
    for attempt, code in ((api.note, "empty_text"), (api.tag, "empty_name")):
        with pytest.raises(Problem) as refused:
            attempt(thread, "  ", actor=agent)
        assert code == refused.value.code


def test_every_action_is_undone_as_if_never_done(hear: Hear, agent: User, owner: User) -> None:
    """
    Columns, tags, notes, answers, drafts, views: all as before, on many at once.
    """
    threads = [thread_of(hear(ASK, by=name)) for name in ("lea", "paul")]
    api.tag(threads[0], "colis", actor=agent)
    api.save_draft(threads[0], "brouillon", actor=agent)
    tag = api.tags()[0].id
    before, counts = _state(threads, agent), api.counts(agent.pk)
    deeds: list[Callable[[], api.ActionView]] = [
        lambda: api.assign(threads, agent.pk, actor=agent),
        lambda: api.snooze(threads, LATER + timedelta(days=1), actor=agent),
        lambda: api.close(threads, actor=agent),
        lambda: api.tag(threads, "urgent", actor=agent),
        lambda: api.tag(threads, "colis", actor=agent),
        lambda: api.untag(threads, tag, actor=agent),
        lambda: api.note(threads, "à voir", actor=agent),
        lambda: api.mark_answered(threads, "dit", actor=agent),
    ]
    for do in deeds:
        done = do()
        assert before != _state(threads, agent)
        undone = api.undo(done.id, owner)
        assert before == _state(threads, agent)
        assert counts == api.counts(agent.pk)
        assert LATER == undone.undone_at


def _state(threads: list[int], user: User) -> list[object]:
    """All that people see of conversations, but versions."""
    rows = Conversation.objects.filter(pk__in=threads).order_by("pk").values()
    columns = [
        {k: v for k, v in row.items() if k not in ("version", "settled_until")} for row in rows
    ]
    seen = [
        (
            api.conversation(one).tags,  # type: ignore[union-attr]
            api.draft(one, user.pk),
            [entry.kind for entry in api.timeline(one).entries if entry.kind != "action"],
        )
        for one in threads
    ]
    searched = [
        tuple(sorted(one.id for one in api.inbox(filters).items))
        for filters in (
            api.Filters(states=("closed",)),
            api.Filters(assignees=(user.pk,)),
            api.Filters(assignees=(api.NOBODY,)),
            api.Filters(view="unanswered", words="colis"),
        )
    ]
    return [columns, seen, searched]


def test_undoing_is_refused_once_somebody_changed_it(hear: Hear, agent: User, owner: User) -> None:
    """
    All or nothing: the untouched conversation is left alone too.
    """
    threads = [thread_of(hear(ASK, by=name)) for name in ("lea", "paul")]
    done = api.assign(threads, agent.pk, actor=agent)
    api.assign(threads[1], owner.pk, actor=owner)
    with pytest.raises(Problem) as refused:
        api.undo(done.id, agent)

    assert "changed_since" == refused.value.code
    assert [agent.pk, owner.pk] == [one.assignee.id for one in api.conversations(threads)]  # type: ignore[union-attr]


def test_undoing_a_close_is_refused_when_a_message_reopened_it(
    hear: Hear, thread: int, agent: User
) -> None:
    done = api.close(thread, actor=agent)
    hear("Où est mon colis ? Répondez !", to="m1")
    with pytest.raises(Problem, match=r"changed|changé"):
        api.undo(done.id, agent)


def test_undoing_twice_and_what_never_was_is_refused(thread: int, agent: User) -> None:
    done = api.close(thread, actor=agent)
    api.undo(done.id, agent)
    for action, code in ((done.id, "already_undone"), (done.id + 1, "unknown_action")):
        with pytest.raises(Problem) as refused:
            api.undo(action, agent)
        assert code == refused.value.code


def test_acting_on_what_has_changed_on_screen_is_refused(
    hear: Hear, thread: int, agent: User
) -> None:
    """
    Two people, one conversation: the second is told instead of overwriting.
    """
    seen = {thread: only().version}
    hear("Autre chose : où est ma facture ?", to="m1")
    with pytest.raises(Problem) as refused:
        api.close(thread, actor=agent, seen=seen)
    assert "changed_since" == refused.value.code
    assert (thread,) == api.close(thread, actor=agent, seen={thread: only().version}).threads


def test_unknown_conversations_are_refused_and_nothing_is_done(
    thread: int, agent: User, make_other: Callable[[], Workspace]
) -> None:
    """
    Another brand's conversation is as unknown as none.
    """
    other = make_other()
    with scope(other):
        theirs = thread_of(hearing(other)(ASK))
    with pytest.raises(Problem) as refused:
        api.close([thread, theirs], actor=agent)
    assert "unknown_conversation" == refused.value.code
    assert ("open", 0) == (only().state, Action.objects.count())


def test_another_brands_action_cannot_be_undone(
    thread: int, agent: User, make_other: Callable[[], Workspace]
) -> None:
    done = api.close(thread, actor=agent)
    with scope(make_other()), pytest.raises(Problem):
        api.undo(done.id, agent)
    assert "closed" == only().state


def test_the_audit_log_says_who_did_and_who_undid(thread: int, agent: User, owner: User) -> None:
    done = api.close(thread, actor=agent)
    api.undo(done.id, owner)

    verbs = AuditEntry.objects.filter(verb__startswith="care.").order_by("pk")
    assert [("care.closed", agent.pk), ("care.undone", owner.pk)] == list(
        verbs.values_list("verb", "actor")
    )


def test_what_was_done_reads_in_both_languages(thread: int, agent: User) -> None:
    """
    Every verb has its sentence, and each is translated.
    """
    acts = [
        api.assign(thread, agent.pk, actor=agent),
        api.assign(thread, None, actor=agent),
        api.snooze(thread, LATER + timedelta(days=1), actor=agent),
        api.unsnooze(thread, actor=agent),
        api.tag(thread, "colis", actor=agent),
        api.untag(thread, api.tags()[0].id, actor=agent),
        api.note(thread, "vu", actor=agent),
        api.mark_answered(thread, "dit", actor=agent),
        api.close(thread, actor=agent),
        api.reopen(thread, actor=agent),
    ]
    from comptoir.care import sentences

    rows = [Action.objects.get(pk=one.id) for one in acts]
    said = {}
    for language in ("en", "fr"):
        with translation.override(language):
            said[language] = [sentences.view(row, ()).sentence for row in rows]

    assert "Assigned to Agent." == said["en"][0]
    assert "10" in said["fr"][2]
    assert not set(said["en"]) & set(said["fr"])
