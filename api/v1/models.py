"""What the JSON API says and hears. Every name here is a promise to clients (design section 11).

Next: api/v1/requests.py
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from adapters.database.tables import CaseEventRow
from domain.case import CaseState, SystemStanding
from domain.deadline import Clock
from domain.decisions import allowed_actions
from domain.rights import Channel, Outcome, Right, Risk, Status

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]  # about eight pages
Address = Annotated[str, StringConstraints(min_length=3, max_length=320)]  # RFC 3696 erratum 1690 with room
Reference = Annotated[str, StringConstraints(pattern=r"^HAB-[0-9A-HJKMNP-TV-Z]{8}$")]


class Body(BaseModel):
    """What a client sends: a field that is not declared is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SubjectBody(Body):
    email: Address
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None  # ISO 3166-1


class RequestBody(Body):
    """A request of a data subject.

    Args:
        received_at: when it reached the controller, with an offset; without it, now.
        identity_assertion: a JWS of the platform (`security.md` I7).
    """

    rights: list[Right]
    subject: SubjectBody
    message: Text | None = None
    channel: Channel = Channel.API
    received_at: AwareDatetime | None = None
    identity_assertion: Annotated[str, StringConstraints(max_length=8192)] | None = None


class ReceiptAnswer(BaseModel):
    case_id: UUID
    reference: str
    status: Status
    legal_due: date | None
    safe_due: date


class SearchBody(Body):
    """Finds the cases of a person; by POST, so that no address stands in a URL."""

    email: Address


class RightAnswer(BaseModel):
    right: Right
    outcome: Outcome | None


class SystemAnswer(BaseModel):
    name: str
    state: SystemStanding
    records: int
    searched_at: datetime | None


class WorkItemAnswer(BaseModel):
    id: UUID
    kind: str
    system: str | None
    state: Literal["open", "done"]
    result: str | None


class IdentifierAnswer(BaseModel):
    """Never the value: that is in the person's own words and stays sealed."""

    id: UUID
    kind: str
    standing: str


class PackageAnswer(BaseModel):
    """`sha256` is of the zip as it will be delivered, and what `approve_package` names; null before the first is built."""

    state: Literal["stale", "building", "ready"]
    sha256: str | None
    bytes: int | None
    revision: int | None


class CaseAnswer(BaseModel):
    """One case as it stands."""

    case_id: UUID
    reference: str
    status: Status
    outcome: Outcome | None
    received_at: datetime
    channel: Channel
    risk: Risk
    held: bool
    assignee: str | None
    rights: list[RightAnswer]
    clock: Clock
    allowed_actions: list[str]
    identifiers: list[IdentifierAnswer]
    systems: list[SystemAnswer]
    work_items: list[WorkItemAnswer]
    package: PackageAnswer | None
    erasure_plan: dict[str, Any] | None = None


class CaseLine(BaseModel):
    """One case in a list."""

    case_id: UUID
    reference: str
    status: Status
    outcome: Outcome | None
    received_at: datetime
    rights: list[RightAnswer]
    legal_due: date | None
    safe_due: date
    assignee: str | None


class CaseLines(BaseModel):
    items: list[CaseLine]
    next: str | None = None


class EventAnswer(BaseModel):
    sequence: int
    tag: str
    at: datetime
    actor: str
    facts: dict[str, Any]
    hash: str


class EventLines(BaseModel):
    items: list[EventAnswer]
    next: str | None = None


class CommandAnswer(BaseModel):
    """Handed in and not answered: it counts as accepted only when it is answered under this id."""

    command: str


class ItemAnswer(BaseModel):
    """One record or file that was collected; `include` unless somebody decided otherwise."""

    id: str
    system: str
    collection: str
    decision: Literal["include", "withhold"]
    basis: str | None


class ItemLines(BaseModel):
    items: list[ItemAnswer]
    next: str | None = None


def rights_of(state: CaseState) -> list[RightAnswer]:
    """The rights asked for, each with its own outcome."""
    return [RightAnswer(right=item.right, outcome=item.outcome) for item in state.rights]


def systems_of(state: CaseState) -> list[SystemAnswer]:
    """What was searched, when and with how many rows: zero included."""
    return [SystemAnswer(name=name, **system.model_dump()) for name, system in state.systems.items()]


def work_items_of(state: CaseState) -> list[WorkItemAnswer]:
    """What waits for a person, or did."""
    return [
        WorkItemAnswer(id=key, kind=item.kind, system=item.system, state="done" if item.result else "open", result=item.result)
        for key, item in state.work_items.items()
    ]


def package_of(state: CaseState, newest_revision: int) -> PackageAnswer | None:
    """The package as a reviewer meets it.

    Args:
        state: where the case stands.
        newest_revision: of the item decisions; a package built before it cannot be approved.
    """
    package = state.package
    if package is None and state.package_wanted is None:
        return None
    standing: Literal["stale", "building", "ready"] = "ready"
    if package is None or state.package_wanted is not None:
        standing = "building"
    elif not package.published and (state.needs_search or newest_revision > package.revision):
        standing = "stale"
    return PackageAnswer(
        state=standing,
        sha256=package and package.sha256,
        bytes=package and package.bytes,
        revision=package and package.revision,
    )


def actions_of(state: CaseState) -> list[str]:
    """What may be done now, whoever asks."""
    return [action.value for action in allowed_actions(state)]


def event_answer(row: CaseEventRow) -> EventAnswer:
    """One event as clients read it; who acted is an id."""
    return EventAnswer(sequence=row.sequence, tag=row.tag, at=row.at, actor=row.actor, facts=row.facts, hash=row.hash)
