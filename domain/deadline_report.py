"""What `habeas deadline` prints: one clock as JSON, or a file of vectors as CSV (design section 11).

The event of a row names what is counted; dates come from the inputs alone, so a late extension notice gives one month
whatever the row is called. State is told as of `as_of`, or of the last instant named, so that the same row always gives the
same answer.
"""

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

from domain.breach_clock import BreachClock, breach_clock
from domain.deadline import Clock, ClockEvent, ClockEventKind, Seat, SumLine, compute, day_ends
from domain.deadline_inputs import Inputs, instant
from domain.deadline_sum import OWN_RULE
from domain.errors import InvalidInputError
from domain.other_periods import OTHER_PERIODS, other_clock
from domain.regimes import find_regime
from domain.rights import Right

COLUMNS = ("id", "regime", "event", "received_at", "inputs")
PRINTED = ("id", "legal_due", "safe_due", "state")
BREACH = ("BREACH-72H-SAFE", "BREACH-72H-LEGAL", "BREACH-72H-ART3-5")
COMPLAINT, REFUSAL = "COMPLAINT-ACK-30D", "REFUSAL"
EXTENDED = ("RESP-3M", "RESP-3M-PAUSED")
PAUSED = ("RESP-1M-PAUSED", "RESP-3M-PAUSED")
COUNTED = {"RESP-1M", REFUSAL, *EXTENDED, *PAUSED}


def deadline_json(regime: str, event: str, received_at: str | datetime, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """One clock, ready for JSON: `legal_due`, `safe_due`, `state`, `sum` and what else the clock holds.

    Args:
        regime: `UK`, `EU`, `EU-<Member State>`, or a code of `domain/other_periods.py`.
        event: as in the vector files, for instance `UK-RESP-1M` or `BREACH-72H-SAFE`.
        received_at: ISO 8601 with an offset; of a breach the moment of awareness, unless the inputs name another.
        inputs: the keys of `INSTANTS` and `WORDS`, and `clarifications` as pairs of asked and answered (or null).

    Dates are ISO dates in the regime's zone, instants of a breach are UTC with `Z`.
    Raises InvalidInputError; its fact `column` names what is wrong: regime, event, received_at or inputs.
    """
    received = instant(received_at, "received_at")
    given = Inputs(inputs)
    clock: BreachClock | Clock
    try:
        if event in BREACH:
            clock = _breach(regime, received, given)
        elif event in OTHER_PERIODS:
            clock = other_clock(regime, event, received, as_of=given.as_of(received), zone=given.words.get("tz"))
        else:
            clock = _case(regime, event, received, given)
    except InvalidInputError as wrong:
        field = wrong.facts.get("column") or wrong.facts.get("field")
        raise InvalidInputError(wrong.message, column=field if field in COLUMNS else "inputs") from wrong
    return clock.model_dump(mode="json")


def deadline_csv(in_file: TextIO, out_file: TextIO) -> None:
    """Read vectors (columns `id`, `regime`, `event`, `received_at`, `inputs`; others are ignored), write their dates.

    Nothing is written when a row is wrong. Raises InvalidInputError with the facts `row` (counted from 1, without the
    header) and `column`.
    """
    reader = csv.DictReader(in_file)
    header = [(name or "").lstrip("\ufeff") for name in reader.fieldnames or []]
    reader.fieldnames = header
    for column in COLUMNS:
        if column not in header:
            raise InvalidInputError(f"The file has no column {column}.", row=0, column=column)
    printed = [_row(number, row) for number, row in enumerate(reader, start=1)]
    writer = csv.DictWriter(out_file, PRINTED, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(printed)


def _row(number: int, row: Mapping[str, str | None]) -> dict[str, Any]:
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    try:
        clock = deadline_json(cells["regime"], cells["event"], cells["received_at"], _json(cells["inputs"]))
    except InvalidInputError as wrong:
        column = str(wrong.facts["column"])
        raise InvalidInputError(f"Row {number}, column {column}: {wrong.message}", row=number, column=column) from wrong
    return {"id": cells["id"]} | clock


def _json(text: str) -> Mapping[str, Any]:
    try:
        inputs = json.loads(text or "{}")
    except ValueError as wrong:
        raise InvalidInputError("The inputs are not JSON.", column="inputs") from wrong
    if not isinstance(inputs, dict):
        raise InvalidInputError("The inputs are not a JSON object.", column="inputs")
    return inputs


def _breach(regime: str, received: datetime, given: Inputs) -> BreachClock:
    find_regime(regime)
    named = (given.instants.get(key) for key in ("controller_informed_at", "reasonable_certainty_at"))
    # A processor's or the first alert's time is not awareness; of several named, the earliest is.
    aware = min((time for time in named if time), default=received)
    try:
        return breach_clock(aware, notified_at=given.instants.get("notified_at"), as_of=given.instants.get("as_of"))
    except InvalidInputError as wrong:
        raise InvalidInputError(wrong.message, column="received_at") from wrong


def _case(regime: str, event: str, received: datetime, given: Inputs) -> Clock:
    law, _, name = event.partition("-")
    if law not in ("UK", "EU") or (name not in COUNTED and event != f"UK-{COMPLAINT}"):
        raise InvalidInputError("This event is not known.", column="event")
    if find_regime(regime).code.partition("-")[0] != law:
        raise InvalidInputError("This event is not one of the regime.", column="event")
    seat = Seat(
        country=given.country("controller_country"),
        representative=given.country("representative_country"),
        zone=given.words.get("tz"),
    )
    as_of, events, notes = given.as_of(received), [*given.events()], []
    if name in EXTENDED and "extension_notified_at" not in given.named:
        events.append(ClockEvent(kind=ClockEventKind.EXTENSION_NOTIFIED, at=received))
        notes.append(_note("no time of notice is given; three months presume that it was given in time"))
    right = Right.COMPLAINT if name == COMPLAINT else given.words.get("right")
    if right is None and name in PAUSED:
        right = Right.ACCESS
    if right and right not in set(Right):
        notes.append(_note("this right is not known; counted without a pause"))
    events.append(ClockEvent(kind=ClockEventKind.RECEIVED, at=received))
    clock = compute((regime,), [right] if right else [], events, as_of=as_of, seat=seat)
    if name == REFUSAL:
        clock = _refusal(clock, regime, as_of, seat)
    return clock.model_copy(update={"sum": [*notes, *clock.sum]})


def _refusal(clock: Clock, regime: str, as_of: datetime, seat: Seat) -> Clock:
    """The same clock with the refusal's dates in the place of the answer's."""
    due = clock.refusal_due
    if due is None:
        return clock
    missed = clock.state == "running" and day_ends(due, (regime,), seat) <= as_of
    update = {"legal_due": due, "safe_due": min(due, clock.safe_due)} | ({"state": "missed"} if missed else {})
    return clock.model_copy(update=update)


def _note(step: str) -> SumLine:
    return SumLine(step=f"Contested: {step}", date=None, source=OWN_RULE)
