"""
Secrets at rest: encrypted with a key that lies beside the database, not in it.

A stolen database alone gives none of them away. The key is derived from the
installation's own (`secret.key`), so that a backup of the one folder is whole.
"""

import base64
from functools import cache
from hashlib import blake2b

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(ValueError):
    """A secret that this installation's key does not open: was `secret.key` replaced?"""


def encrypt(secret: str) -> str:
    """The secret as it may be stored; the same secret looks different each time."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode("ascii")


def decrypt(stored: str) -> str:
    """The secret behind `stored`. Raises Unreadable for anything this key did not close."""
    try:
        return _box(settings.SECRET_KEY).decrypt(stored.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Unreadable("This secret was not encrypted with this installation's key.") from error


@cache
def _box(key: str) -> Fernet:
    derived = blake2b(key.encode()[:64], person=b"comptoir-secret", digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(derived))
