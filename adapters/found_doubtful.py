"""Doubtful rows of which somebody decided that they are the person's: they stand after the others of their collection (I4).

A row whose address or number is written otherwise than it was proven lies apart and is in no copy until a person decides
(`security.md` I4). What was decided is a decision about the item like any other. Next: adapters/collected.py
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing
from adapters.database.tables import ItemDecision
from adapters.sealed_head import FILE_FIELDS
from domain.item_rules import scope
from domain.withholding import ItemChoice

_AT_ONCE = 400  # ids in one query


def with_doubtful(
    session: Session, vault: CaseVault, found: CollectedCollection, revision: int | None = None
) -> CollectedCollection:
    """A collection with the doubtful rows that are the person's, as it was decided up to a revision."""
    if not found.doubtful or of_files(found.fields):
        return found
    decided = decided_doubtful(session, vault, found, revision)
    theirs = [at for at, (_, decision) in decided.items() if is_theirs(decision)]
    return found.and_doubtful(theirs) if theirs else found


def of_files(fields: Iterable[str]) -> bool:
    """Whether rows with these fields are about files, though none may have been found; a doubtful row has none."""
    return set(FILE_FIELDS) <= set(fields)


def is_theirs(decision: Decision) -> bool:
    """Whether a decision about a doubtful row says that it is the person's; whatever else is decided of it says so too."""
    return decision.choice is not ItemChoice.NOT_ABOUT_THE_PERSON


def decided_doubtful(
    session: Session, vault: CaseVault, found: CollectedCollection, revision: int | None = None
) -> dict[int, tuple[Item, Decision]]:
    """The doubtful rows about which somebody decided, by their position among these."""
    mine = (ItemDecision.case_id == vault.case_id, col(ItemDecision.item).startswith(scope(found.system, found.name)[:-1]))
    named = set(session.exec(select(ItemDecision.item).where(*mine).distinct()).all()) - {scope(found.system, found.name)}
    items = (item for item in found.doubtful_items() if item.id in named) if named else iter(())
    return {
        item.position: (item, decision)
        for some in _batches(items)
        for standing in [Standing.read(session, vault, revision, only=[item.id for item in some])]
        for item in some
        if (decision := standing.items.get(item.id))
    }


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while some := list(islice(items, _AT_ONCE)):
        yield some
