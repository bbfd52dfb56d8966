"""Periods of other laws, as dated rows with a plain count of days: shown on request, no case runs by them.

Next: `domain/deadline_report.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.calendars import ONE_DAY, SATURDAY
from domain.deadline import Clock, SumLine
from domain.errors import InvalidInputError


@dataclass(frozen=True)
class OtherPeriod:
    """One row.

    Args:
        regime: the code of the law's place.
        days: how many; calendar days, or working days when `working`.
        working: Saturdays and Sundays are left out; holidays are not, which is the earlier reading.
        inclusive: the law also says that the period begins on the day of receipt, a day earlier.
        zone: IANA zone of the local day.
        since: the first day of receipt it applies to.
        source: the rule.
    """

    regime: str
    days: int
    working: bool
    inclusive: bool
    zone: str
    since: date
    source: str


_CALIFORNIA, _CPRA = "America/Los_Angeles", date(2023, 3, 29)  # the regulations of the CPRA
OTHER_PERIODS = {
    "CCPA-CONFIRM-10BD": OtherPeriod("US-CA", 10, True, False, _CALIFORNIA, _CPRA, "11 CCR 7021(a)"),
    "CCPA-45D": OtherPeriod("US-CA", 45, False, True, _CALIFORNIA, _CPRA, "11 CCR 7021(b)"),
    "CCPA-90D": OtherPeriod("US-CA", 90, False, True, _CALIFORNIA, _CPRA, "11 CCR 7021(b), with notice and reason"),
    "CCPA-OPT-OUT-15BD": OtherPeriod("US-CA", 15, True, False, _CALIFORNIA, _CPRA, "11 CCR 7026, 7027"),
    "LGPD-AT-ONCE": OtherPeriod("BR", 0, False, False, "America/Sao_Paulo", date(2020, 9, 18), "LGPD Article 19, simplified"),
    "LGPD-15D": OtherPeriod("BR", 15, False, False, "America/Sao_Paulo", date(2020, 9, 18), "LGPD Article 19"),
    "QC-30D": OtherPeriod("CA-QC", 30, False, False, "America/Toronto", date(2023, 9, 22), "P-39.1 s.32"),
    "CH-30D": OtherPeriod("CH", 30, False, False, "Europe/Zurich", date(2023, 9, 1), "FADP Article 25(7); DPO chapter 3"),
    "CH-COST-10D": OtherPeriod("CH", 10, False, False, "Europe/Zurich", date(2023, 9, 1), "DPO chapter 3, share of costs"),
}


def other_clock(regime: str, event: str, received_at: datetime, *, as_of: datetime, zone: str | None = None) -> Clock:
    """The clock of one row; no day off moves it.

    Args:
        regime: has to be the row's.
        event: the row's key.
        received_at: with an offset.
        as_of: the instant the state is told of.
        zone: an IANA zone that replaces the row's.

    Raises InvalidInputError (fact `field`).
    """
    row = OTHER_PERIODS[event]
    if regime != row.regime:
        raise InvalidInputError("This event is not one of the regime.", field="event")
    try:
        clock = ZoneInfo(zone or row.zone)
    except (KeyError, ValueError, OSError) as unknown:
        raise InvalidInputError("This time zone is not known.", field="tz") from unknown
    received = received_at.astimezone(clock).date()
    if received < row.since:
        raise InvalidInputError("This period was not in force on the day of receipt.", field="received_at")
    legal = received
    for _ in range(row.days):
        legal += ONE_DAY
        while row.working and legal.weekday() >= SATURDAY:
            legal += ONE_DAY
    safe = legal - timedelta(days=1) if row.inclusive else legal
    missed = as_of.astimezone(clock).date() > legal
    return Clock(
        legal_due=legal,
        safe_due=safe,
        review_on=None,
        state="missed" if missed else "running",
        extended=False,
        sum=_sum(row, received, legal, safe),
    )


def _sum(row: OtherPeriod, received: date, legal: date, safe: date) -> list[SumLine]:
    unit = "working days (holidays are not left out)" if row.working else "calendar days"
    lines = [
        SumLine(step=f"{row.regime}: received", date=received, source=row.source),
        SumLine(step=f"{row.regime}: {row.days} {unit} after receipt; no day off moves it", date=legal, source=row.source),
    ]
    if row.inclusive:
        step = f"{row.regime}: Contested: the period also begins on the day of receipt, so that it is day 1; the day to answer by"
        lines.append(SumLine(step=step, date=safe, source=row.source))
    return lines
