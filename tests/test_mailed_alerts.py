"""
Killed while alerts are mailed by real servers, a Dovecot and a Postfix.

    pytest -m mail tests/test_mailed_alerts.py

A server that takes a mail cannot be asked whether it did, only whether the copy is there that is
filed afterwards. So a death between the two, and nothing else, lets a mail leave twice, with the
same id, by which readers' programs know it for one.
"""

import json
from collections import defaultdict
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest
from tests.test_kills import installation
from tests.test_kills_alerts import alarmed
from tests.test_kills_sending import network

from comptoir.channels.connectors.email.tests.post_office import (
    CUSTOMER,
    PostOffice,
    post_office,
    wait_for,
)

pytestmark = pytest.mark.mail
ALERTS, KILLS = 12, 8


def test_each_alert_is_mailed_and_a_second_mail_has_the_firsts_id(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home, network() as simulator, post_office() as office:
        mailbox = {
            "values": office.values(),
            "authority": str(office.authority),
            "to": CUSTOMER,
        }
        told = alarmed(
            home,
            simulator,
            KILLS,
            timeout=600,
            ALERTS=str(ALERTS),
            MAILBOX=json.dumps(mailbox),
        )
        wait_for(lambda: len(_by_alert(office)) == ALERTS, "a mail of each alert")
        mails = _by_alert(office)

    for one in told["alerts"]:
        (firing,) = one["firings"]
        assert ["sent", "sent"] == [notice["state"] for notice in firing["notices"]], one
        assert 1 == len({mail["Message-ID"] for mail in mails[one["name"]]}), one
    assert sum(map(len, mails.values())) - ALERTS <= told["killed"]


def _by_alert(office: PostOffice) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = defaultdict(list)
    for raw in office.box(CUSTOMER):
        mail = message_from_bytes(raw, policy=default)
        name = next(word for word in str(mail["Subject"]).split() if word.startswith("mot"))
        found[name.rstrip(":.")].append(mail)
    return found
