"""What the JSON API says and hears about incoming mail.

Next: api/v1/mail.py
"""

import datetime as dt
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from api.v1.models import Body, Country
from domain.incoming import AuthResult, Bounce, Language, MailKind, Malware
from domain.rights import Right
from domain.triage import Standing, TriageReason


class OpenMailBody(Body):
    """Open a case from a mail, received when the mail arrived."""

    rights: Annotated[list[Right], Field(min_length=1, max_length=len(Right))]
    country: Annotated[Country | None, Field(description="ISO 3166-1; left out: unknown, so the EU's law counts too")] = None


class JoinMailBody(Body):
    """Join a mail to a case."""

    case: Annotated[str, StringConstraints(min_length=1, max_length=64), Field(description="reference or id of the case")]


class DismissMailBody(Body):
    """Put a mail aside, or take a file out of quarantine."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), Field(description="kept sealed")
    ]


class HandInBody(Body):
    """What is handed in: the part `command` of a multipart body, with one part `files`."""

    received_at: Annotated[
        AwareDatetime, Field(description="when it reached the controller; of a letter the day of its delivery")
    ]
    kind: Annotated[Literal["eml", "letter"], Field(description="`letter`: the file is a scan")] = "eml"
    sender: Annotated[
        Annotated[str, StringConstraints(min_length=3, max_length=320)] | None,
        Field(description="of a letter: the address to answer, if it names one"),
    ] = None


class MailSuggestionAnswer(BaseModel):
    """A guess with the words that led to it. `score`: 1 a hint, 3 said in so many words."""

    kind: Literal["request", "breach_report"]
    right: Right | None
    score: int
    words: list[str]


class MailCaseAnswer(BaseModel):
    """A case it may belong to, and why: `token`, `thread`, `reference` or `address`."""

    case_id: UUID
    reference: str
    why: str


class AttachmentAnswer(BaseModel):
    """A part that is not text.

    `suspected`: may be a proof of identity that nobody asked for; destroyed on the mail's `documents_due` unless it is kept.
    `removed`: was one; its content was destroyed.
    """

    index: int
    name: str
    media_type: str
    found_type: str | None
    bytes: int
    sha256: str
    suspected: bool
    removed: bool
    malware: Malware


class MailLine(BaseModel):
    """One mail in a list."""

    id: UUID
    kind: MailKind | None
    standing: Standing
    reason: TriageReason | None
    arrived_at: datetime
    stored_at: datetime
    answer_by: Annotated[dt.date | None, Field(description="the safe date if this is a request, counted from its arrival")]
    origin: str
    mailboxes: list[str]
    sender: str | None
    subject: str
    spf: AuthResult | None
    dkim: AuthResult | None
    dmarc: AuthResult | None
    arc: Annotated[AuthResult | None, Field(description="what forwarders say (RFC 8617)")]
    aligned: bool
    suggestions: list[MailSuggestionAnswer]
    cases: list[MailCaseAnswer]


class MailLines(BaseModel):
    """A page of mails, the oldest arrival first."""

    items: list[MailLine]
    next: str | None = None


class MailAnswer(MailLine):
    """One mail with its content. `reply` is `text` without what it quotes."""

    case_id: UUID | None
    sender_name: str
    senders: list[str]
    written_at: datetime | None
    language: Language | None
    text: str
    reply: str
    attachments: list[AttachmentAnswer]
    documents_due: Annotated[datetime | None, Field(description="when suspected proofs of identity are destroyed")]
    bounce: Bounce | None
    problems: list[str]


class HandedInAnswer(BaseModel):
    """The message is stored; it is read within seconds."""

    id: UUID


class MessageAnswer(BaseModel):
    """One message of a conversation: a letter of ours, a mail of theirs, or what they wrote in the portal."""

    direction: Literal["in", "out"]
    at: datetime
    channel: Literal["mail", "portal"]
    letter: str | None
    mail: UUID | None
    subject: str
    text: str
    accepted_at: datetime | None
    bounce: str | None
