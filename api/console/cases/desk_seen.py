"""What of the collected items somebody has looked at: progress of a review, and what an approval says of the rest (decision 40).

A list of items counts the records that stand whole on it. A file, of which it has the name and the size, and a record with a text
that it cuts off count when they were opened on a page of their own. Next: api/console/cases/unseen.py
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import and_, col, func, or_, select

from adapters.collected import CollectedCollection, Item
from adapters.database.review_tables import ItemOpened
from adapters.database.tables import PageSeen
from api.console.cases.desk_lines import LONGEST_VALUE, is_cut
from api.console.cases.facts import CaseFacts
from api.console.sessions import SignedIn
from api.dependencies import Web

PAGE: Final = 25  # items of a list
Place = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """What was seen of one collection.

    Args:
        pages: first item of each list page that was opened, and how many items stood whole on it.
        opened: positions of what was opened on a page of its own; whether it stands whole on the list too.
    """

    pages: Mapping[int, int] = field(default_factory=dict)
    opened: Mapping[int, bool] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many items were seen: each once, though it was opened and stood whole on its list too."""
        beside = sum(not listed or at - at % PAGE not in self.pages for at, listed in self.opened.items())
        return sum(self.pages.values()) + beside

    def has(self, found: CollectedCollection, item: Item) -> bool:
        """Whether somebody looked at an item."""
        listed = item.position - item.position % PAGE in self.pages
        return item.position in self.opened or (listed and stands_whole(found, item))

    def all_listed(self, position: int, rows: int) -> bool:
        """Whether the list page of an item was opened, and every item stands whole on it."""
        start = position - position % PAGE
        return self.pages.get(start, 0) == min(PAGE, rows - start)

    def next_unseen(self, rows: int, after: int) -> int | None:
        """The first item of the next list page on which something was not seen, of the first where none comes; None: all was."""
        beside = Counter(at - at % PAGE for at, listed in self.opened.items() if not listed)
        here = after - after % PAGE + PAGE
        order = itertools.chain(range(here, rows, PAGE), range(0, min(here, rows), PAGE))
        return next((at for at in order if self.pages.get(at, 0) + beside[at] < min(PAGE, rows - at)), None)


def stands_whole(found: CollectedCollection, item: Item) -> bool:
    """Whether a list shows all of an item: no file, and no text that it cuts off."""
    return not found.has_files and not is_cut(item.row.values(), LONGEST_VALUE)


def note_page(  # noqa: PLR0917 (what was on the screen, and whose)
    web: Web, who: SignedIn, facts: CaseFacts, found: CollectedCollection, start: int, items: Sequence[Item]
) -> None:
    """A page of a list was opened."""
    key = (facts.state.case_id, facts.state.run, found.system, found.name, start)
    with web.resources.database.read() as session:
        before = session.get(PageSeen, key)
    whole = sum(stands_whole(found, item) for item in items)
    if before is not None and before.items >= whole:
        return  # fewer stood on it where a doubtful row came in since
    row = PageSeen(
        case_id=key[0],
        run=key[1],
        system=key[2],
        collection=key[3],
        start=start,
        items=whole,
        seen_by=who.person,
        seen_at=web.now(),
    )
    try:
        with web.resources.database.write() as session:
            session.merge(row)
    except IntegrityError:
        return  # a colleague opened the same page at the same moment


def note_opened(web: Web, who: SignedIn, facts: CaseFacts, found: CollectedCollection, items: Sequence[Item]) -> None:
    """Some items were opened on a page of their own."""
    mine = opened_by(web, who, facts, (found.system, found.name))
    rows = [
        ItemOpened(
            case_id=facts.state.case_id,
            run=facts.state.run,
            system=found.system,
            collection=found.name,
            position=item.position,
            person=who.person,
            listed=stands_whole(found, item),
            at=web.now(),
        )
        for item in items
        if item.position not in mine
    ]
    if not rows:
        return
    try:
        with web.resources.database.write() as session:
            session.add_all(rows)
    except IntegrityError:
        return  # the same person opened it twice at the same moment


def opened_by(web: Web, who: SignedIn, facts: CaseFacts, place: Place) -> Collection[int]:
    """The items of a collection that somebody opened on pages of their own."""
    query = select(ItemOpened.position).where(*_here(ItemOpened, facts, place), ItemOpened.person == who.person)
    with web.resources.database.read() as session:
        return set(session.exec(query).all())


def seen_of(web: Web, facts: CaseFacts) -> dict[Place, int]:
    """How many items of each collection somebody looked at."""
    same = [getattr(PageSeen, name) == getattr(ItemOpened, name) for name in ("case_id", "run", "system", "collection")]
    page = and_(*same, col(PageSeen.start) == col(ItemOpened.position) - col(ItemOpened.position) % PAGE)
    listed = (
        select(PageSeen.system, PageSeen.collection, func.sum(PageSeen.items))
        .where(*_here(PageSeen, facts))
        .group_by(PageSeen.system, PageSeen.collection)
    )
    opened = (
        select(ItemOpened.system, ItemOpened.collection, func.count(func.distinct(ItemOpened.position)))
        .join(PageSeen, page, isouter=True)
        .where(*_here(ItemOpened, facts), or_(col(ItemOpened.listed).is_(False), col(PageSeen.start).is_(None)))
        .group_by(ItemOpened.system, ItemOpened.collection)
    )
    numbers: dict[Place, int] = defaultdict(int)
    with web.resources.database.read() as session:
        for query in (listed, opened):
            for system, collection, number in session.exec(query).all():
                numbers[system, collection] += int(number)
    return numbers


def seen_in(web: Web, facts: CaseFacts, place: Place | None = None) -> dict[Place, Seen]:
    """What was seen of each collection, item by item; of one alone, if it is named."""
    pages: dict[Place, dict[int, int]] = defaultdict(dict)
    opened: dict[Place, dict[int, bool]] = defaultdict(dict)
    lists = select(PageSeen.system, PageSeen.collection, PageSeen.start, PageSeen.items)
    single = select(ItemOpened.system, ItemOpened.collection, ItemOpened.position, ItemOpened.listed)
    with web.resources.database.read() as session:
        for system, collection, start, items in session.exec(lists.where(*_here(PageSeen, facts, place))).all():
            pages[system, collection][start] = items
        for system, collection, position, on_list in session.exec(single.where(*_here(ItemOpened, facts, place))).all():
            opened[system, collection][position] = on_list
    return {each: Seen(pages[each], opened[each]) for each in {*pages, *opened}}


def _here(table: type[PageSeen | ItemOpened], facts: CaseFacts, place: Place | None = None) -> list[Any]:
    """The rows of the newest search of a case, of a collection if it is named."""
    of_case = [col(table.case_id) == facts.state.case_id, col(table.run) == facts.state.run]
    return of_case + ([col(table.system) == place[0], col(table.collection) == place[1]] if place else [])
