"""What stands otherwise than it did at a revision: items by what applied to them then and applies now, rules, third persons.

An item that nobody touched can change by a rule, and one that was decided anew can stay as it was; so what stood is compared,
and not rows with rows. Next: adapters/database/item_decisions.py
"""

import itertools
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing, live
from domain.item_rules import Condition, scope

RuleKey: TypeAlias = tuple[str, Condition | None]


@dataclass(frozen=True)
class Changed:
    """One item, rule or person of which something else stands.

    Args:
        newest: the decision that changed it, which may take another one back.
        before, now: what stood and what stands; None is no decision.
        item: where it is; None for a rule, a person, and an item that was found no more.
        items: of a rule, how many items stand otherwise by it.
    """

    newest: Decision
    before: Decision | None
    now: Decision | None
    item: Item | None = None
    items: int = 0


def changes(decisions: Sequence[Decision], revision: int, collections: Sequence[CollectedCollection]) -> list[Changed]:
    """Everything that stands otherwise, the newest first.

    Args:
        decisions: all of a case, in order.
        revision: up to which they stood then.
        collections: of the last search; rules are asked of each row where one of them changed.
    """
    then = Standing.of_decisions(each for each in decisions if each.revision <= revision)
    now = Standing.of_decisions(decisions)
    since = [each for each in decisions if each.revision > revision]
    apart = {*then.items, *then.legal, *now.items, *now.legal}  # of any other item rules alone say what becomes of it
    touched = {each.item: each for each in since if each.item in apart}
    found = [
        *_items(then, now, touched, collections),
        *_rules([each for each in decisions if each.revision <= revision], decisions, since, then, now, collections),
        *_people(then, now, since),
    ]
    return sorted(found, key=lambda each: -each.newest.revision)


def _meaning(decision: Decision | None) -> tuple[object, ...] | None:
    if decision is None:
        return None
    parts = decision.parts
    return decision.choice, decision.basis, parts.spans, parts.covers, parts.person, parts.looked


def _items(
    then: Standing, now: Standing, touched: dict[str, Decision], collections: Sequence[CollectedCollection]
) -> Iterator[Changed]:
    places = {
        item.id: item
        for found in collections
        for item in _of(found, {each for each in touched if each.startswith(f"{found.system}.{found.name}.")})
    }
    for item_id, newest in touched.items():
        item = places.get(item_id)
        row = item.row if item else {}
        before, after = then.of(item_id, row), now.of(item_id, row)
        if _meaning(before) != _meaning(after):
            yield Changed(newest, before, after, item)


def _of(found: CollectedCollection, ids: set[str]) -> Iterator[Item]:
    return (found.item_at(position, line) for position, line in found.items_of(ids)) if ids else iter(())


def _rules(  # noqa: PLR0917 (all decisions, what of them stood and stands, and what they are about)
    early: Sequence[Decision],
    every: Sequence[Decision],
    since: Sequence[Decision],
    then: Standing,
    now: Standing,
    collections: Sequence[CollectedCollection],
) -> Iterator[Changed]:
    newest = {_key(each): each for each in since if each.rule}
    before, after = ({_key(each): each for each in live(some) if each.rule} for some in (early, every))
    changed = {key for key in newest if _meaning(before.get(key)) != _meaning(after.get(key))}
    counts = {
        scope(found.system, found.name): _counted(found, then, now, {each.item for each in since})
        for found in collections
        if any(place == scope(found.system, found.name) for place, _ in changed)
    }
    for key in changed:
        yield Changed(newest[key], before.get(key), after.get(key), items=counts.get(key[0], Counter())[key])


def _key(rule: Decision) -> RuleKey:
    return rule.item, rule.parts.condition


def _counted(found: CollectedCollection, then: Standing, now: Standing, touched: Container[str]) -> Counter[RuleKey]:
    """How many items of a collection stand otherwise, by the rule that does it; those decided anew are lines of their own."""
    place, counts = scope(found.system, found.name), Counter[RuleKey]()
    rules = (then.rules.get(place, ()), now.rules.get(place, ()))
    plain = all(some[0].parts.condition is None for some in rules if some)  # then what a row says makes no difference
    every: Iterable[dict[str, Any]] = itertools.repeat({}, found.rows) if plain else found.records()
    for row in every:
        if cause := _cause(rules, row):
            counts[cause] += 1
    for item in _of(found, then.single(found.system, found.name) | now.single(found.system, found.name)):
        cause = _cause(rules, item.row)
        otherwise = _meaning(then.of(item.id, item.row)) != _meaning(now.of(item.id, item.row))
        if cause and (item.id in touched or not otherwise):
            counts[cause] -= 1
    return counts


def _cause(rules: tuple[Sequence[Decision], Sequence[Decision]], row: dict[str, Any]) -> RuleKey | None:
    """The rule by which an item about which nothing else is decided stands otherwise now; None where it stands as it did."""
    old, new = (_first(some, row) for some in rules)
    if _meaning(old) == _meaning(new):
        return None
    return _key(max((each for each in (old, new) if each), key=lambda each: each.revision))


def _first(rules: Iterable[Decision], row: dict[str, Any]) -> Decision | None:
    return next((each for each in rules if each.parts.condition is None or each.parts.condition.holds(row)), None)


def _people(then: Standing, now: Standing, since: Iterable[Decision]) -> Iterator[Changed]:
    newest = {each.parts.person.names[0].casefold(): each for each in since if each.parts.person}
    before, after = (
        {each.parts.person.names[0].casefold(): each for each in some.weighed if each.parts.person} for some in (then, now)
    )
    for name, row in newest.items():
        if _meaning(before.get(name)) != _meaning(after.get(name)):
            yield Changed(row, before.get(name), after.get(name))
