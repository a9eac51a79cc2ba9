"""Products are recognised as customers write them, and only products."""

import pytest

from comptoir.analysis.entities import Catalogue, Product, find

SHOP = Catalogue(
    [
        Product("T1", "Théière en fonte Kyoto 0,8 L", ("Kyoto tetsubin",)),
        Product("T2", "Théière en verre Osaka 1 L"),
        Product("B1", "Bougie parfumée Figuier Sauvage 180 g"),
        Product("B2", "Bougie parfumée Fleur de Coton 180 g"),
        Product("R1", "Bouilloire électrique Vapora X200"),
        Product("R2", "Bouilloire électrique Vapora X300"),
        Product("S1", "T-shirt coton bio bleu M"),
        Product("S2", "T-shirt coton bio bleu L"),
        Product("F1", "Fauteuil Emma velours côtelé"),
        Product("C1", "Original"),
        Product("U1", "Umbra oak bookshelf", ("étagère Umbra",)),
    ]
)


def named(text: str) -> list[str]:
    return [one.value for one in find(text, catalogue=SHOP) if one.kind == "product"]


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Ma Théière en fonte Kyoto 0,8 L fuit", "T1"),
        ("ma theiere kyoto fuit", "T1"),
        ("la théière kyotto est fêlée", "T1"),
        ("deux théières Osaka arrivées cassées", "T2"),
        ("le tetsubin kyoto est superbe", "T1"),
        ("vos bougies figuier sauvages sentent bon", "B1"),
        ("la bougie fleur de cotton ne tient pas", "B2"),
        ("bouilloire vapora x300 en panne", "R2"),
        ("fauteuil emma trop petit", "F1"),
        ("the Umbra book shelf, sorry, oak bookshelf, wobbles", "U1"),
        ("une etagere umbra bancale", "U1"),
    ],
)
def test_names_are_found_cut_short_mistyped_or_in_the_plural(text: str, product: str) -> None:
    """
    Few customers write the title of the product page.
    """
    assert [product] == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "je cherche une théière",
        "la bougie parfumée est arrivée",
        "Emma m'a bien répondu",
        "c'est original comme idée",
        "bouilloire vapora x500 en panne",
        "une fleur de votre jardin",
        "ma fonte est verte, mon verre est bleu",
        "t-shirt coton bio bleu troué",
        "merci beaucoup pour votre aide",
    ],
)
def test_common_words_and_what_many_products_share_name_none(text: str) -> None:
    """
    A product claimed wrongly sends the answer astray; two sizes of one shirt are not guessed.
    """
    assert [] == named(text)


def test_how_sure_is_said_and_the_place_holds() -> None:
    """
    The whole name is certain; a part with a typo is less.
    """
    whole, part = (
        find(text, catalogue=SHOP)[0]
        for text in ("Bougie Figuier Sauvage", "bougie figier sauvage")
    )

    assert 1 >= float(whole.detail) > float(part.detail) >= 0.55
    assert (0, 21) == (part.start, part.end)


def test_an_empty_or_nameless_catalogue_finds_nothing() -> None:
    """
    A shop starts without products, and some are called "12".
    """
    assert () == find("la théière 12", catalogue=Catalogue([]))
    assert () == find("la théière 12", catalogue=Catalogue([Product("a", "12"), Product("b", "")]))


def test_a_large_catalogue_names_the_right_one_of_its_variants() -> None:
    """
    Ten thousand products that share most of their words.
    """
    kinds, colours = ("lampe", "vase", "coussin", "tapis", "miroir"), ("rouge", "vert")
    names = [f"{k} {c} Modelo{n}x" for n in range(1000) for k in kinds for c in colours]
    shop = Catalogue([Product(str(i), name) for i, name in enumerate(names)])

    assert ["4562"] == [one.value for one in shop.find(f"mon {names[4562]} est cassé")]
    assert [] == list(shop.find("mon vase rouge est cassé"))
