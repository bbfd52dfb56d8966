"""The clock of a case: regimes together, state, complaints, and what is refused."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.deadline import ClockEvent, Seat, compute, day_ends
from domain.errors import InvalidInputError
from tests.domain.stories import IRISH, RECEIVED, UK, case, day, event


class TestSet:
    """A UK controller and a person in the EU: both laws at once."""

    WAITS = (
        ("identity_requested", "2026-09-02"),
        ("clarification_asked", "2026-09-03"),
        ("identity_received", "2026-09-08"),
        ("clarification_answered", "2026-09-20"),
    )

    @pytest.mark.parametrize("regimes", [IRISH, ("EU", "UK"), ("UK", "EU-DE")])
    def test_no_uk_wait_moves_the_safe_date(self, regimes: tuple[str, ...]) -> None:
        for upto in range(len(self.WAITS) + 1):
            assert case(RECEIVED, *self.WAITS[:upto], regimes=regimes).safe_due == day("2026-10-01")

    def test_also_when_the_uk_date_was_the_earlier_one(self) -> None:
        """1 May is a holiday in Germany and none in England."""
        pause = (("clarification_asked", "2026-04-02"), ("clarification_answered", "2026-04-12"))
        for story in ((), pause[:1], pause):
            assert case(("received", "2026-04-01"), *story, regimes=("UK", "EU-DE")).safe_due == day("2026-05-01")

    def test_while_the_uk_waits_the_eu_month_runs(self) -> None:
        clock = case(RECEIVED, self.WAITS[0], regimes=IRISH)
        assert (clock.state, clock.legal_due, clock.review_on) == ("running", day("2026-10-01"), day("2026-09-16"))

    def test_the_sum_prints_each_regime(self) -> None:
        steps = [line.step for line in case(RECEIVED, regimes=IRISH).sum]
        assert any(step.startswith("UK GDPR: last day by law") for step in steps)
        assert any(step.startswith("EU GDPR, Ireland: last day by law") for step in steps)
        assert steps[-1] == "The earliest of these is the day to answer by"

    def test_the_earliest_legal_date_counts(self) -> None:
        clock = case(("received", "2026-04-25"), regimes=IRISH)  # 25 May: a UK bank holiday, not an Irish one
        assert clock.legal_due == clock.safe_due == day("2026-05-25")

    def test_order_of_regimes_does_not_matter(self) -> None:
        assert case(RECEIVED, *self.WAITS, regimes=IRISH) == case(RECEIVED, *self.WAITS, regimes=IRISH[::-1])

    def test_receipt_counts_by_the_earlier_clock(self) -> None:
        """00:30 in Berlin on 1 July, still 30 June in London."""
        received = ClockEvent.model_validate({"kind": "received", "at": "2026-06-30T22:30:00Z"})
        both = compute(("UK", "EU-DE"), ["access"], [received], as_of=received.at)
        assert both.legal_due == both.safe_due == day("2026-07-30")
        alone = compute(("EU-DE",), ["access"], [received], as_of=received.at)
        assert alone.legal_due == day("2026-08-03")

    def test_eu_alone_may_leave_out_a_prompt_wait_but_never_strictly(self) -> None:
        prompt = case(RECEIVED, *self.WAITS, regimes=("EU-IE",))
        assert (prompt.legal_due, prompt.safe_due) == (day("2026-10-20"), day("2026-10-01"))
        slow = case(RECEIVED, ("identity_requested", "2026-09-10"), ("identity_received", "2026-09-15"), regimes=("EU-IE",))
        assert slow.legal_due == slow.safe_due == day("2026-10-01")

    def test_an_eu_fee_stops_nothing(self) -> None:
        clock = case(RECEIVED, ("fee_requested", "2026-09-02"), ("fee_paid", "2026-09-09"), regimes=("EU-IE",))
        assert clock.legal_due == day("2026-10-01")


class TestState:
    @pytest.mark.parametrize(("today", "state"), [("2026-09-01", "running"), ("2026-10-01", "running"), ("2026-10-02", "missed")])
    def test_missed_when_the_legal_day_is_over(self, today: str, state: str) -> None:
        assert case(RECEIVED, today=today).state == state

    @pytest.mark.parametrize("kind", ["answered", "refusal_notified", "withdrawn"])
    def test_met_when_ended_in_time(self, kind: str) -> None:
        assert case(RECEIVED, (kind, "2026-10-01"), today="2026-12-01").state == "met"

    @pytest.mark.parametrize("kind", ["answered", "refusal_notified", "withdrawn"])
    def test_missed_when_ended_late(self, kind: str) -> None:
        assert case(RECEIVED, (kind, "2026-10-02"), today="2026-12-01").state == "missed"

    def test_a_refusal_after_an_extension_is_late_in_the_eu_only(self) -> None:
        story = (RECEIVED, ("extension_notified", "2026-09-10"), ("refusal_notified", "2026-10-20"))
        assert case(*story).state == "met"
        assert case(*story, regimes=IRISH).state == "missed"

    def test_answered_while_waiting_is_met(self) -> None:
        clock = case(RECEIVED, ("clarification_asked", "2026-09-03"), ("answered", "2026-10-20"))
        assert (clock.state, clock.review_on) == ("met", None)

    def test_reopened_counts_from_the_original_receipt(self) -> None:
        story = (RECEIVED, ("answered", "2026-09-20"), ("reopened", "2026-10-05"))
        assert case(*story).state == "missed"
        assert case(*story).legal_due == day("2026-10-01")

    def test_the_day_ends_at_local_midnight(self) -> None:
        assert day_ends(day("2026-07-31"), UK) == datetime(2026, 7, 31, 23, tzinfo=UTC)
        assert day_ends(day("2026-12-31"), UK) == datetime(2027, 1, 1, tzinfo=UTC)
        assert day_ends(day("2026-07-31"), ("UK", "EU-FI")) == datetime(2026, 7, 31, 21, tzinfo=UTC)

    def test_the_first_of_two_receipts_counts(self) -> None:
        assert case(("received", "2026-09-03"), RECEIVED).legal_due == day("2026-10-01")


class TestComplaint:
    def test_thirty_days_from_the_day_after(self) -> None:
        clock = case(("complaint_received", "2026-07-02"), rights=("complaint",))
        assert (clock.legal_due, clock.safe_due, clock.refusal_due) == (day("2026-08-03"), day("2026-07-31"), None)

    def test_an_acknowledgement_meets_it(self) -> None:
        clock = case(("received", "2026-07-02"), ("complaint_acknowledged", "2026-07-02"), rights=("complaint",))
        assert clock.state == "met"

    def test_a_person_in_the_eu_has_the_same_thirty_days(self) -> None:
        clock = case(("received", "2026-07-02"), rights=("complaint",), regimes=IRISH)
        assert clock.legal_due == day("2026-08-03")

    def test_without_uk_law_there_is_only_the_controllers_own_measure(self) -> None:
        clock = case(("received", "2026-07-02"), rights=("complaint",), regimes=("EU-IE",))
        assert (clock.legal_due, clock.safe_due) == (None, day("2026-08-04"))  # 3 August is an Irish holiday

    def test_beside_a_request_each_has_its_own_clock(self) -> None:
        story = (RECEIVED, ("complaint_received", "2026-09-11"))
        both = case(*story, rights=("access", "complaint"))
        assert both.legal_due == day("2026-10-01")
        acknowledged = case(("received", "2026-09-11"), ("complaint_received", "2026-09-01"), rights=("access", "complaint"))
        assert acknowledged.legal_due == day("2026-10-01")

    def test_an_acknowledged_complaint_no_longer_leads(self) -> None:
        story = (("received", "2026-09-11"), ("complaint_received", "2026-09-01"), ("complaint_acknowledged", "2026-09-02"))
        clock = case(*story, rights=("access", "complaint"))
        assert (clock.legal_due, clock.state) == (day("2026-10-12"), "running")


@pytest.mark.parametrize("right", ["withdraw_consent", "minor_report"])
def test_what_is_owed_at_once_says_so(right: str) -> None:
    clock = case(RECEIVED, rights=(right,))
    assert clock.legal_due == day("2026-10-01")
    assert any("at once" in line.step for line in clock.sum)


@pytest.mark.parametrize(
    ("regimes", "events", "as_of", "field"),
    [
        (("XX",), [event("received", "2026-09-01")], datetime(2026, 9, 1, tzinfo=UTC), "regime"),
        ((), [event("received", "2026-09-01")], datetime(2026, 9, 1, tzinfo=UTC), "regimes"),
        (UK, [], datetime(2026, 9, 1, tzinfo=UTC), "received"),
        (UK, [event("received", "2018-05-24")], datetime(2026, 9, 1, tzinfo=UTC), "received_at"),
        (UK, [event("received", "2100-01-02")], datetime(2100, 9, 1, tzinfo=UTC), "received_at"),
        (UK, [event("received", "2026-09-01")], datetime(2026, 9, 1), "as_of"),  # noqa: DTZ001 - the mistake itself
    ],
)
def test_refused(regimes: tuple[str, ...], events: list[ClockEvent], as_of: datetime, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        compute(regimes, ["access"], events, as_of=as_of)
    assert refused.value.facts["field"] == field


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        compute(
            UK,
            ["access"],
            [event("received", "2026-09-01")],
            as_of=datetime(2026, 9, 1, tzinfo=UTC),
            seat=Seat(zone="Europe/Nowhere"),
        )


def test_importing_the_clock_loads_no_holiday_data() -> None:
    """The workflow imports these types inside its sandbox."""
    code = "import sys, domain.deadline; print('holidays' in sys.modules)"
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
