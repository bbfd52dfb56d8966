"""Where else a value stands that a correction changes in one place: each is asked about, since a correction changes no other.

What is compared is the last look at the fields that can be corrected; what is longer than a value, and systems in which only a
person changes something, nobody looked into. Next: api/console/cases/measure_cards.py
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.correctable_values import HeldValue, HeldValues
from api.console.cases import chosen
from api.console.cases.facts import CaseFacts
from api.console.cases.measure_fields import field_title, told_of
from api.dependencies import Web
from domain.datamap import DataMap
from domain.measure_standing import Measure

_SHORTEST: Final = 3  # letters: a shorter value, as of a country, means the same only in a field of the same name
_WITHIN: Final = 5  # letters from which a value is looked for inside a longer one, as a name in a line of an address
_NAMED: Final = 5  # records


@dataclass(frozen=True)
class Place:
    """One place that holds the old value.

    Args:
        where: system, collection and field, in words.
        value: as it stands there.
        records: which ones, in words.
        pick: what it is chosen by, to be corrected too.
    """

    where: str
    value: str
    records: str
    pick: str


@dataclass(frozen=True)
class Elsewhere:
    """What the last look says of the old values.

    Args:
        places: that hold one and are not corrected.
        unlooked: systems that did not answer it, by their titles.
    """

    places: list[Place]
    unlooked: list[str]


def elsewhere(web: Web, facts: CaseFacts) -> Elsewhere | None:
    """Where the old values of the case's corrections still stand; None where nothing is corrected, or nobody could look."""
    corrections = [each for each in facts.state.measures if each.kind == "correct" and not each.void]
    found = chosen.held(web, facts.view) if corrections else None
    if found is None:
        return None
    after = facts.state.values.after if facts.state.values else 0
    old, changed = dict[str, str](), set[tuple[str, str]]()
    for each in corrections:
        for told in told_of(facts, each):
            if told["old"] is not None:
                old[told["old"]] = told["field"]
                changed |= {(_place(told), told["old"])} if each.number > after else set()
    return Elsewhere(places(web, facts, found, old, changed), _unlooked(web.resources.datamap, found))


def beside(web: Web, facts: CaseFacts, picked: Iterable[HeldValue]) -> list[Place]:
    """Where the same values stand besides what was chosen, for whoever is about to propose."""
    found, picked = chosen.held(web, facts.view), list(picked)
    old = {each.value: each.field for each in picked if each.value is not None}
    taken = {(each.place, each.value) for each in picked if each.value is not None}
    return places(web, facts, found, old, taken) if found else []


def places(
    web: Web, facts: CaseFacts, found: HeldValues, old: Mapping[str, str], taken: Collection[tuple[str, str]]
) -> list[Place]:
    """Every place of the last look that holds one of some values, nothing of what is with legal.

    Args:
        web: of the process.
        facts: of the case.
        found: the look.
        old: the values, each with the name of a field that holds it.
        taken: places and values that are corrected already.
    """
    sealed = chosen.kept_by_legal(web.resources, facts.view, found) if old else frozenset()
    return [
        Place(
            field_title(web.resources.datamap, each.system, each.collection, each.field),
            each.value,
            _records(web.resources.datamap, each),
            chosen.key_of(found, at),
        )
        for at, each in enumerate(found.values)
        if at not in sealed
        and each.value is not None
        and (each.place, each.value) not in taken
        and any(_same(value, field, each) for value, field in old.items())
    ]


def _same(value: str, field: str, held: HeldValue) -> bool:
    one, other = (" ".join(text.casefold().split()) for text in (value, held.value or ""))
    if one == other:
        return len(one) >= _SHORTEST or field == held.field
    return len(one) >= _WITHIN and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", other) is not None


def _records(datamap: DataMap, held: HeldValue) -> str:
    number = "1 record" if held.records == 1 else f"{held.records:,} records"
    if not held.names:
        return number
    titles = [f"{title[:1].lower()}{title[1:]}" for title in _titles(datamap, held)]
    named = [", ".join(f"{title} {part}" for title, part in zip(titles, name, strict=False)) for name in held.names[:_NAMED]]
    more = held.records - len(named)
    return f"{number}: {'; '.join(named)}{f' and {more:,} more' if more else ''}"


def _titles(datamap: DataMap, held: HeldValue) -> list[str]:
    """What names a record of a collection; its bare values where the data map has changed since."""
    known = (each for system in datamap.systems if system.name == held.system for each in system.collections)
    one = next((each for each in known if each.name == held.collection), None)
    return [one.fields[name].called(name) for name in one.primary_key] if one else ["record"] * len(held.names[0])


def _place(told: Mapping[str, Any]) -> str:
    return f"{told['system']}.{told['collection']}.{told['field']}"


def _unlooked(datamap: DataMap, found: HeldValues) -> list[str]:
    return [next((each.title for each in datamap.systems if each.name == name), name) for name in found.failed]


def new_value(facts: CaseFacts, value: str | None) -> str:
    """What took the place of the same value in a correction of this case; empty where it was removed, or corrected nowhere."""
    done: list[Measure] = [each for each in facts.state.measures if each.kind == "correct" and not each.void]
    same = (told for each in done for told in told_of(facts, each) if value is not None and told["old"] == value)
    return next((str(told["new"]) for told in same if told["new"]), "")
