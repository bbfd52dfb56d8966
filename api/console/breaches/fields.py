"""The form of an action, made from its body's model: a field each, what was typed read back into the body.

Times are typed in the controller's zone and travel with their offset. Next: api/console/breaches/acts.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from adapters.letter_words import moment
from adapters.resources import Resources
from api.console.breaches.people import HINT, people_in
from api.console.breaches.words import EXEMPTIONS, LABELS, OTHERS
from api.face.forms import number_in
from domain.breach import BreachState
from domain.breach_authorities import LAENDER, find_authority
from domain.breach_rows import clocks_of
from domain.breach_severity import BASES, CONTEXTS, GUIDANCE, Category, SeverityInputs
from domain.errors import InvalidInputError
from domain.regimes import zone_of

Kind = Literal["text", "area", "choice", "time"]
_WORDS: Final = frozenset({"reason", "text", "lessons", "receipt"})
_FIXED: Final[dict[str, list[tuple[str, str]]]] = {
    "verdict": [("notify", "Tell them"), ("not_notify", "Do not tell them")],
    "exemption": [
        ("", "None: they are told, or the risk is not high"),
        *((code, f"{told[:1].upper()}{told[1:]}") for code, told in EXEMPTIONS.items()),
    ],
    "state": [("done", "Done"), ("open", "Open"), ("not_needed", "Not needed")],
    "language": [("", "The authority\u2019s own"), ("en", "English"), ("de", "German"), ("fr", "French")],
    "kind": list(OTHERS.items()),
    "category": [("simple", "Simple"), ("behavioural", "Behavioural"), ("financial", "Financial"), ("sensitive", "Sensitive")],
    "malicious": [("false", "No"), ("true", "Yes")],
    "unintelligible": [("false", "No"), ("true", "Yes")],
}
_HINTS: Final = {
    "affected": HINT,
    "context": "The base of the category unless something speaks for more or less; the table above says what each means",
    "zone": "For example Europe/London",
    "individuals": "Begins with the most that the record of the breach says",
}


@dataclass(frozen=True)
class FormField:
    """One field of a form."""

    name: str
    label: str
    kind: Kind
    options: list[tuple[str, str]]
    hint: str = ""


def form_fields(resources: Resources, state: BreachState, names: list[str], staff: list[tuple[str, str]]) -> list[FormField]:
    """The fields of an action's form, in the order of its body; ids are not typed."""
    found: list[FormField] = []
    for name in names:
        if name == "inputs":
            found += [_one(resources, state, each, staff) for each in SeverityInputs.model_fields]
        elif name not in {"report", "sha256", "task", "other", "step"}:
            found.append(_one(resources, state, name, staff))
    return found


def _one(resources: Resources, state: BreachState, name: str, staff: list[tuple[str, str]]) -> FormField:
    options = _options(resources, state, name, staff)
    kind: Kind = "choice" if options else "time" if name.endswith("_at") else "area" if _is_long(name) else "text"
    return FormField(name, LABELS.get(name, name), kind, options, _HINTS.get(name, "") or _first_alert(resources, state, name))


def _first_alert(resources: Resources, state: BreachState, name: str) -> str:
    """Beside the time of awareness: nobody has to remember it at night."""
    if name != "aware_at" or state.first_alert_at is None:
        return ""
    zone = ZoneInfo(zone_of(resources.datamap.controller.country) or "UTC")
    return f"The first alert was {moment(state.first_alert_at, zone)}"


def _is_long(name: str) -> bool:
    return (name in _WORDS and name != "receipt") or name in {"affected", "systems"}


def _options(resources: Resources, state: BreachState, name: str, staff: list[tuple[str, str]]) -> list[tuple[str, str]]:  # noqa: PLR0911 (one per kind)
    if name in _FIXED:
        return _FIXED[name]
    if name in GUIDANCE:
        return [(code, f"{code.capitalize()}: {told}") for code, told in GUIDANCE[name].items()]
    if name == "context":
        return [(str(each), str(each)) for each in (1, 2, 3, 4)]
    if name in {"lead", "deputy", "owner"}:
        return [("", "Nobody yet"), *staff] if name != "lead" else staff
    if name == "land":
        return [(f"DE-{land}", words[0]) for land, words in LAENDER.items()]
    if name == "authority":
        seat = resources.datamap.controller.country
        rows = clocks_of(state, seat=seat, as_of=state.opened_at or datetime.now().astimezone()).rows
        return [(row.key, f"{row.authority} {_name(row.key)}".strip()) for row in rows if row.key != "de"]
    return []


def _name(key: str) -> str:
    authority = find_authority(key)
    return f"({authority.name})" if authority and authority.name != authority.short else ""


def body_of(names: list[str], typed: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """The body of an action from what was typed; what was left empty is left out.

    Raises:
        InvalidInputError: a time or a number that cannot be read, or something of a severity was not chosen; `field` names it.
    """
    body: dict[str, Any] = {}
    for name in names:
        if name == "inputs":
            for each in SeverityInputs.model_fields:
                if each != "individuals" and not typed.get(each):
                    raise InvalidInputError(f"{LABELS.get(each, each)}: choose one.", field=each)
            given = {each: _read(each, typed.get(each, ""), zone) for each in SeverityInputs.model_fields}
            body["inputs"] = {each: value for each, value in given.items() if value not in {None, ""}}
        elif (text := typed.get(name, "").strip()) != "":
            body[name] = _read(name, text, zone)
    return body


def _read(name: str, text: str, zone: ZoneInfo) -> Any:  # noqa: ANN401 (whatever the field holds)
    if name.endswith("_at") and text:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
        except ValueError:
            raise InvalidInputError("Write the time as 2026-11-22T13:05.", field=name) from None
    if name == "affected":
        return people_in(text)
    if name == "systems":
        return text.split()
    if name in {"context", "individuals"}:
        return _number(text, name) if text else None
    if name in {"malicious", "unintelligible"}:
        return text == "true"
    return text


def _number(text: str, name: str) -> int:
    number = number_in(text)
    if number is None:
        raise InvalidInputError("Write a number here.", field=name)
    return number


def context_help() -> list[tuple[Category, list[str]]]:
    """What the four values of the context mean, by category; the base is marked."""
    return [
        (category, [f"{told} (the base)" if place == BASES[category] else told for place, told in enumerate(told_of, 1)])
        for category, told_of in CONTEXTS.items()
    ]
