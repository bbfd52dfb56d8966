"""What a correction, a restriction or a withdrawal may name, in words: purposes, fields, collections.

Next: api/console/cases/measure_cards.py
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.console.cases.facts import CaseFacts
from domain.authority import Action
from domain.datamap import DataMap
from domain.datamap_parts import LawfulBasis
from domain.errors import InvalidInputError
from domain.measure_standing import Measure, done_of
from domain.rights import Right

EVERY_USE: Final = "every-use"  # chosen on purpose: what is left empty by mistake must not stop everything
REMOVED: Final = "Removed: nothing stands there afterwards"
# The answer that ends a correction, in the language of the person's letters: its first line, a value that changed, one that went.
_DRAFTS: Final = {
    "en": (
        "We have corrected this in our records:",
        "- {}: \u201c{}\u201d is now \u201c{}\u201d",
        "- {}: \u201c{}\u201d was removed",
    ),
    "de": (
        "Das haben wir in unseren Unterlagen berichtigt:",
        "- {}: \u201e{}\u201c lautet jetzt \u201e{}\u201c",
        "- {}: \u201e{}\u201c wurde entfernt",
    ),
    "fr": (
        "Voici ce que nous avons rectifi\u00e9 dans nos dossiers\u00a0:",
        "- {}\u00a0: \u00ab\u00a0{}\u00a0\u00bb est devenu \u00ab\u00a0{}\u00a0\u00bb",
        "- {}\u00a0: \u00ab\u00a0{}\u00a0\u00bb a \u00e9t\u00e9 supprim\u00e9",
    ),
}


def withdrawn(facts: CaseFacts, datamap: DataMap) -> list[str]:
    """The purposes of which consent is withdrawn, in words: those that ended, else those that the request names."""
    ended = [name for each in facts.state.measures if each.kind == "withdraw" and not each.void for name in each.purposes]
    named = ended or facts.view.receipt.consents or []
    return [each.title for each in datamap.purposes if each.id in named]


def purposes_for(
    looking_at: Action, purposes: tuple[tuple[str, str, LawfulBasis], ...], *, objected: bool = False
) -> tuple[tuple[str, str], ...]:
    """The purposes that a form offers: those that rest on consent, or those that one can object to, the others behind them.

    Every use comes first, and last where nothing but an objection is looked at, which reaches single uses.
    """
    if looking_at is Action.WITHDRAW_CONSENT:
        return tuple((name, title) for name, title, basis in purposes if basis is LawfulBasis.CONSENT)
    purposes = tuple(each for each in purposes if each[2] is not LawfulBasis.CONSENT)
    every = ((EVERY_USE, "Every use: the data are only stored"),) if looking_at is Action.RESTRICT_PROCESSING else ()
    objectable = {LawfulBasis.LEGITIMATE_INTERESTS, LawfulBasis.PUBLIC_TASK}
    single = tuple(
        (name, title if basis in objectable else f"{title} (Article {basis.article}: no objection reaches it)")
        for name, title, basis in sorted(purposes, key=lambda each: each[2] not in objectable)
    )
    return single + every if objected else every + single


def uses_chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    """A restriction as it was filled in, as the body has it: there no purpose at all means every use.

    Raises:
        InvalidInputError: nothing was chosen, or every use beside single ones or for an objection, which reaches single ones.
    """
    chosen = [str(each) for each in given.get("purposes", ())]
    if not chosen:
        raise InvalidInputError("Choose at least one.", field="purposes")
    if EVERY_USE in chosen and len(chosen) > 1:
        raise InvalidInputError("Choose every use or single ones, not both.", field="purposes")
    return dict(given) | {"purposes": [each for each in chosen if each != EVERY_USE]}


def correctable(datamap: DataMap) -> tuple[tuple[str, str], ...]:
    """The fields that may be corrected, with their titles: not what names a row, leads to others, or is masked."""
    fields = []
    for system in datamap.systems:
        for each in system.collections:
            title = f"{system.title}: {each.title}"
            called = ((name, each.fields[name].called(name)) for name in each.correctable)
            fields += [(f"{system.name}.{each.name}.{name}", f"{title}, {words}") for name, words in called]
    return tuple(fields)


def field_title(datamap: DataMap, system: str, collection: str, field: str) -> str:
    """What a person calls a field: its system, its collection and its own title; the names where the data map has changed."""
    found = next((each for each in datamap.systems if each.name == system), None)
    one = next((each for each in found.collections if each.name == collection), None) if found else None
    if found is None or one is None:
        return f"{system}, {collection}, {field.replace('_', ' ')}"
    own = one.fields[field].called(field) if field in one.fields else field.replace("_", " ").capitalize()
    return f"{found.title}: {one.title}, {own}"


def markable(datamap: DataMap) -> tuple[tuple[str, str], ...]:
    """The collections whose records may be marked as disputed."""
    return tuple(
        (f"{system.name}.{each.name}", f"{system.title}: {each.title}")
        for system in datamap.systems
        for each in system.collections
        if not each.anonymous
    )


def changes_of(facts: CaseFacts, datamap: DataMap, measure: Measure) -> list[tuple[str, str, str]]:
    """What a correction changes: the field, what stands there before and after."""
    return [
        (
            field_title(datamap, each["system"], each["collection"], each["field"]),
            "Nothing" if each["old"] is None else each["old"],
            each["new"] or REMOVED,
        )
        for each in told_of(facts, measure)
    ]


@dataclass(frozen=True)
class Ending:
    """What stands beside the answer that ends a right: what was asked, what was corrected, and where the answer starts."""

    asked: str
    changes: list[tuple[str, str, str]]
    language: str = "en"

    @property
    def draft(self) -> str:
        """For a caseworker to finish; empty where nothing was corrected."""
        first, changed, gone = _DRAFTS.get(self.language, _DRAFTS["en"])
        lines = [
            (gone if new == REMOVED else changed).format(place.partition(": ")[2] or place, old, new)
            for place, old, new in self.changes
        ]
        return "\n".join([first, *lines]) if lines else ""


def ending_of(facts: CaseFacts, datamap: DataMap) -> Ending:
    """The request in the person's words, and every value that was corrected."""
    done = (each for each in done_of(facts.state.measures, Right.RECTIFICATION) if each.kind == "correct")
    changes = [line for each in done for line in changes_of(facts, datamap, each)]
    return Ending(facts.asked, changes, facts.view.receipt.language or "en")


def told_of(facts: CaseFacts, measure: Measure) -> list[dict[str, Any]]:
    """The values of a correction, as they were sealed."""
    return list(json.loads(facts.notes.get(measure.changes, "[]") if measure.changes else "[]"))
