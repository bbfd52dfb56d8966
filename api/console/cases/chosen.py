"""What was chosen to be corrected: the values behind it, exactly as stored, and the fields to say what is right (Article 16).

Next: api/console/cases/deeds.py
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.collected import Collected
from adapters.correctable_values import HeldValue, HeldValues, held_values
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from adapters.resources import Resources
from adapters.row_text import key_text
from api.console.cases.facts import CaseFacts
from api.console.cases.form_fields import UNCHANGED, FormField, correction_field
from api.console.cases.measure_fields import field_title
from api.dependencies import Web
from domain.errors import InvalidInputError, KeyMissingError
from domain.withholding import KEPT_BACK

MOST_CHOSEN: Final = 10  # in one proposal; whoever approves has to read them
_TOO_MANY: Final = f"Choose at most {MOST_CHOSEN} at a time. What is left is another proposal."
_MOVED: Final = "The systems were looked at again since you chose. Choose once more from what stands there now."


def held(web: Web, case: CaseView) -> HeldValues | None:
    """What the last look found; None where nobody could look, or nothing is left of it."""
    try:
        with web.resources.database.read() as session:
            return held_values(session, web.resources.vault.case(case.receipt.case_id), case.receipt.case_id)
    except KeyMissingError:
        return None


def picked(web: Web, case: CaseView, keys: list[str]) -> list[HeldValue]:
    """The values behind what was chosen.

    Raises:
        InvalidInputError: nothing, too much, or something that was looked at anew since.
    """
    found = held(web, case)
    sealed = kept_by_legal(web.resources, case, found) if found else ()
    known = {key_of(found, at): each for at, each in enumerate(found.values) if at not in sealed} if found else {}
    if not keys:
        raise InvalidInputError("Choose at least one value first.", field="pick")
    if len(keys) > MOST_CHOSEN:
        raise InvalidInputError(_TOO_MANY, field="pick")
    if not known.keys() >= {*keys}:
        raise InvalidInputError(_MOVED, field="pick")
    return [known[key] for key in keys]


def kept_by_legal(resources: Resources, case: CaseView, found: HeldValues) -> frozenset[int]:
    """The places of values that stand only in records that are with legal: whoever corrects reads no privileged words there."""
    with resources.database.read() as session:
        standing = Standing.read(session, resources.vault.case(case.receipt.case_id))
    kept = {item for item, decision in standing.legal.items() if decision.choice in KEPT_BACK}
    if not kept or not case.state.run:
        return frozenset()
    counts: Counter[tuple[str, str, str, str | None]] = Counter()
    for each in Collected.open(resources, case.receipt.case_id, case.state.run).collections:
        if standing.with_legal(each.system, each.name):
            rows = (item.row for item in each.items() if item.id in kept)
            counts.update((each.system, each.name, name, key_text(value)) for row in rows for name, value in row.items())
    values = enumerate(found.values)
    return frozenset(at for at, one in values if 0 < one.records <= counts[one.system, one.collection, one.field, one.value])


def with_old_values(web: Web, case: CaseView, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, each choice replaced by its field and by the value that stands there.

    Raises:
        InvalidInputError: as `picked`.
    """
    keys = [str(key) for key in given.get("pick", [])]
    filled = {name: value for name, value in given.items() if name != "pick"}
    if not keys:
        return filled
    for number, each in enumerate(picked(web, case, keys), start=1):
        filled |= {f"place_{number}": each.place, f"old_{number}": each.value}
    return filled


def fields_for(
    web: Web, facts: CaseFacts, values: list[HeldValue], replaced: Callable[[str | None], str], typed: Mapping[str, Any]
) -> tuple[list[FormField], dict[str, str]]:
    """A field for each value that was chosen, and what stands in it at first.

    That is what the same value became in another place, or is to become in this form; else the person's own words where one
    value alone was chosen.

    Args:
        web: of the process.
        facts: of the case.
        values: as `picked` gives them.
        replaced: what took the place of a value before, empty for nothing.
        typed: what stands in the form already.
    """
    fields = [
        correction_field(
            number,
            field_title(web.resources.datamap, each.system, each.collection, each.field),
            f"Now: {_quoted(each.value)}, in {_records(each.records)}. What should stand there? {UNCHANGED}",
            removable=each.value is not None,
        )
        for number, each in enumerate(values, start=1)
    ]
    said = facts.correction[1] if facts.correction else ""
    start = {"new_1": said} if said and len(values) == 1 and "\n" not in said else {}
    became = {each.value: str(typed.get(f"new_{number}", "")) for number, each in enumerate(values, start=1)}
    for number, each in enumerate(values, start=1):
        if (new := became[each.value] or replaced(each.value)) and each.value is not None:
            start[f"new_{number}"] = new
    return fields, start


def key_of(found: HeldValues, at: int) -> str:
    """What a choice is called as long as nobody looks anew."""
    return f"{found.values[at].system}.{int(found.found_at.timestamp())}.{at}"


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f"\u201c{value}\u201d"


def _records(number: int) -> str:
    return "one record" if number == 1 else f"{number:,} records"
