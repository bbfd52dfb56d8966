"""A breach by the law: one awareness time, a clock per authority, decisions with reasons, reports under four eyes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.breach import BreachOutcome, BreachState, BreachStatus
from domain.breach_authorities import LAENDER, breach_authority, every_authority, find_authority
from domain.breach_authority import BreachAction
from domain.breach_commands import (
    Acknowledge,
    AddOther,
    ApproveReport,
    Assess,
    BreachCommand,
    ChangeStep,
    ChooseLand,
    CloseBreach,
    ConfirmAwareness,
    CountInput,
    DecideAuthority,
    DecidePeople,
    Dismiss,
    ExplainDelay,
    PrepareReport,
    RecordSent,
    RecordTold,
    SetAffected,
    SetField,
)
from domain.breach_contacts import CONTACTS
from domain.breach_decisions import allowed_breach_actions
from domain.breach_events import BreachTag
from domain.breach_forms import FIELDS, FORMS, fields_of
from domain.breach_rows import AuthorityRow, clocks_of
from domain.breach_severity import SeverityInputs
from domain.errors import DomainError, FourEyesError, InvalidInputError, NotAllowedNowError, NotPermittedError, StaleHashError
from domain.regimes import MEMBER_STATES
from tests.breach_factory import (
    DPO,
    FRIDAY,
    LEAD,
    NOTE,
    OTHER_LEAD,
    RESPONDER,
    happened,
    in_hours,
    ordered,
    reported,
)

REPORT = UUID("00000000-0000-4000-8000-0000000000a1")
SHA = "b" * 64


def rows(state: BreachState, hours: float = 1) -> dict[str, AuthorityRow]:
    return {row.key: row for row in clocks_of(state, seat="GB", as_of=in_hours(hours)).rows}


def frozen(state: BreachState, authority: str = "ico", report: UUID = REPORT) -> BreachState:
    ordered(state, PrepareReport(actor=RESPONDER, report=report, authority=authority))
    return happened(state, BreachTag.REPORT_FROZEN, report=str(report), sha256=SHA, complete=26, estimated=5, unknown=3)


def test_the_first_alert_starts_a_provisional_clock_for_every_authority() -> None:
    found = rows(reported("GB:120:120", "IE:4:4", "FR:0:10"))
    assert sorted(found) == ["fr", "ico", "ie"]
    assert {row.safe_due for row in found.values()} == {in_hours(72)}
    assert all(row.provisional and row.state == "running" for row in found.values())


def test_confirmed_awareness_replaces_it_with_a_reason_and_may_be_corrected() -> None:
    state = reported()
    with pytest.raises(InvalidInputError):
        ordered(state, ConfirmAwareness(actor=RESPONDER, aware_at=in_hours(1)), in_hours(2))
    for hours in (3, 1):
        ordered(state, ConfirmAwareness(actor=RESPONDER, aware_at=in_hours(hours), note=NOTE), in_hours(4))
        assert {row.safe_due for row in rows(state).values()} == {in_hours(72 + hours)}
    assert state.awareness is not None
    assert (state.awareness.by, state.awareness.provisional) == (RESPONDER.person, False)
    with pytest.raises(InvalidInputError):
        ordered(state, ConfirmAwareness(actor=RESPONDER, aware_at=in_hours(9), note=NOTE), in_hours(4))


def test_the_outer_bound_is_information_beside_the_elapsed_hours() -> None:
    (ico,) = rows(reported("GB:1:1")).values()
    assert ico.outer_due - ico.safe_due == timedelta(minutes=20)


def test_the_controllers_own_authority_has_a_row_also_when_nobody_there_is_known() -> None:
    assert set(rows(reported("IE:4:4"))) == {"ico", "ie"}


def test_germany_is_told_by_land_and_people_of_no_known_land_join_the_chosen_one() -> None:
    state = reported("DE-BE:431:431", "DE:141:150")
    assert rows(state)["de"].authority == "German authority, Land not chosen yet"
    with pytest.raises(InvalidInputError):
        ordered(state, ChooseLand(actor=RESPONDER, land="DE-BE"))
    ordered(state, ChooseLand(actor=RESPONDER, land="DE-BE", note=NOTE))
    found = rows(state)
    assert set(found) == {"ico", "de_be"}
    assert (found["de_be"].people.low, found["de_be"].people.high, found["de_be"].land_chosen) == (572, 581, True)


def test_a_country_found_later_opens_a_row_that_says_it_is_late() -> None:
    state = reported("GB:1:1")
    later = {"GB": CountInput(low=1, high=1), "PT": CountInput(low=2, high=2)}
    ordered(state, SetAffected(actor=RESPONDER, affected=later), in_hours(80))
    found = rows(state, 80)
    assert (found["pt"].late, found["pt"].state, found["ico"].late) == (True, "missed", False)


def test_people_of_no_known_country_and_from_elsewhere_are_counted_apart() -> None:
    clocks = clocks_of(reported("GB:1:1", "XX:28:28", "US:5:5"), seat="GB", as_of=FRIDAY)
    assert clocks.unknown is not None
    assert (clocks.unknown.high, list(clocks.elsewhere)) == (28, ["US"])
    assert len(clocks.rows) == 1


def test_a_processor_tells_the_controller_within_the_hours_of_the_contract() -> None:
    state = reported("GB:5:5", role="processor", contract_hours=24)
    (row,) = clocks_of(state, seat="GB", as_of=in_hours(30)).rows
    assert (row.key, row.safe_due, row.state) == ("controller", in_hours(24), "missed")


@pytest.mark.parametrize("place", ["DE-XY", "ZZ", "FR-BR", "QQ"])
def test_a_place_that_does_not_exist_is_refused(place: str) -> None:
    with pytest.raises(InvalidInputError):
        ordered(reported(), SetAffected(actor=RESPONDER, affected={place: CountInput(low=1, high=1)}))


def test_every_member_state_and_every_land_has_an_authority_with_an_address() -> None:
    found = {authority.place: authority for authority in every_authority()}
    assert set(MEMBER_STATES) - {"DE"} <= set(found)
    assert len(LAENDER) == 16
    assert {f"DE-{land}" for land in LAENDER} <= set(found)
    for authority in found.values():
        assert authority.address
        assert authority.url.startswith("https://")
        assert find_authority(authority.key) == authority
        assert authority.form in FORMS
        # Whoever writes there at night is told where each of these was read, and what nobody could confirm.
        assert authority.contact.source
        assert authority.contact.report_url or authority.contact.report_source == ""
        assert not authority.contact.report_url or authority.contact.report_source
        assert FORMS[authority.form].source
    assert set(CONTACTS) == set(found)
    assert breach_authority("US") is None


CARDS = {"category": "financial", "context": 4, "ease": "maximum", "confidentiality": "full", "malicious": True}


# The four checks of the method's own description, and its two ends.
@pytest.mark.parametrize(
    ("inputs", "score", "band", "flags"),
    [
        ({"category": "simple", "context": 1, "ease": "maximum", "confidentiality": "full", "individuals": 120}, 1.5, "low", 1),
        ({"category": "simple", "context": 1, "ease": "maximum", "confidentiality": "full", "malicious": True}, 2.0, "medium", 0),
        (CARDS, 5.0, "very_high", 0),
        ({"category": "simple", "context": 1, "ease": "negligible"}, 0.25, "low", 0),
        (
            {"category": "sensitive", "context": 4, "ease": "maximum", "confidentiality": "full", "integrity": "full",
             "availability": "full", "malicious": True, "unintelligible": True},
            6.0, "very_high", 1,
        ),
        ({"category": "financial", "context": 3, "ease": "maximum"}, 3.0, "high", 0),
    ],
)  # fmt: skip
def test_severity_by_the_enisa_method(inputs: dict[str, object], score: float, band: str, flags: int) -> None:
    state = reported()
    ordered(state, Assess(actor=RESPONDER, inputs=SeverityInputs.model_validate(inputs)))
    assert state.severity is not None
    assert (state.severity.score, state.severity.band, len(state.severity.flags)) == (score, band, flags)
    assert state.severity.sum[-1].value == score
    assert state.people is None, "a score decides nothing"


def test_a_decision_needs_a_reason_and_a_person_with_authority() -> None:
    state = reported()
    with pytest.raises(NotPermittedError):
        ordered(state, DecideAuthority(actor=RESPONDER, authority="ico", verdict="notify", note=NOTE))
    with pytest.raises(NotPermittedError):
        ordered(state, DecideAuthority(actor=DPO, authority="ico", verdict="notify", note=NOTE))
    with pytest.raises(InvalidInputError):
        ordered(state, DecideAuthority(actor=LEAD, authority="ico", verdict="not_notify"))
    ordered(state, DecideAuthority(actor=LEAD, authority="ico", verdict="not_notify", note=NOTE))
    assert rows(state)["ico"].state == "not_required"
    ordered(state, DecideAuthority(actor=LEAD, authority="ico", verdict="notify", note=NOTE))
    assert (rows(state)["ico"].state, state.status) == ("running", BreachStatus.NOTIFYING)


def test_whoever_worked_out_the_score_does_not_decide() -> None:
    state = reported()
    inputs = SeverityInputs.model_validate(CARDS)
    ordered(state, Assess(actor=LEAD, inputs=inputs))
    for command in (
        DecideAuthority(actor=LEAD, authority="ico", verdict="notify", note=NOTE),
        DecidePeople(actor=LEAD, verdict="notify", note=NOTE),
    ):
        with pytest.raises(FourEyesError):
            ordered(state, command)
    ordered(state, Assess(actor=RESPONDER, inputs=inputs))
    ordered(state, DecidePeople(actor=LEAD, verdict="not_notify", note=NOTE))
    assert state.people is not None
    assert state.severity is not None
    assert (state.people.verdict, state.severity.band) == ("not_notify", "very_high"), "the score decides nothing"


def test_people_are_not_told_only_for_a_stated_exception_or_reason() -> None:
    state = reported()
    with pytest.raises(InvalidInputError):
        ordered(state, DecidePeople(actor=LEAD, verdict="notify", exemption="unintelligible", note=NOTE))
    ordered(state, DecidePeople(actor=LEAD, verdict="not_notify", exemption="unintelligible", note=NOTE))
    assert state.people is not None
    assert state.people.exemption == "unintelligible"


def test_a_report_goes_out_as_approved_by_somebody_else() -> None:
    state = frozen(reported())
    with pytest.raises(FourEyesError):
        ordered(state, ApproveReport(actor=LEAD.model_copy(update={"person": RESPONDER.person}), report=REPORT, sha256=SHA))
    with pytest.raises(StaleHashError):
        ordered(state, ApproveReport(actor=LEAD, report=REPORT, sha256="c" * 64))
    ordered(state, ApproveReport(actor=LEAD, report=REPORT, sha256=SHA))
    ordered(state, RecordSent(actor=RESPONDER, report=REPORT, sent_at=in_hours(40), receipt=NOTE), in_hours(41))
    assert (rows(state, 100)["ico"].state, rows(state, 100)["ico"].notified_at) == ("met", in_hours(40))


def test_a_report_may_be_sent_without_approval_for_a_reason() -> None:
    state = frozen(reported())
    with pytest.raises(InvalidInputError):
        ordered(state, RecordSent(actor=RESPONDER, report=REPORT, sent_at=in_hours(40)), in_hours(41))
    ordered(state, RecordSent(actor=RESPONDER, report=REPORT, sent_at=in_hours(40), note=NOTE), in_hours(41))
    assert state.reports[REPORT].unapproved == NOTE


def test_a_late_report_has_to_say_why_it_is_late() -> None:
    state = frozen(reported())
    ordered(state, ApproveReport(actor=LEAD, report=REPORT, sha256=SHA))
    late = RecordSent(actor=RESPONDER, report=REPORT, sent_at=in_hours(80))
    with pytest.raises(NotAllowedNowError):
        ordered(state, late, in_hours(81))
    ordered(state, ExplainDelay(actor=RESPONDER, note=NOTE), in_hours(81))
    ordered(state, late, in_hours(81))
    assert rows(state, 81)["ico"].state == "missed"


def test_the_second_report_is_a_follow_up() -> None:
    state = frozen(reported())
    ordered(state, RecordSent(actor=RESPONDER, report=REPORT, sent_at=in_hours(1), note=NOTE), in_hours(2))
    second = uuid4()
    frozen(state, report=second)
    assert state.reports[second].number == 2


def test_others_to_tell_have_clocks_of_their_own() -> None:
    state = reported()
    ordered(state, AddOther(actor=RESPONDER, kind="insurer", due_at=in_hours(24), note=NOTE))
    assert clocks_of(state, seat="GB", as_of=in_hours(25)).others[0].state == "missed"
    ordered(state, RecordTold(actor=RESPONDER, other=NOTE, told_at=in_hours(3)), in_hours(4))
    assert clocks_of(state, seat="GB", as_of=in_hours(25)).others[0].state == "met"


def test_acknowledging_ends_the_calling_and_gives_the_lead() -> None:
    state = reported()
    ordered(state, Acknowledge(actor=RESPONDER))
    assert (state.lead, state.status) == (RESPONDER.person, BreachStatus.TRIAGE)
    assert BreachAction.ACKNOWLEDGE not in allowed_breach_actions(state)


def test_a_breach_closes_with_lessons_once_it_is_contained_and_decided() -> None:
    state = reported()
    close = CloseBreach(actor=LEAD, note=NOTE)
    for step in list(state.steps):
        with pytest.raises(NotAllowedNowError):
            ordered(state, close)
        ordered(state, ChangeStep(actor=RESPONDER, step=step, state="not_needed", note=NOTE))
    with pytest.raises(NotAllowedNowError):
        ordered(state, close)
    ordered(state, DecidePeople(actor=LEAD, verdict="not_notify", note=NOTE))
    ordered(state, DecideAuthority(actor=LEAD, authority="ico", verdict="notify", note=NOTE))
    with pytest.raises(NotAllowedNowError):
        ordered(state, close)
    ordered(state, DecideAuthority(actor=LEAD, authority="ico", verdict="not_notify", note=NOTE))
    ordered(state, close)
    assert (state.status, state.outcome, state.lessons) == (BreachStatus.CLOSED, BreachOutcome.NOT_NOTIFIED, NOTE)


def test_not_a_breach_is_kept_with_its_reasons() -> None:
    state = reported()
    ordered(state, Dismiss(actor=OTHER_LEAD, note=NOTE))
    assert (state.outcome, state.lessons) == (BreachOutcome.NOT_A_BREACH, NOTE)


def test_a_closed_breach_takes_nothing_but_what_may_still_be_added() -> None:
    state = reported()
    ordered(state, Dismiss(actor=LEAD, note=NOTE))
    refused: list[BreachCommand] = [Acknowledge(actor=RESPONDER), SetField(actor=RESPONDER, field="training", standing="known")]
    for command in refused:
        with pytest.raises(DomainError):
            ordered(state, command)


def test_a_field_is_known_only_with_words() -> None:
    state = reported()
    with pytest.raises(InvalidInputError):
        ordered(state, SetField(actor=RESPONDER, field="what_happened", standing="estimated"))
    with pytest.raises(InvalidInputError):
        ordered(state, SetField(actor=RESPONDER, field="organisation", standing="known", note=NOTE))
    ordered(state, SetField(actor=RESPONDER, field="what_happened", standing="not_yet_known"))
    assert state.fields["what_happened"].standing == "not_yet_known"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_asks_for_every_field_once(form: str) -> None:
    asked = fields_of(form)
    assert sorted(asked) == sorted(FIELDS)
    assert len(asked) == len(set(asked)) == 34


@pytest.mark.parametrize("letter", ["a", "b", "c", "d"])
def test_every_letter_of_article_33_3_has_a_field(letter: str) -> None:
    assert [name for name, field in FIELDS.items() if field.article == letter]
