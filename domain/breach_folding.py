"""How recorded events make a breach: the fold, one small rule per tag; the same in workflow, projection and tests.

Next: `domain/breach_rows.py`
"""

from collections.abc import Callable, Iterable, Mapping
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
    Evidence,
    FieldState,
    OtherParty,
    Report,
    Step,
    Task,
    TimelineEntry,
)
from domain.breach_checklist import STEPS
from domain.breach_events import BreachEvent, BreachTag
from domain.breach_severity import SeverityInputs, severity_of
from domain.events import Fact
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


def affected_facts(affected: Mapping[Place, Count]) -> list[str]:
    """Numbers of people as an event keeps them: `GB:120:130`."""
    return [f"{place}:{people.low}:{people.high}" for place, people in sorted(affected.items())]


def affected_of(fact: Fact) -> dict[Place, Count]:
    """The same, read back."""
    parts = [str(each).split(":") for each in fact] if isinstance(fact, list) else []
    return {place: Count(low=int(low), high=int(high)) for place, low, high in parts}


def _text(event: BreachEvent, name: str) -> str:
    return str(event.facts[name])


def _uuid(event: BreachEvent, name: str) -> UUID:
    return UUID(_text(event, name))


def _note(event: BreachEvent, name: str = "note") -> UUID | None:
    return UUID(str(event.facts[name])) if event.facts.get(name) else None


def _instant(event: BreachEvent, name: str) -> datetime | None:
    return datetime.fromisoformat(str(event.facts[name])) if event.facts.get(name) else None


def _number(event: BreachEvent, name: str) -> int:
    return cast("int", event.facts.get(name) or 0)


def _opened(state: BreachState, event: BreachEvent) -> None:
    state.opened_at, state.opened_by = event.at, event.actor
    state.first_alert_at = _instant(event, "first_alert_at")
    state.exercise = bool(event.facts.get("exercise"))
    state.role = cast("Any", _text(event, "role"))
    state.contract_hours = _number(event, "contract_hours") or None
    state.summary = _note(event, "summary")
    state.steps = {name: Step() for name in STEPS}
    assert state.first_alert_at is not None
    state.awareness = Awareness(at=state.first_alert_at)
    if aware := _instant(event, "aware_at"):  # known when it was reported
        state.awareness = Awareness(at=aware, provisional=False, by=event.actor, note=state.summary)
    _count(state, affected_of(event.facts.get("affected")), event.at)
    others = event.facts.get("others")
    for each in others if isinstance(others, list) else []:
        kind, key, due = str(each).split(":", 2)
        note = UUID(key)
        state.others[note] = OtherParty(kind=cast("Any", kind), due_at=datetime.fromisoformat(due) if due else None, note=note)
    if case := _note(event, "case"):
        state.cases.append(case)


def _paged(state: BreachState, event: BreachEvent) -> None:
    state.pages += 1
    state.called, state.called_at = (str(event.facts["person"]) if event.facts.get("person") else None), event.at


def _acknowledged(state: BreachState, event: BreachEvent) -> None:
    state.acknowledged_by, state.acknowledged_at = event.actor, event.at
    state.lead = state.lead or event.actor
    if state.status is BreachStatus.REPORTED:
        state.status = BreachStatus.TRIAGE


def _awareness(state: BreachState, event: BreachEvent) -> None:
    at = _instant(event, "aware_at")
    assert at is not None
    state.awareness = Awareness(at=at, provisional=False, by=event.actor, note=_note(event))
    state.reminded, state.passed = [], False  # another time, another row of reminders
    if state.status in {BreachStatus.REPORTED, BreachStatus.TRIAGE}:
        state.status = BreachStatus.ASSESSING


def _affected(state: BreachState, event: BreachEvent) -> None:
    _count(state, affected_of(event.facts["affected"]), event.at)


def _count(state: BreachState, affected: dict[Place, Count], at: datetime) -> None:
    state.affected = affected
    state.seen_since = {place: state.seen_since.get(place, at) for place in affected}


def _land(state: BreachState, event: BreachEvent) -> None:
    state.unknown_land, state.unknown_land_note = _text(event, "land"), _note(event)


def _lead(state: BreachState, event: BreachEvent) -> None:
    state.lead = _text(event, "lead")
    deputy = event.facts.get("deputy")
    state.deputy = str(deputy) if deputy else state.deputy


def _handed_over(state: BreachState, event: BreachEvent) -> None:
    state.lead = _text(event, "lead")
    note = _note(event)
    if note:
        state.handovers.append(note)


def _step(state: BreachState, event: BreachEvent) -> None:
    before = state.steps.get(_text(event, "step"), Step())
    owner = event.facts.get("owner")
    state.steps[_text(event, "step")] = Step(
        state=cast("Any", _text(event, "state")),
        owner=str(owner) if owner else before.owner,
        due_at=_instant(event, "due_at") or before.due_at,
        at=event.at,
        note=_note(event) or before.note,
    )


def _frozen(state: BreachState, event: BreachEvent) -> None:
    state.frozen_at = state.frozen_at or event.at
    systems = event.facts["systems"]
    named = [str(each) for each in systems] if isinstance(systems, list) else []
    state.frozen = sorted({*state.frozen, *named})


def _evidence(state: BreachState, event: BreachEvent) -> None:
    kept = Evidence(sha256=_text(event, "sha256"), bytes=_number(event, "bytes"), at=event.at, by=event.actor)
    state.evidence[_uuid(event, "evidence")] = kept


def _task_added(state: BreachState, event: BreachEvent) -> None:
    owner = event.facts.get("owner")
    note = _uuid(event, "note")
    state.tasks[note] = Task(note=note, owner=str(owner) if owner else None, due_at=_instant(event, "due_at"))


def _task_done(state: BreachState, event: BreachEvent) -> None:
    state.tasks[_uuid(event, "task")].done_at = event.at


def _fact(state: BreachState, event: BreachEvent) -> None:
    note, at = _uuid(event, "note"), _instant(event, "happened_at")
    assert at is not None
    state.timeline[note] = TimelineEntry(note=note, at=at, zone=_text(event, "zone").replace(":", "/"), by=event.actor)


def _assessed(state: BreachState, event: BreachEvent) -> None:
    given = {name: event.facts[name] for name in SeverityInputs.model_fields if name in event.facts}
    state.severity = severity_of(SeverityInputs.model_validate(given))
    state.severity_note, state.assessed_by = _note(event), event.actor


def _decision(event: BreachEvent) -> Decision:
    exemption = event.facts.get("exemption")
    return Decision(
        verdict=cast("Any", _text(event, "verdict")),
        exemption=cast("Any", str(exemption)) if exemption else None,
        by=event.actor,
        at=event.at,
        note=_uuid(event, "note"),
    )


def _authority(state: BreachState, event: BreachEvent) -> None:
    state.decisions[_text(event, "authority")] = _decision(event)
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
    state.advice.append(Advice(at=event.at, by=event.actor, note=_uuid(event, "note")))


def _other_added(state: BreachState, event: BreachEvent) -> None:
    note = _uuid(event, "note")
    state.others[note] = OtherParty(kind=cast("Any", _text(event, "kind")), due_at=_instant(event, "due_at"), note=note)


def _other_due(state: BreachState, event: BreachEvent) -> None:
    state.others[_uuid(event, "other")].reminded.append(_number(event, "hours"))


def _other_told(state: BreachState, event: BreachEvent) -> None:
    party = state.others[_uuid(event, "other")]
    party.told_at, party.told_note = _instant(event, "told_at") or event.at, _note(event)


def _field(state: BreachState, event: BreachEvent) -> None:
    standing = cast("Any", _text(event, "standing"))
    state.fields[_text(event, "field")] = FieldState(standing=standing, note=_note(event), sequence=event.sequence)


def _report_prepared(state: BreachState, event: BreachEvent) -> None:
    authority = _text(event, "authority")
    state.reports[_uuid(event, "report")] = Report(
        authority=authority,
        number=_number(event, "number"),
        language=cast("Any", _text(event, "language")),
        prepared_by=event.actor,
        upto=event.sequence - 1,
    )


def _report_frozen(state: BreachState, event: BreachEvent) -> None:
    report = state.reports[_uuid(event, "report")]
    report.sha256 = _text(event, "sha256")
    report.complete, report.estimated = _number(event, "complete"), _number(event, "estimated")
    report.unknown = _number(event, "unknown")


def _report_failed(state: BreachState, event: BreachEvent) -> None:
    state.reports[_uuid(event, "report")].failed = True


def _report_approved(state: BreachState, event: BreachEvent) -> None:
    state.reports[_uuid(event, "report")].approved_by = event.actor


def _report_sent(state: BreachState, event: BreachEvent) -> None:
    report = state.reports[_uuid(event, "report")]
    report.sent_at, report.sent_by = _instant(event, "sent_at"), event.actor
    report.receipt, report.unapproved = _note(event, "receipt"), _note(event)


def _delay(state: BreachState, event: BreachEvent) -> None:
    state.delay = _note(event)


def _case(state: BreachState, event: BreachEvent) -> None:
    if (case := _uuid(event, "case")) not in state.cases:
        state.cases.append(case)


def _notice(state: BreachState, event: BreachEvent) -> None:
    state.notices.append(_uuid(event, "notice"))


def _reminded(state: BreachState, event: BreachEvent) -> None:
    state.reminded.append(_number(event, "hours"))


def _passed(state: BreachState, _event: BreachEvent) -> None:
    state.passed = True


def _contained(state: BreachState, _event: BreachEvent) -> None:
    state.status = BreachStatus.CONTAINED


def _dismissed(state: BreachState, event: BreachEvent) -> None:
    state.status, state.outcome = BreachStatus.CLOSED, BreachOutcome.NOT_A_BREACH
    state.closed_at, state.lessons = event.at, _note(event)


def _closed(state: BreachState, event: BreachEvent) -> None:
    sent = any(report.sent_at for report in state.reports.values())
    state.status = BreachStatus.CLOSED
    state.outcome = BreachOutcome.NOTIFIED if sent else BreachOutcome.NOT_NOTIFIED
    state.closed_at, state.lessons = event.at, _note(event)


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
    BreachTag.LEAD_SET: _lead,
    BreachTag.STEP_CHANGED: _step,
    BreachTag.EVIDENCE_FROZEN: _frozen,
    BreachTag.EVIDENCE_ADDED: _evidence,
    BreachTag.TASK_ADDED: _task_added,
    BreachTag.TASK_DONE: _task_done,
    BreachTag.FACT_ADDED: _fact,
    BreachTag.ASSESSED: _assessed,
    BreachTag.AUTHORITY_DECIDED: _authority,
    BreachTag.PEOPLE_DECIDED: _people,
    BreachTag.ADVICE_GIVEN: _advice,
    BreachTag.OTHER_ADDED: _other_added,
    BreachTag.OTHER_TOLD: _other_told,
    BreachTag.OTHER_DUE: _other_due,
    BreachTag.FIELD_SET: _field,
    BreachTag.REPORT_PREPARED: _report_prepared,
    BreachTag.REPORT_FROZEN: _report_frozen,
    BreachTag.REPORT_FAILED: _report_failed,
    BreachTag.REPORT_APPROVED: _report_approved,
    BreachTag.REPORT_SENT: _report_sent,
    BreachTag.DELAY_EXPLAINED: _delay,
    BreachTag.HANDED_OVER: _handed_over,
    BreachTag.CASE_LINKED: _case,
    BreachTag.NOTICE_LINKED: _notice,
    BreachTag.REMINDED: _reminded,
    BreachTag.TIME_PASSED: _passed,
    BreachTag.CONTAINED: _contained,
    BreachTag.DISMISSED: _dismissed,
    BreachTag.CLOSED: _closed,
    BreachTag.REOPENED: _reopened,
    BreachTag.WORK_FAILED: _work_failed,
}
