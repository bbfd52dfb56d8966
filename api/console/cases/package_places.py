"""Where a package has to be looked at before anybody can approve it: items in which covered words still stand, open questions.

Next: api/console/cases/package_cards.py
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from adapters.database.item_decisions import referred_items
from adapters.database.queue_projection import hindrance
from adapters.database.tables import PackageRow
from api.console.cases import content, desk_said
from api.console.cases.card import Place
from api.console.cases.desk_seen import PAGE
from api.console.cases.facts import CaseFacts
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.next_step import Hindrance
from domain.rights import Role


def against(web: Web, who: SignedIn, facts: CaseFacts) -> tuple[Hindrance | None, list[Place]]:
    """What keeps the package from being approved, and where; to be called in a thread."""
    state = facts.state
    part = state.partial.package if state.partial and not state.partial.approved else None
    package = part or state.package
    with web.resources.database.read() as session:
        why = hindrance(session, state)
        row = session.get(PackageRow, package.id) if package else None
        with_legal = bool(referred_items(session, state.case_id))
    if row is not None and row.summary.get("leaks") and (part or why is Hindrance.LEAKING):
        return why, leaking(web, facts, row, words=not with_legal or who.role is Role.LEGAL_REVIEWER)
    if why is not Hindrance.ASKED and not part:
        return why, []
    asked, _ = desk_said.asked(web, facts, who)
    return why, [
        Place(f"{each.where}: {each.by} asks {'you' if each.mine else each.to}", each.link, each.remark.text) for each in asked
    ]


def leaking(web: Web, facts: CaseFacts, row: PackageRow, *, words: bool) -> list[Place]:
    """The items in which covered words still stand, or the members of the package where no item is known.

    Args:
        web: of the process.
        facts: of the case.
        row: the package.
        words: they may be shown; what legal covered is shown to legal reviewers alone.
    """
    note = facts.notes.get(UUID(str(row.summary["leak_note"])), "") if row.summary.get("leak_note") else ""
    found = list(_items(web, json.loads(note), words=words)) if note else []
    return found or [Place(str(place), "", "") for place in row.summary["leaks"]]


def _items(web: Web, items: list[dict[str, Any]], *, words: bool) -> Iterator[Place]:
    for each in items:
        system, collection, position = each["system"], each["collection"], each["position"]
        start = position - position % PAGE
        said = ", ".join(f"\u201c{one}\u201d" for one in each["words"])
        yield Place(
            f"{content.title_of(web, system, collection)}, number {position + 1:,}",
            f"package/{system}/{collection}?start={start}#item-{position + 1}",
            "" if not words else f"Still there: {said}" if said else "The same file is withheld or covered elsewhere.",
        )
