"""Passwords of staff: Argon2id (RFC 9106; `security.md` 2.9). Each takes 64 MiB, so callers limit how many.

Next: adapters/database/people.py
"""

import secrets
from collections.abc import Iterable
from functools import cache
from typing import Final

from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from adapters.breached_passwords import is_breached
from adapters.common_passwords import is_common
from domain.errors import InvalidInputError

SHORTEST: Final = 12  # characters
LONGEST: Final = 128
_HASHER: Final = Argon2Hasher(time_cost=3, memory_cost=65_536, parallelism=1)  # KiB


def hash_password(password: str, about: Iterable[str] = ()) -> str:
    """The stored form of a new password.

    Args:
        password: as it was typed.
        about: names that a guess would begin with: of the person, their mailbox, the controller.

    Raises:
        InvalidInputError: too short, too long, or one that anybody would try.
    """
    if len(password) < SHORTEST:
        raise InvalidInputError(f"Use at least {SHORTEST} characters; a few words in a row are fine.", field="password")
    if len(password) > LONGEST:
        raise InvalidInputError(f"Use at most {LONGEST} characters.", field="password")
    if is_common(password, about) or is_breached(password):
        raise InvalidInputError(
            "This is too easy to guess: a common word, a row of keys, a name, or one that was leaked. "
            "A few words in a row are fine.",
            field="password",
        )
    return _HASHER.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one. Takes as long where nothing is stored, so that time tells nothing."""
    try:
        same = _HASHER.verify(password[:LONGEST], stored or _nobody())
    except UnknownHashError:
        return False
    return same and stored is not None and len(password) <= LONGEST


def random_password() -> str:
    """A password for an account of the demo: 144 bits, long enough never to look like a common one."""
    return secrets.token_urlsafe(18)


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
