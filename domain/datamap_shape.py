"""From plain data to parts: every part of a data map is read by itself, so that one broken part hides no other finding.

Next: domain/datamap_rules.py
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from domain.datamap_parts import Category, Controller, Part, Purpose, Recipient, Retention, Text
from domain.datamap_systems import Before, Collection, Connection, DataField, Erasure, Reference, System, Withdrawal
from domain.datamap_text import Document, Path, Plain, Severity
from domain.incoming import Language

P = TypeVar("P", bound=Part)
Broken = tuple[Path, str, Severity]

SECTIONS = ("version", "controller", "categories", "purposes", "recipients", "retention", "systems")
OPTIONAL = ("translations",)
FORBIDDEN_RECIPIENTS = ("sale", "buyer", "ad network", "advertiser", "advertising", "data broker")  # P7, P8, P34

_TRANSLATIONS = TypeAdapter(dict[Language, dict[Text, Text]])
_KEYS = {
    key
    for part in (
        Controller,
        Category,
        Purpose,
        Recipient,
        Retention,
        System,
        Collection,
        DataField,
        Reference,
        Erasure,
        Before,
        Withdrawal,
    )
    for key in part.model_fields
} | set(Connection.model_fields)
_MISSING = {
    "retention": "A collection needs a retention rule: nobody may keep data without an end (Articles 5(1)(e), 15(1)(d)).",
    "same_person": "A reference has to say `same_person: yes` or `no`: a shared card or device leads to other people.",
    "purpose": "A collection needs a purpose from the list (Article 5(1)(b)).",
    "lawful_basis": "There has to be a lawful basis (Article 6).",
    "erasure": "A collection has to say what erasure does with it (Article 17).",
    "origin": "A collection has to say where its data come from (Article 15(1)(g)).",
    "representative": "Name the representative in the Union, or write `representative: null` (Article 27).",
}
_PATTERNS = {  # by the start of the pattern, the longer start first
    "^[a-z][a-z0-9_]*\\.": "Write `system.collection.field`.",
    "^[a-z]": "Write a short name: a lower-case letter, then lower-case letters, digits or `_`, 40 at most.",
    "^[A-Za-z_]": "Write a plain column name: letters, digits and `_`, 63 at most; no quotes, no spaces.",
    "^([A-Za-z_]": "Write a plain table name, `table` or `schema.table`: letters, digits and `_`; no quotes, no spaces.",
    "^[A-Z]{2}": "Write a country as two capitals: GB, IE, DE.",
    "^(0[1-9]": "Write a day of the year as month and day: `04-05`.",
    "^[^@": "Write a mailbox: name@example.org.",
}


@dataclass
class Content:
    """The parts that could be read, by their path; `declared` also has the ids of those that could not."""

    controller: Controller | None = None
    categories: dict[Path, Category] = field(default_factory=dict)
    purposes: dict[Path, Purpose] = field(default_factory=dict)
    recipients: dict[Path, Recipient] = field(default_factory=dict)
    retention: dict[Path, Retention] = field(default_factory=dict)
    systems: dict[Path, System] = field(default_factory=dict)
    collections: dict[Path, Collection] = field(default_factory=dict)
    translations: dict[Language, dict[str, str]] = field(default_factory=dict)
    declared: dict[str, set[str]] = field(default_factory=dict)

    def system_of(self, path: Path) -> System | None:
        """The system in which the collection at this path stands, if it could be read."""
        return self.systems.get(path[:2])


def content_of(document: Document) -> Content:
    """The parts of a document; what cannot be read becomes a finding of the document."""
    content = Content()
    data = document.data
    if not isinstance(data, dict):
        document.add((), "A data map is a list of sections: " + ", ".join(SECTIONS) + ".")
        return content
    for name in data.keys() - {*SECTIONS, *OPTIONAL}:
        document.add((name,), f"There is no section `{name}`. Sections: {', '.join((*SECTIONS, *OPTIONAL))}.")
    for name in SECTIONS:
        if name not in data:
            document.add((), f"The section `{name}` is missing.")
    if data.get("version", 1) != 1:
        document.add(("version",), "This Habeas reads `version: 1` of the format.")
    content.controller = _part(document, Controller, data.get("controller"), ("controller",)) if "controller" in data else None
    content.categories = _parts(document, Category, ("categories",))
    content.purposes = _parts(document, Purpose, ("purposes",))
    content.recipients = _parts(document, Recipient, ("recipients",))
    content.retention = _parts(document, Retention, ("retention",))
    for section in ("categories", "purposes", "recipients", "retention"):
        content.declared[section] = {
            str(item["id"])
            for _, item in _items(document, (section,))
            if isinstance(item, dict) and isinstance(item.get("id"), str)
        }
    content.declared["collections"] = set()
    for path, raw in _items(document, ("systems",)):
        _read_system(document, content, path, raw)
    if "translations" in data:
        content.translations = _translations(document, data["translations"])
    return content


def _translations(document: Document, raw: Plain) -> dict[Language, dict[str, str]]:
    try:
        return _TRANSLATIONS.validate_python(raw)
    except ValidationError as error:
        _record(document, ("translations",), error.errors(include_url=False, include_input=False))
        return {}


def _read_system(document: Document, content: Content, path: Path, raw: Plain) -> None:
    if isinstance(raw, dict) and isinstance(raw.get("collections"), list):
        names = (item.get("name") for _, item in _items(document, (*path, "collections")) if isinstance(item, dict))
        content.declared["collections"] |= {f"{raw.get('name')}.{name}" for name in names}
    collections = _parts(document, Collection, (*path, "collections"))
    content.collections |= collections
    # each collection was read by itself; what is left to read is the system around them
    apart = isinstance(raw, dict) and bool(raw.get("collections"))
    try:
        System.model_validate({**raw, "collections": ()} if apart and isinstance(raw, dict) else raw)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        others = [detail for detail in details if not (apart and detail["loc"] == ("collections",))]
        _record(document, path, others)
        if others:
            return
    if isinstance(raw, dict) and collections:
        content.systems[path] = System.model_validate({**raw, "collections": tuple(collections.values())})


def _items(document: Document, path: Path) -> Iterator[tuple[Path, Plain]]:
    here = document.at(path)
    if isinstance(here, list):
        for number, item in enumerate(here):
            yield (*path, number), item
    elif here is not None or path in document.lines:
        document.add(path, f"`{path[-1]}` has to be a list.")


def _parts(document: Document, model: type[P], path: Path) -> dict[Path, P]:
    read = {place: _part(document, model, raw, place) for place, raw in _items(document, path)}
    return {place: part for place, part in read.items() if part is not None}


def _part(document: Document, model: type[P], raw: Plain, path: Path) -> P | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        _record(document, path, error.errors(include_url=False, include_input=False))
        return None


def _record(document: Document, path: Path, details: list[ErrorDetails]) -> None:
    for detail in details:
        place = (*path, *(step for step in detail["loc"] if step != "[key]"))
        document.add(place, _sentence(document, place, detail))


def _sentence(document: Document, place: Path, detail: ErrorDetails) -> str:
    kind, key = detail["type"], str(place[-1])
    if place[0] == "recipients" and key == "kind" and _says_forbidden(document.at(place)):
        return "Personal data are not sold and not given to advertisers or ad networks (P7, P8): no such recipient."
    sentences = {
        "missing": lambda: _MISSING.get(key, f"`{key}` is missing."),
        "extra_forbidden": lambda: f"There is no key `{key[:60]}` here.{_near(key)}",
        "enum": lambda: f"`{key}` has to be one of {detail['ctx']['expected']}.",
        "literal_error": lambda: f"`{key}` has to be {detail['ctx']['expected']}.",
        "string_pattern_mismatch": lambda: _pattern(str(detail["ctx"]["pattern"])),
        "value_error": lambda: f"`{key}`: {detail['msg'].removeprefix('Value error, ')}.",
    }
    return sentences.get(kind, lambda: f"`{key}`: {detail['msg']}.")()


def _near(key: str) -> str:
    near = get_close_matches(key, _KEYS, 1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _pattern(pattern: str) -> str:
    return next(sentence for start, sentence in _PATTERNS.items() if pattern.startswith(start))


def _says_forbidden(value: Plain) -> bool:
    return isinstance(value, str) and value.casefold().replace("_", " ").replace("-", " ") in FORBIDDEN_RECIPIENTS
