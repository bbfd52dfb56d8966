"""Which recorded events move a clock, and from when."""

from datetime import datetime, timedelta

from adapters.database.clocks import clock_of
from domain.deadline import Clock
from domain.events import CaseEvent, Fact, Tag
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


def test_a_notice_that_bounced_was_not_given() -> None:
    assert after((Tag.EXTENSION_DECIDED, 3)) == after()
    assert after((Tag.EXTENSION_NOTIFIED, 3)).extended
    assert after((Tag.EXTENSION_NOTIFIED, 3), (Tag.EXTENSION_BOUNCED, 4)) == after()


def test_a_notice_after_the_first_month_extends_nothing() -> None:
    recorded = [CaseEvent(sequence=1, tag=Tag.EXTENSION_NOTIFIED, at=MONDAY + 33 * DAY, actor="system")]
    late = clock_of(MONDAY, ["UK"], ["access"], recorded, as_of=MONDAY + 34 * DAY)
    assert (late.extended, late.state) == (False, "missed")
