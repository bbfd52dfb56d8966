"""A personal data breach as the workflow knows it: ids, enums, counts, instants and hashes; every word is a sealed note.

Article 33(5): every breach is kept, notified or not, with its facts, its effects and what was done about it.
Next: `domain/breach_events.py`
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.breach_severity import Severity
from domain.texts import Name, PersonId, Place, Sha256, Zone

UNKNOWN_PLACE = "XX"
Standing = Literal["known", "estimated", "not_yet_known"]
Verdict = Literal["notify", "not_notify"]
# Article 34(3): unintelligible data, later measures, disproportionate effort (then a public notice takes its place).
Exemption = Literal["unintelligible", "measures_taken", "disproportionate_effort"]
PartyRole = Literal["controller", "processor"]
OtherKind = Literal["insurer", "contract", "police", "representative", "card_scheme", "cyber_agency", "regulator", "other"]
Language = Literal["en", "de", "fr"]


class BreachStatus(StrEnum):
    """Where a breach stands; the order is the order of the work."""

    REPORTED = "reported"
    TRIAGE = "triage"
    ASSESSING = "assessing"
    NOTIFYING = "notifying"
    CONTAINED = "contained"
    CLOSED = "closed"


class BreachOutcome(StrEnum):
    """How a breach ended; each of them stays in the register (Article 33(5))."""

    NOT_A_BREACH = "not_a_breach"
    NOTIFIED = "notified"
    NOT_NOTIFIED = "not_notified"


class Count(BaseModel):
    """How many, as a range: an estimate is told as one."""

    low: int
    high: int


class Step(BaseModel):
    """One step of containment."""

    state: Literal["open", "done", "not_needed"] = "open"
    owner: PersonId | None = None
    due_at: datetime | None = None
    at: datetime | None = None
    note: UUID | None = None


class Task(BaseModel):
    """Something somebody took on; what it is stands in the note."""

    note: UUID
    owner: PersonId | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None


class TimelineEntry(BaseModel):
    """A fact and when it happened; `zone` is the IANA name in which whoever wrote it read the clock."""

    note: UUID
    at: datetime
    zone: Zone
    by: PersonId


class Evidence(BaseModel):
    """A file kept as evidence, sealed; the hash is of its content."""

    sha256: Sha256
    bytes: int
    at: datetime
    by: PersonId


class Awareness(BaseModel):
    """When the controller was reasonably certain, who says so and why. Provisional: counted from the first alert."""

    at: datetime
    provisional: bool = True
    by: PersonId | None = None
    note: UUID | None = None


class Decision(BaseModel):
    """A human decision with its reasons, also when nothing is notified (Article 33(5))."""

    verdict: Verdict
    exemption: Exemption | None = None
    by: PersonId
    at: datetime
    note: UUID


class OtherParty(BaseModel):
    """Somebody else to tell: who stands in the note; no due time means without undue delay."""

    kind: OtherKind
    due_at: datetime | None = None
    note: UUID | None = None
    told_at: datetime | None = None
    told_note: UUID | None = None
    reminded: list[int] = []  # hours left


class FieldState(BaseModel):
    """One field of the reports: what is known of it, and the note that says it."""

    standing: Standing
    note: UUID | None = None
    sequence: int


class Report(BaseModel):
    """One report to one authority, frozen: `sha256` is of the text that was approved and sent."""

    authority: Name
    number: int
    language: Language
    prepared_by: PersonId
    upto: int  # the sequence it was frozen at; the next report carries what changed since
    sha256: Sha256 | None = None
    complete: int = 0
    estimated: int = 0
    unknown: int = 0
    failed: bool = False
    approved_by: PersonId | None = None
    sent_at: datetime | None = None
    sent_by: PersonId | None = None
    receipt: UUID | None = None  # the authority's own reference, as a note
    unapproved: UUID | None = None  # why it was sent without approval


class Advice(BaseModel):
    """What the data protection officer advises; it decides nothing (Article 38(6))."""

    at: datetime
    by: PersonId
    note: UUID


class BreachState(BaseModel):
    """Everything recorded events make of a breach."""

    breach_id: UUID
    sequence: int = 0
    status: BreachStatus = BreachStatus.REPORTED
    outcome: BreachOutcome | None = None
    exercise: bool = False
    role: PartyRole = "controller"
    contract_hours: int | None = None  # a processor's contract: so many hours to tell the controller
    opened_at: datetime | None = None
    opened_by: PersonId = "system"
    summary: UUID | None = None
    first_alert_at: datetime | None = None
    awareness: Awareness | None = None
    affected: dict[Place, Count] = {}
    seen_since: dict[Place, datetime] = {}  # when a place was first counted; a row may open late
    unknown_land: Place | None = None  # the Land chosen for people of whom only Germany is known
    unknown_land_note: UUID | None = None
    lead: PersonId | None = None
    deputy: PersonId | None = None
    pages: int = 0  # calls to people on duty
    called: PersonId | None = None  # the last of them
    called_at: datetime | None = None
    calls_failed: int = 0  # a mail or a webhook that was not taken
    acknowledged_by: PersonId | None = None
    acknowledged_at: datetime | None = None
    steps: dict[Name, Step] = {}
    frozen_at: datetime | None = None
    frozen: list[Name] = []  # systems of which no retention sweep may delete anything
    tasks: dict[UUID, Task] = {}
    timeline: dict[UUID, TimelineEntry] = {}
    evidence: dict[UUID, Evidence] = {}
    severity: Severity | None = None
    severity_note: UUID | None = None
    assessed_by: PersonId | None = None  # whoever worked the score out decides nothing by it
    decisions: dict[Name, Decision] = {}
    people: Decision | None = None
    others: dict[UUID, OtherParty] = {}
    fields: dict[Name, FieldState] = {}
    reports: dict[UUID, Report] = {}
    advice: list[Advice] = []
    delay: UUID | None = None
    handovers: list[UUID] = []
    cases: list[UUID] = []
    notices: list[UUID] = []
    reminded: list[int] = []  # hours left, of the clock as it stands now
    passed: bool = False
    lessons: UUID | None = None
    work_failed: int = 0
    closed_at: datetime | None = None

    @property
    def started(self) -> datetime | None:
        """From when the hours are counted."""
        return self.awareness.at if self.awareness else self.first_alert_at

    @property
    def open_steps(self) -> list[Name]:
        """Steps of containment that nobody has finished."""
        return [name for name, step in self.steps.items() if step.state == "open"]

    def sent_reports(self, authority: Name) -> list[Report]:
        """What an authority was sent, oldest first."""
        sent = [report for report in self.reports.values() if report.authority == authority and report.sent_at]
        return sorted(sent, key=lambda report: report.number)
