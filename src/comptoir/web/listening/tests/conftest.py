"""Messages, saved queries and a browser signed in as an analyst."""

from comptoir.listening.tests.conftest import save, say, work
from comptoir.triage.tests.conftest import make_other
from comptoir.web.tests.signed_in import analyst, browser, sign_in

__all__ = ["analyst", "browser", "make_other", "save", "say", "sign_in", "work"]
