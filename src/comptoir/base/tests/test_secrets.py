import pytest

from comptoir.base import secrets


def test_a_secret_comes_back_and_is_not_stored_in_clear() -> None:
    stored = secrets.encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" == secrets.decrypt(stored)
    assert "JBSWY" not in stored


def test_another_key_opens_nothing(settings: pytest.FixtureRequest) -> None:
    """
    A database restored beside another key must say so instead of giving nonsense.
    """
    stored = secrets.encrypt("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY = "another" * 10  # type: ignore[attr-defined]  # pytest-django's settings

    with pytest.raises(secrets.Unreadable):
        secrets.decrypt(stored)
