"""Which recorded events move a clock, and from when."""

from datetime import UTC, datetime, timedelta

from adapters.database.clocks import clock_of, seat_of, story_of
from adapters.letter_samples import sample_controller
from domain.datamap_parts import ProclaimedHoliday
from domain.deadline import Clock, compute
from domain.events import CaseEvent, Fact, Tag
from domain.rights import Right
from tests.factories import MONDAY

DAY = timedelta(days=1)


def after(*events: tuple[Tag, int], regimes: tuple[str, ...] = ("UK",), **facts: Fact) -> Clock:
    recorded = [
        CaseEvent(sequence=place, tag=tag, at=MONDAY + days * DAY, actor="system", facts=facts)
        for place, (tag, days) in enumerate(events, start=1)
    ]
    return clock_of(MONDAY, regimes, ["access"], recorded, as_of=MONDAY + 20 * DAY)


def test_the_routine_code_moves_nothing() -> None:
    assert after((Tag.IDENTITY_ASKED, 0), (Tag.IDENTIFIER_PROVEN, 9), (Tag.IDENTITY_CONFIRMED, 9)) == after()


def test_a_stated_doubt_restarts_the_month_when_it_is_settled_by_whatever_way() -> None:
    asked = after((Tag.IDENTITY_MORE_REQUESTED, 1))
    assert (asked.state, asked.legal_due) == ("waiting_for_identity", None)
    settled = after((Tag.IDENTITY_MORE_REQUESTED, 1), (Tag.IDENTITY_CONFIRMED, 8))
    assert settled.state == "running"
    assert settled.legal_due is not None
    assert str(settled.legal_due) == "2027-01-04"  # the month from 1 December ends on New Year's Day, a Friday


def test_a_fee_waits_in_the_uk_and_nowhere_else() -> None:
    assert after((Tag.FEE_ASKED, 1)).legal_due is None
    assert after((Tag.FEE_ASKED, 1), (Tag.FEE_PAID, 5)).legal_due is not None
    assert after((Tag.FEE_ASKED, 1), regimes=("EU-IE",)).legal_due is not None


def test_a_reply_counts_from_its_arrival_and_never_from_the_future() -> None:
    def answered(arrived: datetime) -> Clock:
        asked = CaseEvent(sequence=1, tag=Tag.CLARIFICATION_ASKED, at=MONDAY + DAY, actor="system")
        facts: dict[str, Fact] = {"arrived_at": arrived.isoformat()}
        answer = CaseEvent(sequence=2, tag=Tag.CLARIFICATION_ANSWERED, at=MONDAY + 12 * DAY, actor="system", facts=facts)
        return clock_of(MONDAY, ["UK"], ["access"], [asked, answer], as_of=MONDAY + 20 * DAY)

    early, recorded, future = answered(MONDAY + 2 * DAY), answered(MONDAY + 12 * DAY), answered(MONDAY + 300 * DAY)
    assert early.safe_due < recorded.safe_due
    assert future == recorded


def test_a_letter_on_paper_counts_from_the_day_of_posting_and_never_from_the_future() -> None:
    def answered(given: str) -> str:
        facts: dict[str, Fact] = {"right": "access", "given_on": given}
        told = CaseEvent(sequence=1, tag=Tag.RIGHT_ANSWERED, at=MONDAY + 40 * DAY, actor="system", facts=facts)
        return clock_of(MONDAY, ["UK"], ["access"], [told], as_of=MONDAY + 50 * DAY).state

    assert answered((MONDAY + 20 * DAY).date().isoformat()) == "met", "written down late, and posted in time"
    assert answered((MONDAY + 39 * DAY).date().isoformat()) == "missed"
    assert answered((MONDAY + 300 * DAY).date().isoformat()) == "missed"


def test_a_notice_that_bounced_was_not_given() -> None:
    assert after((Tag.EXTENSION_DECIDED, 3)) == after()
    assert after((Tag.EXTENSION_NOTIFIED, 3)).extended
    assert after((Tag.EXTENSION_NOTIFIED, 3), (Tag.EXTENSION_BOUNCED, 4)) == after()


def test_a_notice_after_the_first_month_extends_nothing() -> None:
    recorded = [CaseEvent(sequence=1, tag=Tag.EXTENSION_NOTIFIED, at=MONDAY + 33 * DAY, actor="system")]
    late = clock_of(MONDAY, ["UK"], ["access"], recorded, as_of=MONDAY + 34 * DAY)
    assert (late.extended, late.state) == (False, "missed")


def test_the_promise_counts_from_receipt_and_only_an_extension_moves_it() -> None:
    first = after().promised
    assert first == after().safe_due
    assert after((Tag.CLARIFICATION_ASKED, 1), (Tag.CLARIFICATION_ANSWERED, 15)).promised == first
    assert after((Tag.IDENTITY_MORE_REQUESTED, 1), (Tag.IDENTITY_CONFIRMED, 15)).promised == first
    pause = [
        CaseEvent(sequence=1, tag=Tag.CLARIFICATION_ASKED, at=MONDAY + DAY, actor="system"),
        CaseEvent(sequence=2, tag=Tag.CLARIFICATION_ANSWERED, at=MONDAY + 21 * DAY, actor="system"),
        CaseEvent(sequence=3, tag=Tag.EXTENSION_NOTIFIED, at=MONDAY + 40 * DAY, actor="system"),
    ]
    late = clock_of(MONDAY, ["UK"], ["access"], pause, as_of=MONDAY + 41 * DAY)
    assert late.extended  # the pause moved the last day for the notice as well
    assert late.promised == after((Tag.EXTENSION_NOTIFIED, 3)).promised
    assert late.promised is not None
    assert late.promised < late.safe_due


def test_a_complaint_beside_a_request_changes_no_promise() -> None:
    def promise(*rights: str) -> object:
        return clock_of(MONDAY, ["UK"], rights, [], as_of=MONDAY).promised

    assert promise("access", "complaint") == promise("access")
    assert promise("complaint") != promise("access")


def test_a_holiday_proclaimed_in_the_data_map_moves_the_date_that_is_due_on_it() -> None:
    before = after().safe_due
    holiday = ProclaimedHoliday(country="GB", day=before)
    seat = seat_of(sample_controller().model_copy(update={"proclaimed_holidays": (holiday,)}))
    moved = clock_of(MONDAY, ("UK",), ["access"], [], as_of=MONDAY, seat=seat)
    assert moved.legal_due == before + DAY
    assert any("proclaimed public holiday" in line.step for line in moved.sum)


def test_what_is_received_within_a_quarter_of_an_hour_has_the_clock_of_its_own_instant() -> None:
    midnight = datetime(2026, 3, 28, 23, 59, 59, 999999, tzinfo=UTC)  # the night in which the clocks of Europe change
    seat = seat_of(sample_controller())
    for minutes in range(-26 * 60, 26 * 60, 7):
        at = midnight + timedelta(minutes=minutes)
        for laws in (("UK",), ("EU-IE",), ("UK", "EU-DE")):
            story = story_of(at, (Right.ACCESS,), ())
            exact = compute(laws, (Right.ACCESS,), story, as_of=at, seat=seat)
            given = clock_of(at, laws, ["access"], [], as_of=at, seat=seat)
            assert given.model_copy(update={"promised": None}) == exact.model_copy(update={"promised": None})
