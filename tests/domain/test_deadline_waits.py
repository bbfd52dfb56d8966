"""Restarts, pauses and extensions: what moves one regime's clock, and what does not."""

import pytest

from domain.deadline import compute
from tests.domain.stories import IRISH, RECEIVED, UK, case, day, event


class TestRestarts:
    def test_proof_of_authority_moves_the_start(self) -> None:
        clock = case(RECEIVED, ("authority_requested", "2026-09-02"), ("authority_received", "2026-09-08"))
        assert clock.legal_due == clock.safe_due == day("2026-10-08")

    def test_the_latest_of_all_counts(self) -> None:
        clock = case(
            RECEIVED,
            ("fee_requested", "2026-09-02"),
            ("identity_requested", "2026-09-02"),
            ("authority_requested", "2026-09-02"),
            ("identity_received", "2026-09-09"),
            ("fee_paid", "2026-09-14"),
            ("authority_received", "2026-09-04"),
        )
        assert clock.legal_due == day("2026-10-14")

    def test_one_of_two_missing_is_enough_to_wait(self) -> None:
        clock = case(RECEIVED, ("identity_requested", "2026-09-02"), ("fee_requested", "2026-09-02"), ("fee_paid", "2026-09-03"))
        assert (clock.legal_due, clock.state, clock.review_on) == (None, "waiting_for_identity", day("2026-09-16"))
        assert any("England and Wales" in line.step for line in clock.sum)  # whose days off count is said without a date too

    def test_an_unpaid_fee_stops_and_is_looked_at_after_a_month(self) -> None:
        clock = case(RECEIVED, ("fee_requested", "2026-09-02"))
        assert (clock.legal_due, clock.state, clock.review_on) == (None, "stopped", day("2026-10-02"))
        assert clock.safe_due == day("2026-10-01")

    def test_what_nobody_asked_for_moves_nothing(self) -> None:
        clock = case(RECEIVED, ("identity_received", "2026-09-10"), ("fee_paid", "2026-09-11"))
        assert (clock.legal_due, clock.state) == (day("2026-10-01"), "running")

    def test_a_second_question_opens_a_second_wait(self) -> None:
        first = (RECEIVED, ("identity_requested", "2026-09-02"), ("identity_received", "2026-09-03"))
        assert case(*first).legal_due == day("2026-10-05")
        asked = case(*first, ("identity_requested", "2026-09-03"))
        assert asked.legal_due == day("2026-10-05")  # the answer of that day also answers it
        again = case(*first, ("identity_requested", "2026-09-04"))
        assert again.legal_due is None

    def test_third_working_day_is_prompt_and_the_fourth_is_not(self) -> None:
        """Received on a Friday: the third working day is Wednesday."""
        friday = ("received", "2026-09-04")
        for asked, safe in (("2026-09-09", "2026-10-12"), ("2026-09-10", "2026-10-05")):
            clock = case(friday, ("identity_requested", asked), ("identity_received", "2026-09-10"))
            assert (clock.legal_due, clock.safe_due) == (day("2026-10-12"), day(safe))

    def test_asked_in_an_extended_period_is_asked_in_time(self) -> None:
        clock = case(
            RECEIVED,
            ("extension_notified", "2026-09-15"),
            ("identity_requested", "2026-10-05"),
            ("identity_received", "2026-10-06"),
        )
        assert (clock.legal_due, clock.safe_due) == (day("2027-01-06"), day("2026-12-01"))

    def test_while_one_thing_is_awaited_another_is_asked_in_time(self) -> None:
        clock = case(RECEIVED, ("fee_requested", "2026-09-02"), ("identity_requested", "2026-10-10"))
        assert (clock.legal_due, clock.state) == (None, "waiting_for_identity")

    def test_a_start_in_a_short_month_can_end_before_the_paused_one_and_the_safe_date_follows(self) -> None:
        """28 January and 4 February end 28 February and 4 March; the days paused before the new start fall away."""
        clock = case(
            ("received", "2027-01-28"),
            ("clarification_asked", "2027-01-29"),
            ("clarification_answered", "2027-02-03"),
            ("identity_requested", "2027-02-04"),
            ("identity_received", "2027-02-04"),
        )
        assert clock.legal_due == clock.safe_due == day("2027-03-04")


class TestPauses:
    def test_overlapping_pauses_count_each_day_once(self) -> None:
        events = [
            event("received", "2026-09-01"),
            event("clarification_asked", "2026-09-03", 1),
            event("clarification_asked", "2026-09-05", 2),
            event("clarification_answered", "2026-09-10", 2),
            event("clarification_answered", "2026-09-08", 1),
        ]
        clock = compute(UK, ["access"], events, as_of=events[0].at)
        assert clock.legal_due == day("2026-10-09")  # 3 to 10 September: eight days
        assert clock.safe_due == day("2026-10-08")

    def test_two_pauses_each_lose_their_first_day_strictly(self) -> None:
        clock = case(
            RECEIVED,
            ("clarification_asked", "2026-09-03"),
            ("clarification_answered", "2026-09-04"),
            ("clarification_asked", "2026-09-08"),
            ("clarification_answered", "2026-09-11"),
        )
        assert (clock.legal_due, clock.safe_due) == (day("2026-10-07"), day("2026-10-05"))

    def test_an_answer_without_a_number_ends_every_open_pause(self) -> None:
        clock = case(
            RECEIVED,
            ("clarification_asked", "2026-09-03"),
            ("clarification_asked", "2026-09-04"),
            ("clarification_answered", "2026-09-04"),
        )
        assert (clock.legal_due, clock.state) == (day("2026-10-05"), "running")

    def test_one_open_question_keeps_the_clock_stopped(self) -> None:
        events = [
            event("received", "2026-09-01"),
            event("clarification_asked", "2026-09-03", 1),
            event("clarification_asked", "2026-09-05", 2),
            event("clarification_answered", "2026-09-10", 1),
        ]
        clock = compute(UK, ["access"], events, as_of=events[-1].at)
        assert (clock.legal_due, clock.state, clock.review_on) == (None, "stopped", day("2026-10-05"))

    def test_a_pause_that_ended_before_the_month_began_leaves_nothing_out(self) -> None:
        clock = case(
            RECEIVED,
            ("identity_requested", "2026-09-02"),
            ("clarification_asked", "2026-09-03"),
            ("clarification_answered", "2026-09-07"),
            ("identity_received", "2026-09-08"),
        )
        assert clock.legal_due == clock.safe_due == day("2026-10-08")

    def test_a_pause_across_the_start_leaves_out_the_days_after_it(self) -> None:
        """Start 8 September, answered on the 10th: a month from the answer by every reading."""
        clock = case(
            RECEIVED,
            ("identity_requested", "2026-09-02"),
            ("clarification_asked", "2026-09-03"),
            ("identity_received", "2026-09-08"),
            ("clarification_answered", "2026-09-10"),
        )
        assert clock.legal_due == clock.safe_due == day("2026-10-12")  # 10 October is a Saturday

    def test_asked_after_the_month_it_stops_nothing(self) -> None:
        late = (RECEIVED, ("clarification_asked", "2026-10-02"))
        assert case(*late).legal_due == day("2026-10-01")
        assert case(*late, today="2026-10-03").state == "missed"

    @pytest.mark.parametrize("right", ["erasure", "rectification", "restriction", "portability", "objection"])
    def test_only_access_is_paused(self, right: str) -> None:
        pause = (RECEIVED, ("clarification_asked", "2026-09-03"), ("clarification_answered", "2026-09-10"))
        assert case(*pause, rights=(right,)).legal_due == day("2026-10-01")
        assert case(*pause, rights=("access", right)).legal_due == day("2026-10-01")
        assert case(*pause, rights=("access", "transfer_information")).legal_due == day("2026-10-09")

    def test_before_february_2026_there_is_no_statutory_pause_and_no_restart(self) -> None:
        waits = (
            ("identity_requested", "2026-02-05"),
            ("identity_received", "2026-02-16"),
            ("clarification_asked", "2026-02-17"),
            ("clarification_answered", "2026-02-20"),
        )
        old = case(("received", "2026-02-04"), *waits)
        assert (old.legal_due, old.safe_due, old.state) == (day("2026-03-04"), day("2026-03-04"), "running")
        assert case(("received", "2026-02-05"), *waits).legal_due == day("2026-03-20")

    def test_the_old_refusal_was_not_moved_by_an_extension(self) -> None:
        old = case(("received", "2026-02-04"), ("extension_notified", "2026-02-10"))
        assert (old.legal_due, old.refusal_due) == (day("2026-05-05"), day("2026-03-04"))  # 4 May is a bank holiday


class TestExtension:
    def test_uk_notice_time_follows_the_pause_and_eu_does_not(self) -> None:
        story = (
            RECEIVED,
            ("clarification_asked", "2026-09-03"),
            ("clarification_answered", "2026-09-12"),
            ("extension_notified", "2026-10-06"),
        )
        assert case(*story).extended
        assert case(*story).legal_due == day("2026-12-11")
        irish = case(*story, regimes=("EU-IE",))
        assert (irish.extended, irish.safe_due) == (False, day("2026-10-01"))

    def test_a_set_is_extended_only_when_every_regime_accepts_it(self) -> None:
        story = (
            RECEIVED,
            ("clarification_asked", "2026-09-03"),
            ("clarification_answered", "2026-09-12"),
            ("extension_notified", "2026-10-06"),
        )
        clock = case(*story, regimes=IRISH)
        assert (clock.extended, clock.safe_due) == (False, day("2026-10-01"))

    @pytest.mark.parametrize(("notice", "due"), [("2026-10-01", "2026-12-01"), ("2026-10-02", "2026-10-01")])
    def test_eu_notice_within_one_month_of_receipt(self, notice: str, due: str) -> None:
        assert case(RECEIVED, ("extension_notified", notice), regimes=("EU-IE",)).legal_due == day(due)

    def test_a_notice_that_bounced_is_not_given(self) -> None:
        bounced = (RECEIVED, ("extension_notified", "2026-09-10"), ("extension_bounced", "2026-09-11"))
        assert case(*bounced).legal_due == day("2026-10-01")
        assert case(*bounced, ("extension_notified", "2026-09-14")).legal_due == day("2026-12-01")

    def test_a_bounce_of_the_same_instant_comes_after_its_notice(self) -> None:
        story = (RECEIVED, ("extension_bounced", "2026-09-10"), ("extension_notified", "2026-09-10"))
        assert case(*story).legal_due == day("2026-10-01")

    def test_the_day_to_extend_by_is_the_unrolled_end_of_the_first_month(self) -> None:
        assert case(("received", "2026-10-14")).extend_by == day("2026-11-14")  # a Saturday
        assert case(RECEIVED, ("extension_notified", "2026-09-10")).extend_by is None

    def test_the_refusal_moves_in_the_uk_and_stays_in_the_eu(self) -> None:
        extended = (RECEIVED, ("extension_notified", "2026-09-10"))
        assert case(*extended).refusal_due == day("2026-12-01")
        assert case(*extended, regimes=IRISH).refusal_due == day("2026-10-01")
        assert case(*extended, regimes=IRISH).legal_due == day("2026-12-01")
