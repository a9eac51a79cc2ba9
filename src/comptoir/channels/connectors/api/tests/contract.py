"""The API's account, as the shared tests of connectors need it: nobody calls it, and it asks nobody."""

from comptoir.channels.contract import Contract

CONTRACT = Contract(values={}, asks=False)
