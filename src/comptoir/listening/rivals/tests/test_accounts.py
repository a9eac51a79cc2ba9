"""Whose words they are: the rival's own accounts and sites."""

from collections.abc import Callable
from typing import Any

import pytest

from comptoir.base.erasure import Person, erase
from comptoir.base.errors import Problem
from comptoir.base.models import AuditEntry, User, Workspace
from comptoir.base.scope import scope
from comptoir.listening import api as listening
from comptoir.listening.rivals import accounts, api
from comptoir.listening.rivals.models import RivalAccount
from comptoir.listening.rivals.tests.conftest import Publish


@pytest.mark.parametrize(
    ("channel", "value", "kept"),
    [
        ("x", "@MaisonVerte", ("handle", "x", "MaisonVerte", "maisonverte")),
        ("", "maisonverte", ("handle", "", "maisonverte", "maisonverte")),
        ("", "https://x.com/MaisonVerte?lang=fr", ("handle", "x", "MaisonVerte", "maisonverte")),
        (
            "x",
            "instagram.com/maison.verte/",
            ("handle", "instagram", "maison.verte", "maison.verte"),
        ),
        ("", "https://www.tiktok.com/@verte", ("handle", "tiktok", "verte", "verte")),
        ("", "linkedin.com/company/verte/", ("handle", "linkedin", "verte", "verte")),
        (
            "site",
            "https://www.Verte.example/blog?x=1",
            ("site", "", "verte.example", "verte.example"),
        ),
        ("site", "blog.verte.example", ("site", "", "blog.verte.example", "blog.verte.example")),
    ],
)
def test_accounts_are_named_as_people_write_them(
    folder: int, owner: User, channel: str, value: str, kept: tuple[str, ...]
) -> None:
    api.add_account(folder, channel, value, owner)

    row = RivalAccount.objects.get()
    assert kept == (row.kind, row.channel, row.value, row.key)


@pytest.mark.parametrize(
    ("channel", "value", "code"),
    [
        ("x", "", "rival_account_empty"),
        ("x", "@", "rival_account_empty"),
        ("x", "~own:me", "rival_account_empty"),
        ("x", "two words", "rival_account_empty"),
        ("x", "https://example.com/verte", "rival_account_empty"),
        ("x", "https://[oops", "rival_account_empty"),
        ("site", "", "rival_site"),
        ("site", "localhost", "rival_site"),
        ("site", "http://[oops", "rival_site"),
        ("site", "not a site", "rival_site"),
    ],
)
def test_what_is_no_account_is_told(
    folder: int, owner: User, channel: str, value: str, code: str
) -> None:
    with pytest.raises(Problem) as told:
        api.add_account(folder, channel, value, owner)

    assert code == told.value.code
    assert not RivalAccount.objects.exists()


def test_an_account_is_named_once(folder: int, owner: User) -> None:
    api.add_account(folder, "", "verte", owner)

    for channel in ("", "x"):
        with pytest.raises(Problem, match="named already"):
            api.add_account(folder, channel, "@Verte", owner)


def test_ones_own_account_is_no_rival(folder: int, owner: User, publish: Publish) -> None:
    publish("bonjour", by="citron", own=True)

    with pytest.raises(Problem) as told:
        api.add_account(folder, "x", "citron", owner)

    assert "rival_account_own" == told.value.code


def test_only_folders_of_rivals_have_accounts(folder: int, owner: User) -> None:
    brand = listening.add_folder("brand", "Citron", owner)

    assert [folder] == [one.id for one in api.rivals()]
    for unknown in (brand, 10**9):
        with pytest.raises(Problem) as told:
            api.add_account(unknown, "x", "verte", owner)
        assert "unknown_rival" == told.value.code


def test_another_workspace_sees_nothing_of_it(
    folder: int, owner: User, publish: Publish, make_other: Callable[[], Workspace]
) -> None:
    publish("dès 9,99 €")
    api.add_account(folder, "x", "verte", owner)

    with scope(make_other()):
        assert [] == api.rivals()
        assert [] == api.accounts(folder)
        with pytest.raises(Problem):
            api.remove_account(folder, 1, owner)
    assert 1 == RivalAccount.objects.count()


def test_naming_and_forgetting_are_noted(folder: int, owner: User) -> None:
    made = api.add_account(folder, "x", "verte", owner)
    api.remove_account(folder, made, owner)
    api.remove_account(folder, made, owner)

    verbs = AuditEntry.objects.filter(verb__contains="rival_account").order_by("pk")
    assert ["listening.rival_account_added", "listening.rival_account_removed"] == [
        one.verb for one in verbs
    ]


def test_an_account_tells_what_was_heard_of_it(folder: int, owner: User, publish: Publish) -> None:
    first = publish("un")
    publish("deux", day=1)
    api.add_account(folder, "x", "VERTE", owner)
    api.add_account(folder, "x", "nobody", owner)

    silent, heard = api.accounts(folder)
    assert ("nobody", 0, None) == (silent.value, silent.messages, silent.first)
    assert (2, first.sent_at) == (heard.messages, heard.first)


def test_authors_who_bear_the_name_are_offered(folder: int, owner: User, publish: Publish) -> None:
    for handle, times in (("maisonverte", 3), ("maisonverte_sav", 1), ("lea", 5)):
        for day in range(times):
            publish("bonjour", day, by=handle)

    assert ["maisonverte", "maisonverte_sav"] == [one.handle for one in api.suggestions(folder)]
    api.add_account(folder, "x", "maisonverte", owner)
    assert ["maisonverte_sav"] == [one.handle for one in api.suggestions(folder)]


def test_articles_of_a_site_are_its_own_and_nobody_elses(publish: Publish) -> None:
    def article(url: str, channel: str = "rss", **more: Any) -> int:
        return publish("neuf", url=url, channel=channel, **more).pk

    wanted = [article("https://www.verte.example/a"), article("http://Verte.example/b")]
    article("https://forum.verte.example/a")
    article("https://notverte.example/a")
    article("https://blog.example/?see=verte.example")
    article("https://verte.example/t/1", channel="forum")
    article("https://verte.example/c", in_reply_to="m1")

    assert wanted == accounts.articles("verte.example")


def test_erasing_a_person_forgets_that_their_account_is_a_rivals(
    folder: int, owner: User, workspace: Workspace, publish: Publish
) -> None:
    author = publish("bonjour", by="jeanne").author_id
    api.add_account(folder, "x", "jeanne", owner)
    api.add_account(folder, "x", "verte", owner)

    erase(Person(workspace.pk, author))

    assert ["verte"] == [one.value for one in api.accounts(folder)]
