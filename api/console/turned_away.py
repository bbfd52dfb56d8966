"""What the console says to whoever is not signed in, not just now, or not in the way that is asked for: where each leads on to.

Next: api/console/sessions.py
"""

from typing import Final
from urllib.parse import quote

from domain.errors import DomainError

SIGN_IN: Final = "/console/sign-in"
PASSKEYS: Final = "/console/passkeys"


class SignedOutError(DomainError):
    """Nobody is signed in, or not any more: the answer never says which."""

    kind = "signed-out"
    sentence = "You were signed out. Please sign in again; nothing that you sent before is lost."


class SignInAgainError(DomainError):
    """What was asked cannot be undone, and the last sign-in is more than five minutes ago.

    Args:
        back: the page of the console to go on from.
    """

    kind = "sign-in-again"
    sentence = "Please sign in again before you do this."

    def __init__(self, back: str) -> None:
        super().__init__()
        self.where = f"{SIGN_IN}/again?next={quote(back, safe='/')}"


class PasskeyDueError(SignInAgainError):
    """This installation lets people in by a passkey, and this session began without one (`HABEAS_PASSKEYS`)."""

    def __init__(self) -> None:
        super().__init__(PASSKEYS)
        self.where = f"{PASSKEYS}?due=1"
