"""The timeline of a breach in words: what happened out there, and what was done about it, by whom (Article 33(5)).

Next: api/console/breaches/pages.py
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from adapters.database.breach_tables import DossierEventRow
from adapters.letter_words import count
from api.console.breaches.words import OTHERS, authority
from domain.breach import BreachState
from domain.breach_checklist import STEPS
from domain.breach_events import BreachTag as T
from domain.breach_forms import FIELDS


@dataclass(frozen=True)
class Moment:
    """One line.

    Args:
        who: a name; empty where it happened by itself.
        what: happened, in words.
        told: somebody's own words about it.
        outside: a fact that somebody wrote down, at the time at which it happened; `zone` is the one its clock was read in.
    """

    at: datetime
    who: str
    what: str
    told: str = ""
    outside: bool = False
    zone: str = ""


_VERDICTS: Final = {"notify": "tell", "not_notify": "do not tell"}
_STATES: Final = {"open": "open", "done": "done", "not_needed": "not needed"}
_REPORTS: Final = {
    T.REPORT_PREPARED: "Asked to freeze",
    T.REPORT_FROZEN: "Frozen",
    T.REPORT_FAILED: "Could not be frozen",
    T.REPORT_APPROVED: "Approved",
    T.REPORT_SENT: "Handed in",
}
_WORDS: Final[dict[T, str]] = {
    T.OPENED: "It was reported",
    T.RESUMED: "Carried on from the record after an interruption",
    T.PAGED: "Whoever is on duty was called",
    T.ACKNOWLEDGED: "Somebody has it",
    T.AWARENESS_SET: "Decided since when we are certain",
    T.AFFECTED_CHANGED: "The people affected were counted",
    T.LAND_CHOSEN: "The German authority was chosen",
    T.LEAD_SET: "Decided who leads",
    T.EVIDENCE_FROZEN: "Retention was stopped, to keep evidence",
    T.EVIDENCE_ADDED: "A file was kept as evidence",
    T.TASK_ADDED: "A task was added",
    T.TASK_DONE: "A task was done",
    T.ASSESSED: "The severity was worked out",
    T.ADVICE_GIVEN: "The data protection officer gave advice",
    T.DELAY_EXPLAINED: "The delay was explained",
    T.HANDED_OVER: "Handed over",
    T.CASE_LINKED: "A case was linked",
    T.NOTICE_LINKED: "A notice to people was begun",
    T.TIME_PASSED: "72 hours were over",
    T.CONTAINED: "It was contained",
    T.DISMISSED: "Decided: no breach",
    T.CLOSED: "Closed",
    T.REOPENED: "Opened again",
    T.WORK_FAILED: "Something that Habeas does by itself did not succeed and is tried again",
}


def moments(state: BreachState, rows: list[DossierEventRow], said: Mapping[UUID, str], people: Mapping[str, str]) -> list[Moment]:
    """Everything in the order in which it happened; fields of a report that were saved together are one line."""
    found = [
        Moment(entry.at, people.get(entry.by, ""), said.get(key, ""), outside=True, zone=entry.zone)
        for key, entry in state.timeline.items()
    ]
    for _, together in groupby(rows, key=lambda row: (row.command_id, row.tag)):
        first, *more = list(together)
        tag = T(first.tag)
        if tag is T.FACT_ADDED:
            continue
        line = Moment(first.at, people.get(first.actor, ""), _what(tag, first, state), _told(tag, first, said))
        if tag is T.FIELD_SET and more:
            line = replace(line, what=f"{count(len(more) + 1, 'field')} of the report were filled in", told="")
        found.append(line)
    return sorted(found, key=lambda line: line.at)


def _told(tag: T, row: DossierEventRow, said: Mapping[UUID, str]) -> str:
    named = {T.TASK_DONE: "task", T.OTHER_TOLD: "other", T.OPENED: "summary"}.get(tag, "note")
    note = row.facts.get(named)
    return said.get(UUID(str(note)), "") if note else ""


def _what(tag: T, row: DossierEventRow, state: BreachState) -> str:
    speaker = _SPEAKERS.get(tag)
    return speaker(tag, row, state) if speaker else _WORDS.get(tag, "Something was recorded")


def _step(_tag: T, row: DossierEventRow, _state: BreachState) -> str:
    name = str(row.facts.get("step", ""))
    return f"{STEPS.get(name, 'A step of containment')}: {_STATES.get(str(row.facts.get('state', '')), 'changed')}"


def _decided(_tag: T, row: DossierEventRow, _state: BreachState) -> str:
    verdict = _VERDICTS.get(str(row.facts.get("verdict", "")), "decided")
    about = authority(str(row.facts["authority"])) if "authority" in row.facts else "the people"
    return f"Decided about {about}: {verdict}"


def _other(tag: T, row: DossierEventRow, state: BreachState) -> str:
    if tag is T.OTHER_ADDED:
        return f"To be told as well: {OTHERS.get(str(row.facts.get('kind', '')), 'somebody')}"
    party = state.others.get(UUID(str(row.facts["other"])))
    return f"{OTHERS[party.kind] if party else 'Somebody'} was told"


def _field(_tag: T, row: DossierEventRow, _state: BreachState) -> str:
    field = FIELDS.get(str(row.facts.get("field", "")))
    return f"Report, \u201c{field.label('en') if field else 'a field'}\u201d was filled in"


def _report(tag: T, row: DossierEventRow, state: BreachState) -> str:
    report = state.reports.get(UUID(str(row.facts["report"])))
    return f"{_REPORTS[tag]}: the report to {authority(report.authority) if report else 'an authority'}"


def _reminded(_tag: T, row: DossierEventRow, _state: BreachState) -> str:
    return f"Reminded: {row.facts.get('hours', 0)} hours left"


_SPEAKERS: Final[dict[T, Callable[[T, DossierEventRow, BreachState], str]]] = {
    T.STEP_CHANGED: _step,
    T.AUTHORITY_DECIDED: _decided,
    T.PEOPLE_DECIDED: _decided,
    T.OTHER_ADDED: _other,
    T.OTHER_TOLD: _other,
    T.FIELD_SET: _field,
    **dict.fromkeys(_REPORTS, _report),
    T.REMINDED: _reminded,
}
