"""The legal clock of Articles 12(3), 12(4) and 12A: from a case's regimes and events to its dates and their printed sum.

A pure function over recorded events; it reads no clock. The days counted here are local days of the regime's zone, the only
local dates in Habeas. Importing this module loads no holiday data. Next: `workflows/deadline_clock.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from domain.calendars import ONE_DAY, Calendar
from domain.deadline_complaint import count_complaint
from domain.deadline_facts import ClockEvent, ClockEventKind, Facts, Wait, fold
from domain.deadline_period import Counted, add_months, count_request
from domain.deadline_sum import OWN_RULE, SumLine, request_sum
from domain.errors import InvalidInputError
from domain.regimes import Regime, WaitKind, calendar_title, country_code, find_regime, regimes_for, zone_of
from domain.rights import Right

__all__ = ["Clock", "ClockEvent", "ClockEventKind", "ClockState", "Seat", "SumLine", "compute", "day_ends", "regimes_for"]

ClockState = Literal["running", "waiting_for_identity", "stopped", "met", "missed"]

ARTICLE_15 = frozenset({Right.ACCESS, Right.TRANSFER_INFORMATION})
# Owed without any period; the month still bounds the answer.
AT_ONCE = {
    Right.WITHDRAW_CONSENT: SumLine(
        step="Withdrawal of consent takes effect at once, without a period", date=None, source="Article 7(3)"
    ),
    Right.MINOR_REPORT: SumLine(
        step="A report of a minor is acted on at once, without a period", date=None, source="the controller's policy"
    ),
}
CHASE_IDENTITY = timedelta(days=14)  # when to look again at unanswered identity questions; no law sets a day
LATEST_YEAR = 2099  # where the holiday data ends


class Seat(BaseModel):
    """What a clock has to know of the controller.

    Args:
        country: ISO 3166 code of its establishment; GB is assumed for a case under UK GDPR.
        representative: Member State of its representative in the Union (Article 27); its calendar counts beside the
            person's own, and the earlier result holds.
        zone: an IANA zone that replaces the regimes' own, for sums on paper.
        proclaimed: by country code, public holidays proclaimed after the holiday data was published.
    """

    model_config = ConfigDict(frozen=True)

    country: str | None = None
    representative: str | None = None
    zone: str | None = None
    proclaimed: dict[str, frozenset[date]] = {}


class Clock(BaseModel):
    """What the law says of a case's time, as of one instant.

    Args:
        legal_due: the last day by the letter, the earliest over the regimes; None while the law gives none, because
            something is awaited.
        safe_due: the day work is steered by: the earlier reading of every dispute, the earliest over the regimes.
        review_on: when to look at an unanswered question again; no deadline.
        state: `missed` when the legal date of any regime has passed without an answer, or the answer came after it.
        extended: an extension notified in time counts under every regime.
        sum: every step with its source.
        asked_late: what was asked for more than three working days after receipt: authorities expect it without delay, so
            the safe date ignores the wait, and somebody has to know why it was late.
        promised: the day that the letters name: counted from receipt, with the two further months once a notice was given,
            and moved by nothing else. None where nobody was promised anything.
        refusal_due: the last day to tell the person of a refusal; an extension moves it in the UK and not in the EU.
        extend_by: the day by which an extension notice has to be given; None once one was, or when nothing is due.
    """

    model_config = ConfigDict(frozen=True)

    legal_due: date | None
    safe_due: date
    review_on: date | None
    state: ClockState
    extended: bool
    sum: list[SumLine]
    asked_late: list[WaitKind] = []
    promised: date | None = None
    refusal_due: date | None = None
    extend_by: date | None = None


@dataclass(frozen=True)
class _Part:
    """The clock of one regime, or of the complaint in a case."""

    legal: date | None
    safe: date
    review: date | None
    state: ClockState
    extended: bool
    lines: tuple[SumLine, ...]
    late: frozenset[WaitKind] = frozenset()
    refusal: date | None = None
    extend_by: date | None = None


def compute(
    regimes: Iterable[str], rights: Iterable[str], events: Iterable[ClockEvent], *, as_of: datetime, seat: Seat | None = None
) -> Clock:
    """The clock of a case.

    Args:
        regimes: the set of `regimes_for`, in any order.
        rights: what is asked for. A pause needs every right of the case to be one of Article 15; `complaint` runs a
            clock of its own.
        events: what happened, in any order; the same set gives the same clock.
        as_of: now, with an offset.
        seat: what is known of the controller.

    Raises InvalidInputError (fact `field`) for an unknown regime or zone, a missing receipt, an instant without offset, or a
    receipt before the GDPR applied or after the holiday data ends.
    """
    if as_of.tzinfo is None:
        raise InvalidInputError("An instant needs an offset from UTC.", field="as_of")
    codes = sorted(set(regimes), key=lambda code: (not code.startswith("UK"), code))
    found = {regime.code: regime for regime in map(find_regime, codes)}
    if not found:
        raise InvalidInputError("A case stands under at least one regime.", field="regimes")
    asked, story, place = set(rights), list(events), _seated(found, seat or Seat())
    parts = []
    if asked != {Right.COMPLAINT}:
        access = bool(asked) and asked - {Right.COMPLAINT} <= ARTICLE_15
        both = "UK" in found and len(found) > 1
        parts += [_request(regime, story, as_of, place, access=access, both=both) for regime in found.values()]
    if Right.COMPLAINT in asked:
        parts.append(_complaint(found.get("UK") or next(iter(found.values())), story, as_of, place))
    return _earliest(parts, [line for right, line in AT_ONCE.items() if right in asked])


def day_ends(day: date, regimes: Iterable[str], seat: Seat | None = None) -> datetime:
    """The instant (UTC) at which a local day is over, in the first of the regimes' zones where it is."""
    place = seat or Seat()
    zones = [_zone(place.zone or find_regime(code).zone) for code in regimes]
    return min(datetime.combine(day + ONE_DAY, time(), zone).astimezone(UTC) for zone in zones)


def _seated(found: dict[str, Regime], seat: Seat) -> Seat:
    return seat.model_copy(update={"country": "GB"}) if seat.country is None and "UK" in found else seat


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise InvalidInputError("This time zone is not known.", field="tz") from unknown


def _facts(regime: Regime, story: list[ClockEvent], as_of: datetime, seat: Seat, *, complaint: bool = False) -> Facts:
    own = _zone(seat.zone or regime.zone)
    zones = {own}
    abroad = zone_of(country_code(seat.country))
    # UK: the zone of the law. EU: by the controller's clock or the person's, whichever gives the earlier day.
    if not seat.zone and regime.code != "UK" and abroad:
        zones.add(_zone(abroad))
    facts = fold(
        story,
        as_of=as_of,
        received_day=lambda at: min(at.astimezone(zone).date() for zone in zones),
        day=lambda at: at.astimezone(own).date(),
        complaint=complaint,
    )
    if facts.received.year > LATEST_YEAR:
        raise InvalidInputError("The holiday data does not reach this year.", field="received_at")
    return facts


def _calendars(regime: Regime, seat: Seat) -> tuple[Calendar, ...]:
    countries = [regime.country]
    representative = country_code(seat.representative)
    if regime.code != "UK" and representative and representative != regime.country:
        countries.append(representative)
    none: frozenset[date] = frozenset()
    return tuple(Calendar(code, calendar_title(code), seat.proclaimed.get(code, none)) for code in countries)


def _request(regime: Regime, story: list[ClockEvent], as_of: datetime, seat: Seat, *, access: bool, both: bool) -> _Part:
    facts = _facts(regime, story, as_of, seat)
    outside = regime.code != "UK" and country_code(seat.country) == "GB"
    calendars = _calendars(regime, seat)
    counted = count_request(regime, calendars, facts, access=access, outside=outside, steady=both)
    legal = counted.legal
    due = legal.refusal if facts.ended and facts.ended[0] == ClockEventKind.REFUSAL_NOTIFIED else legal.due
    open_ended = bool(facts.ended or facts.notices)
    return _Part(
        legal=legal.due,
        safe=counted.safe,
        review=_review(facts),
        state=_state(facts, due) or _waiting(counted),
        extended=legal.extended,
        lines=request_sum(counted),
        late=frozenset(wait.kind for wait in (*legal.slow, *legal.late)),
        refusal=legal.refusal,
        extend_by=None if open_ended else counted.strict.first.end,
    )


def _complaint(regime: Regime, story: list[ClockEvent], as_of: datetime, seat: Seat) -> _Part:
    facts = _facts(regime, story, as_of, seat, complaint=True)
    counted = count_complaint(regime, _calendars(regime, seat)[0], facts)
    state = _state(facts, counted.legal or counted.safe) or "running"
    review = counted.safe if counted.legal is None else None
    return _Part(counted.legal, counted.safe, review, state, extended=False, lines=counted.lines)


def _state(facts: Facts, due: date | None) -> ClockState | None:
    """Met or missed, or None while neither."""
    if facts.ended:
        return "met" if due is None or facts.ended[1] <= due else "missed"
    return "missed" if due is not None and facts.today > due else None


def _waiting(counted: Counted) -> ClockState:
    waiting = {wait.kind for wait in counted.legal.waiting}
    if waiting & {"identity", "authority"}:
        return "waiting_for_identity"
    return "running" if counted.legal.due else "stopped"


def _review(facts: Facts) -> date | None:
    return min((_look_again(wait) for wait in facts.waits if wait.answered is None), default=None)


def _look_again(wait: Wait) -> date:
    # Clarification and fee: the ICO waits a reasonable period, generally a month.
    return wait.asked + CHASE_IDENTITY if wait.kind in ("identity", "authority") else add_months(wait.asked, 1)


def _earliest(parts: list[_Part], notes: list[SumLine]) -> Clock:
    """One clock from those of all regimes: the earliest dates, and the worst state."""
    live = [part for part in parts if part.state != "met"]
    counted = live or parts
    states = {part.state for part in counted}
    order: tuple[ClockState, ...] = ("missed", "running", "waiting_for_identity", "stopped", "met")
    safe = min(part.safe for part in counted)
    lines = [line for part in parts for line in part.lines] + notes
    if len(parts) > 1:
        lines.append(SumLine(step="The earliest of these is the day to answer by", date=safe, source=OWN_RULE))
    return Clock(
        legal_due=_first(part.legal for part in counted),
        safe_due=safe,
        review_on=_first(part.review for part in live),
        state=next(state for state in order if state in states),
        extended=all(part.extended for part in parts),
        sum=lines,
        asked_late=sorted({kind for part in parts for kind in part.late}),
        refusal_due=_first(part.refusal for part in counted),
        extend_by=_first(part.extend_by for part in live),
    )


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
