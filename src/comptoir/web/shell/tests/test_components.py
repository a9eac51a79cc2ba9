"""Components say what they show, and pages keep to the strict content policy."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.messages.storage.base import Message
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from comptoir.web.shell import styleguide, words
from comptoir.web.shell.templatetags.shell import (
    CHANNEL_ICONS,
    SCRIPTS,
    STATUS_ICONS,
    icon_names,
    initials,
)

ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html")


def render(source: str, **context: object) -> str:
    """A template of one line, with the shell's tags loaded."""
    request = RequestFactory().get("/")
    return engines["django"].from_string("{% load shell typo %}" + source).render(context, request)


@pytest.fixture
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


def page(name: str) -> str:
    return styleguide.page(RequestFactory().get("/"), name).content.decode()


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_no_page_needs_inline_style_or_script(name: str) -> None:
    """
    The content policy forbids both, and a browser would drop them without a word.
    """
    made = page(name)

    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|=.javascript:", made)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", made))


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_every_icon_used_is_drawn(name: str) -> None:
    """
    A missing symbol shows as nothing at all.
    """
    used = set(re.findall(r"sprite\.svg[^\"#]*#([^\"]+)", page(name)))

    assert used
    assert used <= set(icon_names())


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_ids_are_unique_and_references_lead_somewhere(name: str) -> None:
    """
    Labels, pop-overs and descriptions are tied by id; one typing error unties them silently.
    """
    made = page(name)
    ids = re.findall(r'\sid="([^"]+)"', made)
    wanted = re.findall(r'\s(?:for|popovertarget|aria-labelledby|data-dialog)="([^"]+)"', made)

    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_simulation_is_said_on_every_team_page(name: str) -> None:
    """
    Nobody may take invented customers for real ones.
    """
    assert ('class="banner"' in page(name)) == ('class="frame"' in page(name))


@pytest.mark.parametrize("name", ERROR_PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_error_pages_need_no_context(name: str, language: str) -> None:
    """
    They are drawn when things are already broken: no request, no user, no brand.
    """
    with translation.override(language):
        made = render_to_string(name)

    assert f'<html lang="{language}">' in made
    assert "<h1>" in made


def test_broken_manifest_does_not_break_the_page_saying_so(settings: Settings) -> None:
    """
    The 500 page must not itself ask the file manifest that may have caused the error.
    """
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.DEBUG = False

    assert "comptoir/css/tokens.css" in render_to_string("500.html")


@pytest.mark.parametrize("names", [CHANNEL_ICONS, STATUS_ICONS])
def test_codes_point_to_icons_that_exist(names: dict[str, str]) -> None:
    """
    Connectors add channels; their sign must be drawn.
    """
    assert set(names.values()) <= set(icon_names())


def test_every_channel_has_a_sign_and_a_name() -> None:
    """
    The two tables are read side by side.
    """
    assert set(words.CHANNELS) == set(CHANNEL_ICONS)


def test_tone_is_told_by_word_and_shape(french: None) -> None:
    """
    Colour alone would leave one man in twelve guessing.
    """
    made = render("{% tone 'negative' %}")

    assert "Négatif" in made
    assert "#tone-negative" in made


def test_reasons_and_labels_are_escaped() -> None:
    """
    A brand's own intent and a model's reason quote customers.
    """
    made = render("{% intent code label=bad reason=bad %}", code="x", bad='"><script>')

    assert "<script>" not in made


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Camille de la Tour", "CT"),
        ("@mobi", "M"),
        ("🦊", "🦊"),
        ("", "?"),
        ("  ", "?"),
        ("@", "?"),
    ],
)
def test_anybody_has_initials(name: str, expected: str) -> None:
    """
    Handles may be an emoji, or empty in a damaged export.
    """
    assert expected == initials(name)


def test_a_name_keeps_its_colour() -> None:
    """
    People recognise customers by it, so it may not change between two starts.
    """
    assert 'data-hue="' in render("{% avatar 'Camille' %}")
    assert render("{% avatar 'Camille' %}") == render("{% avatar 'CAMILLE' %}").replace("C<", "C<")


def test_unknown_figure_is_a_dash_not_zero() -> None:
    """
    Unknown is not zero, and nothing is compared with it.
    """
    made = render("{% stat 'Reply' None compared=False %}")

    assert "data-unknown" in made
    assert "delta" not in made


@pytest.mark.parametrize(
    ("change", "good", "sense"),
    [
        (0.1, "up", "good"),
        (-0.1, "up", "bad"),
        (-0.1, "down", "good"),
        (0.1, "", ""),
        (0.0, "up", ""),
    ],
)
def test_a_change_is_judged_by_the_direction_that_is_good(
    change: float, good: str, sense: str
) -> None:
    """
    A reply time that falls is good news; a volume that rises is only news.
    """
    assert f'data-sense="{sense}"' in render("{% delta change good %}", change=change, good=good)


def test_bar_of_tones_fills_its_width_exactly() -> None:
    """
    Rounding three shares apart would leave a gap or overflow.
    """
    made = render("{% tone_bar 1 1 1 %}")
    widths = [int(width) for width in re.findall(r' width="(\d+)"', made)]

    assert 1000 == sum(widths)


def test_bar_of_tones_draws_nothing_without_messages() -> None:
    """
    No message is not a third of each.
    """
    assert "<rect" not in render("{% tone_bar 0 0 0 %}")


def test_wrong_field_is_tied_to_its_error_and_help(french: None) -> None:
    """
    A screen reader must hear why, on the field itself.
    """
    form = styleguide.SampleForm({})
    made = render("{% field form.name %}", form=form)

    assert 'aria-invalid="true"' in made
    assert 'aria-describedby="id_name_helptext id_name_error"' in made
    assert 'id="id_name_helptext"' in made
    assert 'id="id_name_error"' in made


def test_column_sorts_both_ways_and_says_so() -> None:
    """
    A second press turns the order round; the page number would then be meaningless.
    """
    request = RequestFactory().get("/?sort=name&page=3&q=x")
    source = "{% load shell %}<th {% sorted 'name' %}>{% sort_link 'name' 'Name' %}"
    made = engines["django"].from_string(source).render({}, request)

    assert 'aria-sort="ascending"' in made
    assert 'href="?sort=-name&amp;q=x"' in made


def test_undo_is_offered_only_when_there_is_something_to_undo() -> None:
    """
    A button that does nothing teaches people not to press it.
    """
    source = "{% include 'shell/parts/overlays.html' %}"
    made = render(
        source, messages=[Message(25, "Closed.", extra_tags="/undo/1/"), Message(25, "Hi")]
    )

    assert 1 == made.count('action="/undo/1/"')
    assert 2 == made.count("data-toast-undo hidden")


def test_scripts_are_loaded_small_modules() -> None:
    """
    No build step: each module is loaded by its page and stays short enough to read.
    """
    folder = Path(styleguide.__file__).parent / "static/comptoir/js"
    lengths = {path.name: len(path.read_text().splitlines()) for path in folder.glob("*.js")}

    assert {f"{name}.js" for name in (*SCRIPTS, "theme")} == set(lengths)
    assert not {name: length for name, length in lengths.items() if length >= 200}


def test_scripts_do_not_import_each_other() -> None:
    """
    An imported address carries no version, so an old half would stay in browsers after an upgrade.
    """
    web = Path(styleguide.__file__).parent.parent

    assert not [
        path.name
        for path in web.glob("*/static/**/*.js")
        if re.search(r"^\s*import\b", path.read_text(), re.M)
    ]


def places(count: int, current: int = 0) -> list[dict[str, object]]:
    """A navigation of so many places, the first four with a short name."""
    return [
        {"label": f"Place {rank}", "short": f"P{rank}" if rank < 4 else "", "url": f"/{rank}/"}
        | {"icon": "inbox", "current": rank == current, "badge": 2 if rank == 5 else 0}
        for rank in range(count)
    ]


def test_a_phone_s_bar_has_five_entries_whatever_there_is() -> None:
    """
    Seven tabs on 390 pixels cut the French names; nothing may become unreachable either.
    """
    made = render("{% include 'shell/parts/nav.html' %}", nav=places(8, current=6))
    bar = made.split('class="tabbar"')[1].split("</nav>")[0]
    more = made.split('id="more-places"')[1].split("</nav>")[0]

    assert 4 == bar.count("<a ")
    assert ["/4/", "/5/", "/6/", "/7/"] == re.findall(r'href="(/\d/)"', more)
    assert 'popovertarget="more-places" aria-current="true"' in bar
    assert '<span class="count">2</span>' in bar


def test_five_places_need_no_more() -> None:
    """
    A reader with few rights has every place in the bar.
    """
    made = render("{% include 'shell/parts/nav.html' %}", nav=places(5))

    assert 5 == made.split('class="tabbar"')[1].split("</nav>")[0].count("<a ")
    assert "more-places" not in made


def test_icons_of_rows_hold_their_lines() -> None:
    """A sign or pill drawn before for another place is drawn anew inside, and as before outside."""
    words = "{% load shell %}{% icon 'clock' %}{% urgency 1 %}"
    outside = Template(words).render(Context())
    inside = Template(
        words.replace("{% icon", "{% icons_inside %}{% icon") + "{% endicons_inside %}"
    ).render(Context())

    assert 2 == outside.count("<use ")
    assert 0 == inside.count("<use ")
    assert 2 == inside.count('viewBox="0 0 24 24"')
    assert outside == Template(words).render(Context())
