"""Which consents a request ends: purposes that it names and that rest on consent (Article 7(3)). Pure.

Next: domain/measure_decisions.py
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from domain.datamap import DataMap, LawfulBasis
from domain.errors import InvalidInputError
from domain.rights import Right

Course = Literal["at_once", "search", "by_hand"]
_SEARCHED = {Right.ACCESS, Right.PORTABILITY, Right.ERASURE}


def course_of(rights: Iterable[Right], consents: Collection[str]) -> Course:
    """What happens with a request, as the person is told: done at once, after a search of the systems, or by somebody.

    Args:
        rights: asked for.
        consents: purposes named in a withdrawal of consent; without any, somebody reads first which are meant.
    """
    asked = set(rights)
    if asked == {Right.WITHDRAW_CONSENT} and consents:
        return "at_once"
    return "search" if asked & _SEARCHED else "by_hand"


def consents_of(rights: Iterable[Right], named: Sequence[str], datamap: DataMap) -> list[str]:
    """The purposes named, where that right is asked for and each rests on consent.

    Raises:
        InvalidInputError: one does not.
    """
    resting = {purpose.id for purpose in datamap.purposes if purpose.lawful_basis is LawfulBasis.CONSENT}
    if Right.WITHDRAW_CONSENT not in rights and named:
        raise InvalidInputError("To end a consent, ask for `withdraw_consent`.", field="consents")
    if not resting.issuperset(named):
        raise InvalidInputError("There is no consent to this purpose.", field="consents", known=sorted(resting))
    return list(dict.fromkeys(named))
