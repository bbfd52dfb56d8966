"""What is said before a step agrees with what the clock does after it."""

from datetime import date

import pytest

from domain.foresight import (
    before_a_fee,
    before_a_question,
    before_a_refusal,
    before_an_extension,
    before_more_identity,
    stops_the_clock,
)
from tests.domain.stories import IRISH, RECEIVED, UK, case


@pytest.mark.parametrize("regimes", [UK, IRISH, ("EU-IE",)])
@pytest.mark.parametrize("rights", [("access",), ("access", "transfer_information"), ("access", "erasure"), ("erasure",)])
def test_a_question_is_said_to_stop_the_clock_exactly_when_it_does(regimes: tuple[str, ...], rights: tuple[str, ...]) -> None:
    asked = case(RECEIVED, ("clarification_asked", "2026-09-03"), regimes=regimes, rights=rights)
    assert stops_the_clock(regimes, rights) == (asked.state == "stopped")
    assert before_a_question(regimes, rights).startswith("This stops") == (asked.state == "stopped")


@pytest.mark.parametrize(("today", "late"), [("2026-09-04", False), ("2026-09-07", True)])
def test_identity_asked_after_three_working_days_is_flagged_before_and_after(today: str, late: bool) -> None:  # noqa: FBT001
    said = before_more_identity(UK, date(2026, 9, 1), date.fromisoformat(today))
    clock = case(RECEIVED, ("identity_requested", today))
    assert ("will be flagged" in said) is late
    assert clock.asked_late == (["identity"] if late else [])


def test_the_eu_date_is_said_to_stand() -> None:
    assert "does not move" in before_more_identity(IRISH, date(2026, 9, 1), date(2026, 9, 2))


def test_the_last_day_of_an_extension_is_named_until_it_is_used() -> None:
    assert "1 October 2026" in before_an_extension(case(RECEIVED))
    assert "any more" in before_an_extension(case(RECEIVED, ("extension_notified", "2026-09-20")))


def test_a_refusal_has_its_own_day_and_is_said_to_be_late_after_it() -> None:
    extended = (RECEIVED, ("extension_notified", "2026-09-20"))
    in_the_eu = case(*extended, regimes=("EU-DE",))
    assert "by 1 October 2026" in before_a_refusal(in_the_eu, date(2026, 9, 25))
    assert "It is late" in before_a_refusal(in_the_eu, date(2026, 10, 2))
    assert case(*extended, ("refusal_notified", "2026-10-02"), regimes=("EU-DE",)).state == "missed"
    assert "by 1 December 2026" in before_a_refusal(case(*extended), date(2026, 10, 2))
    waiting = case(RECEIVED, ("identity_requested", "2026-09-02"))
    assert "without delay" in before_a_refusal(waiting, date(2026, 9, 25))


def test_a_fee_is_said_to_wait_exactly_where_it_does() -> None:
    for regimes in (UK, IRISH):
        asked = case(RECEIVED, ("fee_requested", "2026-09-03"), regimes=regimes)
        assert ("month begins when it is paid" in before_a_fee(regimes)) == (asked.legal_due is None)
