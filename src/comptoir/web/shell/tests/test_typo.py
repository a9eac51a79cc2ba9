"""Untrusted words stay words, and figures read as people write them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from comptoir.web.shell.templatetags.typo import (
    ago,
    compact,
    duration,
    highlight,
    linkify,
    percent,
)

NOON = datetime(2024, 9, 12, 12, 0, tzinfo=UTC)
NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.fixture
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'https://a.example/"onmouseover="alert(1)',
    "https://a.example/'onmouseover='alert(1)",
    "https://a.example/<svg/onload=alert(1)>",
    "@<b>bob</b> #<i>x</i>",
    "&lt;script&gt; &amp;",
    '#"><svg onload=alert(1)>',
    "</span></a><iframe>",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "terms", ["", "script", "alert img svg span a.example", "lt amp quot 39 x27"]
)
def test_hostile_html_never_becomes_markup(text: str, terms: str) -> None:
    """
    Whatever a customer or an attacker writes, only our own four elements may appear, and taking
    them away leaves exactly what was written.
    """
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[tuple[str, set[str]]] = []
            self.words: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen.append((tag, {name for name, _ in attrs}))

        def handle_data(self, data: str) -> None:
            self.words.append(data)

    for made in (linkify(text, terms), highlight(text, terms)):
        reader = Reader()
        reader.feed(str(made))
        reader.close()
        assert text == "".join(reader.words)
        for tag, attributes in reader.seen:
            assert tag in {"a", "span", "mark", "br"}
            assert attributes <= {"href", "rel", "target", "class"}


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "ftp://a.example/",
        "//a.example",
        "JaVaScRiPt://x",
    ],
)
def test_only_the_open_web_is_linked(text: str) -> None:
    """
    An address a browser would run or open locally must not be one click away.
    """
    assert "<a " not in linkify(text)


def test_links_give_no_credit_and_keep_no_punctuation() -> None:
    """
    The full stop of a sentence is not part of the address, and a shop does not vouch for links.
    """
    made = linkify("Voir https://a.example/x?a=1&b=2.")

    assert (
        'Voir <a href="https://a.example/x?a=1&amp;b=2" rel="noopener noreferrer nofollow ugc"'
        ' target="_blank">https://a.example/x?a=1&amp;b=2</a>.' == made
    )


def test_a_parenthesis_opened_by_the_address_stays_in_it() -> None:
    """
    Encyclopaedias write addresses that end with a closing parenthesis.
    """
    assert 'href="https://a.example/Lampe_(objet)"' in linkify("(https://a.example/Lampe_(objet))")


def test_handles_and_hashtags_are_marked_but_not_e_mail_addresses() -> None:
    """
    "bob@shop.example" is an address, not somebody called @shop.
    """
    made = linkify("@bob #Été bob@shop.example")

    assert '<span class="handle">@bob</span>' in made
    assert '<span class="hashtag">#Été</span>' in made
    assert 1 == made.count("handle")


def test_line_breaks_of_every_system_are_kept() -> None:
    """
    Messages come from phones, mail programs and old exports.
    """
    assert "a<br>b<br>c<br>d" == linkify("a\nb\r\nc\rd")


def test_highlight_ignores_accents_and_case_and_keeps_the_original() -> None:
    """
    Search folds French; the reader must see why a message was found, spelt as it was written.
    """
    assert "Très <mark>Déçu</mark>e de l&#x27;<mark>été</mark>" == highlight(
        "Très Déçue de l'été", "decu ETE"
    )


def test_highlight_reads_a_query_like_the_search_does() -> None:
    """
    Operators and excluded words were not looked for, so marking them would mislead.
    """
    assert "<mark>colis perdu</mark> from or bob" == highlight(
        "colis perdu from or bob", '"colis perdu" OR from:bob -bob'
    )


def test_letters_that_fold_into_several_do_not_shift_the_marks() -> None:
    """
    "ﬁ" and "œ" lengthen when folded; a naive index would cut the text elsewhere.
    """
    assert "ﬁn ß <mark>colis</mark>" == highlight("ﬁn ß colis", "colis")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (38, f"38{NARROW}s"),
        (7500, f"2{NO_BREAK}h{NO_BREAK}05"),
        (7200, f"2{NO_BREAK}h"),
        (3599.6, f"1{NO_BREAK}h"),
        (273600, f"3{NO_BREAK}j 4{NO_BREAK}h"),
        (86399, f"1{NO_BREAK}j"),
        (timedelta(minutes=5), f"5{NO_BREAK}min"),
        (None, "–"),
    ],
)
def test_durations_in_french(
    french: None, seconds: float | timedelta | None, expected: str
) -> None:
    """
    Two units are enough to compare response times; rounding must never print 60 minutes.
    """
    assert expected == duration(seconds)


def test_durations_in_english(english: None) -> None:
    """
    English names the minutes.
    """
    assert ("2 h 5 min", "3 d 4 h") == (duration(7500), duration(273600))


def test_rounding_never_shows_sixty(french: None) -> None:
    """
    Moments all over two days, so that no boundary says "60 min" or "24 h".
    """
    said = {duration(seconds) for seconds in range(0, 2 * 86400, 29)}

    assert not {
        words
        for words in said
        if words.startswith(("60", f"24{NO_BREAK}h")) or words.endswith("60")
    }


def test_ago_shows_the_exact_time_of_the_workspace(french: None) -> None:
    """
    "Il y a 5 min" is for glancing; a dispute needs the minute, in the shop's own zone.
    """
    with timezone.override(ZoneInfo("Europe/Paris")):
        made = ago(NOON - timedelta(minutes=5), NOON)

    assert "il y a 5" in made
    assert 'datetime="2024-09-12T13:55:00+02:00"' in made
    assert "12 septembre 2024 à 13:55" in made


def test_ago_becomes_a_date_after_a_week(french: None) -> None:
    """
    "Il y a 40 jours" makes people count; the year is said only when it is another one.
    """
    assert ">1 août<" in ago(datetime(2024, 8, 1, 12, tzinfo=UTC), NOON)
    assert ">3 déc. 2023<" in ago(datetime(2023, 12, 3, 12, tzinfo=UTC), NOON)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(minutes=59), f"59{NO_BREAK}min"),
        (timedelta(minutes=59, seconds=50), f"1{NO_BREAK}h"),
        (timedelta(minutes=61), f"1{NO_BREAK}h"),
        (timedelta(hours=23, minutes=58), f"1{NO_BREAK}j"),
        (timedelta(hours=25), f"1{NO_BREAK}j"),
    ],
)
def test_ago_changes_its_unit_when_it_is_full(french: None, passed: timedelta, words: str) -> None:
    """ "61 min" makes people divide."""
    assert f"il y a {words}<" in ago(NOON - passed, NOON).replace("\u202f", NO_BREAK)


def test_ago_of_nothing_is_a_dash() -> None:
    """
    A conversation never answered has no answer time.
    """
    assert "–" == ago(None)


def test_figures_follow_the_language() -> None:
    """
    A comma in French, a point in English, and an unknown ratio is not zero.
    """
    with translation.override("fr"):
        assert (f"12,3{NARROW}%", f"12,3{NO_BREAK}k") == (percent(0.1234), compact(12345))
        assert f"78{NARROW}%" == percent(0.784, 0)
    with translation.override("en"):
        assert ("12.3%", "12.3K") == (percent(0.1234), compact(12345))
    assert ("–", "–") == (percent(None), compact(None))
