"""What the tests that all connectors share need to know of Teams."""

from comptoir.channels.contract import Contract

CONTRACT = Contract(values={"url": "https://flows.example/x"})
