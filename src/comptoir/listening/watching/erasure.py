"""What becomes of watched pages when a person is erased."""

from comptoir.base.erasure import rule
from comptoir.listening.watching.models import PageChange, PageReading, WatchedPage, WebHost

rule(WatchedPage, "kept", "Addresses of public pages that the team follows.")
rule(PageReading, "kept", "Public pages of other companies, not tied to any person of ours.")
rule(PageChange, "kept", "What changed on public pages of other companies.")
rule(WebHost, "kept", "Web sites and their published rules for programs.")
