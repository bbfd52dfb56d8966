"""How recorded events make a breach: the fold, one small rule per tag; the same in workflow, projection and tests.

Next: `domain/breach_work_folding.py`
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from domain.breach import (
    Advice,
    Awareness,
    BreachOutcome,
    BreachState,
    BreachStatus,
    Count,
    Decision,
    OtherParty,
    Step,
)
from domain.breach_checklist import STEPS
from domain.breach_events import BreachEvent, BreachTag
from domain.breach_facts import affected_of
from domain.breach_report_folding import REPORT_RULES
from domain.breach_severity import SeverityInputs, severity_of
from domain.breach_work_folding import WORK_RULES
from domain.event_facts import instant_of, note_of, number_of, text_of, uuid_of
from domain.texts import Place


def fold_breach(breach_id: UUID, events: Iterable[BreachEvent]) -> BreachState:
    """The state that a breach's events make, from the first one on."""
    state = BreachState(breach_id=breach_id)
    for event in events:
        evolve_breach(state, event)
    return state


def evolve_breach(state: BreachState, event: BreachEvent) -> None:
    """Let one event happen to the state, in place.

    Raises:
        ValueError: the event does not follow the last one.
    """
    if event.sequence != state.sequence + 1:
        raise ValueError(f"event {event.sequence} does not follow {state.sequence}")
    rule = _RULES.get(event.tag)
    if rule is not None:
        rule(state, event)
    state.sequence = event.sequence


def _opened(state: BreachState, event: BreachEvent) -> None:
    state.opened_at, state.opened_by = event.at, event.actor
    state.first_alert_at = instant_of(event, "first_alert_at")
    state.exercise = bool(event.facts.get("exercise"))
    state.role = cast("Any", text_of(event, "role"))
    state.contract_hours = number_of(event, "contract_hours") or None
    state.summary = note_of(event, "summary")
    state.steps = {name: Step() for name in STEPS}
    assert state.first_alert_at is not None
    state.awareness = Awareness(at=state.first_alert_at)
    if aware := instant_of(event, "aware_at"):  # known when it was reported
        state.awareness = Awareness(at=aware, provisional=False, by=event.actor, note=state.summary)
    _count(state, affected_of(event.facts.get("affected")), event.at)
    others = event.facts.get("others")
    for each in others if isinstance(others, list) else []:
        kind, key, due = str(each).split(":", 2)
        note = UUID(key)
        state.others[note] = OtherParty(kind=cast("Any", kind), due_at=datetime.fromisoformat(due) if due else None, note=note)
    if case := note_of(event, "case"):
        state.cases.append(case)


def _paged(state: BreachState, event: BreachEvent) -> None:
    state.pages += 1
    state.called, state.called_at = (text_of(event, "person") if event.facts.get("person") else None), event.at


def _acknowledged(state: BreachState, event: BreachEvent) -> None:
    state.acknowledged_by, state.acknowledged_at = event.actor, event.at
    state.lead = state.lead or event.actor
    if state.status is BreachStatus.REPORTED:
        state.status = BreachStatus.TRIAGE


def _awareness(state: BreachState, event: BreachEvent) -> None:
    at = instant_of(event, "aware_at")
    assert at is not None
    state.awareness = Awareness(at=at, provisional=False, by=event.actor, note=note_of(event))
    state.reminded, state.passed = [], False  # another time, another row of reminders
    if state.status in {BreachStatus.REPORTED, BreachStatus.TRIAGE}:
        state.status = BreachStatus.ASSESSING


def _affected(state: BreachState, event: BreachEvent) -> None:
    _count(state, affected_of(event.facts["affected"]), event.at)


def _count(state: BreachState, affected: dict[Place, Count], at: datetime) -> None:
    state.affected = affected
    state.seen_since = {place: state.seen_since.get(place, at) for place in affected}


def _land(state: BreachState, event: BreachEvent) -> None:
    state.unknown_land, state.unknown_land_note = text_of(event, "land"), note_of(event)


def _assessed(state: BreachState, event: BreachEvent) -> None:
    given = {name: event.facts[name] for name in SeverityInputs.model_fields if name in event.facts}
    state.severity = severity_of(SeverityInputs.model_validate(given))
    state.severity_note, state.assessed_by = note_of(event), event.actor


def _decision(event: BreachEvent) -> Decision:
    exemption = event.facts.get("exemption")
    return Decision(
        verdict=cast("Any", text_of(event, "verdict")),
        exemption=cast("Any", str(exemption)) if exemption else None,
        by=event.actor,
        at=event.at,
        note=uuid_of(event, "note"),
    )


def _authority(state: BreachState, event: BreachEvent) -> None:
    state.decisions[text_of(event, "authority")] = _decision(event)
    _notifying(state, event)


def _people(state: BreachState, event: BreachEvent) -> None:
    state.people = _decision(event)
    _notifying(state, event)


def _notifying(state: BreachState, event: BreachEvent) -> None:
    if event.facts["verdict"] == "notify" and state.status in {
        BreachStatus.TRIAGE,
        BreachStatus.ASSESSING,
        BreachStatus.REPORTED,
    }:
        state.status = BreachStatus.NOTIFYING


def _advice(state: BreachState, event: BreachEvent) -> None:
    state.advice.append(Advice(at=event.at, by=event.actor, note=uuid_of(event, "note")))


def _case(state: BreachState, event: BreachEvent) -> None:
    if (case := uuid_of(event, "case")) not in state.cases:
        state.cases.append(case)


def _notice(state: BreachState, event: BreachEvent) -> None:
    state.notices.append(uuid_of(event, "notice"))


def _reminded(state: BreachState, event: BreachEvent) -> None:
    state.reminded.append(number_of(event, "hours"))


def _passed(state: BreachState, _event: BreachEvent) -> None:
    state.passed = True


def _dismissed(state: BreachState, event: BreachEvent) -> None:
    state.status, state.outcome = BreachStatus.CLOSED, BreachOutcome.NOT_A_BREACH
    state.closed_at, state.lessons = event.at, note_of(event)


def _closed(state: BreachState, event: BreachEvent) -> None:
    sent = any(report.sent_at for report in state.reports.values())
    state.status = BreachStatus.CLOSED
    state.outcome = BreachOutcome.NOTIFIED if sent else BreachOutcome.NOT_NOTIFIED
    state.closed_at, state.lessons = event.at, note_of(event)


def _reopened(state: BreachState, _event: BreachEvent) -> None:
    state.status, state.outcome, state.closed_at = BreachStatus.ASSESSING, None, None


def _work_failed(state: BreachState, event: BreachEvent) -> None:
    state.work_failed += 1
    state.calls_failed += event.facts.get("work") in {"call", "webhook"}


_RULES: dict[BreachTag, Callable[[BreachState, BreachEvent], None]] = {
    BreachTag.OPENED: _opened,
    BreachTag.PAGED: _paged,
    BreachTag.ACKNOWLEDGED: _acknowledged,
    BreachTag.AWARENESS_SET: _awareness,
    BreachTag.AFFECTED_CHANGED: _affected,
    BreachTag.LAND_CHOSEN: _land,
    BreachTag.ASSESSED: _assessed,
    BreachTag.AUTHORITY_DECIDED: _authority,
    BreachTag.PEOPLE_DECIDED: _people,
    BreachTag.ADVICE_GIVEN: _advice,
    BreachTag.CASE_LINKED: _case,
    BreachTag.NOTICE_LINKED: _notice,
    BreachTag.REMINDED: _reminded,
    BreachTag.TIME_PASSED: _passed,
    BreachTag.DISMISSED: _dismissed,
    BreachTag.CLOSED: _closed,
    BreachTag.REOPENED: _reopened,
    BreachTag.WORK_FAILED: _work_failed,
    **WORK_RULES,
    **REPORT_RULES,
}
