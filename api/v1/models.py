"""What the JSON API says and hears. Every name here is a promise to clients (design section 11).

Bodies of actions are made in `api/v1/bodies.py`. Next: api/v1/requests.py
"""

import datetime as dt
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.authority import Action
from domain.breach import BreachStatus
from domain.breach_authority import BreachAction
from domain.case import Finding, Standing, SystemStanding
from domain.datamap import ErasureAction
from domain.deadline import ClockState, SumLine
from domain.events import Tag
from domain.identity import Doubt
from domain.item_rules import Condition
from domain.notice import NoticeStatus
from domain.notice_commands import NoticeAction
from domain.regimes import WaitKind
from domain.rights import Channel, Mandate, Outcome, Right, Risk, Status
from domain.texts import Name
from domain.triage import Standing as MailStanding
from domain.withholding import Basis, ItemChoice

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]  # about eight pages
Address = Annotated[str, StringConstraints(min_length=3, max_length=320)]  # RFC 3696 erratum 1690: 64 + @ + 255
Reference = Annotated[str, StringConstraints(pattern=r"^HAB-[0-9A-HJKMNP-TV-Z]{8}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

_ID = "2f1f0a3e-5f43-4c1b-9a53-0c1d5f0e8a11"
_LINE: dict[str, Any] = {
    "case_id": _ID,
    "reference": "HAB-7K3M9QXA",
    "status": "in_review",
    "outcome": None,
    "received_at": "2026-11-23T09:00:00Z",
    "rights": [{"right": "access", "status": "in_review", "outcome": None}],
    "legal_due": "2026-12-23",
    "safe_due": "2026-12-23",
    "assignee": None,
}


def _example(**example: Any) -> ConfigDict:  # noqa: ANN401 (JSON)
    return ConfigDict(json_schema_extra={"examples": [example]})


class Body(BaseModel):
    """What a client sends: a field that is not declared is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, sent: object) -> object:
        """No text of ours holds a NUL, and PostgreSQL keeps none: it would be a failure where it is stored."""
        if _holds_nul(sent):
            raise ValueError("A text holds a NUL.")
        return sent


def _holds_nul(sent: object) -> bool:
    waiting = [sent]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and "\0" in each:
            return True
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
    return False


class SubjectBody(Body):
    """The data subject, as far as the request says who that is."""

    email: Address
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    country: Annotated[Country | None, Field(description="ISO 3166-1; left out: unknown, so the EU's law counts too")] = None


class HintBody(Body):
    """Something else that may help a caseworker to find the person; never a search key by itself."""

    kind: Annotated[Name, Field(description="`phone`, `account_id`, ...")]
    value: Annotated[str, StringConstraints(min_length=1, max_length=320)]


class AgentBody(Body):
    """Whoever acts for the data subject. Letters go to the subject, who confirms it; a proof is handed in as evidence."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    mandate: Annotated[Mandate, Field(description="on what ground, as they say")]
    email: Annotated[Address | None, Field(description="where the agent is reached; nothing is searched with it")] = None


class CorrectionBody(Body):
    """What is wrong and what would be right, in the person's own words (Article 16); kept sealed."""

    wrong: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    right: Annotated[str, StringConstraints(max_length=2_000)] = ""


class RequestBody(Body):
    """A request of a data subject."""

    model_config = _example(rights=["access"], subject={"email": "ruth@example.com", "country": "GB"})

    rights: Annotated[list[Right], Field(min_length=1, max_length=len(Right))]
    subject: SubjectBody
    message: Annotated[Text | None, Field(description="in the person's own words")] = None
    channel: Channel = Channel.API
    received_at: Annotated[AwareDatetime | None, Field(description="when it reached the controller, with an offset")] = None
    identity_assertion: Annotated[
        Annotated[str, StringConstraints(max_length=8192)] | None,
        Field(description="a JWS by a configured issuer, at most 5 minutes old, used once"),
    ] = None
    hints: Annotated[list[HintBody], Field(max_length=20)] = []
    agent: Annotated[AgentBody | None, Field(description="where somebody asks for the subject")] = None
    correction: Annotated[CorrectionBody | None, Field(description="with `rectification`: what a caseworker proposes from")] = (
        None
    )
    consents: Annotated[
        list[Name], Field(max_length=50, description="with `withdraw_consent`: purposes of the data map; they end at once")
    ] = []


class ReceiptAnswer(BaseModel):
    """The request is received. The dates are the first clock's."""

    model_config = _example(
        case_id=_ID, reference="HAB-7K3M9QXA", status="received", legal_due="2026-12-23", safe_due="2026-12-23"
    )

    case_id: UUID
    reference: str
    status: Status
    legal_due: dt.date | None
    safe_due: dt.date


class SearchBody(Body):
    """Finds the cases of a person; by POST, so that no address stands in a URL."""

    model_config = _example(email="ruth@example.com")

    email: Address


class RightAnswer(BaseModel):
    """One right of the case; it ends with an outcome of its own, and the case stands where its least advanced right does."""

    right: Right
    status: Status
    outcome: Outcome | None


class ClockAnswer(BaseModel):
    """The legal clock with its sum: every step with its legal source. Dates are days in the regime's zone."""

    legal_due: Annotated[dt.date | None, Field(description="null while the law gives none")]
    safe_due: Annotated[dt.date, Field(description="the earlier reading of every dispute; work is steered by it")]
    review_on: dt.date | None
    state: ClockState
    extended: bool
    promised: Annotated[dt.date | None, Field(description="the day the letters to the person name, counted from receipt")]
    asked_late: Annotated[
        list[WaitKind], Field(description="asked for more than three working days after receipt; moves no safe date")
    ]
    refusal_due: dt.date | None
    extend_by: dt.date | None
    sum: list[SumLine]


class SystemAnswer(BaseModel):
    """What was searched, when, and how many records were found: zero included."""

    name: str
    state: SystemStanding
    records: int
    searched_at: datetime | None


class WorkItemAnswer(BaseModel):
    """Something only a person can do."""

    id: UUID
    kind: str
    system: str | None
    right: Annotated[Right | None, Field(description="the right that has to be carried out by hand")]
    collection: Annotated[str | None, Field(description="of the system, where it is about one")] = None
    recipient: Annotated[str | None, Field(description="who is instructed (Article 28) or informed (Article 19)")] = None
    due: dt.date | None = None
    state: Literal["open", "done"]
    result: Annotated[str | None, Field(description="what came of it; `case_closed`, `refused`: not needed any more")]


class IdentifierAnswer(BaseModel):
    """Never the value: that stays sealed."""

    id: UUID
    kind: str
    standing: Standing


class PackageAnswer(BaseModel):
    """The package as a reviewer meets it.

    `sha256` is of the zip exactly as it will be delivered; `approve_package` names it. `stale`: newer item decisions or search
    keys are not in it, so prepare it again. `building`: wait for it.
    """

    state: Literal["stale", "building", "ready"]
    sha256: str | None
    bytes: int | None
    revision: int | None
    records: int | None
    approved: bool


class ErasurePlanAnswer(BaseModel):
    """The plan of an erasure in figures; `approve_erasure` names its `sha256`. The whole is at `GET .../erasure-plan`.

    `waiting_until`: nothing is erased before, and the person may stop it.
    """

    state: Literal["stale", "ready", "approved", "carried_out", "certified"]
    sha256: str
    erase: int
    change: Annotated[int, Field(description="rows made anonymous, or emptied of single fields")]
    keep: int
    waiting_until: dt.datetime | None
    leftovers: int


class ErasureEntry(BaseModel):
    """One collection of the plan, in the order in which it is erased."""

    model_config = _example(
        system="platform",
        collection="prompts",
        action="delete",
        rows=78,
        doubtful=0,
        by_hand=False,
        ground=None,
        until=None,
        because="17(1)(a)",
    )

    system: str
    collection: str
    action: ErasureAction
    rows: int
    doubtful: int
    by_hand: bool
    ground: str | None
    until: dt.date | None
    because: str | None = None


class ErasurePlanLines(BaseModel):
    """The plan as it stands: what is erased, changed, kept and why, and who else is told."""

    sha256: str
    entries: list[ErasureEntry]
    instructed: list[str]
    informed: list[str]


class PartialAnswerLine(BaseModel):
    """A part of the answer on its way, or the last one that was delivered. `approve_partial_answer` names its `sha256`.

    The zip is at `GET /cases/{reference}/package?part=true`.
    """

    state: Literal["building", "ready", "approved", "delivered"]
    sha256: str | None
    bytes: int | None
    records: int | None


class ComplaintAnswer(BaseModel):
    """A complaint under s.164A DPA 2018: the cases complained of, what the person was told, and what came of it."""

    about: list[UUID]
    acknowledged: bool
    told_at: Annotated[datetime | None, Field(description="when the person last heard of it from us")]
    finding: Finding | None


class CaseAnswer(BaseModel):
    """One case as it stands; `allowed_actions` is what the caller may do about it now."""

    model_config = _example(
        **_LINE | {"channel": "api", "risk": "low", "held": False, "closing_proposed": False},
        clock={
            "legal_due": "2026-12-23",
            "safe_due": "2026-12-23",
            "review_on": None,
            "state": "running",
            "extended": False,
            "refusal_due": "2026-12-23",
            "extend_by": "2026-12-23",
            "sum": [{"step": "Request received", "date": "2026-11-23", "source": "Article 12(3) UK GDPR"}],
        },
        allowed_actions=["prepare_package", "set_item_decision"],
        identifiers=[{"id": _ID, "kind": "email", "standing": "proven"}],
        delivery_address=_ID,
        systems=[{"name": "billing", "state": "searched", "records": 0, "searched_at": "2026-11-23T09:05:00Z"}],
        work_items=[
            {"id": _ID, "kind": "search_by_hand", "system": "payments", "right": None, "state": "done", "result": "not_found"}
        ],
        package={"state": "ready", "sha256": "9f" * 32, "bytes": 48213, "revision": 0, "records": 231, "approved": False},
        erasure_plan=None,
    )

    case_id: UUID
    reference: str
    status: Status
    outcome: Outcome | None
    received_at: datetime
    channel: Channel
    risk: Risk
    doubts: Annotated[list[Doubt], Field(description="why it is doubtful who asks; only these let more be asked for")] = []
    held: bool
    closing_proposed: bool
    unanswered: Annotated[datetime | None, Field(description="since when words of the person wait for an answer")] = None
    assignee: str | None
    rights: list[RightAnswer]
    clock: ClockAnswer
    allowed_actions: list[Action]
    identifiers: list[IdentifierAnswer]
    delivery_address: Annotated[UUID | None, Field(description="the identifier that the answer goes to")]
    systems: list[SystemAnswer]
    work_items: list[WorkItemAnswer]
    package: PackageAnswer | None
    partial_answer: PartialAnswerLine | None
    complaint: ComplaintAnswer | None
    erasure_plan: ErasurePlanAnswer | None = None


class CaseLine(BaseModel):
    """One case in a list."""

    model_config = _example(**_LINE)

    case_id: UUID
    reference: str
    status: Status
    outcome: Outcome | None
    received_at: datetime
    rights: list[RightAnswer]
    legal_due: dt.date | None
    safe_due: dt.date
    assignee: str | None


class CaseLines(BaseModel):
    """Cases, newest first. `next` is the `cursor` of the page that follows."""

    items: list[CaseLine]
    next: str | None = None


class EventAnswer(BaseModel):
    """Something that happened to a case. `hash` chains it to the one before; words are not here, only ids of notes."""

    sequence: int
    tag: Tag
    at: datetime
    actor: str
    facts: dict[str, Any]
    hash: str


class EventLines(BaseModel):
    """The history in its own order."""

    items: list[EventAnswer]
    next: str | None = None


class ItemAnswer(BaseModel):
    """One record or file that was collected; included unless somebody decided otherwise."""

    model_config = _example(
        id="support.messages.0a1b2c3d4e5f6071",
        system="support",
        collection="messages",
        position=0,
        decision="include",
        basis=None,
    )

    id: str
    system: str
    collection: str
    position: Annotated[int, Field(description="in its collection, from 0")]
    decision: ItemChoice
    basis: Basis | None


class ItemLines(BaseModel):
    """Items in the order of the data map."""

    items: list[ItemAnswer]
    next: str | None = None


class ItemDecided(BaseModel):
    """A decision is recorded; `prepare_package` with this revision builds a package that follows it."""

    model_config = _example(item="support.messages.0a1b2c3d4e5f6071", decision="withhold", basis="third_party", revision=1)

    item: Annotated[str, Field(description="`<system>.<collection>.*` for a rule, `*` for a third person")]
    decision: ItemChoice
    basis: Basis | None
    revision: int
    covered: Annotated[int, Field(description="how many items it is about; 0 for a third person, who is looked for later")] = 1


class SampleBody(Body):
    """Which items a rule would be about. By POST, since a condition may name a person."""

    system: Name
    collection: Name
    condition: Condition | None = None


class SampleAnswer(BaseModel):
    """The items to look at before a rule over them is made; the same until the next decision."""

    model_config = _example(sample=["support.messages.0a1b2c3d4e5f6071"], covered=1, now={"include": 1})

    sample: list[str]
    covered: Annotated[int, Field(description="how many items the rule would be about")]
    now: Annotated[dict[str, int], Field(description="what is decided of them now, counted")]


class CommandAnswer(BaseModel):
    """Handed in and not answered yet: it counts as accepted only when `GET /cases/{reference}/commands/{command}` answers."""

    model_config = _example(command="5f" * 32)

    command: str


class ProblemError(BaseModel):
    """One field that could not be used."""

    field: str
    reason: str


class Problem(BaseModel):
    """A refusal (RFC 9457). About a stage, `status` is that of the case, breach, notice or mail; otherwise that of HTTP."""

    model_config = _example(
        type="/problems/not-allowed-now",
        title="This action is not possible at the case's present stage.",
        status="collecting",
        allowed_actions=["send_message", "withdraw"],
    )

    type: str
    title: str
    status: Status | BreachStatus | NoticeStatus | MailStanding | int
    allowed_actions: list[Action | BreachAction | NoticeAction] | None = None
    field: str | None = None
    errors: list[ProblemError] | None = None
