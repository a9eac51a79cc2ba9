from comptoir.channels.models import Message
from comptoir.triage import api
from comptoir.triage.models import Label
from comptoir.triage.tests.conftest import Say, receive

LOST = "Bonjour, ma commande devait arriver lundi et je ne vois toujours rien venir"
LOST_TOO = "Bonjour @citron, ma commande devait arriver lundi et je ne vois toujours rien venir svp"
OTHER = "Avez-vous encore le fauteuil jaune en stock dans la boutique de Lyon"


def _groups(*messages: Message) -> list[int]:
    found = api.labels([one.pk for one in messages])
    return [found[one.pk].group for one in messages]


def test_near_duplicates_gather_round_the_first(say: Say) -> None:
    """
    Forty people asking the same are one card.
    """
    first, again, other = say(LOST), say(LOST_TOO, by="paul"), say(OTHER, by="zoe")
    receive(first, again, other)

    assert [first.pk, first.pk, other.pk] == _groups(first, again, other)
    assert [again.pk, first.pk] == api.group_members(first.pk)
    assert {first.pk: 2, other.pk: 1} == api.group_sizes([first.pk, other.pk])


def test_batches_make_no_difference_to_groups(say: Say) -> None:
    """
    Its state is in the database, never only in memory.
    """
    messages = [say(LOST), say(OTHER), say(LOST_TOO), say(OTHER)]
    receive(*messages)
    together = [_groups(one)[0] for one in messages]
    Label.objects.all().delete()
    _forget_bands()
    for message in messages:
        receive(message)

    assert together == [_groups(one)[0] for one in messages]


def test_a_group_keeps_its_address_when_an_older_message_comes_late(say: Say) -> None:
    """
    Cards are linked to; a late import must not rename them.
    """
    first = say(LOST, minutes=100)
    receive(first)
    late = say(LOST, minutes=1)
    receive(late)

    assert [first.pk, first.pk] == _groups(first, late)


def test_own_messages_group_apart_and_reposts_not_at_all(say: Say) -> None:
    """
    A canned answer is no question, and a repost is no further asker.
    """
    asked, repost = say(LOST), say(LOST, by="paul", kind="repost")
    canned = [say(LOST, by="citron", own=True), say(LOST, by="citron", own=True)]
    receive(asked, repost, *canned)

    assert [asked.pk, repost.pk, canned[0].pk, canned[0].pk] == _groups(asked, repost, *canned)


def test_texts_without_words_stay_alone(say: Say) -> None:
    """
    Two photographs without a caption are not the same question.
    """
    first, second = say("📷"), say("https://example.com/a")
    receive(first, second)

    assert [first.pk, second.pk] == _groups(first, second)


def _forget_bands() -> None:
    from comptoir.triage.models import Band

    Band.objects.all().delete()
