"""What a report to an authority says: every field of its form in its order and language, with what is not known yet.

Pure: state, words and the controller in, a report out. Next: `domain/breach_proposals.py`
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.breach import UNKNOWN_PLACE, BreachState, Language, Standing
from domain.breach_authorities import CONTROLLER, BreachAuthority, find_authority
from domain.breach_choices import choice_word
from domain.breach_clock import breach_clock
from domain.breach_forms import FIELDS, FORMS, STANDINGS, Labels, words
from domain.datamap_parts import Controller
from domain.place_names import counted, place_name
from domain.regimes import zone_of

_INITIAL: Labels = ("Initial report", "Erstmeldung", "Notification initiale")
_FOLLOW_UP: Labels = (
    "Follow-up report {number}; it carries what changed since the last one",
    "Folgemeldung {number}; sie enthält, was sich seit der letzten geändert hat",
    "Notification complémentaire {number} ; elle contient ce qui a changé depuis la précédente",
)
_THEIRS: Labels = ("your reference {receipt}", "Ihr Zeichen {receipt}", "votre référence {receipt}")
_TO: Labels = ("To", "An", "À")
_REFERENCE: Labels = ("Our reference", "Unser Zeichen", "Notre référence")
_FROZEN: Labels = ("As of", "Stand", "État au")
_EXERCISE: Labels = ("Exercise. Not to be handed in.", "Übung. Nicht einzureichen.", "Exercice. Ne pas transmettre.")
_IN_TIME: Labels = (
    "Not late: 72 hours run until {due}.",
    "Nicht verspätet: 72 Stunden laufen bis {due}.",
    "Pas de retard : les 72 heures courent jusqu'au {due}.",
)
_COLONS: dict[Language, str] = {"en": ":", "de": ":", "fr": "\u00a0:"}
_PEOPLE: Labels = ("in all", "insgesamt", "au total")


@dataclass(frozen=True)
class Reported:
    """Everything a report is made from.

    Args:
        state: folded up to the report's sequence; before: up to that of the last one sent, None for the first.
        notes: the words behind its notes, opened.
        at: when it was frozen; of the event that asked for it, UTC.
    """

    state: BreachState
    before: BreachState | None
    notes: Mapping[UUID, str]
    before_notes: Mapping[UUID, str]
    controller: Controller
    reference: str
    authority: str
    number: int
    language: Language
    at: datetime

    @property
    def recipient(self) -> BreachAuthority | None:
        """The authority; None where a processor tells its controller."""
        return None if self.authority == CONTROLLER else find_authority(self.authority)

    @property
    def zone(self) -> ZoneInfo:
        """In which times are told: the authority's, else the controller's."""
        recipient = self.recipient
        return ZoneInfo(recipient.zone if recipient else zone_of(self.controller.country) or "UTC")


@dataclass(frozen=True)
class Answer:
    """One field as it stands in a report."""

    name: str
    value: str
    standing: Standing


def answers(reported: Reported) -> list[Answer]:
    """Every field of the form in its order; of a follow-up only those that changed."""
    form = FORMS[reported.recipient.form if reported.recipient else "general"]
    names = [name for _, fields in form.sections for name in fields]
    now = {name: _answer(reported, reported.state, reported.notes, name) for name in names if asks_for(reported, name)}
    if reported.before is None:
        return list(now.values())
    earlier = {name: _answer(reported, reported.before, reported.before_notes, name) for name in now}
    kept = {"report_kind", "organisation"}
    return [answer for name, answer in now.items() if name in kept or answer != earlier[name]]


def asks_for(reported: Reported, name: str) -> bool:
    """Whether a report has the field: what somebody answered, now or in the last one sent, is never left out."""
    answered = [state.fields[name].standing for state in (reported.state, reported.before) if state and name in state.fields]
    if not FIELDS[name].cyber or any(standing != "not_yet_known" for standing in answered):
        return True
    cyber = reported.state.fields.get("cyber_incident")
    return cyber is None or cyber.note is None or reported.notes.get(cyber.note) != "no"


def report_data(reported: Reported) -> dict[str, Any]:
    """The report as the PDF's template wants it."""
    form, language = FORMS[reported.recipient.form if reported.recipient else "general"], reported.language
    found = {answer.name: answer for answer in answers(reported)}
    sections = []
    for place, (_, names) in enumerate(form.sections):
        fields = [_shown(found[name], language) for name in names if name in found]
        if fields:
            sections.append({"heading": form.heading(place, language), "fields": fields})
    recipient = reported.recipient
    colon = _COLONS[language]
    to = f"{recipient.name}, {recipient.address}" if recipient else reported.authority
    return {
        "language": language,
        "title": form.name(language),
        "controller": reported.controller.name,
        "exercise": words(_EXERCISE, language) if reported.state.exercise else "",
        "head": [
            f"{words(_TO, language)}{colon} {to}",
            f"{words(_REFERENCE, language)}{colon} {reported.reference}/{reported.number}",
            f"{words(_FROZEN, language)}{colon} {report_moment(reported.at, reported.zone)}",
        ],
        "footer": f"{reported.reference}/{reported.number}",
        "sections": sections,
    }


def report_text(data: Mapping[str, Any]) -> str:
    """The same as text, to be copied field by field into a portal."""
    colon = _COLONS[data["language"]]
    lines = [data["exercise"], data["title"].upper(), "", *data["head"]]
    for number, section in enumerate(data["sections"], start=1):
        lines += ["", f"{number}  {section['heading']}", ""]
        for field in section["fields"]:
            standing = f"  [{field['standing']}]" if field["standing"] else ""
            lines += [f"{field['label']}{colon}{standing}", *(f"  {line}" for line in field["lines"])]
    return "\n".join(lines).strip() + "\n"


def _shown(answer: Answer, language: Language) -> dict[str, Any]:
    lines = [line for line in answer.value.splitlines() if line.strip()]
    unknown = words(STANDINGS["not_yet_known"], language)
    return {
        "label": FIELDS[answer.name].label(language),
        "lines": lines or [unknown],
        "standing": words(STANDINGS[answer.standing], language) if lines and answer.standing != "known" else "",
    }


def _answer(reported: Reported, state: BreachState, notes: Mapping[UUID, str], name: str) -> Answer:
    if FIELDS[name].derived:
        value, standing = _DERIVED[name](reported, state, notes)
        return Answer(name, value, standing)
    field = state.fields.get(name)
    if field is None or field.standing == "not_yet_known":
        said = notes.get(field.note, "") if field and field.note else ""
        return Answer(name, said, "not_yet_known")
    value = notes[field.note] if field.note else ""
    if FIELDS[name].choices:
        value = ", ".join(choice_word(part.strip(), reported.language) for part in value.split(","))
    return Answer(name, value, field.standing)


def report_moment(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as a report tells it: 2026-11-22 11:22 GMT (UTC+0000)."""
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {local:%Z} (UTC{local:%z})"


Derived = tuple[str, Standing]


def _kind(reported: Reported, _state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    label = _INITIAL if reported.number == 1 else _FOLLOW_UP
    told = words(label, reported.language).format(number=reported.number - 1)
    receipts = [reported.notes.get(sent.receipt, "") for sent in reported.state.sent_reports(reported.authority) if sent.receipt]
    theirs = words(_THEIRS, reported.language).format(receipt=receipts[-1]) if any(receipts) else ""
    return "; ".join(part for part in (told, theirs) if part), "known"


def _discovered(reported: Reported, state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    return (report_moment(state.first_alert_at, reported.zone), "known") if state.first_alert_at else ("", "not_yet_known")


def _aware(reported: Reported, state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    if state.awareness is None:
        return "", "not_yet_known"
    return report_moment(state.awareness.at, reported.zone), "estimated" if state.awareness.provisional else "known"


def _subjects(reported: Reported, state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    if not state.affected:
        return "", "not_yet_known"
    low, high = (sum(getattr(people, end) for people in state.affected.values()) for end in ("low", "high"))
    return f"{_range(low, high, reported.language)} {words(_PEOPLE, reported.language)}", "known" if low == high else "estimated"


def _countries(reported: Reported, state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    if not state.affected:
        return "", "not_yet_known"
    language = reported.language
    named = [
        f"{place_name(place, language)}: {_range(people.low, people.high, language)}"
        for place, people in sorted(state.affected.items())
    ]
    certain = all(people.low == people.high for people in state.affected.values()) and UNKNOWN_PLACE not in state.affected
    return "; ".join(named), "known" if certain else "estimated"


def _range(low: int, high: int, language: Language) -> str:
    return counted(low, language) if low == high else f"{counted(low, language)}-{counted(high, language)}"


def _delay(reported: Reported, state: BreachState, notes: Mapping[UUID, str]) -> Derived:
    if state.delay is not None:
        return notes[state.delay], "known"
    assert state.started is not None
    due = breach_clock(state.started).safe_due
    if reported.at <= due:
        return words(_IN_TIME, reported.language).format(due=report_moment(due, reported.zone)), "known"
    return "", "not_yet_known"


def _organisation(reported: Reported, _state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    controller = reported.controller
    return f"{controller.name} ({controller.trading_as})" if controller.trading_as else controller.name, "known"


def _address(reported: Reported, _state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    return ", ".join(reported.controller.address), "known"


def _contact(reported: Reported, _state: BreachState, _notes: Mapping[UUID, str]) -> Derived:
    controller = reported.controller
    officer = controller.protection_officer or controller.contacts.team
    told = [officer, controller.contacts.breach, controller.contacts.phone]
    if controller.representative:
        told.append(f"Article 27: {controller.representative.name}, {controller.representative.email}")
    return ", ".join(part for part in told if part), "known"


_DERIVED: dict[str, Callable[[Reported, BreachState, Mapping[UUID, str]], Derived]] = {
    "report_kind": _kind,
    "discovered_at": _discovered,
    "aware_at": _aware,
    "subjects_number": _subjects,
    "countries": _countries,
    "delay_reason": _delay,
    "organisation": _organisation,
    "address": _address,
    "contact_point": _contact,
}
