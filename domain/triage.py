"""What becomes of a mail that was read: the rules, pure (`security.md` section 1, mail rows; abuse tests 15 to 17).

Fail closed: joining needs a valid token and an aligned, known sender; opening needs plain words and somebody who may be
answered; everything else waits for a person, with its clock running from arrival.
Next: `activities/mailroom.py`
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.incoming import MailKind, ReadMessage, Suggestion
from domain.rights import Right

_SAID = 3  # `Suggestion.score` of a wish in so many words
# Never opened by a machine: what is told of a child or of a breach is looked at by a person first, soon.
_FOR_PEOPLE = {Right.MINOR_REPORT, Right.COMPLAINT}


class Standing(StrEnum):
    """Where a mail is: what was decided about it."""

    STORED = "stored"  # sealed, not read yet
    TRIAGE = "triage"
    JOINED = "joined"
    OPENED = "opened"
    BOUNCED = "bounced"  # a report about a letter of ours
    RECORDED = "recorded"  # written by a machine; nothing to do
    DISMISSED = "dismissed"  # a person said why


class TriageReason(StrEnum):
    """Why a mail waits for a person; the page has a sentence for each."""

    UNREADABLE = "unreadable"
    BREACH = "breach"
    MINOR = "minor"
    SEVERAL_SENDERS = "several_senders"
    NO_SENDER = "no_sender"
    NOT_ALIGNED = "not_aligned"  # a right token, and a sender that anybody can write
    OTHER_SENDER = "other_sender"  # a right token from an address that the case does not know
    CASE_ENDED = "case_ended"
    FORGED_BOUNCE = "forged_bounce"
    UNCLEAR = "unclear"
    HINT_ONLY = "hint_only"
    MACHINE = "machine"  # looks automatic or like a list, and asks for something all the same
    NOT_ANSWERABLE = "not_answerable"  # plain words, but answering could reach somebody who never wrote
    ANSWERED_TODAY = "answered_today"
    OPEN_CASE = "open_case"  # the person has an open case already
    FOR_A_PERSON = "for_a_person"  # a complaint, or told by hand


class Circumstances(BaseModel):
    """What the record knows about a mail's token and sender.

    Args:
        token: it was sent to the signed address of a letter of ours.
        case_open: that letter's case is open.
        aligned: the sender's domain is proven (`Authentication.aligned`).
        known_sender: the sender is an address of that case that nobody rejected.
        trusted_sender: aligned, or an address that has proven itself before and whose domain says nothing else.
        answered_today: an automatic answer went to this sender in the last 24 hours.
        has_open_case: another open case has this address.
        by_hand: it was handed in by staff, who decide themselves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: bool = False
    case_open: bool = False
    aligned: bool = False
    known_sender: bool = False
    trusted_sender: bool = False
    answered_today: bool = False
    has_open_case: bool = False
    by_hand: bool = False


class Disposition(BaseModel):
    """What is done with a mail. `rights` are those of the case it opens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    standing: Standing
    reason: TriageReason | None = None
    rights: list[Right] = []


def dispose(mail: ReadMessage, known: Circumstances) -> Disposition:
    """Say what becomes of a mail."""
    if mail.kind is not MailKind.PERSON:
        return _of_machine(mail, known)
    if known.by_hand:
        return _waits(_urgent(mail.suggestions) or TriageReason.FOR_A_PERSON)
    if mail.sender is None:
        return _waits(TriageReason.SEVERAL_SENDERS if len(mail.senders) > 1 else TriageReason.NO_SENDER)
    return _answer(mail, known) if known.token else _new(mail, known)


def _of_machine(mail: ReadMessage, known: Circumstances) -> Disposition:
    if mail.kind is MailKind.UNREADABLE:
        return _waits(TriageReason.UNREADABLE)
    if mail.kind is MailKind.BOUNCE:
        return Disposition(standing=Standing.BOUNCED) if known.token else _waits(TriageReason.FORGED_BOUNCE)
    asks = mail.kind is not MailKind.LOOP and not known.token and any(each.score >= _SAID for each in mail.suggestions)
    return _waits(TriageReason.MACHINE) if asks else Disposition(standing=Standing.RECORDED)


def _answer(mail: ReadMessage, known: Circumstances) -> Disposition:
    if not known.aligned:
        return _waits(TriageReason.NOT_ALIGNED)
    if not known.known_sender:
        return _waits(TriageReason.OTHER_SENDER)
    # What may be a new request has a month of its own; anything else is a task of the case that ended.
    waits = not known.case_open and mail.suggestions
    return _waits(TriageReason.CASE_ENDED) if waits else Disposition(standing=Standing.JOINED)


def _new(mail: ReadMessage, known: Circumstances) -> Disposition:
    if urgent := _urgent(mail.suggestions):
        return _waits(urgent)
    rights = [each.right for each in mail.suggestions if each.right is not None and each.score >= _SAID]
    if not rights:
        return _waits(TriageReason.HINT_ONLY if mail.suggestions else TriageReason.UNCLEAR)
    if _FOR_PEOPLE & set(rights):
        return _waits(TriageReason.FOR_A_PERSON)
    for holds, reason in (
        (known.has_open_case, TriageReason.OPEN_CASE),
        (not known.trusted_sender, TriageReason.NOT_ANSWERABLE),
        (known.answered_today, TriageReason.ANSWERED_TODAY),
    ):
        if holds:
            return _waits(reason)
    return Disposition(standing=Standing.OPENED, rights=rights)


def _urgent(suggestions: list[Suggestion]) -> TriageReason | None:
    kinds = {each.right if each.kind == "request" else None for each in suggestions}
    if Right.MINOR_REPORT in kinds:
        return TriageReason.MINOR
    return TriageReason.BREACH if None in kinds else None


def _waits(reason: TriageReason) -> Disposition:
    return Disposition(standing=Standing.TRIAGE, reason=reason)
