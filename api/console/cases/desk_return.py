"""What changed between the package that was returned for rework and the one that came back, for whoever approves (Article 32).

Compared are the decisions up to the revision of the returned package with those of now, and the counts of both packages.
Next: adapters/database/item_decisions.py
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from adapters.database.item_decisions import Decision, every_decision
from adapters.database.tables import PackageRow
from adapters.found_by_hand import everything_found
from api.console.cases import content
from api.console.cases.desk_lines import stands_of
from api.console.cases.desk_seen import PAGE
from api.console.cases.facts import CaseFacts
from api.console.cases.reading import people_of
from api.dependencies import Web
from domain.errors import KeyMissingError
from domain.item_rules import EVERYBODY
from domain.withholding import ItemChoice

MOST: Final = 200  # lines on the page; the schedule has all
_COUNTED: Final = ("records", "files", "withheld", "covered", "excluded")


@dataclass(frozen=True)
class Change:
    """One decision that is another one now.

    Args:
        where: an item, a rule or a person, in words.
        link: where it is on the desk, relative to the case; empty for a person.
        before, now: what stood and what stands, in words.
        who, at, why: of the newest decision.
    """

    where: str
    link: str
    before: str
    now: str
    who: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Rework:
    """A return and what came of it.

    Args:
        words: the comments of the return; empty for who must not read them.
        changes: the newest first.
        more: further ones that are not shown.
        counts: parts of the package that hold more or less than before: their title, then, now.
    """

    words: str
    who: str
    at: datetime
    changes: list[Change]
    more: int
    counts: list[tuple[str, str, str]]


def rework(web: Web, facts: CaseFacts, *, words: bool) -> Rework | None:
    """What changed since the last return of the package; None where none was returned, or its key is gone.

    Args:
        web: the process.
        facts: of the case.
        words: what people wrote may be read.
    """
    back, built = facts.last_return
    if back is None or built is None:
        return None
    with web.resources.database.read() as session:
        try:
            decisions = every_decision(session, web.resources.vault.case(facts.state.case_id))
        except KeyMissingError:
            return None
        then = session.get(PackageRow, UUID(str(built.facts["package"])))
        now = session.get(PackageRow, facts.state.package.id) if facts.state.package else None
        changed = sorted(_changed(decisions, int(str(built.facts["revision"]))), key=lambda pair: -pair[1].revision)
        authors = people_of(session, (decision.author for _, decision in changed[:MOST]))
    facts = replace(facts, people={**facts.people, **authors})
    places = _places(web, facts, [now.item for _, now in changed[:MOST]])
    return Rework(
        words=facts.note_of(back) if words else "",
        who=facts.person(back.actor),
        at=back.at,
        changes=[_said(web, facts, before, after, places, words=words) for before, after in changed[:MOST]],
        more=max(0, len(changed) - MOST),
        counts=_counts(web, then.summary, now.summary) if then and now else [],
    )


def _changed(decisions: Iterable[Decision], revision: int) -> list[tuple[Decision | None, Decision]]:
    """What stood at a revision and what stands now, of each item, rule and person that is decided otherwise."""
    before: dict[object, Decision] = {}
    now: dict[object, Decision] = {}
    for each in decisions:
        person = each.parts.person.names[0].casefold() if each.parts.person else ""
        (before if each.revision <= revision else now)[each.item, each.parts.condition, person] = each
    pairs = [(before.get(key), after) for key, after in now.items()]
    return [(old, new) for old, new in pairs if old is None or _meaning(old) != _meaning(new)]


def _meaning(decision: Decision) -> tuple[object, ...]:
    return (
        decision.choice,
        decision.basis,
        decision.parts.spans,
        decision.parts.covers,
        decision.parts.person,
        decision.parts.looked,
    )


def _places(web: Web, facts: CaseFacts, items: list[str]) -> dict[str, int]:
    """Where single items stand in their collections, counted from 0: ids are keyed hashes without an index."""
    wanted = {item for item in items if item != EVERYBODY and not item.endswith(".*")}
    places: dict[str, int] = {}
    if not wanted or not facts.state.run:
        return places
    try:
        collections = everything_found(web.resources, facts.state, facts.state.run).collections
    except KeyMissingError:
        return places
    for found in collections:
        left = {item for item in wanted if item.startswith(f"{found.system}.{found.name}.")}
        for item in found.items() if left else ():
            if item.id in left:
                places[item.id] = item.position
                left.remove(item.id)
                if not left:
                    break
    return places


def _said(
    web: Web, facts: CaseFacts, before: Decision | None, now: Decision, places: Mapping[str, int], *, words: bool
) -> Change:
    where, link = _where(web, now, places, words=words)
    return Change(
        where=where,
        link=link,
        before=_stood(before) if before else "no decision",
        now=_stood(now),
        who=facts.person(now.author),
        at=now.at,
        why=facts.notes.get(now.reason, "") if words and now.reason and not now.of_legal else "",
    )


def _where(web: Web, now: Decision, places: Mapping[str, int], *, words: bool) -> tuple[str, str]:
    if now.parts.person:
        return f"A person: {now.parts.person.names[0]}" if words else "A person", ""
    system, collection, _ = now.item.split(".")
    title, link = content.title_of(web, system, collection), f"package/{system}/{collection}"
    if now.rule:
        return f"A rule over {title}", link
    if (at := places.get(now.item)) is None:
        return f"{title}, found no more", link
    return f"{title}, number {at + 1:,}", f"{link}?start={at - at % PAGE}#item-{at + 1}"


def _stood(decision: Decision) -> str:
    if decision.parts.person:
        return "disclosed" if decision.choice is ItemChoice.INCLUDE else "covered everywhere"
    stands, basis = stands_of(decision, ())
    return f"{stands}: {basis}" if basis else stands


def _counts(web: Web, then: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    old, new = ({(part["system"], part["collection"]): part for part in each.get("collections", [])} for each in (then, now))
    both = [(place, _numbers(old.get(place)), _numbers(new.get(place))) for place in {**old, **new}]
    return [(content.title_of(web, *place), before, after) for place, before, after in both if before != after]


def _numbers(part: Mapping[str, Any] | None) -> str:
    counted = [(name, part.get(name, 0)) for name in _COUNTED if not (name == "records" and part["files"])] if part else []
    return ", ".join(f"{number:,} {name}" for name, number in counted if number) or "nothing"
