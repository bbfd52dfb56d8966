"""What stops a release until a second person lets it go: too many in a day, or something changed that thieves change first (R6).

Next: api/brake.py
"""

from enum import StrEnum
from typing import Final

from domain.authority import Action
from domain.errors import DomainError, FourEyesError, NotPermittedError
from domain.rights import Role

RELEASES: Final = frozenset({Action.APPROVE_PACKAGE, Action.APPROVE_PARTIAL_ANSWER})  # what lets people's data leave


class Brake(StrEnum):
    """Why a release waits."""

    PERSON = "person"
    INSTALLATION = "installation"
    CHANGE = "change"


class ReleaseHeldError(DomainError):
    """The release brake holds this approval. Facts: reason."""

    kind = "release-held"
    sentence = (
        "The release brake holds this: a privacy lead who has not prepared it has to let it go, on the page Alerts. They are "
        "told. Nothing was sent, and the case stays as it is; approve it again afterwards."
    )


def check_raises(*, role: Role, person: str, approved_by: str, preparers: list[str]) -> None:
    """Refuse whoever may not let a held release go.

    Args:
        role: of whoever wants to.
        person: who that is.
        approved_by: whose approval is held.
        preparers: of the case, since its last return.

    Raises:
        NotPermittedError: not a privacy lead.
        FourEyesError: they approved or prepared it.
    """
    if role is not Role.PRIVACY_LEAD:
        raise NotPermittedError(role=role.value)
    if person == approved_by or person in preparers:
        raise FourEyesError("You approved or prepared this. Somebody else has to let it go.")
