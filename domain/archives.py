"""Mail archives and chat exports as sources: the agreed scope, the words a message is found by, and what belongs together.

Serves Articles 12(3) and 15: a search of forty thousand mails is agreed before it is made (whose mailboxes, which period, which
words), and what was agreed stands beside what was found. Pure: no clock, no I/O. Next: adapters/archives/importing.py
"""

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MESSAGES, ATTACHMENTS = "messages", "attachments"  # the two collections an archive can have
# What a row of each can show; a data map names those it wants, and fields of its own by which people are found.
MESSAGE_FIELDS: Final = (
    "id", "kind", "sent_at", "sender", "recipients", "copied", "subject", "text", "files", "found_in", "custodian", "folder",
    "thread", "copies", "alike",
)  # fmt: skip
# Who wrote to whom, and where it lay: the same in every mail between them, so keeping one back does not make a secret of it.
WHO_AND_WHERE: Final = frozenset({"sender", "recipients", "copied", "custodian", "folder"})
ATTACHMENT_FIELDS: Final = ("message", "thread", "sent_at", "custodian")
SUBJECT: Final = "subject"  # the same in every reply, so of one that is given it is its own
TERM: Final = "term"  # the field that holds the agreed word a message was found by

BANDS, ROWS = 8, 3  # of a sketch: two texts that share four fifths of their runs of words meet in one band almost always
_SKETCHED: Final = 1_500  # words; what is alike until there is alike
_FEWEST: Final = 12  # words; "Thanks, see you then" is no copy of anything
_TAIL: Final = 9  # digits of a telephone number that every way of writing it shares
_WORD: Final = re.compile(r"[^\W_]+")
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),:;@\\\[\]]{1,64}@[^\s<>\"'(),:;@\\\[\]]{1,255}")
_NUMBER: Final = re.compile(r"\+?\(?\d[\d ()./-]{6,22}\d")
_REPLY: Final = re.compile(r"^(?:\s*(?:re|aw|sv|antw|fw|fwd|wg|tr)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)


class ArchiveKind(StrEnum):
    """What was imported, as its own bytes say."""

    PST = "pst"
    MBOX = "mbox"
    MAIL = "mail"  # one message, or a folder or zip of them
    SLACK = "slack"
    TEAMS = "teams"
    GOOGLE_CHAT = "google_chat"
    WHATSAPP = "whatsapp"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class ArchiveState(StrEnum):
    """Where an import stands.

    `failed` had nothing in it that could be read; `stopped` could not be read to its end, and a person decides; `removed` was
    destroyed before the case was.
    """

    RECEIVED = "received"
    READING = "reading"
    READ = "read"
    FAILED = "failed"
    STOPPED = "stopped"
    REMOVED = "removed"


class Stopped(StrEnum):
    """Why the reading of an import was given up; it is none of the archive's own doing."""

    SCANNER = "scanner"
    DISK = "disk"
    UNKNOWN = "unknown"


STOPPED: Final[Mapping[str, str]] = {
    Stopped.SCANNER: "The malware scanner that is set did not answer.",
    Stopped.DISK: "The disk could not be read or written, or is full.",
    Stopped.UNKNOWN: "It ended every time; the log of the worker says how.",
}


class Unreadable(StrEnum):
    """Why a part of an archive could not be read. It stays sealed as it came."""

    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    LIMITS = "limits"  # it ended its reader, or took too long
    TOO_LARGE = "too_large"
    SWELLS = "swells"  # unpacks to far more than it is
    TOO_DEEP = "too_deep"
    NO_MESSAGE = "no_message"  # a file that is neither mail nor a chat export
    NO_READER = "no_reader"  # readpst is not installed
    INFECTED = "infected"


class Unsearched(StrEnum):
    """Why words may stand in an attached file without being found. The file itself is held, and comes with its mail."""

    PICTURE = "picture"
    SCAN = "scan"
    LONG = "long"
    ROUGH = "rough"
    UNOPENED = "unopened"


UNSEARCHED: Final[Mapping[str, str]] = {
    Unsearched.PICTURE: "pictures, sound or film",
    Unsearched.SCAN: "with pages that are only pictures (scans)",
    Unsearched.LONG: "too long to be searched to the end",
    Unsearched.ROUGH: "of a kind without a reader here: only what stands in it plainly was searched",
    Unsearched.UNOPENED: "locked or damaged",
}

# In the order of the reasons: said to people.
UNREADABLE: Final[Mapping[str, str]] = {
    Unreadable.DAMAGED: "damaged",
    Unreadable.ENCRYPTED: "encrypted",
    Unreadable.LIMITS: "ended its reader or took too long",
    Unreadable.TOO_LARGE: "too large",
    Unreadable.SWELLS: "swells to far more than it is (a packing bomb)",
    Unreadable.TOO_DEEP: "packed too deep",
    Unreadable.NO_MESSAGE: "neither a mail nor a chat export that is known here",
    Unreadable.NO_READER: "no reader for Outlook files is installed (Debian: pst-utils)",
    Unreadable.INFECTED: "a scanner found malware in it",
}

Term = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Period(BaseModel):
    """Days, both included; None is open. A message without a date is never left out by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError("the period ends before it begins")
        return self

    def holds(self, day: str) -> bool:
        """Whether a day (ISO, or empty) is in it."""
        return not day or ((not self.first or day >= self.first.isoformat()) and (not self.last or day <= self.last.isoformat()))


class Scope(BaseModel):
    """What is searched: which imports, which period, which words beside the person's proven identifiers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    archives: Annotated[tuple[UUID, ...], Field(max_length=500, description="imports; their custodians")]
    period: Period = Period()
    terms: Annotated[
        tuple[Term, ...], Field(max_length=100, description="words or phrases, whatever their capitals and accents")
    ] = ()

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if any(not words_of(term) for term in self.terms):
            raise ValueError("a term needs at least one word")
        return self


class AgreedScope(Scope):
    """A scope with how it came about."""

    agreed_with: Annotated[Told, Field(description="who agreed: the person, their adviser, or why nobody had to")]
    reason: Annotated[Told, Field(description="why this is a reasonable and proportionate search")]


def folded(text: str) -> str:
    """A text as it is searched: no capitals, no accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each)).casefold()


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    return _WORD.findall(folded(text))


def keys_of_folded(plain: str) -> set[str]:
    """Everything a folded text is found by: its words, its addresses, the ends of its telephone numbers."""
    keys = set(_WORD.findall(plain))
    keys.update(addresses_in(plain))
    keys.update(f"#{tail}" for number in _NUMBER.findall(plain) if (tail := tail_of(number)))
    return keys


def tail_of(number: str) -> str:
    """The last nine digits of a telephone number; empty when it has fewer."""
    digits = re.sub(r"\D", "", number)
    return digits[-_TAIL:] if len(digits) >= _TAIL and digits.isascii() else ""


def numbers_in(text: str) -> Iterator[str]:
    """The ends of the telephone numbers in a text."""
    return (tail for number in _NUMBER.findall(text) if (tail := tail_of(number)))


def addresses_in(text: str) -> list[str]:
    """What looks like an e-mail address in a text."""
    if "@" not in text:
        return []
    # Word by word: the pattern alone would try each letter of forty thousand mails as the beginning of an address.
    may_be = " ".join(each for each in text.split() if "@" in each)
    return [each.strip(".") for each in _ADDRESS.findall(may_be)]


def phrase(words: Sequence[str]) -> re.Pattern[str]:
    """Finds words one after another in a folded text, and nothing inside other words."""
    between = r"[\W_]+".join(map(re.escape, words))
    return re.compile(rf"(?<![^\W_]){between}(?![^\W_])")


def plain_subject(subject: str) -> str:
    """A subject without its "Re:" and "Fwd:", folded."""
    return " ".join(words_of(_REPLY.sub("", subject)))


def is_answer(subject: str) -> bool:
    """Whether a subject says that something was answered or passed on."""
    return _REPLY.match(subject) is not None


def sketch_of_folded(plain: str) -> list[int]:
    """A few numbers that two folded texts share as far as they share runs of four words; empty for a short text.

    One permutation instead of many (Li, Owen, Zhang 2012): each run falls into one of the bins, and a bin keeps its least.
    """
    words = _WORD.findall(plain)[:_SKETCHED]
    if len(words) < _FEWEST:
        return []
    bins = BANDS * ROWS
    least = [-1] * bins
    codes = [zlib.crc32(word.encode()) for word in words]
    for first, second, third, fourth in zip(codes, codes[1:], codes[2:], codes[3:], strict=False):
        hashed = ((first * 0x9E3779B1 ^ second * 0x85EBCA77 ^ third * 0xC2B2AE3D ^ fourth * 0x27D4EB2F) >> 7) & 0xFFFFFFFF
        place, value = hashed % bins, hashed // bins
        if least[place] < 0 or value < least[place]:
            least[place] = value
    # An empty bin borrows from the next one that is not, so that short texts can be compared too (Shrivastava, Li 2014).
    return [next(least[(at + step) % bins] for step in range(bins) if least[(at + step) % bins] >= 0) for at in range(bins)]


def counted(values: Iterable[str]) -> dict[str, int]:
    """How often each value comes, most first, then by name."""
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
