import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from acme_comptoir.tests.simulator import KEY, SECRET, VALUES, AcmeSimulator, cut
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock, secrets
from comptoir.base.errors import Problem
from comptoir.base.http import Response
from comptoir.base.models import AuditEntry, OutboxEvent, User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api, receiving
from comptoir.channels.models import ConnectedAccount, OwnHandle


@pytest.fixture
def citron(acme: AcmeSimulator, brand: Workspace, owner: User) -> api.ConnectedView:
    """The brand's account at Acme, connected."""
    return api.connect("acme", "", VALUES, actor=owner)


def test_connecting_asks_the_network_and_keeps_secrets_closed(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    """A stolen database must not answer in the brand's name."""
    row = ConnectedAccount.objects.get()

    assert ("Citron (Acme)", "acme", "on") == (citron.name, citron.channel, citron.state)
    assert {"shop": "citron"} == citron.values == row.values
    assert {"key": KEY, "secret": SECRET} == json.loads(secrets.decrypt(row.secrets))
    assert KEY not in repr(citron)
    assert SECRET not in row.secrets
    assert VALUES == api.connection(citron.id).values
    assert citron.webhook == acme.hook
    assert acme.hook.endswith(f"/hooks/{row.token}/")


def test_connecting_is_audited_without_secrets(citron: api.ConnectedView, owner: User) -> None:
    """The journal says who connected what, and never with which key."""
    entry = AuditEntry.objects.get(verb="channels.account_connected")

    assert (owner, "Citron (Acme)") == (entry.actor, entry.target)
    assert KEY not in json.dumps(entry.details)


def test_a_connected_account_can_answer_until_it_is_disconnected(
    citron: api.ConnectedView, owner: User
) -> None:
    """Care asks before it shows where to type."""
    before = [each.can_send for each in api.accounts()]
    api.disconnect(citron.id, actor=owner)

    assert ([True], [False]) == (before, [each.can_send for each in api.accounts()])


def test_the_brands_own_name_becomes_its_own(citron: api.ConnectedView) -> None:
    """What the brand writes there must not open conversations."""
    assert OwnHandle.objects.filter(channel="acme", key="citron").exists()


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"key": KEY, "shop": "citron"}, "field_missing", "secret"),
        (VALUES | {"shop": "x\0"}, "field_unreadable", "shop"),
        (VALUES | {"shop": "other"}, "other_shop", "shop"),
    ],
)
def test_what_is_entered_wrongly_names_its_field(
    acme: AcmeSimulator, brand: Workspace, values: dict[str, str], code: str, field: str
) -> None:
    """A form shows each mistake where it was made; nothing is kept of it."""
    with pytest.raises(api.FieldProblem) as problem:
        api.connect("acme", "", values, actor=None)

    assert (code, field) == (problem.value.code, problem.value.field)
    assert not ConnectedAccount.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(401), "access_lost"),
        (Response(503, {"retry-after": "30"}), "try_later"),
        (cut(), "unreachable"),
        (Response(200, {}, b"<html>"), "unexpected"),
    ],
)
def test_a_network_that_refuses_is_put_into_words(
    acme: AcmeSimulator, brand: Workspace, answer: Response | Exception, code: str
) -> None:
    """Whoever connects reads what failed and what to do, not a traceback."""
    acme.instead["GET /me"] = [answer]

    with pytest.raises(Problem) as problem:
        api.connect("acme", "", VALUES, actor=None)

    assert code == problem.value.code
    assert problem.value.sentence
    assert problem.value.fix


def test_an_unknown_connector_is_refused(brand: Workspace) -> None:
    with pytest.raises(Problem) as problem:
        api.connect("nowhere", "", {}, actor=None)

    assert "nowhere" in problem.value.sentence


def test_the_same_account_is_not_connected_twice(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    """Two connections of one account would each hear every message."""
    with pytest.raises(Problem) as problem:
        api.connect("acme", "Une autre", VALUES, actor=None)

    assert "connected_already" == problem.value.code


def test_names_of_accounts_are_unique(acme: AcmeSimulator, citron: api.ConnectedView) -> None:
    acme.number = "shop-2"

    with pytest.raises(api.FieldProblem) as problem:
        api.connect("acme", "Citron (Acme)", VALUES, actor=None)

    assert "name" == problem.value.field
    assert "Boutique" == api.connect("acme", "Boutique", VALUES, actor=None).name


def test_a_disconnected_account_connects_to_its_messages_again(
    acme: AcmeSimulator, citron: api.ConnectedView, owner: User
) -> None:
    """Otherwise everything heard before would be heard anew, as another account's."""
    old = citron.webhook
    gone = api.disconnect(citron.id, actor=owner)
    kept = ConnectedAccount.objects.get()

    assert ("off", "", "") == (gone.state, acme.hook, kept.secrets)
    assert [] == api.connected()
    assert [citron.id] == [each.id for each in api.connected(disconnected=True)]

    again = api.connect("acme", "", VALUES, actor=owner)

    assert (citron.id, "on") == (again.id, again.state)
    assert old != again.webhook == acme.hook


def test_a_network_out_of_reach_does_not_keep_anybody(
    acme: AcmeSimulator, citron: api.ConnectedView, owner: User
) -> None:
    acme.instead["DELETE /hook"] = [cut()]

    assert "off" == api.disconnect(citron.id, actor=owner).state


def test_reconnecting_rotates_what_is_given_and_keeps_the_rest(
    acme: AcmeSimulator, citron: api.ConnectedView, owner: User
) -> None:
    """A form never shows secrets again, so an empty one means the one that is kept."""
    acme.keys = {"new-key"}
    api.trouble(citron.id, "access_lost", "Lost", lost=True)

    again = api.reconnect(citron.id, {"key": "new-key", "secret": ""}, actor=owner)

    assert ("on", None) == (again.state, again.problem)
    assert VALUES | {"key": "new-key"} == api.connection(citron.id).values
    entry = AuditEntry.objects.get(verb="channels.account_reconnected")
    assert "new-key" not in json.dumps(entry.details)


def test_reconnecting_as_somebody_else_is_refused(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    """Messages of two accounts must not mix."""
    acme.number = "shop-2"

    with pytest.raises(Problem) as problem:
        api.reconnect(citron.id, {}, actor=None)

    assert "other_account" == problem.value.code


def test_a_delivery_that_is_not_granted_is_a_problem_of_the_account(
    acme: AcmeSimulator, brand: Workspace
) -> None:
    """The rest works: it is still asked, and the page says what is missing."""
    acme.instead["PUT /hook"] = [Response(403)]
    view = api.connect("acme", "", VALUES, actor=None)

    assert "on" == view.state
    assert view.problem is not None
    assert "not_subscribed" == view.problem.code

    assert api.check(view.id).problem is None


def test_pausing_and_resuming_are_told(citron: api.ConnectedView, owner: User) -> None:
    paused = api.pause(citron.id, actor=owner)
    resumed = api.resume(citron.id, actor=owner)

    assert ("paused", "on") == (paused.state, resumed.state)
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert ["channels.account_paused", "channels.account_resumed"] == list(verbs)[-2:]


def test_a_new_address_is_told_to_the_network(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    """An address that leaked is changed."""
    assert citron.webhook != api.rotate_address(citron.id, actor=None).webhook == acme.hook


def test_an_old_address_works_for_its_grace_and_then_no_more(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    """A network that must be told by hand loses nothing meanwhile; what leaked ends at once."""
    old = citron.webhook
    new = api.rotate_address(citron.id, actor=None, grace=timedelta(hours=1))
    found, present = receiving.connection_at(token_of(old)), token_of(new.webhook)

    assert found is not None
    assert (citron.id, old) == (found.account_id, found.webhook)
    assert new.old_until is not None
    with clock.held_at(clock.now() + timedelta(minutes=61)):
        assert receiving.connection_at(token_of(old)) is None
        assert receiving.connection_at(present) is not None
        shown = api.connected_account(citron.id)
        assert shown is not None
        assert shown.old_until is None
    api.end_old_address(citron.id, actor=None)
    assert receiving.connection_at(token_of(old)) is None

    api.rotate_address(citron.id, actor=None, grace=timedelta())
    assert receiving.connection_at(present) is None
    api.rotate_address(citron.id, actor=None)
    later = api.rotate_address(citron.id, actor=None)
    api.disconnect(citron.id, actor=None)
    assert later.old_until is not None
    assert receiving.connection_at("") is None
    row = ConnectedAccount.objects.get(pk=citron.id)
    assert ("", None) == (row.old_token, row.old_until)


def token_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def test_checking_finds_lost_access_and_finds_it_again(
    acme: AcmeSimulator, citron: api.ConnectedView
) -> None:
    acme.instead["GET /me"] = [Response(401)]

    lost = api.check(citron.id)
    found = api.check(citron.id)

    assert lost.problem is not None
    assert ("lost", "access_lost") == (lost.state, lost.problem.code)
    assert ("on", None) == (found.state, found.problem)


def test_trouble_is_read_in_the_readers_language(citron: api.ConnectedView) -> None:
    """It is written by a worker that speaks no language, for people who speak two."""
    api.trouble(citron.id, "access_lost", _("This account is not connected."))

    with translation.override("fr"):
        french = api.connected()[0].problem
    english = api.connected()[0].problem

    assert french is not None
    assert english is not None
    assert "Ce compte n’est pas connecté." == french.sentence
    assert "This account is not connected." == english.sentence


def test_trouble_is_news_once(citron: api.ConnectedView) -> None:
    """A network that is down for a day is one event, counted as many failures."""
    for _each in range(3):
        api.trouble(citron.id, "try_later", "Wait")
    since = api.connected()[0].problem_since
    api.well(citron.id)
    api.well(citron.id)

    kinds = [each.kind for each in OutboxEvent.objects.order_by("pk")]
    assert 1 == kinds.count("channel_troubled") == kinds.count("channel_well")
    assert since is not None
    assert api.connected()[0].problem is None


def test_brands_do_not_see_each_others_accounts(
    citron: api.ConnectedView, person: Callable[..., User]
) -> None:
    """The same setup answers its own brand and refuses another."""
    other = Workspace.objects.create(slug="autre", name="Autre")

    assert 1 == len(api.connected())
    with scope(other):
        assert [] == api.connected()
        with pytest.raises(Problem):
            api.pause(citron.id, actor=None)
