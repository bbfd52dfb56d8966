"""What changed between the package that was returned for rework and the one that came back, for whoever approves (Article 32).

Compared is what stood at the revision of the returned package with what stands now, and the counts of both packages.
Next: api/console/cases/desk_changes.py
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from adapters.collected import CollectedCollection
from adapters.database.item_decisions import Decision, every_decision
from adapters.database.tables import PackageRow
from adapters.found_by_hand import everything_found
from adapters.letter_words import count
from api.console.cases import content
from api.console.cases.desk_changes import Changed, changes
from api.console.cases.desk_lines import stands_of
from api.console.cases.desk_seen import PAGE
from api.console.cases.facts import CaseFacts
from api.console.cases.reading import people_of
from api.dependencies import Web
from domain.errors import KeyMissingError
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
    changed = changes(decisions, int(str(built.facts["revision"])), _found(web, facts))
    with web.resources.database.read() as session:
        authors = people_of(session, (each.newest.author for each in changed[:MOST]))
    facts = replace(facts, people={**facts.people, **authors})
    return Rework(
        words=facts.note_of(back) if words else "",
        who=facts.person(back.actor),
        at=back.at,
        changes=[_said(web, facts, each, words=words) for each in changed[:MOST]],
        more=max(0, len(changed) - MOST),
        counts=_counts(web, then.summary, now.summary) if then and now else [],
    )


def _found(web: Web, facts: CaseFacts) -> Sequence[CollectedCollection]:
    if not facts.state.run:
        return ()
    try:
        return everything_found(web.resources, facts.state, facts.state.run).collections
    except KeyMissingError:
        return ()


def _said(web: Web, facts: CaseFacts, changed: Changed, *, words: bool) -> Change:
    where, link = _where(web, changed, words=words)
    newest = changed.newest
    # what stood of the items themselves is counted in the line below: another rule may have kept them back
    none = "no such rule" if newest.rule else "no decision"
    return Change(
        where=where,
        link=link,
        before=_stood(changed.before) if changed.before else none,
        now=_stood(changed.now) if changed.now else none,
        who=facts.person(newest.author),
        at=newest.at,
        why=facts.notes.get(newest.reason, "") if words and newest.reason and not newest.of_legal else "",
    )


def _where(web: Web, changed: Changed, *, words: bool) -> tuple[str, str]:
    newest = changed.newest
    if newest.parts.person:
        return f"A person: {newest.parts.person.names[0]}" if words else "A person", ""
    system, collection, _ = newest.item.split(".")
    title, link = content.title_of(web, system, collection), f"package/{system}/{collection}"
    if newest.rule:
        some = " over a part of" if newest.parts.condition else " over"
        return f"A rule{some} {title}, by which {count(changed.items, 'item')} stand otherwise", link
    if changed.item is None:
        return f"{title}, found no more", link
    at = changed.item.position
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
