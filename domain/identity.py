"""How much has to be shown of who asks: by the right, and by the doubts on record (Article 12(6); `security.md` section 3).

A doubt raises the risk, a proof is a factor, and one table says which factors suffice for which right at which risk. Nobody is
asked for more than control of their mailbox without a recorded doubt (I1). Next: domain/identity_decisions.py
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import timedelta
from enum import StrEnum

from domain.rights import NO_IDENTITY_CHECK, Right, Risk

# At high risk a copy leaves only this long after every held contact was told (I6).
HOLDERS_HAVE = timedelta(hours=72)
CHANGED_LATELY = timedelta(days=30)
LONG_SILENCE = timedelta(days=2 * 365)


class Factor(StrEnum):
    """What was shown. Code, link and aligned sender are one factor: the mailbox."""

    MAILBOX = "mailbox"  # F1: control of the mailbox under which the data are held
    SIGN_IN = "sign_in"  # F2: the platform vouches for a sign-in of the last 15 minutes
    HELD_CONTACT = "held_contact"  # F3: control of a second contact that was held before
    RECENT_FACTS = "recent_facts"  # F4: two of three facts of recent activity; one round
    BY_PERSON = "by_person"  # F5: a call back to the held number, or a code by letter to the held address
    DOCUMENT = "document"  # F6: name and photograph only, the last resort
    AUTHORITY = "authority"  # whoever acts for the person has shown that they may
    JUDGED = "judged"  # a caseworker's own decision, with its reason


class Doubt(StrEnum):
    """What makes it doubtful who asks. The same thing said twice is one doubt."""

    NO_MAILBOX = "no_mailbox"
    BY_STAFF = "by_staff"
    NEW_DEVICE = "new_device"
    NEW_COUNTRY = "new_country"
    LONG_SILENCE = "long_silence"
    SEVERAL_REQUESTS = "several_requests"
    STATED = "stated"  # another one, in a caseworker's words
    CONTACT_CHANGED = "contact_changed"
    SECOND_MAILBOX = "second_mailbox"
    OTHER_ADDRESS = "other_address"
    LOOK_ALIKE = "look_alike"
    AGENT = "agent"
    PRIVATE_CONTENT = "private_content"
    SAFEGUARDING = "safeguarding"
    DISOWNED = "disowned"


_HIGH = frozenset(
    {
        *(Doubt.CONTACT_CHANGED, Doubt.OTHER_ADDRESS, Doubt.LOOK_ALIKE, Doubt.AGENT),
        *(Doubt.PRIVATE_CONTENT, Doubt.SAFEGUARDING, Doubt.DISOWNED),
    }
)
_LEVELS = (Risk.LOW, Risk.ELEVATED, Risk.HIGH)

Alternatives = tuple[frozenset[Factor], ...]


def _any(*ways: Iterable[Factor]) -> Alternatives:
    return tuple(frozenset(way) for way in ways)


# An agent: the person on a channel of their own, or the proof that they let somebody act (practice.md 3.14).
_SPEAKS_FOR_THEM = frozenset({Factor.MAILBOX, Factor.SIGN_IN, Factor.BY_PERSON, Factor.AUTHORITY})
_F = Factor
_BASIC = _any({_F.MAILBOX}, {_F.SIGN_IN}, {_F.JUDGED}, {_F.BY_PERSON}, {_F.DOCUMENT})
_MIDDLE = _any({_F.SIGN_IN}, {_F.MAILBOX, _F.HELD_CONTACT}, {_F.JUDGED}, {_F.BY_PERSON}, {_F.DOCUMENT})
_STRICT = _any({_F.SIGN_IN, _F.HELD_CONTACT}, {_F.MAILBOX, _F.HELD_CONTACT, _F.BY_PERSON}, {_F.DOCUMENT})
_TWO = _any({_F.SIGN_IN}, {_F.MAILBOX, _F.HELD_CONTACT}, {_F.BY_PERSON}, {_F.DOCUMENT})
_COPY: dict[Risk, Alternatives] = {
    Risk.LOW: _BASIC,
    Risk.ELEVATED: (*_MIDDLE, frozenset({_F.MAILBOX, _F.RECENT_FACTS})),
    Risk.HIGH: _STRICT,
}
_OTHER: dict[Risk, Alternatives] = {Risk.LOW: _BASIC, Risk.ELEVATED: _BASIC, Risk.HIGH: _TWO}

# Whoever moves the address under which a person is reached or signs in takes over all that goes there later.
CONTACT: dict[Risk, Alternatives] = {
    Risk.LOW: _any({_F.SIGN_IN}, {_F.MAILBOX, _F.HELD_CONTACT}, {_F.MAILBOX, _F.BY_PERSON}, {_F.DOCUMENT}),
    Risk.ELEVATED: _any({_F.SIGN_IN, _F.HELD_CONTACT}, {_F.SIGN_IN, _F.BY_PERSON}, {_F.DOCUMENT}),
    Risk.HIGH: _any({_F.SIGN_IN, _F.HELD_CONTACT, _F.BY_PERSON}, {_F.DOCUMENT}),
}

# The rows of `security.md` section 3; what is not here is asked for nothing, or stands in NO_IDENTITY_CHECK.
LADDER: dict[Right, dict[Risk, Alternatives]] = {
    Right.ACCESS: _COPY,
    Right.PORTABILITY: _COPY,
    Right.TRANSFER_INFORMATION: _COPY,
    Right.ERASURE: {Risk.LOW: _BASIC, Risk.ELEVATED: _MIDDLE, Risk.HIGH: _STRICT},
    Right.RECTIFICATION: _OTHER,
    Right.RESTRICTION: dict.fromkeys(_LEVELS, _BASIC),  # it can be undone, so it is not held up
    Right.OBJECTION: _OTHER,
    Right.AUTOMATED_DECISION_REVIEW: _OTHER,
}


def risk_of(doubts: Iterable[Doubt], known: Risk = Risk.LOW) -> Risk:
    """The risk that some doubts make, at least the one that is known."""
    found = [Risk.HIGH if doubt in _HIGH else Risk.ELEVATED for doubt in doubts]
    return max([known, *found], key=_LEVELS.index)


def asking_risk(risk: Risk, doubts: AbstractSet[Doubt]) -> Risk:
    """The risk by which the table is read. That an agent asks is settled by the person or by proof, not by more of the agent."""
    return risk_of(doubts - {Doubt.AGENT}) if Doubt.AGENT in doubts else risk


def suffices(
    right: Right, risk: Risk, shown: AbstractSet[Factor], doubts: AbstractSet[Doubt] = frozenset(), *, contact: bool = False
) -> bool:
    """Whether what was shown is enough for a right; `contact`: it is about how the person is reached, or signs in."""
    if right in NO_IDENTITY_CHECK or right not in LADDER:
        return True
    if Doubt.AGENT in doubts and not shown & _SPEAKS_FOR_THEM:
        return False
    return any(way <= shown for way in _ways(right, risk, doubts, contact=contact))


def _ways(right: Right, risk: Risk, doubts: AbstractSet[Doubt], *, contact: bool) -> Alternatives:
    return (CONTACT if contact else LADDER[right])[asking_risk(risk, doubts)]


def more_than_marketing(risk: Risk, shown: AbstractSet[Factor], doubts: AbstractSet[Doubt]) -> bool:
    """Whether what was shown is enough for an objection to anything but direct marketing, which asks for nothing."""
    return any(way <= shown for way in LADDER[Right.OBJECTION][asking_risk(risk, doubts)])


def would_do(
    right: Right, risk: Risk, shown: AbstractSet[Factor], doubts: AbstractSet[Doubt] = frozenset(), *, contact: bool = False
) -> list[list[Factor]]:
    """What is still to be shown, as alternatives, the shortest first; empty when it suffices."""
    if suffices(right, risk, shown, doubts, contact=contact):
        return []
    ways = [sorted(way - shown) for way in _ways(right, risk, doubts, contact=contact)]
    return sorted(filter(None, ways), key=len)
