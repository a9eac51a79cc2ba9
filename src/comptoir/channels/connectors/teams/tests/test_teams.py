"""Alerts on Teams."""

import pytest

from comptoir.channels.connector import AccessLost, Connection, Rejected, TryLater
from comptoir.channels.connectors.teams.connector import Teams
from comptoir.channels.connectors.tests.simulated import network, said

teams = Teams()
here = Connection(1, 1, "teams", "teams", "Teams", {"url": "https://flows.example/x"})


def test_customers_words_make_no_links_in_a_card() -> None:
    net = network(said({}, 202))
    teams.alert(here, "[gratuit](https://piege.example)", net)
    card = net.asked[0].details["json"]["attachments"][0]["content"]

    assert "\\[gratuit\\]\\(https://piege.example\\)" == card["body"][0]["text"]


@pytest.mark.parametrize(
    ("status", "refusal"), [(404, AccessLost), (429, TryLater), (400, Rejected)]
)
def test_each_error_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        teams.alert(here, "x", network(said({}, status)))


def test_connecting_says_so_in_the_channel() -> None:
    net = network(said({}, 202))
    teams.check(here, net)

    assert 1 == len(net.asked)
    with pytest.raises(Rejected):
        teams.check(Connection(1, 1, "teams", "teams", "", {"url": "http://x"}), net)
