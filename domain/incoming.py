"""What one incoming mail says, once it has been read: the shape that reading, triage and pages share (design section 8).

Holds personal data: it is sealed wherever it is stored and never travels through the engine. `kind` and the enums do.
Next: `adapters/incoming/parsing.py`
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.rights import Right

Language = Literal["en", "de", "fr"]
AuthResult = Literal["pass", "fail", "none", "unknown"]
Malware = Literal["not_scanned", "too_large", "clean", "infected"]


class MailKind(StrEnum):
    """Who or what wrote a mail. Only what a person wrote can be a request or an answer."""

    PERSON = "person"
    AUTOMATIC = "automatic"  # out of office and the like (RFC 3834)
    BOUNCE = "bounce"  # a delivery report (RFC 3464) or one of the common informal ones
    LIST = "list"  # mailing lists, newsletters (RFC 2919, RFC 2369)
    LOOP = "loop"  # our own mail coming back
    UNREADABLE = "unreadable"  # kept sealed as it came; a person looks at it


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Attachment(_Part):
    """One part of a mail that is not its text. Shown as a download only.

    Args:
        index: position in the walk over all parts of the message, from 0.
        name: as the sender wrote it, without folders and control characters.
        media_type: as declared.
        found_type: what the first bytes look like; None when nothing is known about them.
        bytes: decoded size.
        sha256: of the decoded content, hex.
        document: is a proof of identity that nobody asked for (Article 5(1)(c)).
        suspected: may be one; a person looks before a certain day.
        cleared: a person said that it is none.
        removed: it was such a document, and its content has been destroyed.
        malware: what a scanner said; nothing is clean that nobody scanned.
        fetched: who took an infected one out, and why.
    """

    index: int
    name: str
    media_type: str
    found_type: str | None
    bytes: int
    sha256: str
    document: bool = False
    suspected: bool = False
    cleared: bool = False
    removed: bool = False
    malware: Malware = "not_scanned"
    fetched: list[str] = []

    @property
    def in_doubt(self) -> bool:
        """Whether a person has to say what it is."""
        return self.suspected and not self.cleared and not self.removed


class Bounce(_Part):
    """What a delivery report says. `hard`: trying again is pointless. `original` is the Message-ID of what came back.

    Not `final`: a warning of a server that is still trying, nothing came back yet (RFC 3464 action `delayed`).
    """

    hard: bool
    final: bool = True
    status: str | None = None  # RFC 3463, for instance 5.1.1
    recipient: str | None = None
    original: str | None = None


class Suggestion(_Part):
    """A guess with its reasons, for a person to follow or not.

    Args:
        kind: `request` with its right, `breach_report`, or `minor_report`.
        score: 1 (a hint) to 3 (said in so many words).
        words: of the mail, that led to it.
    """

    kind: Literal["request", "breach_report"]
    right: Right | None = None
    score: int
    words: list[str]


class Authentication(_Part):
    """What could be found out about the sender's domain (RFC 7208, 6376, 7489).

    Args:
        aligned: a pass of a mechanism whose domain is the one of the From address. Joining a case rests on this.
        source: `dkim` when the signature was checked here, `server` when our own mail server said so, `arc` when forwarders whom
            the controller named vouch for what they took (RFC 8617).
    """

    spf: AuthResult = "unknown"
    dkim: AuthResult = "none"
    dmarc: AuthResult = "unknown"
    arc: AuthResult = "none"
    aligned: bool = False
    source: Literal["none", "dkim", "server", "arc"] = "none"


class ReadMessage(_Part):
    """One mail, read.

    Args:
        senders: every address of every From header; more than one is nobody's.
        sender_name: display name of the first.
        recipients: all addresses it may have been delivered to, trace headers included.
        text: the whole text, plain or made from HTML.
        reply: `text` without what it quotes.
        html: sanitised, without anything that loads from elsewhere; None when there is no HTML part.
        written_at: the Date header, which anybody can set; never used for a clock.
        problems: what could not be read and why, in words of ours.
    """

    kind: MailKind
    why: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = []
    senders: list[str] = []
    sender_name: str = ""
    recipients: list[str] = []
    subject: str = ""
    written_at: datetime | None = None
    text: str = ""
    reply: str = ""
    html: str | None = None
    language: Language = "en"
    attachments: list[Attachment] = []
    bounce: Bounce | None = None
    suggestions: list[Suggestion] = []
    problems: list[str] = []

    @property
    def sender(self) -> str | None:
        """The one address it comes from; None when there is none, or more than one (a known way to cheat)."""
        return self.senders[0] if len(self.senders) == 1 else None

    @property
    def documents(self) -> list[Attachment]:
        """Attachments that are a proof of identity and are still there."""
        return [each for each in self.attachments if each.document and not each.removed]

    @property
    def infected(self) -> bool:
        """Whether a part of it is in quarantine, and the raw message with it."""
        return any(each.malware == "infected" and not each.removed for each in self.attachments)

    @property
    def suspects(self) -> list[Attachment]:
        """Attachments of which a person has to say whether they are one."""
        return [each for each in self.attachments if each.in_doubt]
