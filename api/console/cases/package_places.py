"""Where a package has to be looked at before anybody can approve it: items in which covered words still stand, open questions.

Next: api/console/cases/package_cards.py
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from adapters.database.item_decisions import referred_items
from adapters.database.queue_projection import hindrance
from adapters.database.tables import PackageRow
from api.console.cases import content, desk_said
from api.console.cases.card import Place
from api.console.cases.desk_seen import PAGE
from api.console.cases.facts import CaseFacts
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.case import CaseState, Package
from domain.next_step import Hindrance
from domain.rights import Role

_SHOWN: Final = 5  # words of one item


def against(web: Web, who: SignedIn, facts: CaseFacts) -> tuple[Hindrance | None, list[Place]]:
    """What keeps the package from being approved, and where; to be called in a thread."""
    state = facts.state
    package, part = in_question(state), _part(state)
    with web.resources.database.read() as session:
        why = hindrance(session, state)
        row = session.get(PackageRow, package) if package else None
        words = words_shown(session, state.case_id, who.role)
    if row is not None and row.summary.get("leaks") and (part or why is Hindrance.LEAKING):
        return why, leaking(web, facts, row, words=words)
    if why is not Hindrance.ASKED and not part:
        return why, []
    asked, _ = desk_said.asked(web, facts, who)
    return why, [
        Place(f"{each.where}: {each.by} asks {'you' if each.mine else each.to}", each.link, each.remark.text) for each in asked
    ]


def standing_in(web: Web, who: SignedIn, facts: CaseFacts, row: PackageRow) -> list[Place]:
    """Where covered words stood in a package when it was built, as somebody may read it; none where it is clean."""
    if not row.summary.get("leaks"):
        return []
    with web.resources.database.read() as session:
        words = words_shown(session, facts.state.case_id, who.role)
    return leaking(web, facts, row, words=words)


def in_question(state: CaseState) -> UUID | None:
    """The package that somebody is to approve: of a part of the answer, or of all of it."""
    package = _part(state) or state.package
    return package.id if package else None


def _part(state: CaseState) -> Package | None:
    return state.partial.package if state.partial and not state.partial.approved else None


def words_shown(session: Session, case_id: UUID, role: Role) -> bool:
    """Whether somebody is shown the words that stand there: what legal covered is shown to legal reviewers alone."""
    return role is Role.LEGAL_REVIEWER or not referred_items(session, case_id)


def listed(facts: CaseFacts, row: PackageRow) -> list[dict[str, Any]]:
    """The items in which covered words still stand, as they were sealed when the package was built."""
    note = facts.notes.get(UUID(str(row.summary["leak_note"])), "") if row.summary.get("leak_note") else ""
    return list(json.loads(note)) if note else []


def leaking(web: Web, facts: CaseFacts, row: PackageRow, *, words: bool) -> list[Place]:
    """The items in which covered words still stand, or the members of the package where no item is known.

    Args:
        web: of the process.
        facts: of the case.
        row: the package.
        words: they may be shown; what legal covered is shown to legal reviewers alone.
    """
    found = list(_items(web, listed(facts, row), words=words))
    return found or [Place(str(place), "", "") for place in row.summary["leaks"]]


def _items(web: Web, items: list[dict[str, Any]], *, words: bool) -> Iterator[Place]:
    for number, each in enumerate(items):
        system, collection, position = each["system"], each["collection"], each["position"]
        start = position - position % PAGE
        said = ", ".join(f"\u201c{one}\u201d" for one in each["words"][:_SHOWN])
        yield Place(
            f"{content.title_of(web, system, collection)}, number {position + 1:,}",
            f"package/{system}/{collection}?start={start}#item-{position + 1}",
            "" if not words else f"Still there: {said}" if said else "The same file is withheld or covered elsewhere.",
            number,
            whole=not each["covers"],
        )
