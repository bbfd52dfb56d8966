"""What the review desk shows: a page of items with what was decided, what may be somebody else's, and how much was seen.

A page opens one segment of the sealed rows and asks for its own decisions alone, so 50,000 items take as long as 500.
Next: adapters/collected.py
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.database.tables import ItemDecision, PageSeen
from adapters.documents.shapes import is_pdf, is_picture
from adapters.found_by_hand import everything_found
from adapters.requester import Requester
from api.console.cases.desk_words import SHORT, STANDS
from api.console.cases.facts import CaseFacts
from api.console.sessions import SignedIn
from api.dependencies import Web
from domain.errors import UnknownObjectError
from domain.redaction import cover_row, text_of
from domain.suggestions import Suggestion, suggest
from domain.withholding import GROUNDS, Basis, ItemChoice, bases_of

PAGE: Final = 25  # items
_LONGEST_VALUE: Final = 4_000  # letters of one field on the page
_TEXT_OF_FILE: Final = 20_000
# Fields that hold a name by their own name: another's, where it is not the requester's.
_NAMING: Final = frozenset({"name", "full_name", "author", "agent", "agent_name", "sender", "recipient", "from_name", "to_name"})


@dataclass(frozen=True)
class Piece:
    """A run of letters; `reason` says why somebody should look at it, `covered` that it will not be seen."""

    text: str
    reason: str = ""


@dataclass(frozen=True)
class Value:
    """One field."""

    name: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Line:
    """One item on the desk.

    Args:
        file: the name in the controller's system, for showing.
        picture: it may be shown as one.
        opens: it can be looked at page by page, or as letters.
        text: of a text file, its beginning.
        suggested: words that may be covered, with the reason.
        covers: words under a cover now.
        by_rule: a rule decided it.
    """

    id: str
    position: int
    values: list[Value]
    decision: str
    stands: str
    basis: str
    by_rule: bool
    covers: list[str]
    suggested: list[tuple[str, str]]
    file: str = ""
    picture: bool = False
    opens: bool = False
    text: list[Piece] = field(default_factory=list)

    @property
    def number(self) -> int:
        """As people count."""
        return self.position + 1


@dataclass(frozen=True)
class Desk:
    """A page of a collection.

    Args:
        seen: how many items of the collection somebody had on the screen.
        basis: that this person chose last, offered again.
    """

    lines: list[Line]
    total: int
    seen: int
    following: int | None
    basis: str


def collection_of(web: Web, facts: CaseFacts, system: str, collection: str) -> CollectedCollection:
    """A collection of the last search.

    Raises:
        UnknownObjectError: there is none of this name.
    """
    if not facts.state.run:
        raise UnknownObjectError
    collected = everything_found(web.resources, facts.state, facts.state.run)
    for each in collected.collections:
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
    start -= start % PAGE
    items = [item for item, _ in zip(found.items(start), range(PAGE), strict=False)] if start < found.rows else []
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id for item in items])
        requester = Requester.read(session, vault, facts.view.receipt, facts.state)
        basis = _last_basis(session, facts.state.case_id, who.person)
    if items:
        _note_seen(web, who, facts, found, start, len(items))
    names = [name for each in standing.people if each.parts.person for name in each.parts.person.names]
    lines = [_line(found, item, standing, requester, names) for item in items]
    end = start + len(items)
    seen = seen_of(web, facts).get((system, collection), 0)
    return Desk(lines, found.rows, min(seen, found.rows), end if end < found.rows else None, basis)


def seen_of(web: Web, facts: CaseFacts) -> dict[tuple[str, str], int]:
    """How many items of each collection were on somebody's screen."""
    query = (
        select(PageSeen.system, PageSeen.collection, func.sum(PageSeen.items))
        .where(PageSeen.case_id == facts.state.case_id, PageSeen.run == facts.state.run)
        .group_by(PageSeen.system, PageSeen.collection)
    )
    with web.resources.database.read() as session:
        return {(system, collection): int(number) for system, collection, number in session.exec(query).all()}


def bases(facts: CaseFacts) -> list[tuple[str, str]]:
    """The bases that the law of the case has: code, and in words."""
    laws = frozenset(regime.partition("-")[0] for regime in facts.view.receipt.regimes)
    return [(basis.value, GROUNDS[basis].words) for basis in bases_of(laws)]


def last_basis(web: Web, case_id: UUID, person: str) -> str:
    """The basis that this person chose last in a case; empty before the first."""
    with web.resources.database.read() as session:
        return _last_basis(session, case_id, person)


def stands_of(decision: Decision | None, covers: Sequence[object]) -> tuple[str, str]:
    """What is decided of an item and on which basis, in words."""
    return _stands(decision, covers), _basis(decision)


def _last_basis(session: Session, case_id: UUID, person: str) -> str:
    query = select(ItemDecision.basis).where(
        ItemDecision.case_id == case_id, ItemDecision.author == person, col(ItemDecision.basis).is_not(None)
    )
    return session.exec(query.order_by(col(ItemDecision.revision).desc()).limit(1)).first() or ""


def _note_seen(  # noqa: PLR0917 (what was seen, and by whom)
    web: Web, who: SignedIn, facts: CaseFacts, found: CollectedCollection, start: int, number: int
) -> None:
    key = (facts.state.case_id, facts.state.run, found.system, found.name, start)
    with web.resources.database.read() as session:
        if session.get(PageSeen, key) is not None:
            return
    row = PageSeen(
        case_id=key[0],
        run=key[1],
        system=key[2],
        collection=key[3],
        start=start,
        items=number,
        seen_by=who.person,
        seen_at=web.now(),
    )
    try:
        with web.resources.database.write() as session:
            session.add(row)
    except IntegrityError:
        return  # a colleague opened the same page at the same moment


def _line(found: CollectedCollection, item: Item, standing: Standing, requester: Requester, names: list[str]) -> Line:
    decision = standing.of(item.id, item.row)
    people = standing.covering(decision)
    own = requester.words
    named = [
        text_of(value) for name, value in item.row.items() if name in _NAMING and value and not requester.is_own(text_of(value))
    ]
    suggested: dict[str, str] = {}
    values = []
    for name, value in item.row.items():
        if name == "member":
            continue
        text = _shown(value)
        values.append(Value(name, _pieces(text, suggest(text, own=own, names=[*names, *named]), suggested)))
    content = b""
    if item.file:
        with found.read(item.file.ref) as reader:
            content = next(iter(reader), b"")
    text = _beginning(content) if item.file else ""
    file_text = _pieces(text, suggest(text, own=own, names=[*names, *named]), suggested) if text else []
    covers = cover_row(item.row, spans_of(decision, people)).removed
    return Line(
        id=item.id,
        position=item.position,
        values=values,
        decision=decision.choice.value if decision else ItemChoice.INCLUDE.value,
        stands=_stands(decision, covers),
        basis=_basis(decision),
        by_rule=bool(decision and decision.rule),
        covers=list(dict.fromkeys(covers)),
        suggested=list(suggested.items()),
        file=item.file.name if item.file else "",
        picture=is_picture(content),
        opens=is_picture(content) or is_pdf(content) or content[:4] == b"PK\x03\x04",
        text=file_text,
    )


def _stands(decision: Decision | None, covers: Sequence[object]) -> str:
    choice = decision.choice if decision else ItemChoice.INCLUDE
    return STANDS[ItemChoice.REDACT] if choice is ItemChoice.INCLUDE and covers else STANDS[choice]


def _basis(decision: Decision | None) -> str:
    if decision is None or decision.basis is None:
        return ""
    known = Basis(decision.basis)
    return SHORT.get(known, known.value.replace("_", " "))


def pieces(text: str, found: list[Suggestion]) -> list[Piece]:
    """A text with what may be somebody else's apart."""
    cut, at = [], 0
    for each in found:
        cut += [Piece(text[at : each.start]), Piece(each.words(text), each.reason)]
        at = each.end
    return [piece for piece in [*cut, Piece(text[at:])] if piece.text]


def _pieces(text: str, found: list[Suggestion], suggested: dict[str, str]) -> list[Piece]:
    for each in found:
        suggested.setdefault(each.words(text), each.reason)
    return pieces(text, found)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(empty)"
    text = text_of(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}\u2026"


def _beginning(content: bytes) -> str:
    """The beginning of a text file, as letters alone; nothing of any other file."""
    head = content[:_TEXT_OF_FILE]
    if b"\x00" in head or content[:5] == b"%PDF-":
        return ""
    text = head.decode("utf-8", "replace")
    return "" if text.count("\ufffd") > 1 else text
