import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.base.models import Workspace
from comptoir.base.scope import scope
from comptoir.channels import api

TEXTS = {
    1: "L’écran de ma télé est cassé 😡 #SAV",
    2: "Mon colis est perdu, remboursez-moi !",
    3: "Colis reçu, merci @citron 🍋",
    4: "perdu mon colis dans la télé",
    5: "The parcel is lost",
}
FACETS = {
    1: {"lang_fr", "tone_neg"},
    2: {"lang_fr", "tone_neg"},
    3: {"lang_fr", "tone_pos"},
    4: {"lang_fr", "tone_neg"},
    5: {"lang_en", "tone_neg"},
}


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    api.index_messages([api.Indexed(n, text, frozenset(FACETS[n])) for n, text in TEXTS.items()])
    return workspace


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("colis", [4, 3, 2]),
        ("COLIS perdu", [4, 2]),
        ('"colis est perdu"', [2]),
        ('"mon colis" -télé', [2]),
        ("-colis", [5, 1]),
        ("ecran", [1]),
        ("l'ecran", [1]),
        ("télé", [4, 1]),
        ("#sav", [1]),
        ("@Citron", [3]),
        ("😡", [1]),
        ("🍋 merci", [3]),
        ("absent", []),
        ("!!!", []),
        ("rembours", []),
    ],
)
def test_words_are_found_as_people_type_them(
    filled: Workspace, query: str, found: list[int]
) -> None:
    """
    Without accents or case, phrases in quotes, a minus to exclude; newest first.
    """
    assert found == api.search(query)


def test_the_last_word_is_a_beginning_while_it_is_typed(filled: Workspace) -> None:
    assert [2] == api.search("colis rembours", typing=True)
    assert [] == api.search("rembours ", typing=True)
    assert [2] == api.search('"perdu rembours', typing=True)


def test_facets_are_alternatives_within_a_group_and_all_hold_across(filled: Workspace) -> None:
    assert [3] == api.search("colis", [["lang_fr", "lang_en"], ["tone_pos"]])
    assert [5, 3] == api.search("", exclude=["lang_fr"]) + api.search("", [["tone_pos"]])
    assert [] == api.search("colis", [[]])


def test_facets_and_words_are_worlds_apart(filled: Workspace) -> None:
    """
    Writing "lang_fr" in a message must not make it French, nor find French ones.
    """
    api.index_messages([api.Indexed(6, "lang_en tone_pos w1", frozenset({"lang_de"}))])

    assert [] == api.search("", [["lang_en"], ["tone_pos"]])
    assert [6] == api.search("lang en")
    assert [6] == api.search("", [["lang_de"]])


def test_pages_go_back_in_time_by_id(filled: Workspace) -> None:
    assert [5, 4] == api.search("", limit=2)
    assert [3, 2] == api.search("", before_id=4, limit=2)
    assert [4, 3] == api.search("", before_id=5, after_id=2)


def test_indexing_again_replaces_and_removing_forgets(filled: Workspace) -> None:
    api.index_messages([api.Indexed(2, "tout va bien", frozenset({"lang_fr"}))])
    api.remove_from_index([4, 99])

    assert [3] == api.search("colis")
    assert [2] == api.search("bien")
    assert {1, 2, 3, 5} == api.indexed([1, 2, 3, 4, 5, 99])


def test_one_brand_never_finds_the_other(filled: Workspace) -> None:
    other = Workspace.objects.create(slug="autre", name="Autre")
    with scope(other):
        assert [] == api.search("colis")
        api.index_messages([api.Indexed(9, "colis", frozenset())])
        assert [9] == api.search("colis")

    assert [4, 3, 2] == api.search("colis")


def test_a_facet_that_could_be_syntax_is_refused(filled: Workspace) -> None:
    """
    Facets come from our own code; one that is not a token is a mistake to see at once.
    """
    for wrong in ("Lang", 'a" OR "b', "", "a b"):
        with pytest.raises(ValueError, match="facet"):
            api.search("", [[wrong]])


@pytest.mark.parametrize(
    "query",
    ['"', '""', "*", "colis*", "NEAR(colis perdu)", "text:colis", "facets:w1", "colis OR perdu", "(", "a AND", "' & !b", "colis:*", "\\", "\0", "-", '-"', "^colis", "{text}: a", "a" * 5000, "-" * 500, "🏳️‍🌈 & 1", "w1"],
)  # fmt: skip
def test_what_looks_like_syntax_is_only_words(filled: Workspace, query: str) -> None:
    """
    A search box is open to everybody; an operator typed is a word looked for.
    """
    assert set(api.search(query)) <= {2, 3, 4}
    api.search(query, typing=True)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60), query=st.text(alphabet="ab\"-* :()&|!<>\\'é😡#@", max_size=20))
def test_anything_can_be_indexed_and_asked(workspace: Workspace, text: str, query: str) -> None:
    """
    No text breaks the index, no query breaks the search, and a text finds itself.
    """
    api.index_messages([api.Indexed(1, text, frozenset())])

    api.search(query, typing=True)
    plain = text.replace('"', " ").replace("-", " ")
    from comptoir.analysis.text import fold

    if fold(plain) and fold(plain) == fold(text):
        assert [1] == api.search(f'"{plain}"')
