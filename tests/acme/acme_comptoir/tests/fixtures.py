"""For conftest files: the package installed, its network simulated."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acme_comptoir.tests.installing import install
from acme_comptoir.tests.simulator import AcmeSimulator
from comptoir.channels import receiving
from comptoir.channels.connectors import connectors


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AcmeSimulator]:
    """
    The example package installed for the length of a test, and its network simulated.

    Every request that a connector makes meets the simulator. Refusals are counted at once: a
    timer would outlive the test.
    """
    monkeypatch.syspath_prepend(str(install(tmp_path / "packages")))
    monkeypatch.setattr(receiving, "COUNTED_SECONDS", 0.0)
    connectors.cache_clear()
    simulator = AcmeSimulator()
    monkeypatch.setattr("comptoir.base.http.guarded", lambda: simulator)
    yield simulator
    connectors.cache_clear()
