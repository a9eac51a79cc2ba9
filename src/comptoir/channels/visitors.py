"""What visitors of a shop's own site are called: a chat knows a browser, not a person."""

import re
from hashlib import blake2b

HANDLE = "visitor-"
_SHORT = 12
_NAMED = re.compile(rf"{HANDLE}([0-9a-f]{{{_SHORT}}})")


def key_of(account_id: int, secret: str) -> str:
    """
    What a visitor is called here; whoever knows it cannot speak in their name.

    >>> key_of(1, "a") == key_of(1, "a"), key_of(1, "a") == key_of(2, "a")
    (True, False)
    """
    return blake2b(f"{account_id} {secret}".encode(), digest_size=16).hexdigest()


def handle_of(key: str, email: str) -> str:
    """The handle under which a visitor's messages are kept."""
    return email or f"{HANDLE}{key[:_SHORT]}"


def visitor_key(handle: str) -> str:
    """
    The beginning of the key behind a handle, "" for one that names no visitor.

    >>> visitor_key("visitor-0123456789ab")
    '0123456789ab'
    """
    found = _NAMED.fullmatch(handle)
    return found[1] if found else ""
