"""Pages on a real server: asked politely, read, compared, told of; once, whatever happens."""

import gzip
import threading
import zlib
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.base.tests.peers import says, web_peer
from comptoir.listening.alerting import api as alerting
from comptoir.listening.models import Alert, Firing
from comptoir.listening.watching import api, checking, hosts, markup, visiting
from comptoir.listening.watching.models import PageChange, PageReading, WatchedPage, WebHost
from comptoir.listening.watching.tests.conftest import HTML, Shop, Time, product

Watch = Callable[..., int]
Look = Callable[..., None]


def changes() -> list[str]:
    return [api.said(one.change) for one in api.changes()]


# ── What changed ───────────────────────────────────────────────────────────────────────────


def test_a_price_that_falls_is_kept_and_told(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    assert (4990, "EUR") == (api.page(page).price.cents, api.page(page).price.currency)  # type: ignore[union-attr]
    assert [] == changes()

    shop.sells("39.90")
    look(days=2)

    assert ["Chaise Oslo: €49.90 → €39.90 (−20%)"] == changes()
    (firing,) = alerting.firings()
    assert "127.0.0.1: Chaise Oslo: €49.90 → €39.90 (−20%)" == firing.reason
    assert (page, "page") == (firing.page, firing.kind)
    assert 1 == alerting.unseen()
    assert [4990, 3990] == [one.cents for one in api.prices(page)]


def test_the_first_visit_tells_nothing(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90", more="<p>-30 % avec le code PRINTEMPS</p>")
    watch(wants=api.WANTS)
    look()

    assert [] == changes()
    assert [] == alerting.firings()


def test_offers_that_begin_and_end_are_told(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    watch()
    look()
    shop.sells("49.90", more="<p>-30 % avec le code PRINTEMPS</p>")
    look(days=2)
    shop.sells("49.90")
    look(days=20)

    assert [
        "Offer ended: -30 % avec le code PRINTEMPS",
        "Offer began: -30 % avec le code PRINTEMPS",
    ] == changes()


def test_an_offer_is_told_once_though_the_text_is_watched_too(
    watch: Watch, look: Look, shop: Shop
) -> None:
    shop.sells("49.90")
    watch(wants=api.WANTS)
    look()
    shop.sells("49.90", more="<p>-30 % avec le code PRINTEMPS</p>")
    look(days=2)

    assert ["Offer began: -30 % avec le code PRINTEMPS"] == changes()


def test_what_is_not_wanted_is_not_told(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    watch(wants=("availability",))
    look()
    shop.sells("39.90", more="<p>-30 % avec le code PRINTEMPS</p>")
    look(days=2)
    assert [] == changes()

    shop.show(product("39.90").replace("InStock", "OutOfStock"))
    look(days=2)
    assert ["Chaise Oslo: in stock → out of stock"] == changes()


def test_counters_dates_and_cookie_banners_do_not_ring(
    watch: Watch, look: Look, shop: Shop
) -> None:
    noise = (
        '<div id="cookie-banner">Nous et nos {0} partenaires</div><p>Le {0} mars 2026 à 1{0}:0{0}</p>'
        '<p>{0} personnes regardent cet article.</p><script>var nonce = "{0}abc"</script>'
    )
    shop.sells("49.90", more=noise.format(3))
    page = watch(wants=("text",))
    look()
    shop.sells("49.90", more=noise.format(7))
    look(days=2)
    assert [] == changes()
    assert 2 == PageReading.objects.get(page_id=page).visits

    shop.sells("49.90", more=noise.format(8) + "<p>Garantie portée à dix ans.</p>")
    look(days=2)
    assert ["New in the text: “Garantie portée à dix ans.”"] == changes()


def test_two_versions_that_take_turns_ring_once_each_way(
    watch: Watch, look: Look, shop: Shop
) -> None:
    page = watch()
    for turn in range(7):
        shop.sells("49.90" if turn % 2 == 0 else "44.90")
        look(days=0 if turn == 0 else 1.2)

    assert 6 == PageChange.objects.filter(page_id=page).count()
    assert 2 == len(alerting.firings())
    assert (2, 4) == (api.page(page).changes, api.page(page).turns)


def test_a_change_that_comes_back_much_later_is_news_again(
    watch: Watch, look: Look, shop: Shop
) -> None:
    watch()
    for price in ("49.90", "39.90", "49.90"):
        shop.sells(price)
        look(days=2)
    shop.sells("39.90")
    look(days=60)

    assert 3 == len(alerting.firings())


def test_a_price_that_disappears_is_believed_the_second_time(
    watch: Watch, look: Look, shop: Shop
) -> None:
    """A page that fails once, with 200, must not end all offers of a shop."""
    shop.sells("49.90")
    page = watch()
    look()
    shop.show("<h1>Maintenance</h1>")
    look(days=2)
    assert ([], "doubt") == (changes(), api.page(page).problem["code"])

    shop.sells("49.90")
    look(hours=1)
    assert ([], {}) == (changes(), api.page(page).problem)

    shop.show("<h1>Chaise Oslo</h1><p>Sur devis</p>")
    look(days=2)
    look(hours=1)
    assert ["Chaise Oslo: €49.90 → no price"] == changes() or changes()[0].startswith("No longer")
    assert "no_price" == api.page(page).problem["code"]


def test_a_part_is_watched_by_selector_or_by_phrase(watch: Watch, look: Look, shop: Shop) -> None:
    html = (
        "<h1>Boutique</h1><p>12 €</p><table><tr><td>Canapé<td class=p>{0}</table>"
        "<p>Livraison offerte dès {1} €</p>"
    )
    shop.show(html.format("1 299 €", 49))
    one = watch(selector="table > tbody td.p", wants=("price",))
    look()
    two = watch(phrase="livraison OFFERTE", wants=("text",))
    look(seconds=30)
    assert 129900 == api.page(one).price.cents  # type: ignore[union-attr]

    shop.show(html.format("999 €", 59))
    look(days=2)
    look(seconds=30)

    told = {one.page: api.said(one.change) for one in api.changes()}
    assert "€1,299 → €999 (−23%)" in told[one]
    assert "dès 59 €” instead of “Livraison offerte dès 49 €" in told[two]


def test_another_part_is_compared_with_nothing_read_before(
    watch: Watch, look: Look, shop: Shop, owner: User
) -> None:
    shop.show('<p class="price">49,90 €</p><p id="b">12,00 €</p>', etag='"a"')
    page = watch(wants=("price",))
    look()
    look(minutes=1)
    api.change_page(
        page,
        api.PageDraft(shop.url + "/chaise", wants=("price",), selector="#b", contact="a@b.example"),
        owner,
    )
    look(minutes=1)

    assert [] == changes()
    assert 1200 == api.page(page).price.cents  # type: ignore[union-attr]


# ── Politeness ─────────────────────────────────────────────────────────────────────────────


def test_robots_txt_is_asked_first_and_obeyed(watch: Watch, look: Look, shop: Shop) -> None:
    shop.robots("User-agent: *\nDisallow: /chaise\nAllow: /chaise/rouge")
    shop.sells("49.90")
    shop.sells("19.90", "/chaise/rouge")
    page = watch()
    look()
    assert ["/robots.txt"] == shop.asked.paths
    sentence, fix = api.problem(api.page(page).problem)
    assert "“Disallow: /chaise” in its robots.txt" in sentence
    assert "ask its owner" in fix

    watch("/chaise/rouge")
    look(minutes=1)
    assert ["/robots.txt", "/chaise/rouge"] == shop.asked.paths


def test_robots_txt_is_kept_for_a_day(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    watch(every=60)
    for _hour in range(10):
        look(hours=2)
    assert 1 == shop.asked.paths.count("/robots.txt")

    look(hours=6)
    assert 2 == shop.asked.paths.count("/robots.txt")


@pytest.mark.parametrize(
    ("status", "asked"), [(404, True), (403, True), (429, False), (500, False), (503, False)]
)
def test_robots_that_is_not_there_forbids_nothing_one_that_fails_everything(
    watch: Watch, look: Look, shop: Shop, status: int, asked: bool
) -> None:
    """RFC 9309, 2.3.1.3 and 2.3.1.4."""
    shop.answers["/robots.txt"] = says(status=status)
    shop.sells("49.90")
    page = watch()
    look()

    assert asked == bool(shop.pages)
    assert ("robots_unknown" if not asked else "") == api.page(page).problem.get("code", "")


def test_robots_txt_may_be_moved(watch: Watch, look: Look, shop: Shop) -> None:
    shop.answers["/robots.txt"] = says(status=301, Location="/r/robots.txt")
    shop.answers["/r/robots.txt"] = says(
        b"User-agent: Comptoir\nDisallow: /", Content_Type="text/plain"
    )
    shop.sells("49.90")
    page = watch()
    look()

    assert "robots" == api.page(page).problem["code"]


def test_who_asks_is_said(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    watch()
    look()

    for _method, _path, headers, _body in shop.asked:
        assert headers["user-agent"].startswith("Comptoir/")
        assert headers["user-agent"].endswith(" (+veille@citron.example)")
        assert "veille@citron.example" == headers["from"]
        assert "cookie" not in headers


def test_a_site_is_asked_one_page_at_a_time_with_a_pause(
    watch: Watch, look: Look, shop: Shop, time: Time
) -> None:
    for path in ("/a", "/b", "/c"):
        shop.sells("9.90", path)
        watch(path)
    look()
    assert 1 == len(shop.pages)
    look(seconds=hosts.GAP - 1)
    assert 1 == len(shop.pages)
    look(seconds=7)
    assert 2 == len(shop.pages)
    look(seconds=17)
    assert 3 == len(shop.pages)


def test_crawl_delay_is_honoured(watch: Watch, look: Look, shop: Shop) -> None:
    shop.robots("User-agent: *\nCrawl-delay: 300")
    for path in ("/a", "/b"):
        shop.sells("9.90", path)
        watch(path)
    look()
    look(seconds=200)
    assert 1 == len(shop.pages)
    look(seconds=106)
    assert 2 == len(shop.pages)


def test_an_answer_that_did_not_change_is_asked_for_conditionally(
    watch: Watch, look: Look, shop: Shop
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("if-none-match") == '"v1"'
        says(b"" if known else product("49.90").encode(), 304 if known else 200,
             Content_Type=HTML, ETag='"v1"', Last_Modified="Mon, 02 Mar 2026 08:00:00 GMT")(handler)  # fmt: skip

    shop.say("/chaise", answer)
    page = watch()
    look()
    look(days=2)

    _method, _path, headers, _body = shop.asked[-1]
    assert '"v1"' == headers["if-none-match"]
    assert "Mon, 02 Mar 2026 08:00:00 GMT" == headers["if-modified-since"]
    row = PageReading.objects.get(page_id=page)
    assert (2, timedelta(days=2)) == (row.visits, row.last_at - row.at)
    assert {} == api.page(page).problem


@pytest.mark.parametrize("said", ["7200", "Mon, 02 Mar 2026 11:00:00 GMT"])
def test_a_site_that_asks_for_patience_is_given_it(
    watch: Watch, look: Look, shop: Shop, said: str
) -> None:
    shop.answers["/chaise"] = says(status=429, Retry_After=said)
    page = watch()
    look()
    assert "busy" == api.page(page).problem["code"]
    look(minutes=110)
    assert 1 == len(shop.pages)

    shop.sells("49.90")
    look(minutes=40)
    assert {} == api.page(page).problem


def test_failures_are_tried_less_and_less_often(watch: Watch, look: Look, shop: Shop) -> None:
    shop.answers["/chaise"] = says(status=500)
    watch(every=60)
    for _quarter in range(4 * 48):
        look(minutes=15)

    assert 6 <= len(shop.pages) <= 8


# ── What sites answer ──────────────────────────────────────────────────────────────────────


def test_a_page_that_is_gone_stops_and_is_told(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    shop.answers["/chaise"] = says(status=410)
    look(days=2)

    assert ("stopped", "gone") == (api.page(page).state, api.page(page).problem["code"])
    assert ["The page is gone."] == changes()
    look(days=20)
    assert 2 == len(shop.pages)


def test_not_found_is_believed_the_third_time(watch: Watch, look: Look, shop: Shop) -> None:
    shop.answers["/chaise"] = says(status=404)
    page = watch()
    for _day in range(2):
        look(days=2)
        assert "active" == api.page(page).state
    look(days=4)
    assert "stopped" == api.page(page).state


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (says(status=403), "refused"),
        (says(status=401, WWW_Authenticate="Basic"), "refused"),
        (says(status=418), "error"),
        (says(b"%PDF-1.7", Content_Type="application/pdf"), "not_html"),
        (says(status=302, Location="/chaise"), "moves"),
        (says(status=302, Location="http://169.254.169.254/latest/meta-data/"), "forbidden"),
        (says(status=302, Location="http://10.0.0.1/"), "forbidden"),
        (says(status=302, Location="file:///etc/passwd"), "forbidden"),
        (says(status=302, Location="http://[::ffff:10.0.0.1]/"), "forbidden"),
        (says(b"<title>Just a moment...</title>Enable JavaScript and cookies", Content_Type=HTML), "challenge"),
        (says(gzip.compress(b"0" * 50_000_000), Content_Type=HTML, Content_Encoding="gzip"), "too_large"),
        (says(b"<p>" + b"x" * (markup.LARGEST + 1), Content_Type=HTML), "too_large"),
        (says(b"not gzip", Content_Type=HTML, Content_Encoding="gzip"), "not_reached"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_explained_and_loses_nothing(
    watch: Watch, look: Look, shop: Shop, answer: Any, code: str
) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    shop.answers["/chaise"] = answer
    look(days=2)

    assert code == api.page(page).problem["code"]
    assert all(api.problem(api.page(page).problem))
    assert 4990 == api.page(page).price.cents  # type: ignore[union-attr]
    assert [] == changes()


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "http://0.0.0.0/", "http://127.1/"],
)  # fmt: skip
def test_addresses_inside_are_not_asked(watch: Watch, look: Look, url: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = ()
    page = watch(url=url)
    look()

    assert ("stopped", "forbidden") == (api.page(page).state, api.page(page).problem["code"])


def test_a_page_that_moved_is_followed_under_the_rules_of_where_it_went(
    watch: Watch, look: Look, shop: Shop, settings: Any
) -> None:
    settings.PRIVATE_HOSTS = ("127.0.0.0/8",)
    answers: dict[str, Any] = {
        "/robots.txt": says(b"User-agent: *\nDisallow: /in", Content_Type="text/plain"),
        "/out": says(product("19.90").encode(), Content_Type=HTML),
        "/in": says(product("9.90").encode(), Content_Type=HTML),
    }
    with web_peer(answers, "127.0.0.2") as (port, asked):
        shop.answers["/chaise"] = says(status=301, Location=f"http://127.0.0.2:{port}/out")
        page = watch()
        look()
        assert 1990 == api.page(page).price.cents  # type: ignore[union-attr]

        shop.answers["/chaise"] = says(status=301, Location=f"http://127.0.0.2:{port}/in")
        look(days=2)
        assert "robots" == api.page(page).problem["code"]
        assert "/in" not in asked.paths


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<h1>Thé</h1><p class=price>49,90 €</p>".encode("cp1252"), "text/html; charset=utf-8"),
        ("<h1>Thé</h1><p class=price>49,90 €</p>".encode(), "text/html; charset=iso-8859-1"),
        ("<h1>Thé</h1><p class=price>49,90 €</p>".encode("iso-8859-15"), "text/html; charset=iso-8859-15"),
        ("<h1>Thé</h1><p class=price>49,90 €</p>".encode("utf-16"), "text/html"),
        (b"<meta charset=cp1252>" + "<h1>Thé</h1><p class=price>49,90 €</p>".encode("cp1252"), "text/html"),
        ("<h1>Thé</h1><p class=price>49,90 €</p>".encode(), "text/html; charset=klingon"),
    ],
)  # fmt: skip
def test_letters_are_read_whatever_is_said_of_them(
    watch: Watch, look: Look, shop: Shop, body: bytes, kind: str
) -> None:
    shop.answers["/chaise"] = says(body, Content_Type=kind)
    page = watch()
    look()

    read = api.latest(page)
    assert read is not None
    assert ("Thé", 4990) == (read.offered[0].name, read.offered[0].cents)


# ── Nothing lost, nothing twice ────────────────────────────────────────────────────────────


def test_a_worker_that_dies_before_it_understands_loses_nothing(
    watch: Watch, look: Look, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    shop.sells("39.90")
    with monkeypatch.context() as death:
        death.setattr(checking, "understand", lambda _reading: None)
        look(days=2)
    assert [] == changes()
    assert (
        zlib.decompress(bytes(PageReading.objects.latest("pk").raw or b""))
        == product("39.90").encode()
    )

    look()
    look()
    assert 1 == len(changes()) == len(alerting.firings())
    assert 2 == PageReading.objects.filter(page_id=page).count() == len(shop.pages)


def test_an_answer_is_understood_once(
    watch: Watch, look: Look, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sells("49.90")
    watch()
    look()
    shop.sells("39.90")
    with monkeypatch.context() as death:
        death.setattr(checking, "understand", lambda _reading: None)
        look(days=2)
    pk = PageReading.objects.latest("pk").pk
    for _time in range(3):
        checking.understand(pk)

    assert 1 == PageChange.objects.count() == Firing.objects.count()


def test_a_worker_that_dies_while_it_asks_leaves_the_site_alone_for_a_while(
    watch: Watch, look: Look, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sells("49.90")
    watch()

    class Death(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> None:
        raise Death

    with monkeypatch.context() as killed:
        killed.setattr(checking, "_visited", die)
        with pytest.raises(Death):
            look()
    look(minutes=4)
    assert [] == shop.pages
    look(minutes=2)
    assert 1 == len(shop.pages)


def test_a_page_deleted_while_it_is_asked_is_no_trouble(
    watch: Watch, look: Look, shop: Shop, owner: User
) -> None:
    page = watch()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        says(product("49.90").encode(), Content_Type=HTML)(handler)

    shop.say("/chaise", answer)
    visit = visiting.visit

    def deleted(asked: visiting.Asked) -> Any:
        found = visit(asked)
        api.delete_page(page, owner)
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(visiting, "visit", deleted)
        look()

    assert 0 == WatchedPage.objects.count() == PageReading.objects.count() == Alert.objects.count()


def test_only_the_newest_answers_are_kept(
    watch: Watch, look: Look, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "DATA_KEPT", 4)
    monkeypatch.setattr(checking, "READINGS_KEPT", 6)
    watch()
    for number in range(9):
        shop.sells(f"{50 + number}.00")
        look(days=2)

    rows = list(PageReading.objects.order_by("-pk"))
    assert [True, True, False, False, False, False] == [one.raw is not None for one in rows]
    assert [True] * 4 + [False] * 2 == [one.data is not None for one in rows]
    assert 8 == PageChange.objects.count()


def test_a_worker_that_ends_asks_no_more(watch: Watch, shop: Shop) -> None:
    shop.sells("49.90")
    watch()
    stop = threading.Event()
    stop.set()
    checking.check_due(stop)

    assert [] == shop.asked


# ── Writing it down ────────────────────────────────────────────────────────────────────────


def test_the_preview_reads_and_keeps_nothing(
    watch: Watch, shop: Shop, time: Time, workspace: Workspace
) -> None:
    shop.sells("49.90")
    draft = api.PageDraft(shop.url + "/chaise", contact="a@b.example")
    found = api.preview(draft)
    assert (4990, {}) == (found.reading.main.cents, found.problem)  # type: ignore[union-attr]
    assert 0 == WatchedPage.objects.count() == PageReading.objects.count()

    with pytest.raises(Problem) as refused:
        api.preview(draft)
    assert "page_wait" == refused.value.code
    time.on(seconds=11)
    shop.robots("User-agent: *\nDisallow: /")
    WebHost.objects.update(robots_at=None)
    assert "robots" == api.preview(draft).problem["code"]


def test_checking_now_pausing_and_deleting(
    watch: Watch, look: Look, shop: Shop, owner: User
) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    api.check_now(page)
    look(minutes=1)
    assert 2 == len(shop.pages)

    api.pause_page(page, owner)
    look(days=9)
    assert 2 == len(shop.pages)
    with pytest.raises(Problem):
        api.check_now(page)

    api.resume_page(page, owner)
    look()
    assert 3 == len(shop.pages)
    api.delete_page(page, owner)
    assert 0 == PageReading.objects.count() == Alert.objects.count()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"url": ""}, "page_address"),
        ({"url": "ftp://shop.example/"}, "page_address"),
        ({"url": "javascript:alert(1)"}, "page_address"),
        ({"url": "https://me:secret@shop.example/"}, "page_address"),
        ({"url": "https://shop.example:99999/"}, "page_address"),
        ({"url": "https://shop .example/"}, "page_address"),
        ({"url": "https://shop.example/" + "a" * 2000}, "page_address"),
        ({"wants": ()}, "page_wants"),
        ({"wants": ("everything",)}, "page_wants"),
        ({"every": 1}, "page_every"),
        ({"selector": "div["}, "page_selector"),
        ({"selector": "#a", "phrase": "prix"}, "page_phrase"),
        ({"phrase": "a"}, "page_phrase"),
        ({"contact": "nobody"}, "page_contact"),
        ({"contact": "a@b.example\r\nX: y"}, "page_contact"),
        ({"contact": "http://x.example/ (evil)"}, "page_contact"),
        ({"folder": 99}, "unknown_folder"),
    ],
)
def test_what_makes_no_sense_is_explained(
    workspace: Workspace, owner: User, more: dict[str, Any], code: str
) -> None:
    draft = {"url": "https://shop.example/", "contact": "a@b.example"} | more
    with pytest.raises(Problem) as refused:
        api.add_page(api.PageDraft(**draft), owner)
    assert code == refused.value.code
    assert api.add_page(api.PageDraft("shop.example/chaise#avis", contact="a@b.example"), owner)
    assert "https://shop.example/chaise" == WatchedPage.objects.get().url


def test_a_page_is_watched_once(watch: Watch, shop: Shop) -> None:
    watch()
    with pytest.raises(Problem) as refused:
        watch()
    assert "page_known" == refused.value.code
    assert watch(selector="#price")


def test_brands_do_not_see_one_another(watch: Watch, look: Look, shop: Shop) -> None:
    shop.sells("49.90")
    page = watch()
    look()
    with scope(Workspace.objects.create(slug="other", name="Autre")):
        assert (0, []) == (api.pages().total, api.changes())
        with pytest.raises(Problem):
            api.page(page)


def test_alerts_of_pages_are_not_written_among_the_others(
    watch: Watch, look: Look, shop: Shop
) -> None:
    shop.sells("49.90")
    watch()
    assert [] == alerting.alerts()
    assert 1 == Alert.objects.count()
