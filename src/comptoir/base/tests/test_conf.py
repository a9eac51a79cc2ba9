"""Settings: typed, read once, loud on nonsense."""

from pathlib import Path

import pytest

from comptoir import conf


def _read(home: Path, **environ: str) -> conf.Settings:
    return conf.read({"COMPTOIR_HOME": str(home), **environ})


def test_nothing_set_is_sqlite_on_this_machine_alone(tmp_path: Path) -> None:
    settings = _read(tmp_path)

    assert ("", "127.0.0.1", 8421) == (settings.database_url, settings.host, settings.port)
    assert "http://127.0.0.1:8421" == settings.address


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "comptoir.toml").write_text('port = 9000\nlanguage = "en"\n')

    settings = _read(tmp_path, COMPTOIR_PORT="9001")

    assert (9001, "en") == (settings.port, settings.language)


def test_own_database_variable_wins_over_the_common_one(tmp_path: Path) -> None:
    settings = _read(
        tmp_path,
        DATABASE_URL="postgres://common/a",
        COMPTOIR_DATABASE_URL="postgres://own/b",
    )

    assert "postgres://own/b" == settings.database_url


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_yes_has_several_spellings(tmp_path: Path, word: str) -> None:
    assert _read(tmp_path, COMPTOIR_DEBUG=word).debug is True


def test_a_public_address_loses_its_last_slash(tmp_path: Path) -> None:
    settings = _read(tmp_path, COMPTOIR_PUBLIC_URL="https://crm.example/")

    assert "https://crm.example" == settings.address


@pytest.mark.parametrize("written", ["crm.lan, 10.0.0.0/8 ::1", "crm.lan 10.0.0.0/8,::1"])
def test_private_hosts_are_a_list_in_the_environment_as_in_the_file(
    tmp_path: Path, written: str
) -> None:
    (tmp_path / "comptoir.toml").write_text('private_hosts = ["crm.lan", "10.0.0.0/8", "::1"]\n')

    from_file = _read(tmp_path)
    from_environment = _read(tmp_path / "other", COMPTOIR_PRIVATE_HOSTS=written)

    assert ("crm.lan", "10.0.0.0/8", "::1") == from_file.private_hosts
    assert from_file.private_hosts == from_environment.private_hosts


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COMPTOIR_PORT", "eighty", "whole number"),
        ("COMPTOIR_PORT", "0", "between 1 and 65535"),
        ("COMPTOIR_PORT", "70000", "between 1 and 65535"),
        ("COMPTOIR_DEBUG", "maybe", "true or false"),
        ("COMPTOIR_LANGUAGE", "tlh", "fr, en"),
        ("COMPTOIR_LOG_LEVEL", "LOUD", "DEBUG"),
        ("COMPTOIR_LOG_FORMAT", "xml", "console, json"),
        ("COMPTOIR_THREADS", "0", "at least 1"),
        ("COMPTOIR_PROT", "8421", "no setting “prot”"),
        ("COMPTOIR_PRIVATE_HOSTS", "10.0.0.0/40", "10.0.0.0/40"),
        ("COMPTOIR_PRIVATE_HOSTS", "http://crm.lan", "names (crm.lan"),
        ("COMPTOIR_PRIVATE_HOSTS", "127.1", "127.1"),
        ("COMPTOIR_PROXY", "proxy.lan:3128", "http://proxy.lan:3128"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
    ],
)
def test_nonsense_stops_the_start_and_says_the_fix(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    """A setting silently ignored is a night lost."""
    with pytest.raises(conf.SettingProblem) as problem:
        _read(tmp_path, **{name: value})

    assert said in str(problem.value)


@pytest.mark.parametrize("text", ["port =", "\xff\xfe", 'prot = "8421"'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "comptoir.toml").write_bytes(text.encode("latin-1"))

    with pytest.raises(conf.SettingProblem) as problem:
        _read(tmp_path)

    assert "comptoir.toml" in str(problem.value)
