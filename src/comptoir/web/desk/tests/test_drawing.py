"""Rows drawn for streams: for each reader what their own page would show, and nothing more."""

from collections.abc import Callable
from unittest import mock

import pytest

from comptoir.base.models import Membership, User, Workspace
from comptoir.care import api as care
from comptoir.web.desk import drawing
from comptoir.web.desk.tests.conftest import ASK, Browser, Hear, outside, page

VIEW = "view=unanswered"
Browse = Callable[[User], Browser]


@pytest.fixture
def ana(workspace: Workspace) -> User:
    """Another agent, who reads French."""
    made = User.objects.create_user("ana@example.com", "un mot de passe long", name="Ana")
    Membership.objects.create(workspace=workspace, user=made, role="agent")
    return made


def test_a_stream_brings_what_the_page_would_ask_for(
    desk: Browser, hear: Hear, workspace: Workspace
) -> None:
    threads = [hear(ASK), hear(ASK, by="max")]
    hear("Il arrive demain.", to="m2", own=True)
    reader = (desk.user.pk, VIEW)
    asked = "&".join(f"id={outside(one)}" for one in threads)

    told = drawing.draw(workspace.pk, [reader], threads)

    assert page(desk.get("desk_news", f"?{VIEW}&{asked}")) == told[reader]


def test_each_reads_in_their_language_and_with_their_rights(
    desk: Browser, ana: User, hear: Hear, workspace: Workspace
) -> None:
    thread, lea = hear(ASK), desk.user.pk
    both = [(lea, VIEW), (ana.pk, VIEW)]

    told = drawing.draw(workspace.pk, both, [thread])
    Membership.objects.filter(user=ana).update(role="reader")
    viewer = drawing.draw(workspace.pk, both, [thread])

    assert "(unanswered)" in told[lea, VIEW]
    assert "(sans réponse)" in told[ana.pk, VIEW]
    assert "data-select" in told[ana.pk, VIEW]
    assert "data-select" not in viewer[ana.pk, VIEW]
    assert "data-select" in viewer[lea, VIEW]


def test_who_may_not_read_gets_no_rows(
    desk: Browser, ana: User, hear: Hear, workspace: Workspace
) -> None:
    thread, stranger = hear(ASK), User.objects.create_user("eve@example.com", "un mot de passe")
    readers = [(one.pk, VIEW) for one in (desk.user, ana, stranger)]
    Membership.objects.filter(user=desk.user).delete()
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert {} == drawing.draw(workspace.pk, readers, [thread])


def test_another_brands_conversations_are_not_drawn(
    desk: Browser, hear: Hear, workspace: Workspace
) -> None:
    thread, other = hear(ASK), Workspace.objects.create(name="Ailleurs", slug="ailleurs")
    Membership.objects.create(workspace=other, user=desk.user, role="agent")

    told = drawing.draw(other.pk, [(desk.user.pk, VIEW)], [thread])

    assert "row-" not in told[desk.user.pk, VIEW]


@pytest.mark.parametrize(
    "view", ["q=colis", "view=mine&tone=negative", "cursor=b0", "from=2026-03-01"]
)
def test_what_only_a_search_can_tell_is_left_to_be_asked_for(
    desk: Browser, hear: Hear, workspace: Workspace, view: str
) -> None:
    told = drawing.draw(workspace.pk, [(desk.user.pk, view)], [hear(ASK)])

    assert {} == told
    assert 'data-watched=""' in page(desk.get("inbox", f"?{view}"))


def test_a_page_says_which_view_it_watches(desk: Browser, hear: Hear) -> None:
    hear(ASK)

    assert f'data-watched="{VIEW}"' in page(desk.get("inbox"))


def test_readers_share_what_is_about_none_of_them(
    desk: Browser, ana: User, hear: Hear, workspace: Workspace
) -> None:
    """Ten agents before the same view are one drawing; “Me” is not the same for two."""
    User.objects.filter(pk=ana.pk).update(language="en")
    mine, free = hear(ASK), hear(ASK, by="max")
    readers = [(desk.user.pk, VIEW), (ana.pk, VIEW)]
    with mock.patch.object(drawing, "drawn", wraps=drawing.drawn) as drawn:
        shared = drawing.draw(workspace.pk, readers, [free])
        once = drawn.call_count
        care.assign([mine], desk.user.pk, actor=desk.user)
        own = drawing.draw(workspace.pk, readers, [mine, free])

    assert 1 == once
    assert 3 == drawn.call_count
    assert shared[readers[0]] == shared[readers[1]]
    assert own[readers[0]] != own[readers[1]]
