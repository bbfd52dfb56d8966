"""What people may wish of a breach: one model per command, ids, enums, counts and instants; every word is a sealed note.

The JSON API's bodies and `docs/api.md` are made from these. Next: `domain/breach_decisions.py`.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.breach import Count, Exemption, Language, OtherKind, Standing, Verdict
from domain.breach_authority import BreachAction
from domain.breach_severity import SeverityInputs
from domain.commands import CommandBase, Message
from domain.texts import Name, PersonId, Place, Sha256, Zone


class CountInput(Message):
    """How many people live somewhere, as a range; both ends the same where it is known."""

    low: Annotated[int, Field(ge=0, le=10**10)]
    high: Annotated[int, Field(ge=0, le=10**10)]

    def count(self) -> Count:
        """As the state keeps it."""
        return Count(low=self.low, high=self.high)


class Acknowledge(CommandBase):
    """Say that you have it: nobody else is called any more, and you lead until somebody else does."""

    action: Literal[BreachAction.ACKNOWLEDGE] = BreachAction.ACKNOWLEDGE


class ConfirmAwareness(CommandBase):
    """Say since when there was reasonable certainty, or correct it; every clock follows. It may lie in the past."""

    action: Literal[BreachAction.CONFIRM_AWARENESS] = BreachAction.CONFIRM_AWARENESS
    aware_at: AwareDatetime


class SetAffected(CommandBase):
    """How many people live where: countries, `DE-` and a Land, `XX` for those of whom no country is known."""

    action: Literal[BreachAction.SET_AFFECTED] = BreachAction.SET_AFFECTED
    affected: dict[Place, CountInput]


class ChooseLand(CommandBase):
    """Choose the Land whose authority is told about people of whom only Germany is known."""

    action: Literal[BreachAction.CHOOSE_LAND] = BreachAction.CHOOSE_LAND
    land: Place


class SetLead(CommandBase):
    """Who leads, and who does when they cannot."""

    action: Literal[BreachAction.SET_LEAD] = BreachAction.SET_LEAD
    lead: PersonId
    deputy: PersonId | None = None


class ChangeStep(CommandBase):
    """Give a step of containment to somebody, or say how it ended; one that is not needed says why."""

    action: Literal[BreachAction.CHANGE_STEP] = BreachAction.CHANGE_STEP
    step: Name
    state: Literal["open", "done", "not_needed"] = "open"
    owner: PersonId | None = None
    due_at: AwareDatetime | None = None


class FreezeEvidence(CommandBase):
    """From now on no retention sweep deletes anything of these systems."""

    action: Literal[BreachAction.FREEZE_EVIDENCE] = BreachAction.FREEZE_EVIDENCE
    systems: list[Name]


class AddEvidence(CommandBase):
    """Keep a file as evidence, sealed and with its hash."""

    action: Literal[BreachAction.ADD_EVIDENCE] = BreachAction.ADD_EVIDENCE
    evidence: UUID
    sha256: Sha256
    bytes: int


class AddTask(CommandBase):
    """Something to do, for somebody, by some time."""

    action: Literal[BreachAction.ADD_TASK] = BreachAction.ADD_TASK
    owner: PersonId | None = None
    due_at: AwareDatetime | None = None


class CompleteTask(CommandBase):
    action: Literal[BreachAction.COMPLETE_TASK] = BreachAction.COMPLETE_TASK
    task: UUID


class AddFact(CommandBase):
    """A line of the timeline: what happened, when, and in which zone the clock was read."""

    action: Literal[BreachAction.ADD_FACT] = BreachAction.ADD_FACT
    happened_at: AwareDatetime
    zone: Zone = "UTC"


class Assess(CommandBase):
    """Severity by the ENISA method; every input is kept, and it decides nothing."""

    action: Literal[BreachAction.ASSESS] = BreachAction.ASSESS
    inputs: SeverityInputs


class DecideAuthority(CommandBase):
    """Whether an authority is notified, and why; a decision not to is kept with its reasons (Article 33(5))."""

    action: Literal[BreachAction.DECIDE_AUTHORITY] = BreachAction.DECIDE_AUTHORITY
    authority: Name
    verdict: Verdict


class DecidePeople(CommandBase):
    """Whether the people affected are told, and why not: which exception of Article 34(3), or no risk."""

    action: Literal[BreachAction.DECIDE_PEOPLE] = BreachAction.DECIDE_PEOPLE
    verdict: Verdict
    exemption: Exemption | None = None


class Advise(CommandBase):
    """What the data protection officer advises. It is kept beside the decision and takes its place nowhere."""

    action: Literal[BreachAction.ADVISE] = BreachAction.ADVISE


class AddOther(CommandBase):
    """Somebody else to tell: insurer, contract, police, representative. Without a time: without undue delay."""

    action: Literal[BreachAction.ADD_OTHER] = BreachAction.ADD_OTHER
    kind: OtherKind
    due_at: AwareDatetime | None = None


class RecordTold(CommandBase):
    """Somebody on the list of others was told."""

    action: Literal[BreachAction.RECORD_TOLD] = BreachAction.RECORD_TOLD
    other: UUID
    told_at: AwareDatetime | None = None


class SetField(CommandBase):
    """Say what is known of one field of the reports."""

    action: Literal[BreachAction.SET_FIELD] = BreachAction.SET_FIELD
    field: Name
    standing: Standing


class FieldInput(Message):
    """One of several fields: what is known of it, and the note that says it."""

    field: Name
    standing: Standing
    note: UUID | None = None


class SetFields(CommandBase):
    """Say what is known of several fields of the reports at once: all of them count, or none."""

    action: Literal[BreachAction.SET_FIELDS] = BreachAction.SET_FIELDS
    fields: Annotated[list[FieldInput], Field(min_length=1, max_length=60)]


class PrepareReport(CommandBase):
    """Freeze a report for an authority as the fields stand now; the first is whole, later ones carry what changed."""

    action: Literal[BreachAction.PREPARE_REPORT] = BreachAction.PREPARE_REPORT
    report: UUID
    authority: Name
    language: Language | None = None


class ApproveReport(CommandBase):
    """Let exactly this report go; by somebody who did not prepare it."""

    action: Literal[BreachAction.APPROVE_REPORT] = BreachAction.APPROVE_REPORT
    report: UUID
    sha256: Sha256


class RecordSent(CommandBase):
    """A report was handed in: when, and under which reference of the authority. Unapproved, it needs a reason."""

    action: Literal[BreachAction.RECORD_SENT] = BreachAction.RECORD_SENT
    report: UUID
    sent_at: AwareDatetime
    receipt: UUID | None = None


class ExplainDelay(CommandBase):
    """Why an authority is told later than 72 hours (Article 33(1)); stands in every report that is late."""

    action: Literal[BreachAction.EXPLAIN_DELAY] = BreachAction.EXPLAIN_DELAY


class HandOver(CommandBase):
    """Give the lead to somebody, with a note on where things stand."""

    action: Literal[BreachAction.HAND_OVER] = BreachAction.HAND_OVER
    lead: PersonId


class LinkCase(CommandBase):
    """Say that a case has to do with this breach."""

    action: Literal[BreachAction.LINK_CASE] = BreachAction.LINK_CASE
    case: UUID


class Contain(CommandBase):
    """Say that it has stopped; every step of containment is done or not needed."""

    action: Literal[BreachAction.CONTAIN] = BreachAction.CONTAIN


class Dismiss(CommandBase):
    """Say that it was no personal data breach, and why; it stays in the register."""

    action: Literal[BreachAction.DISMISS] = BreachAction.DISMISS


class CloseBreach(CommandBase):
    """Close with what was learnt."""

    action: Literal[BreachAction.CLOSE] = BreachAction.CLOSE


class ReopenBreach(CommandBase):
    action: Literal[BreachAction.REOPEN] = BreachAction.REOPEN


BreachCommand = Annotated[
    Acknowledge
    | ConfirmAwareness
    | SetAffected
    | ChooseLand
    | SetLead
    | ChangeStep
    | FreezeEvidence
    | AddEvidence
    | AddTask
    | CompleteTask
    | AddFact
    | Assess
    | DecideAuthority
    | DecidePeople
    | Advise
    | AddOther
    | RecordTold
    | SetField
    | SetFields
    | PrepareReport
    | ApproveReport
    | RecordSent
    | ExplainDelay
    | HandOver
    | LinkCase
    | Contain
    | Dismiss
    | CloseBreach
    | ReopenBreach,
    Field(discriminator="action"),
]
