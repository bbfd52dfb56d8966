"""`/console/cases/{reference}/package/{system}/{collection}/talks`: messages as the conversations that they were.

Who said what, in its order, with what was decided beside it; a whole conversation can be decided about by a rule. Which fields
make one is told by their names. Next: api/console/cases/desk_shapes.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.collected import CollectedCollection
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from api.console.cases import content, desk_lines, desk_reading, reading, shell
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
    wanted = threads[start : start + _AT_ONCE]
    own = own_words(web, case.receipt, case.state)
    return shown_on_desk(
        web,
        who,
        read,
        "cases/talks.html",
        None,
        title=content.title_of(web, system, collection),
        here=here,
        field=shape.thread,
        talks=[_talk(web, who, case, found, shape, own, name, positions, here) for name, positions in wanted],
        start=start,
        number=len(threads),
        before=max(0, start - _AT_ONCE) if start else None,
        following=start + _AT_ONCE if start + _AT_ONCE < len(threads) else None,
    )


def _threads(found: CollectedCollection, field: str) -> list[tuple[str, list[int]]]:
    """Where the messages of each conversation stand."""
    places: dict[str, list[int]] = {}
    for position, value in enumerate(itertools.chain.from_iterable(found.column(field))):
        places.setdefault(text_of(value) if value is not None else "", []).append(position)
    return list(places.items())


def _talk(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    found: CollectedCollection,
    shape: Shape,
    own: Sequence[str],
    name: str,
    positions: list[int],
    here: str,
) -> Talk:
    items = [next(found.items(position)) for position in positions[:_MOST]]
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id for item in items])
    names = known_names(web, standing, found, [item.row for item in items])
    lines = [desk_lines.line_of(found, item, standing, own, who.role, names) for item in items]
    messages = sorted(_messages(lines, shape, here), key=lambda each: each.time)
    return Talk(name, messages, max(0, len(positions) - _MOST))


def _messages(lines: list[desk_lines.Line], shape: Shape, here: str) -> Iterator[Message]:
    for line in lines:
        values = {value.name: value.pieces for value in line.values}
        start = line.position - line.position % desk_reading.PAGE
        yield Message(
            line=line,
            writer="".join(piece.text for piece in values.get(shape.writer, [])),
            time="".join(piece.text for piece in values.get(shape.time, [])),
            text=values.get(shape.text, []),
            link=f"{here}?start={start}#item-{line.number}",
        )
