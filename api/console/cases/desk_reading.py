"""What the review desk shows: a page of items with what was decided, what may be somebody else's, and how much was seen.

A page opens one segment of the sealed rows and asks for its own decisions alone, so 50,000 items take as long as 500.
Next: api/console/cases/desk_lines.py
"""

from collections.abc import Collection
from dataclasses import dataclass

from adapters.collected import CollectedCollection
from adapters.database.item_decisions import Standing
from adapters.found_by_hand import everything_found
from api.console.cases import desk_seen
from api.console.cases.desk_lines import Line, line_of, with_authors
from api.console.cases.desk_seen import PAGE, Seen
from api.console.cases.desk_shapes import shape_of
from api.console.cases.facts import CaseFacts
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.errors import UnknownObjectError
from domain.withholding import GROUNDS, bases_of


@dataclass(frozen=True)
class Desk:
    """A page of a collection.

    Args:
        seen: how many items of the collection somebody looked at.
        talks: it can be read as conversations.
        files: its items are files.
        unseen: the first item of the next page of which nobody looked at all; None where there is none.
        opened: the items of this page that count as seen, by position.
        doubtful: how many rows that only look like theirs lie apart.
    """

    lines: list[Line]
    total: int
    seen: int
    following: int | None
    unseen: int | None = None
    talks: bool = False
    files: bool = False
    opened: Collection[int] = ()
    doubtful: int = 0


def collection_of(web: Web, facts: CaseFacts, system: str, collection: str) -> CollectedCollection:
    """A collection of the last search.

    Raises:
        UnknownObjectError: there is none of this name.
    """
    if not facts.state.run:
        raise UnknownObjectError
    for each in everything_found(web.resources, facts.state, facts.state.run).collections:
        if (each.system, each.name) == (system, collection):
            return each
    raise UnknownObjectError


def read_desk(  # noqa: PLR0917 (which page, and who looks)
    web: Web, who: SignedIn, facts: CaseFacts, system: str, collection: str, start: int
) -> Desk:
    """A page of items; that it was seen is written down.

    Raises:
        UnknownObjectError: the last search knows no such collection.
    """
    found = collection_of(web, facts, system, collection)
    start = max(min(start, found.rows - 1), 0)  # after the last item of all is decided, its page is shown again
    start -= start % PAGE
    items = [item for item, _ in zip(found.items(start), range(PAGE), strict=False)] if found.rows else []
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id for item in items])
    if items:
        desk_seen.note_page(web, who, facts, found, start, items)
    names = known_names(web, standing, found, [item.row for item in items])
    own = own_words(web, facts.view.receipt, facts.state)
    lines = [line_of(web, found, item, standing, own, who.role, names) for item in items]
    lines = with_authors(web, facts.state.case_id, who.role, standing, items, lines)
    end = start + len(items)
    seen = desk_seen.seen_in(web, facts, (system, collection)).get((system, collection), Seen())
    return Desk(
        lines,
        found.rows,
        min(seen.number, found.rows),
        end if end < found.rows else None,
        unseen=seen.next_unseen(found.rows, start),
        talks=shape_of(found.fields) is not None,
        files=found.has_files,
        opened={item.position for item in items if seen.has(found, item)},
        doubtful=found.doubtful,
    )


def bases(facts: CaseFacts) -> list[tuple[str, str]]:
    """The bases that the law of the case has: code, and in words."""
    laws = frozenset(regime.partition("-")[0] for regime in facts.view.receipt.regimes)
    return [(basis.value, GROUNDS[basis].words) for basis in bases_of(laws)]


def next_of(position: int) -> str:
    """The query of the page on which an item is worked on next, and where what was done is said (numbers count from 1)."""
    return f"?start={position + 1}&at={position + 2}"
