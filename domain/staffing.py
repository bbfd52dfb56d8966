"""Who may change what about an account: two persons for whatever opens people's data to somebody (`security.md` R3, R4).

One account is one person with one role, so an administrator has no role with content and an auditor no other one (R3).
Next: adapters/database/staff_changes.py
"""

import unicodedata
from enum import StrEnum
from typing import Final

from domain.errors import FourEyesError, InvalidInputError, NotPermittedError
from domain.rights import Role


class Change(StrEnum):
    """What is proposed about an account or a key; without effect until it is confirmed."""

    ACCOUNT = "account"
    ROLE = "role"
    TEAM = "team"  # whose cases they see, where that is limited
    FACTOR = "factor"  # authenticator and recovery codes are both gone
    PLATFORM_KEY = "platform_key"
    SIGN_ON = "sign_on"  # an account here and one at the provider are the same person's


STAFF_ROLES: Final = frozenset(Role) - {Role.PLATFORM, Role.DATA_SUBJECT, Role.SYSTEM}
CONFIRMERS: Final = frozenset({Role.PRIVACY_LEAD, Role.DPO})


def shares_family_name(person: str, colleague: str) -> bool:
    """Whether a colleague may be a relative of a person, as far as two names say (R8): the last word of each is the same."""
    names = [unicodedata.normalize("NFKC", each).casefold().replace("-", " ").split() for each in (person, colleague)]
    return all(len(name) > 1 for name in names) and names[0][-1] == names[1][-1]


def one_line(text: str, field: str) -> str:
    """A name or address as it stands in one line of a page and in the head of a mail.

    Raises:
        InvalidInputError: a line break or another control character is in it.
    """
    stripped = text.strip()
    if not stripped.isprintable():
        raise InvalidInputError("Write it in one line, without control characters.", field=field)
    return stripped


def check_role_of_staff(role: str) -> Role:
    """The role, if staff may have it.

    Raises:
        InvalidInputError: there is none of this name, or it is nobody's at a desk.
    """
    if role not in {each.value for each in STAFF_ROLES}:
        raise InvalidInputError("Choose one of the roles of staff.", field="role")
    return Role(role)


def check_settles(*, role: Role, person: str, proposed_by: str, about: str | None) -> None:
    """Refuse whoever may not confirm or refuse a change.

    Args:
        role: of whoever answers.
        person: who that is, as commands name people.
        proposed_by: who proposed it.
        about: whose account it is about; None for a key of the platform.

    Raises:
        NotPermittedError: not a privacy lead or DPO.
        FourEyesError: they proposed it, or it is their own account.
    """
    if role not in CONFIRMERS:
        raise NotPermittedError(role=role.value)
    if person in {proposed_by, about}:
        raise FourEyesError("You proposed this, or it is your own account. Somebody else has to answer it.")
