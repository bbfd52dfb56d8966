"""One message to many people as the workflow knows it: counts, hashes and ids; addresses and words are sealed elsewhere.

Article 34 (a breach), the policy's promises on changes and on inactive accounts: the same road for each.
Next: `domain/notice_events.py`
"""

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.breach import Language
from domain.texts import Name, PersonId, Sha256

Purpose = Literal["breach", "policy_change", "inactivity"]
# What a letter has to say, by purpose (Article 34(2); the policy's section on changes).
PARTS: dict[Purpose, tuple[str, ...]] = {
    "breach": ("subject", "nature", "consequences", "measures", "advice"),
    "policy_change": ("subject", "summary", "advice"),
    "inactivity": ("subject", "nature", "advice"),
}


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    DRAFT = "draft"
    PREPARING = "preparing"
    READY = "ready"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


ENDED = frozenset({NoticeStatus.FINISHED, NoticeStatus.CANCELLED})


class Segment(BaseModel):
    """People of one country who read one language, with the hash of their list and of their letter."""

    count: int
    list_sha256: Sha256
    letter_sha256: Sha256


class Answer(BaseModel):
    """An answer that is to be sent: to mails of people who wrote back, or the link alone to one address."""

    number: int
    by: PersonId
    note: UUID  # the words, or the address; sealed
    mails: list[UUID] = []


class NoticeState(BaseModel):
    """Everything recorded events make of a notice."""

    notice_id: UUID
    sequence: int = 0
    status: NoticeStatus = NoticeStatus.DRAFT
    purpose: Purpose = "breach"
    breach: UUID | None = None
    exercise: bool = False
    title: UUID | None = None
    opened_at: datetime | None = None
    list_number: int = 0  # counts the lists that were loaded; a new one takes the place of the old
    list_wanted: bool = False
    list_file: UUID | None = None
    list_system: Name | None = None
    list_collection: Name | None = None
    list_column: Name | None = None
    list_note: UUID | None = None  # the filter's value, sealed
    list_failed: bool = False
    recipients: int = 0
    unusable: int = 0  # lines of a list that hold no address
    countries: dict[Name, int] = {}
    letters: dict[Language, dict[Name, UUID]] = {}
    version: Name | None = None  # of a policy
    updated: date | None = None
    segments: dict[Name, Segment] = {}
    sha256: Sha256 | None = None
    preparers: list[PersonId] = []
    approved_by: PersonId | None = None
    approved_at: datetime | None = None
    start_at: datetime | None = None
    rate: int | None = None  # messages a second; None: as fast as the mail server takes them
    sent: int = 0
    refused: int = 0
    given_up: int = 0
    sent_again: int = 0  # letters, to people whose first one came back or was put off after the end
    resend: bool = False  # somebody wants everybody tried again who is not told
    resent_at: datetime | None = None
    tests: int = 0
    test_address: UUID | None = None  # sealed
    tested_at: datetime | None = None
    published: dict[Language, UUID] = {}
    answers: list[Answer] = []  # wanted, oldest first
    answers_wanted: int = 0
    answered: int = 0  # people
    finished_at: datetime | None = None
    work_failed: int = 0

    @property
    def going(self) -> bool:
        """Whether mail may leave now, as far as people decided."""
        return self.status is NoticeStatus.SENDING


def notice_sha256(segments: dict[str, Segment]) -> str:
    """What an approval names: every list and every letter, by hash."""
    told = {name: segment.model_dump(mode="json") for name, segment in sorted(segments.items())}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
