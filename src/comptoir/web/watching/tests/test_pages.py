"""The pages of watched pages: writing one down, trying it, reading what changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comptoir.base import ids
from comptoir.base.models import User, Workspace
from comptoir.listening import api as listening
from comptoir.listening.alerting import api as alerting
from comptoir.listening.watching import api
from comptoir.listening.watching.models import WatchedPage
from comptoir.listening.watching.tests.conftest import Shop, Time
from comptoir.web.tests.signed_in import text, url

Watch = Callable[..., int]
Look = Callable[..., None]


def outside(page: int) -> str:
    return ids.conceal("watched", page)


@pytest.fixture
def form(shop: Shop) -> dict[str, Any]:
    return {
        "url": shop.url + "/chaise",
        "name": "Chaise Oslo",
        "folder": "",
        "wants": ["price", "offer"],
        "selector": "",
        "phrase": "",
        "every": "1440",
        "contact": "veille@citron.example",
        "do": "save",
    }


def test_an_empty_list_says_what_watching_is_for(browser: Client, reader: Client) -> None:
    assert "Watch the first one" in text(browser.get(url("watching")))
    page = text(reader.get(url("watching")))
    assert "No page is watched yet" in page
    assert "Watch the first one" not in page


def test_a_page_is_written_down_changed_paused_and_deleted(
    browser: Client, form: dict[str, Any], shop: Shop, time: Time, look: Look, owner: User
) -> None:
    folder = listening.add_folder("rival", "Meublo", owner)
    form["folder"] = ids.conceal("folder", folder)
    form["people"] = [ids.conceal("member", owner.pk)]
    shop.sells("49.90")
    saved = browser.post(url("watching_new"), form, follow=True)
    assert "“Chaise Oslo” is watched from now on" in text(saved)
    page = WatchedPage.objects.get().pk
    assert (folder, ("price", "offer"), (owner.pk,)) == (
        api.page(page).draft.folder,
        api.page(page).draft.wants,
        api.page(page).draft.people,
    )
    look()
    assert "€49.90" in text(browser.get(url("watching")))

    edit = url("watching_edit", page=outside(page))
    assert 'value="Chaise Oslo"' in text(browser.get(edit))
    browser.post(edit, form | {"name": "La chaise", "every": "60"})
    assert ("La chaise", 60) == (api.page(page).draft.name, api.page(page).draft.every)

    state = url("watching_state", page=outside(page))
    assert "is paused" in text(browser.post(state, {"do": "pause"}, follow=True))
    assert "This page is paused" in text(browser.post(state, {"do": "check"}, follow=True))
    assert "watched again" in text(browser.post(state, {"do": "resume"}, follow=True))
    assert "is asked next" in text(browser.post(state, {"do": "check"}, follow=True))
    assert 404 == browser.post(state, {"do": "burn"}).status_code
    assert "is deleted" in text(browser.post(state, {"do": "delete"}, follow=True))
    assert 404 == browser.get(url("watching_page", page=outside(page))).status_code


def test_mistakes_are_shown_where_they_are(browser: Client, form: dict[str, Any]) -> None:
    page = text(
        browser.post(url("watching_new"), form | {"url": "ftp://x", "wants": ["price"]}), 422
    )
    assert "This is not the address of a web page." in page
    page = text(browser.post(url("watching_new"), form | {"selector": "div["}), 422)
    assert "This is no CSS selector: Expected attribute name" in page
    assert 0 == WatchedPage.objects.count()


def test_what_would_be_read_is_shown_before_anything_is_kept(
    browser: Client, form: dict[str, Any], shop: Shop, time: Time
) -> None:
    shop.sells("49.90", more="<p>-30 % avec le code <b onclick=x>PRINTEMPS</b></p>")
    page = text(browser.post(url("watching_preview"), form))
    assert "€49.90" in page
    assert "-30 % avec le code PRINTEMPS" in page
    assert "<b" not in page
    assert "may be asked again in 10 s" in text(browser.post(url("watching_preview"), form))

    time.on(seconds=20)
    whole = text(browser.post(url("watching_new"), form | {"do": "preview"}))
    assert "What would be read" in whole
    assert "€49.90" in whole
    assert "Fill in the form first: Address of the page" in text(
        browser.post(url("watching_preview"), form | {"url": ""})
    )
    assert 0 == WatchedPage.objects.count()


def test_a_refusal_is_explained(
    browser: Client, watch: Watch, look: Look, shop: Shop, form: dict[str, Any], time: Time
) -> None:
    shop.robots("User-agent: *\nDisallow: /")
    page = watch()
    look()
    shown = text(browser.get(url("watching_page", page=outside(page))))
    assert (
        "asks programs not to read this page (“Disallow: /” in its robots.txt). We obey." in shown
    )
    assert "ask its owner for leave" in shown
    assert "In trouble" in text(browser.get(url("watching") + "?only=trouble"))
    assert "No page here" in text(browser.get(url("watching") + "?only=paused"))
    time.on(seconds=20)
    assert "We obey." in text(browser.post(url("watching_preview"), form))


def test_a_page_shows_its_price_its_changes_and_what_takes_turns(
    browser: Client, watch: Watch, look: Look, shop: Shop
) -> None:
    page = watch()
    for price in ("49.90", "39.90", "49.90", "39.90"):
        shop.sells(price)
        look(days=1.2)

    shown = text(browser.get(url("watching_page", page=outside(page))))
    assert "Chaise Oslo: €49.90 → €39.90 (−20%)" in shown
    assert "takes turns" in shown
    assert "1 came back and was not told" in shown
    assert "<title>Price of “127.0.0.1”</title>" in shown
    assert 4 == shown.count("€49.90</td>") + shown.count("€39.90</td>")


def test_what_an_alert_told_leads_to_the_page(
    browser: Client, watch: Watch, look: Look, shop: Shop
) -> None:
    page = watch()
    shop.sells("49.90")
    look()
    shop.sells("39.90")
    look(days=2)
    (firing,) = alerting.firings()

    told = text(browser.get(url("firing", firing=ids.conceal("firing", firing.id))))
    assert "Chaise Oslo: €49.90 → €39.90 (−20%)" in told
    assert url("watching_page", page=outside(page)) in told
    assert "€39.90" in text(browser.get(url("alerts")))
    alert = ids.conceal("alert", firing.alert)
    assert 404 == browser.get(url("alert", alert=alert)).status_code
    assert "A watched page changed" not in text(browser.get(url("alert_new")))


def test_words_of_strangers_are_only_words(
    browser: Client, watch: Watch, look: Look, shop: Shop
) -> None:
    evil = "&lt;img src=x onerror=alert(1)&gt;"
    shop.show(f"<title>{evil}</title><h1>{evil}</h1><p class=price>49,90 €</p><p>{evil}</p>")
    page = watch(wants=api.WANTS)
    look()
    shop.show(f"<title>{evil}</title><h1>{evil}</h1><p class=price>39,90 €</p><p>Autre {evil}</p>")
    look(days=2)

    for shown in (url("watching_page", page=outside(page)), url("watching"), url("alerts")):
        assert "<img src=x" not in text(browser.get(shown))


def test_a_reader_reads_and_changes_nothing(
    reader: Client, watch: Watch, shop: Shop, form: dict[str, Any]
) -> None:
    page = watch()
    assert "Check now" not in text(reader.get(url("watching_page", page=outside(page))))
    for address, sent in (
        (url("watching_new"), form),
        (url("watching_preview"), form),
        (url("watching_edit", page=outside(page)), form),
        (url("watching_state", page=outside(page)), {"do": "delete"}),
    ):
        assert 403 == reader.post(address, sent).status_code
    assert [] == shop.asked
    assert WatchedPage.objects.filter(pk=page).exists()


def test_strangers_and_other_brands_find_nothing(
    browser: Client, watch: Watch, sign_in: Callable[[User], Client], workspace: Workspace
) -> None:
    page = watch()
    stranger = sign_in(User.objects.create_user("x@example.com", "un mot de passe long"))
    assert 404 == stranger.get(url("watching_page", page=outside(page))).status_code
    assert 404 == browser.get(url("watching_page", page=outside(page + 1))).status_code
    assert 404 == browser.get(url("watching_page", page=str(page))).status_code


def test_long_lists_are_paged(browser: Client, watch: Watch, shop: Shop) -> None:
    for number in range(27):
        watch(f"/p{number:02}", name=f"Page {number:02}")

    first = text(browser.get(url("watching")))
    second = text(browser.get(url("watching") + "?page=2"))
    assert ("Page 24" in first, "Page 25" in first) == (True, False)
    assert ("Page 24" in second, "Page 26" in second) == (False, True)


def test_pages_speak_french(browser: Client, watch: Watch, look: Look, shop: Shop) -> None:
    User.objects.update(language="fr")
    page = watch()
    shop.sells("1299.90")
    look()
    shop.sells("999")
    look(days=2)

    shown = text(browser.get(url("watching_page", page=outside(page))))
    assert "Pages surveillées" in shown
    assert "1 299,90 € → 999 € (−23 %)" in shown.replace("\u202f", " ").replace("\xa0", " ")
