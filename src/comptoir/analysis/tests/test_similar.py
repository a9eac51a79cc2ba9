"""Near-duplicates: what groups and what must not."""

import pytest

from comptoir.analysis.similar import SAME, fingerprint, sign, similarity

PAIRS = [
    (
        "Bonjour, je n'ai toujours pas reçu mon colis commandé il y a deux semaines, que faire ?",
        "@Boutik Bonjour je n'ai toujours pas reçu mon colis commandé il y a 2 semaines ! que faire ???",
    ),
    (
        "Attention un faux SMS circule au nom de la boutique, ne cliquez pas sur le lien et prévenez vos proches",
        "RT @ami: Attention un faux SMS circule au nom de la boutique, ne cliquez pas sur le lien et prévenez…",
    ),
    (
        "Impossible de payer ma commande par carte depuis ce matin, le site affiche une erreur",
        "impossible de payer ma commande par carte depuis hier soir, le site affiche une erreur svp",
    ),
    (
        "Le code promo de la newsletter ne marche pas au moment de valider le panier",
        "Bonjour le code promo de la newsletter ne marche pas au moment de valider le panier merci",
    ),
]
APART = [
    "Mon colis est arrivé ouvert et il manque deux tasses, que comptez-vous faire ?",
    "Quand est-ce que le vase bleu sera de nouveau en stock dans la boutique de Lyon ?",
    "Je voudrais changer l'adresse de livraison de ma commande avant son expédition",
    "Bravo à toute l'équipe pour la rapidité, colis reçu en deux jours et bien emballé",
    "Je n'ai pas reçu la facture de ma commande, pouvez-vous me la renvoyer par mail ?",
    "Le site est en panne depuis ce matin, impossible de se connecter à mon compte",
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_edited_copies_share_a_band_and_look_alike(first: str, second: str) -> None:
    """
    Recall on the edited pairs is 1: each is a candidate and passes SAME.
    """
    one, two = sign(first), sign(second)
    alike = similarity(one[0], two[0])

    assert set(one[1]) & set(two[1])
    assert alike is not None
    assert alike >= SAME


def test_different_messages_stay_apart() -> None:
    """
    Precision on the test set is 1: no two unrelated messages pass SAME.
    """
    texts = [*APART, *(first for first, _ in PAIRS)]
    signatures = [sign(text)[0] for text in texts]
    for place, one in enumerate(signatures):
        for other in signatures[place + 1 :]:
            assert (similarity(one, other) or 0) < SAME


def test_fingerprints_ignore_handles_links_numbers_and_emoji() -> None:
    """
    The same cry sent to two accounts is one cry.
    """
    assert fingerprint("@Marque EN PANNE depuis 3 jours 😡 https://t.co/a") == fingerprint(
        "en panne depuis 12 jours"
    )
    assert fingerprint("Merci beaucoup") != fingerprint("Merci à vous")


def test_texts_without_words_have_no_fingerprint() -> None:
    """
    Every lone emoji must not become one group.
    """
    assert "" == fingerprint("😡 @Marque 12 https://t.co/a")


def test_short_texts_have_no_signature() -> None:
    """
    Under five words, alike says nothing.
    """
    assert (b"", ()) == sign("toujours pas reçu")
    assert similarity(b"", sign(APART[0])[0]) is None


def test_signatures_never_change() -> None:
    """
    They are stored: a new value here needs a new MODEL_VERSION and a rebuild.
    """
    signature, bands = sign("le colis que vous avez perdu hier")

    assert 128 == len(signature)
    assert 6 == len(bands)
    assert all(-(2**63) <= band < 2**63 for band in bands)
    assert -1637507209004561153 == bands[0]
    assert 7869896178212114294 == bands[5]
    assert "ca01b307d202020a" == signature[:8].hex()
