"""Check digits refuse the slips of the keyboard they were made for."""

from collections.abc import Callable

import pytest

from comptoir.analysis.entities import checks
from comptoir.analysis.entities.parcels import carrier_of

VALID: tuple[tuple[Callable[[str], bool], str], ...] = (
    (checks.s10_is_valid, "RR473124829XX"),
    (checks.colissimo_is_valid, "6Q01929938641"),
    (checks.ups_is_valid, "1Z5R89390357567127"),
    (checks.mod_37_36_is_valid, "87001335318721H"),
    (checks.fedex_is_valid, "986578788855"),
    (checks.fedex_is_valid, "041441760228964"),
    (checks.dhl_is_valid, "563102430313"),
    (checks.gls_is_valid, "123456789011"),
    (checks.luhn_is_valid, "4111111111111111"),
    (checks.iban_is_valid, "FR7630006000011234567890189"),
    (checks.gs1_is_valid, "4006381333931"),
)


@pytest.mark.parametrize(("check", "code"), VALID)
def test_numbers_in_use_are_right(check: Callable[[str], bool], code: str) -> None:
    """
    Numbers printed in the standards, in carriers' guides, or on real parcels.
    """
    assert check(code)


@pytest.mark.parametrize(("check", "code"), [one for one in VALID if one[0] != checks.s10_is_valid])
def test_a_wrong_last_digit_is_refused(check: Callable[[str], bool], code: str) -> None:
    """
    Exactly one check digit fits what stands before it.
    """
    signs = "0123456789" if code[-1].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    assert [code[-1]] == [sign for sign in signs if check(code[:-1] + sign)]


@pytest.mark.parametrize("check", dict.fromkeys(one[0] for one in VALID))
@pytest.mark.parametrize("code", ["", "1", "٣٤٥٦٧٨٩٠١٢", "1Z", "éééééééééééé", "0" * 40])
def test_anything_else_is_refused_without_an_error(check: Callable[[str], bool], code: str) -> None:
    """
    Finders hand over whatever looks alike; digits of other scripts are none here.
    """
    assert not check(code)


@pytest.mark.parametrize(
    ("code", "carrier"),
    [
        ("CB123456785FR", "colissimo"),
        ("XY123456785FR", "chronopost"),
        ("RB123456785FR", "la_poste"),
        ("RB123456785GB", "royal_mail"),
        ("RB123456785US", "postal"),
        ("87001335318721H", "la_poste"),
        ("TBA502887274000", "amazon"),
        ("JD0002254405060992", "yodel"),
        ("JVGL0999999990", "dhl"),
        ("1234567890", ""),
    ],
)
def test_the_number_says_the_carrier(code: str, carrier: str) -> None:
    """
    The agent sees at once where to look the parcel up.
    """
    assert carrier == carrier_of(code)
