"""The one error tree. It knows neither HTTP nor Temporal; each border translates it once.

Messages are fixed sentences and may end in front of a person, so they say what happened and what to do next. Facts are
ids, enums, numbers, dates and hashes: never personal data, because an error may be logged or stored in a history.

Translated in `api/errors.py` (to problem+json) and `activities/failures.py` (to a non-retryable ApplicationError).
"""

from typing import ClassVar

Fact = str | int | bool | None | list[str]


class DomainError(Exception):
    """Something Habeas refuses to do, or cannot do, for a reason a person can act on.

    Args:
        message: what happened and what to do next; replaces the class's own sentence.
        facts: machine-readable particulars; no personal data.
    """

    kind: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Habeas could not do this."

    def __init__(self, message: str | None = None, **facts: Fact) -> None:
        self.message = message or self.sentence
        self.facts = facts
        super().__init__(self.message)


class InvalidInputError(DomainError):
    """What was sent cannot be understood; `facts` name the field."""

    kind = "invalid-input"
    sentence = "Something in this request is missing or malformed."


class UnknownObjectError(DomainError):
    """There is no such thing, or the caller may not know that there is."""

    kind = "not-found"
    sentence = "There is nothing under this reference."


class NotAllowedNowError(DomainError):
    """The command is not legal in the case's present state. Facts: status, allowed_actions."""

    kind = "not-allowed-now"
    sentence = "This action is not possible at the case's present stage."


class StaleHashError(DomainError):
    """The approval names content, a recipient or keys that have changed since (design principle 5)."""

    kind = "stale-hash"
    sentence = "What you approved has changed. Look at it again and approve what is there now."


class ChangedMeanwhileError(StaleHashError):
    """Somebody else decided about the same item while it was on the screen: neither decision is lost."""

    sentence = (
        "Somebody decided about this item while you looked at it. Look at what stands now, and decide again if you want to."
    )


class WithLegalError(DomainError):
    """The item is a legal reviewer's to decide: only they see it, and only they change what becomes of it."""

    kind = "with-legal"
    sentence = "This is with legal, or was decided there. A legal reviewer decides about it; nobody else sees or changes it."


class SampleNeededError(DomainError):
    """A large package, of which its approver has not looked at the sample, or found something wrong in it."""

    kind = "sample-needed"
    sentence = (
        "This package is large. Look at everything that is kept back and at the drawn sample first, under Package; nothing was "
        "approved. If something in the sample is wrong, return the package."
    )


class LeakFoundError(DomainError):
    """Something that was covered or withheld stands elsewhere in the package. Facts: the places, never the words."""

    kind = "leak-found"
    sentence = (
        "Something that was covered or withheld stands in this package at another place. Nothing was approved. Look at the "
        "places on the package tab, decide about them, and build it again."
    )


class QuestionOpenError(DomainError):
    """A colleague was asked about an item of this case and has not answered."""

    kind = "question-open"
    sentence = (
        "A question to a colleague about an item waits for an answer, so nothing was approved. It stands on the package tab: "
        "answer it, or whoever asked takes it back."
    )


class FourEyesError(DomainError):
    """Whoever prepared since the last return cannot approve (`security.md` R2)."""

    kind = "four-eyes"
    sentence = "You prepared this case. Somebody else has to approve it."


class NotPermittedError(DomainError):
    """The role or the key's scope does not cover this."""

    kind = "not-permitted"
    sentence = "Your role does not cover this action."


class IdempotencyMismatchError(DomainError):
    """The same Idempotency-Key came with another body."""

    kind = "idempotency-mismatch"
    sentence = "This Idempotency-Key was used before with other content. Use a new key."


class AssertionRefusedError(DomainError):
    """An identity assertion that does not hold (`security.md` I7)."""

    kind = "assertion-refused"
    sentence = "The identity assertion was not accepted. The request can be sent again without it."


class CodeRefusedError(DomainError):
    """A code that is wrong, spent, expired, or out of attempts: the answer never says which."""

    kind = "code-refused"
    sentence = "This code does not work. Ask for a new one and try again."


class NoCodesLeftError(DomainError):
    """The mailbox was sent its codes of the day. Facts: retry_after (seconds)."""

    kind = "no-codes-left"
    sentence = "This mailbox was sent its codes of the day. Use the newest one, or ask for another later."


class SequenceConflictError(DomainError):
    """The same event sequence arrived from another command: workflow and record have parted. Somebody is paged."""

    kind = "sequence-conflict"
    sentence = "The case's history and its workflow disagree. An operator has to look at it."


class DataMapError(DomainError):
    """The data map is malformed or unlawful. Facts: line, path."""

    kind = "data-map"
    sentence = "The data map cannot be used."


class SystemFailedError(DomainError):
    """A controller's system answered that it cannot do this; trying again will not help. Facts: system."""

    kind = "system-failed"
    sentence = "The system could not be searched. Retry, or continue without it and say why."


class LetterRefusedError(DomainError):
    """A letter that cannot go out by mail: no address, or the mail server refuses it for good. Facts: code or reason."""

    kind = "letter-refused"
    sentence = "The letter could not be delivered by mail. Reach the person another way."


class SealBrokenError(DomainError):
    """Sealed bytes do not open: wrong key, wrong place, or changed."""

    kind = "seal-broken"
    sentence = "Stored data did not pass its integrity check. Nothing of it was used."


class KeyMissingError(DomainError):
    """A key that should be there is not: destroyed at the end of retention, or never made."""

    kind = "key-missing"
    sentence = "The key to this data does not exist any more."


class SettingsError(DomainError):
    """A setting is missing, malformed or unsafe; the start is refused with one line."""

    kind = "settings"
    sentence = "A setting is wrong."


def find_error(kind: str) -> type[DomainError]:
    """The class of a kind, as it comes back over a border; DomainError itself for a kind unknown here."""
    return next((error for error in DomainError.__subclasses__() if error.kind == kind), DomainError)
