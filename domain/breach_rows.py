"""The clocks of a breach: from one awareness time a row for every authority concerned, and rows for others to tell.

Pure, and computed anew whenever awareness or the figures change. Hours are elapsed hours (`domain/breach_clock.py`); the
rounded outer bound is information only.
Next: `domain/breach_decisions.py`
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from domain.breach import UNKNOWN_PLACE, BreachState, Count, OtherKind, OtherParty
from domain.breach_authorities import CONTROLLER, authority_key, breach_authority, find_authority
from domain.breach_clock import BreachLine, breach_clock
from domain.regimes import MEMBER_STATES
from domain.texts import Name, Place

RowState = Literal["running", "met", "missed", "not_required"]
LAND_UNKNOWN = "DE"
REMIND_HOURS = (48, 24, 12, 4, 1)
OTHER_HOURS = (4, 1)  # of an insurer or a contract, whose times are short


class Mark(BaseModel):
    """The next instant at which the clock asks for something: so many hours left, or none (0)."""

    at: AwareDatetime
    hours: int
    other: UUID | None = None  # of whom; None: the first authority


class AuthorityRow(BaseModel):
    """One authority's clock.

    Args:
        key: how decisions and reports name it; `de` while no Land is chosen for people of whom only Germany is known.
        safe_due: elapsed hours after awareness (UTC), by which work is steered; outer_due: by whole hours.
        late: it opened with less time left than the law gives, because these people were found later.
    """

    key: Name
    country: Place
    people: Count
    safe_due: AwareDatetime
    outer_due: AwareDatetime
    state: RowState
    provisional: bool
    notified_at: AwareDatetime | None = None
    opened_at: AwareDatetime | None = None
    late: bool = False
    land_chosen: bool = False

    @property
    def authority(self) -> str:
        """As a table names it."""
        if self.key == CONTROLLER:
            return "The controller"
        found = find_authority(self.key)
        return found.short if found else "German authority, Land not chosen yet"


class OtherRow(BaseModel):
    """Somebody else to tell; without a due time it is due without undue delay."""

    id: UUID
    kind: OtherKind
    due_at: AwareDatetime | None
    state: Literal["running", "met", "missed"]
    told_at: AwareDatetime | None = None


class BreachClocks(BaseModel):
    """Every clock of a breach at one moment."""

    rows: list[AuthorityRow]
    others: list[OtherRow]
    unknown: Count | None = None  # people of whom no country is known
    elsewhere: dict[Place, Count] = {}  # outside the UK and the EEA: local law is for counsel
    sum: list[BreachLine] = []

    @property
    def first_due(self) -> datetime | None:
        """The earliest time that is still to be kept towards an authority."""
        running = [row.safe_due for row in self.rows if row.state in {"running", "missed"} and row.notified_at is None]
        return min(running, default=None)


def clocks_of(state: BreachState, *, seat: str, as_of: datetime) -> BreachClocks:
    """All clocks of a breach.

    Args:
        state: of the breach.
        seat: the controller's country; its own authority always has a row.
        as_of: now, UTC.
    """
    started = state.started
    others = [_other(key, party, as_of) for key, party in state.others.items()]
    if started is None:
        return BreachClocks(rows=[], others=others)
    if state.role == "processor":
        return BreachClocks(rows=[_to_controller(state, started, as_of)], others=others)
    places = dict(state.affected)
    if breach_authority(seat) is not None:
        places.setdefault(seat, Count(low=0, high=0))
    rows = [row for place, people in places.items() if (row := _row(state, place, people, started, as_of)) is not None]
    return BreachClocks(
        rows=_merged(rows),
        others=others,
        unknown=places.get(UNKNOWN_PLACE),
        elsewhere={place: people for place, people in places.items() if _is_elsewhere(place)},
        sum=breach_clock(started, as_of=as_of).sum,
    )


def _is_elsewhere(place: Place) -> bool:
    return place not in {"GB", UNKNOWN_PLACE} and place.partition("-")[0] not in MEMBER_STATES


def _row(state: BreachState, place: Place, people: Count, started: datetime, as_of: datetime) -> AuthorityRow | None:
    if place == UNKNOWN_PLACE or _is_elsewhere(place):
        return None
    chosen = place == LAND_UNKNOWN and state.unknown_land is not None
    where = state.unknown_land if chosen and state.unknown_land else place
    key = authority_key(where)
    sent = state.sent_reports(key)
    clock = breach_clock(started, notified_at=sent[0].sent_at if sent else None, as_of=as_of)
    decision = state.decisions.get(key)
    standing: RowState = "not_required" if decision and decision.verdict == "not_notify" and not sent else clock.state
    seen = state.seen_since.get(place)
    return AuthorityRow(
        key=key,
        country=where,
        people=people,
        safe_due=clock.safe_due,
        outer_due=clock.legal_due,
        state=standing,
        provisional=state.awareness is None or state.awareness.provisional,
        notified_at=sent[0].sent_at if sent else None,
        opened_at=seen,
        late=seen is not None and seen > clock.safe_due,
        land_chosen=chosen,
    )


def _merged(rows: list[AuthorityRow]) -> list[AuthorityRow]:
    """One row per authority: people of whom only Germany is known join those of the chosen Land."""
    found: dict[str, AuthorityRow] = {}
    for row in rows:
        before = found.get(row.key)
        if before is None:
            found[row.key] = row
            continue
        people = Count(low=before.people.low + row.people.low, high=before.people.high + row.people.high)
        found[row.key] = before.model_copy(update={"people": people, "land_chosen": True})
    return sorted(found.values(), key=lambda row: (row.country != "GB", row.country))


def _to_controller(state: BreachState, started: datetime, as_of: datetime) -> AuthorityRow:
    # Article 33(2) names no hours; the contract may. Without one the hours of the authority are the outer bound to steer by.
    clock = breach_clock(started, as_of=as_of)
    due = started + timedelta(hours=state.contract_hours) if state.contract_hours else clock.safe_due
    sent = state.sent_reports(CONTROLLER)
    told = sent[0].sent_at if sent else None
    return AuthorityRow(
        key=CONTROLLER,
        country=UNKNOWN_PLACE,
        people=Count(low=0, high=0),
        safe_due=due,
        outer_due=due if state.contract_hours else clock.legal_due,
        state="missed" if (told or as_of) > due else "met" if told else "running",
        provisional=state.awareness is None or state.awareness.provisional,
        notified_at=told,
    )


def _other(key: UUID, party: OtherParty, as_of: datetime) -> OtherRow:
    late = party.due_at is not None and (party.told_at or as_of) > party.due_at
    return OtherRow(
        id=key,
        kind=party.kind,
        due_at=party.due_at,
        state="missed" if late else "met" if party.told_at else "running",
        told_at=party.told_at,
    )


def next_mark(state: BreachState, due: datetime | None, *, now: datetime) -> Mark | None:
    """What comes next on the first clock. It may lie in the past after an outage; of several only the nearest is given.

    Args:
        state: knows what was said already.
        due: the earliest time that is still to be kept; None when there is none.
        now: UTC.
    """
    return None if due is None or state.passed else _next(due, REMIND_HOURS, state.reminded, now=now)


def next_other(state: BreachState, *, now: datetime) -> Mark | None:
    """What comes next on the clocks of the others to tell."""
    marks = [
        _next(party.due_at, OTHER_HOURS, party.reminded, now=now).model_copy(update={"other": key})
        for key, party in state.others.items()
        if party.due_at is not None and party.told_at is None and 0 not in party.reminded
    ]
    return min(marks, key=lambda mark: mark.at, default=None)


def _next(due: datetime, before: Sequence[int], reminded: Sequence[int], *, now: datetime) -> Mark:
    marks = [Mark(at=due - timedelta(hours=hours), hours=hours) for hours in before if all(hours < said for said in reminded)]
    behind = [mark for mark in marks if mark.at <= now]
    marks = [mark for mark in marks if mark not in behind[:-1]]
    return min([*marks, Mark(at=due, hours=0)], key=lambda mark: (mark.at, mark.hours))
