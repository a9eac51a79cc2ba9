"""What is read of a page: as shops write them, and as badly as pages can be."""

import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.listening.watching.reading import read
from comptoir.listening.watching.readings import Reading

HEADERS = {"content-type": "text/html; charset=utf-8"}
NBSP, NARROW = "\u00a0", "\u202f"


def _read(html: str, **more: Any) -> Reading:
    return read(html.encode(), HEADERS, **more)


def _ld(*items: Any) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in items
    )


def _told(html: str, **more: Any) -> tuple[Any, ...]:
    main = _read(html, **more).main
    return (main.cents, main.currency, main.was, main.availability) if main else ()


OFFER = {"@type": "Offer", "price": "49.90", "priceCurrency": "EUR"}


@pytest.mark.parametrize(
    ("html", "told"),
    [
        # JSON-LD
        (_ld({"@type": "Product", "offers": OFFER}), (4990, "EUR", None, "")),
        (_ld([{"@type": "WebSite"}, {"@type": ["Product", "Thing"], "offers": [OFFER]}]), (4990, "EUR", None, "")),
        (_ld({"@graph": [{"@type": "BreadcrumbList"}, {"@type": "http://schema.org/Product", "offers": OFFER}]}), (4990, "EUR", None, "")),
        (_ld({"@type": "WebPage", "mainEntity": {"@type": "Product", "offers": OFFER}}), (4990, "EUR", None, "")),
        (_ld({"@graph": [{"@type": "Product", "offers": {"@id": "#o"}}, OFFER | {"@id": "#o"}]}), (4990, "EUR", None, "")),
        (_ld({"@type": "Product", "offers": {"@type": "Offer", "price": 1299, "priceCurrency": "EUR", "availability": "https://schema.org/OutOfStock"}}), (129900, "EUR", None, "out_of_stock")),
        (_ld({"@type": "Product", "offers": {"@type": "Offer", "price": "1 299,00", "priceCurrency": "EUR", "availability": "InStock"}}), (129900, "EUR", None, "in_stock")),
        (_ld({"@type": "Product", "offers": {"@type": "AggregateOffer", "lowPrice": "19.9", "highPrice": "29.9", "priceCurrency": "EUR"}}), (1990, "EUR", None, "")),
        (_ld({"@type": "Product", "offers": {"@type": "Offer", "priceSpecification": [{"@type": "UnitPriceSpecification", "price": 39.9, "priceCurrency": "EUR"}, {"priceType": "https://schema.org/ListPrice", "price": 49.9}]}}), (3990, "EUR", 4990, "")),
        (_ld({"@type": "ProductGroup", "hasVariant": [{"@type": "Product", "sku": "S", "offers": OFFER}, {"@type": "Product", "sku": "M", "offers": OFFER}]}), (4990, "EUR", None, "")),
        # JSON-LD that is not quite JSON
        ('<script type="application/ld+json"><!-- {"@type":"Product","offers":{"price":"49.90","priceCurrency":"EUR",}} --></script>', (4990, "EUR", None, "")),
        ('<script type="application/ld+json">{"@type":"Product","name":"a\nb","offers":{"@type":"Offer","price":"49,90","priceCurrency":"EUR"}};</script>', (4990, "EUR", None, "")),
        ('<script type="application/ld+json">{broken</script><p class="price">49,90 €</p>', (4990, "EUR", None, "")),
        # What is only beside the product is not its price
        (_ld({"@type": "Product", "isRelatedTo": {"@type": "Product", "offers": {"@type": "Offer", "price": "1", "priceCurrency": "EUR"}}, "offers": OFFER}), (4990, "EUR", None, "")),
        # Microdata
        ('<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lampe</h1><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="49.90">49,90 €</span><meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="http://schema.org/PreOrder"></div></div>', (4990, "EUR", None, "preorder")),
        ('<div itemscope itemtype="https://schema.org/Offer"><b itemprop="price">49,90 €</b></div>', (4990, "EUR", None, "")),
        # Open Graph
        ('<meta property="og:type" content="product"><meta property="product:price:amount" content="49.90"><meta property="product:price:currency" content="eur"><meta property="product:availability" content="in stock">', (4990, "EUR", None, "in_stock")),
        # Machines first
        (_ld({"@type": "Product", "offers": OFFER}) + '<p class="price">12,00 €</p>', (4990, "EUR", None, "")),
        # What one sees
        ("<h1>Chaise</h1><p>49,90 €</p>", (4990, "EUR", None, "")),
        (f"<h1>Canapé</h1><p>1{NARROW}299{NBSP}€</p>", (129900, "EUR", None, "")),
        ("<h1>Canapé</h1><p>1.299,00 € TTC</p>", (129900, "EUR", None, "")),
        ("<h1>Sofa</h1><p>£1,299.50</p>", (129950, "GBP", None, "")),
        ("<h1>Uhr</h1><p>CHF 1'299.00</p>", (129900, "CHF", None, "")),
        ("<h1>Chaise</h1><p>39€<sup>90</sup></p>", (3990, "EUR", None, "")),
        ("<h1>Chaise</h1><p>39,90 € au lieu de 49,90 €</p>", (3990, "EUR", 4990, "")),
        ("<h1>Chair</h1><p>Was £49.90</p><p>Now £39.90</p>", (3990, "GBP", 4990, "")),
        ("<h1>Chaise</h1><p><del>49,90 €</del> <ins>39,90 €</ins></p><p>En stock</p>", (3990, "EUR", 4990, "in_stock")),
        ('<h1>Chaise</h1><div><span class="regular-price">49,90 €</span><span class="discount">-20 %</span> <span class="current-price">39,90 €</span></div>', (3990, "EUR", 4990, "")),
        ('<h1>C</h1><p>Économisez 10 €</p><p>Livraison offerte dès 60 €</p><p class="price">39,90 €</p><p>soit 3 x 13,30 €</p><p>7,98 € / kg</p>', (3990, "EUR", None, "")),
        ('<header>Panier 0,00 €</header><nav>Tout à 5 €</nav><h1>Chaise</h1><p>49,90 €</p><footer>Cartes dès 10 €</footer>', (4990, "EUR", None, "")),
        ('<h1>Chaise</h1><p class="price">49,90 €</p><section class="related"><p class="price">5,00 €</p></section>', (4990, "EUR", None, "")),
        ('<p class="price" style="display:none">1 €</p><p class="price">49,90 €</p><p class=price hidden>2 €</p>', (4990, "EUR", None, "")),
        ("<h1>Chaise</h1><p class=price>49,90 €</p><p>Victime de son succès</p>", (4990, "EUR", None, "out_of_stock")),
        ("<h1>Chaise</h1><p class=price>49,90 €</p><p>Plus que 3 en stock !</p>", (4990, "EUR", None, "limited")),
        ("<p>Nous avons 49 magasins et 20 % de sourires.</p>", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_prices_as_shops_write_them(html: str, told: tuple[Any, ...]) -> None:
    assert told == _told(html)


def test_a_list_of_products_is_told_apart_by_what_stays_the_same() -> None:
    items = [
        {"@type": "ListItem", "item": {"@type": "Product", "name": name, "sku": sku, "offers": OFFER | {"price": price}}}
        for name, sku, price in (("Chaise", "C", "49.90"), ("Table", "T", "99"), ("Table", "T2", "99"))
    ]  # fmt: skip
    read_ = _read(_ld({"@type": "ItemList", "itemListElement": items}))

    assert [("C", 4990), ("T", 9900), ("T2", 9900)] == [
        (one.key, one.cents) for one in read_.offered
    ]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("-30 % avec le code PRINTEMPS", ["percent|30|PRINTEMPS||"]),
        ("Livraison offerte dès 60 €", ["delivery|||60.00 EUR|"]),
        ("-20 % jusqu’au 31 mars", ["percent|20|||2026-03-31"]),
        ("2 achetés = 1 offert", ["bundle|2+1|||"]),
        ("49,90 €", []),
        ("20 % de batterie restante", []),
    ],
)
def test_offers_in_words(words: str, keys: list[str]) -> None:
    found = _read(f"<h1>Chaise</h1><p>{words}</p>", today=date(2026, 3, 2)).promos
    assert keys == [one.key for one in found]


def test_banners_scripts_and_hidden_parts_are_not_text() -> None:
    found = _read(
        "<script>alert(1)</script><style>p{}</style><noscript>Sans</noscript><template><p>T</p></template>"
        '<div id="onetrust-banner-sdk">Cookies !</div><div class="cookie-consent">Oui</div>'
        '<div role="dialog">Newsletter</div><select><option>S</select><svg><text>V</text></svg>'
        "<p>Une chaise. Elle est belle.</p><p aria-hidden=true>X</p>"
    )
    assert ("Une chaise.", "Elle est belle.") == found.lines


def test_a_selector_copied_from_a_browser_fits_though_the_page_leaves_tags_out() -> None:
    html = "<table><tr><td>Prix<td class=v>12 €</table><p>99 €</p>"
    assert 1200 == _told(html, selector="table > tbody > tr:nth-child(1) > td:nth-child(2)")[0]
    assert not _read(html, selector="#nowhere").found
    with pytest.raises(ValueError, match="Expected"):
        _read(html, selector="div[")


def test_a_phrase_is_found_without_accents_and_capitals() -> None:
    found = _read("<p>LIVRAISON OFFERTE dès 49 €</p><p>Autre</p>", phrase="Livraison offerté")
    assert (True, ("LIVRAISON OFFERTE dès 49 €",)) == (found.found, found.lines)
    assert not _read("<p>Autre</p>", phrase="livraison").found


def test_a_check_for_robots_is_no_page() -> None:
    assert _read("<title>Just a moment...</title><p>Enable JavaScript and cookies").refuses
    long = "<p>Nous utilisons un captcha pour les avis.</p>" + "<p>Une chaise en hêtre.</p>" * 60
    assert not _read(long).refuses


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000, "<" * 300_000, "<a><b><i>" * 5_000, "<!--" * 50_000, "<table>" * 5_000,
        "<p itemscope itemprop=a>" * 2_000, "&" * 200_000, "\x00" * 1_000, "</" * 100_000,
        '<script type="application/ld+json">' + "[" * 100_000, "1 " * 100_000 + "€", "9" * 100_000 + " €",
        "<p>" + "a" * 500_000, "<p class='" + "price " * 50_000 + "'>1 €",
    ],
)  # fmt: skip
def test_hostile_pages_end_in_bounded_time(html: str) -> None:
    started = time.process_time()
    _read(html)
    assert time.process_time() - started < 15


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/html; charset=utf-16", "text/html; charset=x"]),
)
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise(body: bytes, kind: str) -> None:
    read(body, {"content-type": kind})


@given(st.text(alphabet='<>/="& ap{}[]:,€1@type;script\n', max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_broken_markup_raises_and_what_is_read_can_be_kept(html: str) -> None:
    found = _read(f'<div itemscope itemprop="offers"><script type="application/ld+json">{html}')
    assert found == Reading.from_json(json.loads(json.dumps(found.to_json())))
