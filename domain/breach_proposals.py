"""What a report could say by what is on record elsewhere in the incident: proposals, each with where it was taken from.

Nothing of it counts before a responder has read it and said how sure it is (Article 33(3)): what was written to contain a
breach, or to people, is a draft of what an authority reads and no more.
Next: `activities/breach_reports.py`
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.breach import BreachState, Step
from domain.breach_checklist import STEPS
from domain.breach_choices import OTHERS
from domain.breach_report import report_moment
from domain.breach_severity import Band
from domain.texts import PersonId

_LIKELIHOOD: Final[dict[Band, str]] = {"low": "unlikely", "medium": "neutral", "high": "likely", "very_high": "very_likely"}
_CATEGORIES: Final = {"simple": "basic_identifiers", "financial": "economic_financial"}  # the others say too little


@dataclass(frozen=True)
class Proposal:
    """What a field could say; `source` says in words where that stands."""

    value: str
    source: str


@dataclass(frozen=True)
class OnRecord:
    """Everything that proposals are made from.

    Args:
        notes: the words behind the notes of the state, opened.
        letter: the parts of the letter of the newest notice about it, by name; empty before there is one.
        told: how many people were written to, of how many.
        people: names of staff, with how they are reached, by their id.
        zone: in which times are told.
    """

    state: BreachState
    notes: Mapping[UUID, str]
    letter: Mapping[str, str]
    told: tuple[int, int]
    people: Mapping[PersonId, str]
    zone: ZoneInfo

    def said(self, note: UUID | None) -> str:
        """Opened words; empty where there are none."""
        return self.notes.get(note, "").strip() if note else ""


def proposals(record: OnRecord) -> dict[str, Proposal]:
    """By field; a field that nothing on record speaks to has none."""
    found = {name: make(record) for name, make in _MAKERS.items()}
    return {name: each for name, each in found.items() if each is not None and each.value}


def _reason(record: OnRecord) -> Proposal | None:
    if not any(each.verdict == "notify" for each in record.state.decisions.values()):
        return None
    return Proposal("threshold_met", "the decision to tell an authority")


def _what(record: OnRecord) -> Proposal | None:
    return Proposal(record.said(record.state.summary), "what was reported first")


def _timeline(record: OnRecord) -> list[tuple[str, str]]:
    entries = sorted(record.state.timeline.items(), key=lambda pair: pair[1].at)
    return [(report_moment(entry.at, record.zone), record.said(key)) for key, entry in entries if record.said(key)]


def _how(record: OnRecord) -> Proposal | None:
    return Proposal("\n".join(f"{at}: {told}" for at, told in _timeline(record)), "the timeline")


def _discovered(record: OnRecord) -> Proposal | None:
    lines = _timeline(record)
    return Proposal(f"{lines[0][1]} ({lines[0][0]})", "the first line of the timeline") if lines else None


def _when(record: OnRecord) -> Proposal | None:
    lines = _timeline(record)
    return Proposal(lines[0][0], "the first line of the timeline; it may have begun earlier") if lines else None


def _cyber(record: OnRecord) -> Proposal | None:
    severity = record.state.severity
    return Proposal("yes", "malicious intent, in the severity") if severity and severity.inputs.malicious else None


def _categories(record: OnRecord) -> Proposal | None:
    severity = record.state.severity
    code = _CATEGORIES.get(severity.inputs.category, "") if severity else ""
    return Proposal(code, "the highest category of data, in the severity")


def _consequences(record: OnRecord) -> Proposal | None:
    return Proposal(record.letter.get("consequences", "").strip(), "the notice to people")


def _likelihood(record: OnRecord) -> Proposal | None:
    severity = record.state.severity
    if severity is None:
        return None
    return Proposal(_LIKELIHOOD[severity.band], f"the severity, {severity.band.replace('_', ' ')} at {severity.score:g}")


def _security(record: OnRecord) -> Proposal | None:
    severity = record.state.severity
    names = ("confidentiality", "integrity", "availability")
    hit = [name for name in names if severity and getattr(severity.inputs, name) != "none"]
    return Proposal(", ".join(hit), "the severity")


def _step(record: OnRecord, name: str, step: Step) -> str:
    told = record.said(step.note)
    at = f", {report_moment(step.at, record.zone)}" if step.at and step.state == "done" else ""
    due = f", by {report_moment(step.due_at, record.zone)}" if step.due_at and step.state == "open" else ""
    return f"{STEPS.get(name, name)}{at}{due}{f': {told}' if told else ''}"


def _taken(record: OnRecord) -> Proposal | None:
    state = record.state
    lines = [_step(record, name, step) for name, step in state.steps.items() if step.state == "done"]
    lines += [
        f"{record.said(key)}, {report_moment(task.done_at, record.zone)}" for key, task in state.tasks.items() if task.done_at
    ]
    if told := record.letter.get("measures", "").strip():
        lines.append(told)
    return Proposal("\n".join(lines), "the steps of containment, the tasks and the notice to people")


def _to_come(record: OnRecord) -> Proposal | None:
    state = record.state
    owned = [
        _step(record, name, step) for name, step in state.steps.items() if step.state == "open" and (step.owner or step.due_at)
    ]
    owned += [
        f"{record.said(key)}{f', by {report_moment(task.due_at, record.zone)}' if task.due_at else ''}"
        for key, task in state.tasks.items()
        if task.done_at is None
    ]
    return Proposal("\n".join(owned), "steps and tasks that somebody has taken on")


def _subjects_told(record: OnRecord) -> Proposal | None:
    sent, wanted = record.told
    if sent:
        return Proposal("told" if sent >= wanted else "in_process", f"the notices: {sent:,} of {wanted:,} were written to")
    if record.state.people is None:
        return Proposal("not_decided", "what is decided so far: nothing yet about telling people")
    code = "planning" if record.state.people.verdict == "notify" else "decided_not"
    return Proposal(code, "the decision about people")


def _others(record: OnRecord) -> Proposal | None:
    lines = []
    for party in record.state.others.values():
        who = record.said(party.note).partition("\n")[0]
        when = f"told {report_moment(party.told_at, record.zone)}" if party.told_at else "to be told"
        lines.append(f"{OTHERS[party.kind]}{f', {who}' if who else ''}: {when}")
    return Proposal("\n".join(lines), "the others to tell")


def _reporting(record: OnRecord) -> Proposal | None:
    lead = record.state.lead
    return Proposal(record.people.get(lead, "") if lead else "", "who leads")


_MAKERS: Final[dict[str, Callable[[OnRecord], Proposal | None]]] = {
    "report_reason": _reason,
    "what_happened": _what,
    "how_occurred": _how,
    "how_discovered": _discovered,
    "happened_at": _when,
    "cyber_incident": _cyber,
    "data_categories": _categories,
    "potential_consequences": _consequences,
    "likelihood": _likelihood,
    "affected_security": _security,
    "actions_taken": _taken,
    "prevention_steps": _to_come,
    "subjects_told": _subjects_told,
    "others_told": _others,
    "person_reporting": _reporting,
}
