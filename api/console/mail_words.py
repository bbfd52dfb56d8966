"""The words of the triage page: why a mail waits, what was found out about its sender, and what a scanner said of a file.

Next: api/console/triage.py
"""

from typing import Final, NamedTuple

from adapters.scanning import is_closed
from adapters.settings import Settings
from domain.triage import TriageReason

REASONS: Final[dict[str, str]] = {
    TriageReason.UNREADABLE: "It could not be opened. It is kept as it came.",
    TriageReason.BREACH: "It may report a breach. The 72 hours may already be running.",
    TriageReason.MINOR: "It may be about a child. Look at it first.",
    TriageReason.SEVERAL_SENDERS: "It names more than one sender, so it belongs to nobody for certain.",
    TriageReason.NO_SENDER: "It names no sender.",
    TriageReason.NOT_ALIGNED: (
        "It answers one of our letters, but the sender\u2019s domain does not vouch for it. Anybody can write this address."
    ),
    TriageReason.OTHER_SENDER: "It answers one of our letters, from an address that the case does not know.",
    TriageReason.CASE_ENDED: (
        "It answers a letter of a case that has ended, and may be a new request: open a case, or join it and decide there."
    ),
    TriageReason.FORGED_BOUNCE: "It says that a letter came back, without the sign that a real report carries.",
    TriageReason.UNCLEAR: "Nothing in it is recognised as a request.",
    TriageReason.HINT_ONLY: "It may be a request. The words are not plain enough to open a case by themselves.",
    TriageReason.MACHINE: "A machine or a list seems to have sent it, and it asks for something all the same.",
    TriageReason.NOT_ANSWERABLE: (
        "It is a plain request, but the sender\u2019s domain does not vouch for it. An answer could reach a stranger."
    ),
    TriageReason.ANSWERED_TODAY: "It is a plain request of somebody who had an automatic answer today.",
    TriageReason.OPEN_CASE: "It is a plain request of somebody with an open case.",
    TriageReason.FOR_A_PERSON: "It is a complaint or was handed in by a colleague: a person decides.",
}
WHYS: Final[dict[str, str]] = {
    "token": "sent to the address of one of its letters",
    "thread": "answers one of its letters by its headers",
    "reference": "names its reference",
    "address": "has the same address",
}
RESULTS: Final[dict[str | None, str]] = {
    "pass": "passed",
    "fail": "failed",
    "none": "not used by the sender",
    "unknown": "not known",
    None: "not looked at",
}
MALWARE: Final[dict[str, str]] = {
    "not_scanned": "not scanned for malware",
    "too_large": "not scanned for malware: too large",
    "clean": "no malware found",
    "infected": "infected, in quarantine",
}
WAITS: Final = "waits to be scanned for malware, and cannot be opened before"
TROUBLES: Final[dict[str, str]] = {
    "sign_in_refused": "refuses the sign-in",
    "connection_lost": "does not answer",
    "no_folder": "has no such folder",
    "no_trusted_connection": "shows no certificate that is trusted",
    "refused": "refuses what is asked",
    "message_not_given_out": "does not give out a message",
}
LANGUAGES: Final[dict[str, str]] = {"en": "English", "de": "German", "fr": "French"}
ORIGINS: Final[dict[str, str]] = {
    "imap": "a watched mailbox",
    "command": "the mail server",
    "upload": "a colleague, as a file",
    "letter": "a colleague, as the scan of a letter",
}


class Scanned(NamedTuple):
    """What a scanner said of a file, in words; `closed`: nobody may open it."""

    words: str
    closed: bool


def scanned(settings: Settings, malware: str) -> Scanned:
    """What a scanner said of a file that was handed in."""
    closed = is_closed(settings, malware)
    return Scanned(WAITS if closed and malware == "not_scanned" else MALWARE[malware], closed)
