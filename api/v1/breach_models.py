"""What the JSON API says and hears about breaches. Instants are UTC with `Z`. Next: `api/v1/breach_presenting.py`."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.v1.models import Body, Reference, Text
from domain.breach import BreachOutcome, BreachStatus, Exemption, OtherKind, PartyRole, Standing, Verdict
from domain.breach_authority import BreachAction
from domain.breach_clock import BreachLine
from domain.breach_rows import RowState
from domain.breach_severity import Band, SeverityInputs, SeverityLine
from domain.texts import Place


class RangeBody(Body):
    """How many people, as a range."""

    low: Annotated[int, Field(ge=0, le=10**10)]
    high: Annotated[int, Field(ge=0, le=10**10)]


class BreachBody(Body):
    """A breach as it is reported. What is not known yet is left out; everything can be added and corrected later."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "summary": "Sign-ins with stolen passwords",
                    "first_alert_at": "2026-11-22T11:22:00Z",
                    "affected": {"GB": 120, "IE": 4},
                    "role": "controller",
                }
            ]
        }
    )

    summary: Annotated[Text | None, Field(description="what happened, in a few words; may be left out with `case`")] = None
    first_alert_at: Annotated[AwareDatetime | None, Field(description="first sign; now, if it is left out")] = None
    aware_at: Annotated[AwareDatetime | None, Field(description="reasonable certainty, if there is; else provisional")] = None
    affected: Annotated[
        dict[Place, int | RangeBody],
        Field(description="people by country, `DE-` and a Land, `XX` where unknown; a number or a range"),
    ] = {}
    role: PartyRole = "controller"
    contract_hours: Annotated[int | None, Field(ge=1, le=720, description="of a processor, to tell the controller")] = None
    exercise: Annotated[bool, Field(description="a rehearsal: marked everywhere, in no register")] = False
    case: Annotated[Reference | None, Field(description="the case whose copy reached the wrong person")] = None


class CountAnswer(BaseModel):
    low: int
    high: int


class BreachClockAnswer(BaseModel):
    """One authority's clock. Work is steered by `safe_due`; `outer_due` is information."""

    key: str
    authority: str
    name: str | None
    country: str
    land: str | None
    people: CountAnswer
    safe_due: datetime
    outer_due: datetime
    state: RowState
    provisional: bool
    notified_at: datetime | None
    late: bool
    land_chosen: bool


class OtherAnswer(BaseModel):
    id: UUID
    kind: OtherKind
    who: str | None
    due_at: datetime | None
    state: Literal["running", "met", "missed"]
    told_at: datetime | None


class AwarenessAnswer(BaseModel):
    at: datetime
    provisional: bool
    decided_by: str | None
    reason: str | None


class SeverityAnswer(BaseModel):
    """By the ENISA method, with its arithmetic; advice beside the decision."""

    score: float
    band: Band
    suggestion: str
    flags: list[str]
    sum: list[SeverityLine]
    inputs: SeverityInputs


class BreachDecisionAnswer(BaseModel):
    about: Annotated[str, Field(description="an authority, or `people`")]
    verdict: Verdict
    exemption: Exemption | None
    by: str
    at: datetime
    reason: str | None


class StepAnswer(BaseModel):
    step: str
    title: str
    state: Literal["open", "done", "not_needed"]
    owner: str | None
    due_at: datetime | None
    note: str | None


class TaskAnswer(BaseModel):
    id: UUID
    text: str | None
    owner: str | None
    due_at: datetime | None
    done_at: datetime | None


class TimelineAnswer(BaseModel):
    id: UUID
    at: datetime
    zone: str
    by: str
    text: str | None


class EvidenceAnswer(BaseModel):
    id: UUID
    sha256: str
    bytes: int
    at: datetime
    by: str


class ReportFieldAnswer(BaseModel):
    field: str
    label: str
    article: str
    standing: Standing
    value: str | None
    choices: list[str]
    derived: bool


class ReportAnswer(BaseModel):
    """A report to an authority. `sha256` is of its text; `approve_report` names it."""

    id: UUID
    authority: str
    number: int
    language: str
    state: Literal["freezing", "failed", "waiting", "approved", "sent"]
    sha256: str | None
    complete: int
    estimated: int
    unknown: int
    prepared_by: str
    approved_by: str | None
    sent_at: datetime | None
    sent_by: str | None
    receipt: str | None
    sent_without_approval_because: str | None


class AdviceAnswer(BaseModel):
    at: datetime
    by: str
    text: str | None


class BreachLineAnswer(BaseModel):
    """One breach in a list."""

    breach_id: UUID
    reference: str
    status: BreachStatus
    outcome: BreachOutcome | None
    exercise: bool
    role: PartyRole
    opened_at: datetime
    first_alert_at: datetime
    first_due: datetime | None


class BreachAnswer(BreachLineAnswer):
    """One breach as it stands; `allowed_actions` is what the caller may do about it now."""

    summary: str | None
    awareness: AwarenessAnswer | None
    affected: dict[str, CountAnswer]
    unknown_country: CountAnswer | None
    elsewhere: dict[str, CountAnswer]
    clocks: list[BreachClockAnswer]
    sum: list[BreachLine]
    others: list[OtherAnswer]
    lead: str | None
    deputy: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    steps: list[StepAnswer]
    frozen: list[str]
    tasks: list[TaskAnswer]
    timeline: list[TimelineAnswer]
    evidence: list[EvidenceAnswer]
    severity: SeverityAnswer | None
    people_threshold: Literal["risk", "high_risk"]
    decisions: list[BreachDecisionAnswer]
    advice: list[AdviceAnswer]
    fields: list[ReportFieldAnswer]
    reports: list[ReportAnswer]
    delay_reason: str | None
    handovers: list[str]
    cases: list[str]
    requests_since: Annotated[int, Field(description="how many of the linked cases asked since")]
    notices: list[UUID]
    lessons: str | None
    allowed_actions: list[BreachAction]


class BreachLines(BaseModel):
    """Breaches, newest first. `next` is the `cursor` of the page that follows."""

    items: list[BreachLineAnswer]
    next: str | None = None


class DossierEventAnswer(BaseModel):
    """Something that happened to a breach or a notice; words are not here, only ids of notes."""

    sequence: int
    tag: str
    at: datetime
    actor: str
    facts: dict[str, Any]
    hash: str


class DossierEventLines(BaseModel):
    """The history in its own order."""

    items: list[DossierEventAnswer]
    next: str | None = None
