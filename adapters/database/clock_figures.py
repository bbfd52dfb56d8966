"""Reads the figures of the clock from events, receipts and letters: dates and counts, nothing of any person.

Next: `api/v1/dates.py`
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlmodel import Session, col, func

from adapters.database.clocks import CLOCK_KINDS, calendar_of, kind_of
from adapters.database.tables import CaseEventRow, CaseReceipt, CaseRecord, Letter
from adapters.resources import Resources
from domain.clock_figures import FIRST_REPLY_WORKING_DAYS, MonthFigures
from domain.deadline import ClockEventKind
from domain.events import CaseEvent, Tag
from domain.regimes import zone_of
from domain.rights import Right

_ANSWERS = {ClockEventKind.ANSWERED, ClockEventKind.REFUSAL_NOTIFIED}
_ANSWERING = [tag.value for tag, kind in CLOCK_KINDS.items() if kind in _ANSWERS]
_SEEN = (Tag.EXTENSION_NOTIFIED, Tag.CLARIFICATION_ASKED, Tag.COMPLAINT_DECIDED, Tag.DEADLINE_PASSED)
_COUNTED = [*_ANSWERING, *(tag.value for tag in _SEEN)]
# Sent by themselves when a request arrives, or to prove a mailbox: no reply to what was asked.
_NO_REPLY = ("request_received", "received_by_mail", "complaint_received", "verify_identity", "identity_reminder", "code")
ERASED = {Right.ERASURE.value, Right.MINOR_REPORT.value}
_AT_ONCE = 500  # ids in one query


@dataclass(frozen=True)
class _Answer:
    at: datetime
    refused: bool


@dataclass(frozen=True)
class AnsweredCase:
    """A case whose first answer went out in a period.

    Args:
        days: from the local day of receipt to that of the answer.
        on_time: on or before the legal date.
        refused: in whole, or closed for want of identity.
        stopped: an erasure that was asked for beside what was answered was stopped, so that part has no answer.
    """

    case_id: UUID
    days: int
    on_time: bool
    refused: bool
    stopped: bool = False


class ClockFigures:
    """Reads figures by month.

    Args:
        resources: opened once by the process.
    """

    def __init__(self, resources: Resources, hidden: Collection[UUID] = ()) -> None:
        """`hidden`: cases that whoever asks is walled off from; for them these are not there, in no total either."""
        self._hidden = hidden
        self._database = resources.database
        controller = resources.datamap.controller
        self._zone = ZoneInfo(zone_of(controller.country) or "UTC")
        self._calendar = calendar_of(controller)

    def months(self, first: date, last: date, *, now: datetime) -> list[MonthFigures]:
        """The figures of every month that two days lie in, and of those between.

        Args:
            first: a day of the first month, in the controller's zone.
            last: a day of the last one.
            now: UTC; a first reply that is not yet owed is not counted as late.
        """
        begin, end = first.replace(day=1), _next_month(last)
        months: dict[str, MonthFigures] = {}
        day = begin
        while day < end:
            months[f"{day:%Y-%m}"] = MonthFigures(f"{day:%Y-%m}")
            day = _next_month(day)
        since, until = self._midnight(begin), self._midnight(end)
        with self._database.read() as session:
            self._events(session, months, since, until)
            self._received(session, months, since, until, now)
        return list(months.values())

    def answered(self, first: date, last: date) -> list[AnsweredCase]:
        """The cases that `months` counts as answered, one by one, from the month of one day to that of another."""
        since, until = self._midnight(first.replace(day=1)), self._midnight(_next_month(last))
        with self._database.read() as session:
            answers, (stops, stopped) = dict[UUID, _Answer](), _stops(session)
            for row in self._rows(session, _ANSWERING, since, until):
                if kind := _answer_kind(row, stops):
                    answers.setdefault(row.case_id, _Answer(row.at, kind is ClockEventKind.REFUSAL_NOTIFIED))
            for case_id in self._answered_before(session, list(answers), since, stops):
                del answers[case_id]
            return [
                AnsweredCase(case_id, self._took(received_at, answer), state == "met", answer.refused, case_id in stopped)
                for case_id, received_at, state, answer in self._standing(session, answers)
            ]

    def _rows(self, session: Session, tags: list[str], since: datetime, until: datetime) -> Iterator[CaseEventRow]:
        return (row for row in session.scalars(_between(tags, since, until)) if row.case_id not in self._hidden)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _took(self, received_at: datetime, answer: _Answer) -> int:
        return (self._day(answer.at) - self._day(received_at)).days

    def _of(self, months: dict[str, MonthFigures], at: datetime) -> MonthFigures:
        return months[f"{self._day(at):%Y-%m}"]

    def _events(self, session: Session, months: dict[str, MonthFigures], since: datetime, until: datetime) -> None:
        answers, (stops, _) = dict[UUID, _Answer](), _stops(session)
        for row in self._rows(session, _COUNTED, since, until):
            tag = Tag(row.tag)
            if tag is Tag.EXTENSION_NOTIFIED:
                self._of(months, row.at).extensions += 1
            elif tag is Tag.CLARIFICATION_ASKED:
                self._of(months, row.at).questions += 1
            elif tag is Tag.COMPLAINT_DECIDED:
                self._of(months, row.at).complaints_decided += 1
                self._of(months, row.at).complaints_upheld += row.facts.get("finding") != "not_upheld"
            elif tag is Tag.DEADLINE_PASSED:
                self._of(months, row.at).missed += row.facts.get("date") == "legal"
            elif kind := _answer_kind(row, stops):
                answers.setdefault(row.case_id, _Answer(row.at, kind is ClockEventKind.REFUSAL_NOTIFIED))
        for case_id in self._answered_before(session, list(answers), since, stops):
            del answers[case_id]
        for _case_id, received_at, state, answer in self._standing(session, answers):
            month = self._of(months, answer.at)
            month.answered += 1
            month.on_time += state == "met"
            month.refused += answer.refused
            month.took(self._took(received_at, answer))

    def _answered_before(self, session: Session, cases: list[UUID], since: datetime, stops: set[tuple[UUID, int]]) -> set[UUID]:
        """Of some cases, those whose first answer is older than the period: a second copy is not a second answer."""
        older: set[UUID] = set()
        for part in _parts(cases):
            query = select(CaseEventRow).where(
                col(CaseEventRow.case_id).in_(part), col(CaseEventRow.tag).in_(_ANSWERING), col(CaseEventRow.at) < since
            )
            older |= {row.case_id for row in session.scalars(query) if _answer_kind(row, stops)}
        return older

    def _standing(self, session: Session, answers: dict[UUID, _Answer]) -> Iterator[tuple[UUID, datetime, str, _Answer]]:
        for part in _parts(list(answers)):
            query = select(CaseReceipt, CaseRecord).join(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id))
            for receipt, record in session.execute(query.where(col(CaseReceipt.case_id).in_(part))):
                yield receipt.case_id, receipt.received_at, record.clock_state, answers[receipt.case_id]

    def _received(
        self, session: Session, months: dict[str, MonthFigures], since: datetime, until: datetime, now: datetime
    ) -> None:
        received = col(CaseReceipt.received_at)
        query = select(CaseReceipt).where(received >= since, received < until)
        receipts = {row.case_id: row for row in session.scalars(query) if row.case_id not in self._hidden}
        for part in _parts(list(receipts)):
            replies = dict(self._replies(session, part))
            for case_id in part:
                receipt = receipts[case_id]
                month = self._of(months, receipt.received_at)
                month.received += 1
                month.complaints += Right.COMPLAINT.value in receipt.rights
                by = self._calendar.after_working_days(self._day(receipt.received_at), FIRST_REPLY_WORKING_DAYS)
                reply = _before(receipt) or replies.get(case_id)
                in_time = reply is not None and self._day(reply) <= by
                month.replied += in_time
                month.reply_due += in_time or reply is not None or self._day(now) > by

    def _replies(self, session: Session, cases: list[UUID]) -> Iterator[tuple[UUID, datetime]]:
        query = (
            select(col(Letter.case_id), func.min(col(Letter.accepted_at)))
            .where(col(Letter.case_id).in_(cases), col(Letter.name).not_in(_NO_REPLY), col(Letter.accepted_at).is_not(None))
            .group_by(col(Letter.case_id))
        )
        for row in session.execute(query):
            yield row[0], row[1]


def _before(receipt: CaseReceipt) -> datetime | None:
    """When the system from which a case moved in told the person that their request had arrived."""
    said = (receipt.earlier or {}).get("acknowledged_at")
    return datetime.fromisoformat(said) if said else None


def _stops(session: Session) -> tuple[set[tuple[UUID, int]], set[UUID]]:
    """Events that tell of a stopped erasure, which are no answer; and the cases where it is stopped now."""
    happened, tag = col(CaseEventRow.case_id), col(CaseEventRow.tag)
    stopped = sorted(set(session.scalars(select(happened).where(tag == Tag.ERASURE_STOPPED.value))), key=str)
    seen = [each.value for each in (Tag.ERASURE_PLANNED, Tag.ERASURE_STOPPED, Tag.RIGHT_ANSWERED)]
    told, lasting = set[tuple[UUID, int]](), set[UUID]()
    for part in _parts(stopped):
        query = select(CaseEventRow).where(happened.in_(part), tag.in_(seen)).order_by(happened, col(CaseEventRow.sequence))
        for row in session.scalars(query):
            if row.tag == Tag.ERASURE_STOPPED.value:
                lasting.add(row.case_id)
            elif row.tag == Tag.ERASURE_PLANNED.value:
                lasting.discard(row.case_id)
            elif row.case_id in lasting and row.facts.get("right") in ERASED:
                told.add((row.case_id, row.sequence))
    return told, lasting


def _answer_kind(row: CaseEventRow, stops: set[tuple[UUID, int]]) -> ClockEventKind | None:
    if (row.case_id, row.sequence) in stops:
        return None
    kind = kind_of(CaseEvent(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts))
    return kind if kind in _ANSWERS else None


def _between(tags: list[str], since: datetime, until: datetime) -> Select[CaseEventRow]:
    happened = (col(CaseEventRow.tag).in_(tags), col(CaseEventRow.at) >= since, col(CaseEventRow.at) < until)
    return select(CaseEventRow).where(*happened).order_by(col(CaseEventRow.at)).execution_options(yield_per=1_000)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)  # every month has fewer than 32 days


def _parts(ids: list[UUID]) -> Iterator[list[UUID]]:
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]
