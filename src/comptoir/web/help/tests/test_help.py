import pytest
from django.test import Client

from comptoir.base.models import User
from comptoir.web.help import pages


def test_both_languages_have_the_same_pages() -> None:
    """
    A page that exists in one language only leaves half of the users without it.
    """
    for section in pages.SECTIONS:
        assert list(pages.pages(section, "fr")) == list(pages.pages(section, "en"))
        assert pages.pages(section, "fr")


def test_markup_from_a_page_cannot_carry_a_script() -> None:
    """
    Pages pass the same cleaner as untrusted HTML: one rule for all.
    """
    page = pages.Page("guide", "x", "X", "<script>alert(1)</script>\n\n[a](javascript:alert(1))")

    assert "<script" not in page.html
    assert "href" not in page.html


def test_links_between_pages_lead_to_pages_of_the_help() -> None:
    """
    The same Markdown is read in the repository, where links end in .md.
    """
    page = pages.Page("guide", "x", "X", "[volume](../../metrics/fr/10-volume.md#net-sentiment)")

    assert 'href="../../metrics/volume/#net-sentiment"' in page.html


def test_every_link_between_pages_leads_somewhere() -> None:
    """
    A renamed page must not leave dead links behind.
    """
    for section in pages.SECTIONS:
        for language in ("fr", "en"):
            for page in pages.pages(section, language).values():
                for match in pages._LINK.finditer(page.text):
                    target = pages.page(match[1] or page.section, match[2], language)
                    assert target, f"{page.slug} ({language}) links to {match[0]}"


@pytest.mark.parametrize("section", pages.SECTIONS)
def test_a_member_can_read_every_page(section: str, owner: User) -> None:
    client = Client()
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    for slug, page in pages.pages(section, owner.language).items():
        answer = client.get(f"/help/{section}/{slug}/")

        assert 200 == answer.status_code
        assert page.title in answer.content.decode()


def test_strangers_are_sent_to_the_sign_in_page(owner: User) -> None:
    assert "/account/login/" in Client().get("/help/").headers["Location"]


def test_links_without_a_section_stay_in_their_own() -> None:
    """
    Definitions link to their neighbours by file name alone.
    """
    page = pages.Page("metrics", "x", "X", "[care](20-care.md)")

    assert 'href="../../metrics/care/"' in page.html


def test_wide_tables_scroll_by_keyboard_under_the_name_of_their_section() -> None:
    """
    On a phone a table of six roles is wider than the screen.
    """
    page = pages.Page("guide", "x", "X", "## Roles & rights\n\n| a | b |\n| --- | --- |\n| 1 | 2 |")

    assert 'tabindex="0" role="region" aria-label="Roles &amp; rights"' in page.html


def test_the_reader_goes_on_from_the_guide_to_the_definitions(owner: User) -> None:
    """
    On a phone the list of pages is hidden, so each page leads to the next.
    """
    client = Client()
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    last, first = list(pages.pages("guide", "fr"))[-1], next(iter(pages.pages("metrics", "fr")))

    assert f"/help/metrics/{first}/" in client.get(f"/help/guide/{last}/").content.decode()
