"""`/console/cases/{reference}/package/{system}/{collection}/talks`: messages as the conversations that they were.

Who said what, in its order, with what was decided beside it; a whole conversation can be decided about by a rule. Which fields
make one is told by their names. Next: api/console/cases/desk_shapes.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import itertools
import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.collected import CollectedCollection
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from api.console.cases import content, desk_lines, desk_reading, desk_seen, reading, shell
from api.console.cases.desk import Name, Start, note_look, shown_on_desk
from api.console.cases.desk_shapes import Shape, shape_of
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.errors import UnknownObjectError
from domain.redaction import text_of

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_AT_ONCE: Final = 5  # conversations of a page
_MOST: Final = 100  # messages of one conversation that are shown
_KEPT: Final = 8  # collections whose conversations this process remembers; a fifth of a megabyte for each 50,000 messages

Positions: TypeAlias = "array[int]"


@dataclass(frozen=True)
class Threads:
    """Conversations in the order of their first messages, in two arrays: one for each of 50,000 costs four times the reading.

    Args:
        order: positions of all messages, those of one conversation one after another.
        begins: where in it each conversation begins, and the end of all.
    """

    order: Positions
    begins: Positions

    @classmethod
    def of(cls, values: Iterable[Any]) -> Self:
        """Of the values of the field that names the conversation, in the order of the rows."""
        known: dict[str, int] = {}
        numbers = array("I")
        for value in values:
            name = value if isinstance(value, str) else "" if value is None else text_of(value)
            numbers.append(known.setdefault(name, len(known)))
        order = array("I", sorted(range(len(numbers)), key=numbers.__getitem__))
        sizes = Counter(numbers)
        return cls(order, array("I", itertools.accumulate((sizes[number] for number in range(len(known))), initial=0)))

    def __len__(self) -> int:
        return len(self.begins) - 1

    def some(self, start: int, number: int) -> list[Positions]:
        """The positions of the messages of some conversations."""
        here = self.begins[start : start + number + 1]
        return [self.order[first:after] for first, after in itertools.pairwise(here)]


_KNOWN: OrderedDict[tuple[UUID, str], Threads] = OrderedDict()
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Message:
    """One message, with its item on the desk."""

    line: desk_lines.Line
    writer: str
    time: str
    text: list[desk_lines.Piece]
    link: str


@dataclass(frozen=True)
class Talk:
    """One conversation; `more` messages of it are in the list alone."""

    name: str
    messages: list[Message]
    more: int


@router.get("/{reference}/package/{system}/{collection}/talks")
async def talks(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Start = 0
) -> Response:
    """Some conversations, in the order of their first messages."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}")
        return _page(web, who, case, system, collection, start)

    return await run_in_threadpool(page)


def _page(web: Web, who: SignedIn, case: CaseView, system: str, collection: str, start: int) -> Response:  # noqa: PLR0917
    read = reading.read(web, case)
    found = desk_reading.collection_of(web, read, system, collection)
    shape = shape_of(found.fields)
    if shape is None:
        raise UnknownObjectError
    threads = _threads(found, shape.thread)
    here = f"{shell.BASE}/{read.reference}/package/{system}/{collection}"
    return shown_on_desk(
        web,
        who,
        read,
        "cases/talks.html",
        None,
        title=content.title_of(web, system, collection),
        here=here,
        field=shape.thread,
        talks=_talks(web, who, case, found, shape, threads.some(start, _AT_ONCE), here),
        start=start,
        number=len(threads),
        before=max(0, start - _AT_ONCE) if start else None,
        following=start + _AT_ONCE if start + _AT_ONCE < len(threads) else None,
    )


def _threads(found: CollectedCollection, field: str) -> Threads:
    """Where the messages of each conversation stand.

    Of many messages every one has to be read once. That is kept while this process lives, for a few collections, as bare
    positions: what was found is never written anew, and a number says nothing about anybody.
    """
    key = (found.blob, field) if found.blob else None
    with _LOCK:
        if key is not None and key in _KNOWN:
            _KNOWN.move_to_end(key)
            return _KNOWN[key]
    threads = Threads.of(itertools.chain.from_iterable(found.column(field)))
    if key is not None:
        with _LOCK:
            _KNOWN[key] = threads
            while len(_KNOWN) > _KEPT:
                _KNOWN.popitem(last=False)
    return threads


def _talks(  # noqa: PLR0917
    web: Web, who: SignedIn, case: CaseView, found: CollectedCollection, shape: Shape, threads: list[Positions], here: str
) -> list[Talk]:
    shown = [positions[:_MOST] for positions in threads]
    items = list(found.items_at([position for positions in shown for position in positions]))
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id for item in items])
    names = known_names(web, standing, found, [item.row for item in items])
    own = own_words(web, case.receipt, case.state)
    lines = {item.position: desk_lines.line_of(web, found, item, standing, own, who.role, names) for item in items}
    named = {item.position: item.row[shape.thread] for item in items}
    return [
        Talk(
            name=text_of(name) if (name := named[positions[0]]) is not None else "",
            messages=sorted(_messages([lines[at] for at in positions], shape, here), key=lambda each: each.time),
            more=len(all_of) - len(positions),
        )
        for positions, all_of in zip(shown, threads, strict=True)
    ]


def _messages(lines: list[desk_lines.Line], shape: Shape, here: str) -> Iterator[Message]:
    for line in lines:
        values = {value.name: value.pieces for value in line.values}
        start = line.position - line.position % desk_seen.PAGE
        yield Message(
            line=line,
            writer="".join(piece.text for piece in values.get(shape.writer, [])),
            time="".join(piece.text for piece in values.get(shape.time, [])),
            text=values.get(shape.text, []),
            link=f"{here}?start={start}#item-{line.number}",
        )
