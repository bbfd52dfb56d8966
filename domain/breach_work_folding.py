"""How recorded events move the work on a breach: containment, evidence, tasks, facts, who leads, whom else to tell.

A part of `domain/breach_folding.py`. Next: `domain/breach_report_folding.py`
"""

from collections.abc import Callable
from typing import Any, cast

from domain.breach import BreachState, BreachStatus, Evidence, OtherParty, Step, Task, TimelineEntry
from domain.breach_events import BreachEvent, BreachTag
from domain.event_facts import instant_of, note_of, number_of, text_of, uuid_of


def _step(state: BreachState, event: BreachEvent) -> None:
    before = state.steps.get(text_of(event, "step"), Step())
    owner = event.facts.get("owner")
    state.steps[text_of(event, "step")] = Step(
        state=cast("Any", text_of(event, "state")),
        owner=str(owner) if owner else before.owner,
        due_at=instant_of(event, "due_at") or before.due_at,
        at=event.at,
        note=note_of(event) or before.note,
    )


def _frozen(state: BreachState, event: BreachEvent) -> None:
    state.frozen_at = state.frozen_at or event.at
    systems = event.facts["systems"]
    named = [str(each) for each in systems] if isinstance(systems, list) else []
    state.frozen = sorted({*state.frozen, *named})


def _evidence(state: BreachState, event: BreachEvent) -> None:
    kept = Evidence(sha256=text_of(event, "sha256"), bytes=number_of(event, "bytes"), at=event.at, by=event.actor)
    state.evidence[uuid_of(event, "evidence")] = kept


def _task_added(state: BreachState, event: BreachEvent) -> None:
    owner = event.facts.get("owner")
    note = uuid_of(event, "note")
    state.tasks[note] = Task(note=note, owner=str(owner) if owner else None, due_at=instant_of(event, "due_at"))


def _task_done(state: BreachState, event: BreachEvent) -> None:
    state.tasks[uuid_of(event, "task")].done_at = event.at


def _fact(state: BreachState, event: BreachEvent) -> None:
    note, at = uuid_of(event, "note"), instant_of(event, "happened_at")
    assert at is not None
    state.timeline[note] = TimelineEntry(note=note, at=at, zone=text_of(event, "zone").replace(":", "/"), by=event.actor)


def _handed_over(state: BreachState, event: BreachEvent) -> None:
    state.lead = text_of(event, "lead")
    note = note_of(event)
    if note:
        state.handovers.append(note)


def _lead(state: BreachState, event: BreachEvent) -> None:
    state.lead = text_of(event, "lead")
    deputy = event.facts.get("deputy")
    state.deputy = str(deputy) if deputy else state.deputy


def _other_added(state: BreachState, event: BreachEvent) -> None:
    note = uuid_of(event, "note")
    state.others[note] = OtherParty(kind=cast("Any", text_of(event, "kind")), due_at=instant_of(event, "due_at"), note=note)


def _other_due(state: BreachState, event: BreachEvent) -> None:
    state.others[uuid_of(event, "other")].reminded.append(number_of(event, "hours"))


def _other_told(state: BreachState, event: BreachEvent) -> None:
    party = state.others[uuid_of(event, "other")]
    party.told_at, party.told_note = instant_of(event, "told_at") or event.at, note_of(event)


def _contained(state: BreachState, _event: BreachEvent) -> None:
    state.status = BreachStatus.CONTAINED


WORK_RULES: dict[BreachTag, Callable[[BreachState, BreachEvent], None]] = {
    BreachTag.LEAD_SET: _lead,
    BreachTag.STEP_CHANGED: _step,
    BreachTag.EVIDENCE_FROZEN: _frozen,
    BreachTag.EVIDENCE_ADDED: _evidence,
    BreachTag.TASK_ADDED: _task_added,
    BreachTag.TASK_DONE: _task_done,
    BreachTag.FACT_ADDED: _fact,
    BreachTag.OTHER_ADDED: _other_added,
    BreachTag.OTHER_TOLD: _other_told,
    BreachTag.OTHER_DUE: _other_due,
    BreachTag.HANDED_OVER: _handed_over,
    BreachTag.CONTAINED: _contained,
}
