"""What the review desk shows of one file: pages drawn in a child process, letters of office documents, and what is covered now.

Next: adapters/documents/reader.py
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.documents.reader import MOST_BYTES
from adapters.documents.shapes import OFFICE, PDF, About
from api.console.cases.desk_lines import Piece, pieces, stands_of
from api.console.cases.desk_reading import collection_of
from api.console.cases.facts import CaseFacts
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.dependencies import Web
from domain.errors import UnknownObjectError, WithLegalError
from domain.redaction import Area, Span, cover_text
from domain.rights import Role
from domain.suggestions import suggest
from domain.withholding import ItemChoice

_SMALLEST_PART: Final = 0.1  # percent, as it is shown
_MOST_LETTERS: Final = 100_000  # of a file of letters; the rest is in the download


@dataclass(frozen=True)
class Part:
    """One thing that is covered now.

    Args:
        number: its place in the decision, from 0.
        says: in words.
        page: on which one, 0 where it is on none.
    """

    number: int
    says: str
    page: int


@dataclass(frozen=True)
class Looked:
    """A file before a reviewer.

    Args:
        about: what kind of document it is.
        page: which one is shown, from 1.
        stands: what is decided, in words.
        parts: what the decision about this file covers.
        text: of an office document its parts, of a PDF this page's letters, of any other file those that can be read, with what
            may be somebody else's marked.
        unseen: letters of this page that its picture does not show; None where nobody could tell.
        revision: of the decision that stands, 0 for none.
        people: third persons were weighed and are covered in it, wherever they are named.
        based: the code of the basis that stands, offered for more of it; empty where there is none or it is legal's.
        as_picture: something on this page is covered, so nothing lies under what its picture shows.
        more: of letters that are no pages, some are in the download alone.
    """

    item: Item
    about: About
    page: int
    stands: str
    basis: str
    parts: list[Part] = field(default_factory=list)
    text: list[tuple[str, list[Piece]]] = field(default_factory=list)
    next_position: int | None = None
    revision: int = 0
    people: bool = False
    unseen: list[str] | None = None
    based: str = ""
    as_picture: bool = False
    more: bool = False

    @property
    def name(self) -> str:
        """In the controller's system; somebody else's word."""
        return self.item.file.name if self.item.file else ""

    @property
    def drawn(self) -> bool:
        """It has pages, or is a picture."""
        return self.about.pages > 0

    @property
    def is_pdf(self) -> bool:
        """Whether its pages lose their letters under a cover."""
        return self.about.kind == PDF

    @property
    def is_text(self) -> bool:
        """Whether it is a file of letters, with words that can be covered."""
        return not self.about.kind and bool(self.text)

    @property
    def shown(self) -> bool:
        """Whether whoever opened this page saw what is in the file; of any other, nobody saw more than its name."""
        return self.drawn or (bool(self.text) and not self.more)

    @property
    def is_office(self) -> bool:
        """Whether it is shown as letters and leaves whole or not at all."""
        return self.about.kind == OFFICE


def file_at(  # noqa: PLR0917 (which file, and for whom)
    web: Web, facts: CaseFacts, system: str, collection: str, position: int, role: Role
) -> tuple[CollectedCollection, Item]:
    """An item with a file, for whoever may see it.

    Raises:
        UnknownObjectError: there is none at this place.
        WithLegalError: legal decides about it, or decided, and it is somebody else who looks; or the other way round.
    """
    found = collection_of(web, facts, system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None or item.file is None:
        raise UnknownObjectError
    with web.resources.database.read() as session:
        standing = Standing.read(session, web.resources.vault.case(facts.state.case_id), only=[item.id])
    if (item.id in standing.legal) != (role is Role.LEGAL_REVIEWER):
        raise WithLegalError
    return found, item


def content_of(found: CollectedCollection, item: Item) -> bytes:
    """The file's bytes; nothing of one that is too large to be looked at here."""
    if item.file is None or item.file.ref.bytes > MOST_BYTES:
        return b""
    with found.read(item.file.ref) as reader:
        return b"".join(reader)


def looked_at(  # noqa: PLR0917 (which page of which file)
    web: Web, facts: CaseFacts, system: str, collection: str, position: int, page: int, role: Role
) -> Looked:
    """A file before a reviewer.

    Raises:
        UnknownObjectError: there is none at this place.
    """
    found, item = file_at(web, facts, system, collection, position, role)
    content = content_of(found, item)
    about = web.resources.documents.about(content)
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id])
    decision = standing.of(item.id, item.row)
    names = known_names(web, standing, found, [item.row])
    own = own_words(web, facts.view.receipt, facts.state)
    shown = min(max(page, 1), max(about.pages, 1))
    letters = web.resources.documents.page_letters(content, shown) if about.kind == PDF else None
    text = [*about.text, *([(f"Page {shown}", letters.text)] if letters and letters.text.strip() else [])]
    other, more = ("", False) if about.kind else _letters_of(web, content)
    text += [("Letters of the file", other)] if other.strip() else []
    stands, basis = stands_of(decision, spans_of(decision, ()))
    spans = spans_of(decision, standing.covering(decision))
    picture = letters is not None and _covered_on(shown, letters.text, spans)
    return Looked(
        item=item,
        about=about,
        page=shown,
        stands=stands,
        basis=basis,
        parts=[Part(number, _said(span), span.area.page if span.area else 0) for number, span in enumerate(own_spans(decision))],
        text=[(called, pieces(text, suggest(text, own=own, names=names))) for called, text in text],
        next_position=position + 1 if position + 1 < found.rows else None,
        revision=decision.revision if decision else 0,
        unseen=[] if picture else letters.unseen if letters else None,
        as_picture=picture,
        people=bool(standing.covering(decision)),
        based=decision.basis or "" if decision and not decision.of_legal else "",
        more=more or not content,
    )


def _letters_of(web: Web, content: bytes) -> tuple[str, bool]:
    """What can be read in a file without pages, and whether there is more: marks of a web page are shown as they are written."""
    if content.lstrip()[:1] == b"<" and b"\x00" not in content:
        text, why = content.decode("utf-8", "replace"), None
    else:
        read = web.resources.documents.letters(content)
        text, why = read.text, read.why
    return text[:_MOST_LETTERS], why is not None or len(text) > _MOST_LETTERS


def own_spans(decision: Decision | None) -> tuple[Span, ...]:
    """What the decision about this very item covers; a rule's parts are changed with the rule."""
    if decision is None or decision.rule or decision.choice is not ItemChoice.REDACT:
        return ()
    return decision.parts.spans


def decision_of(web: Web, facts: CaseFacts, item: Item) -> Decision | None:
    """What is decided of one item now."""
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        return Standing.read(session, vault, only=[item.id]).of(item.id, item.row)


def drawn_page(  # noqa: PLR0917 (which page of which file)
    web: Web, facts: CaseFacts, system: str, collection: str, position: int, page: int, role: Role
) -> bytes:
    """A page as a PNG, with what is covered now in black: parts of the file itself, and people who were weighed.

    Raises:
        UnknownObjectError: there is no such file, or it cannot be drawn.
    """
    found, item = file_at(web, facts, system, collection, position, role)
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        standing = Standing.read(session, vault, only=[item.id])
    decision = standing.of(item.id, item.row)
    spans = spans_of(decision, standing.covering(decision))
    picture = web.resources.documents.page(content_of(found, item), page, spans)
    if not picture:
        raise UnknownObjectError
    return picture


def _covered_on(page: int, text: str, spans: Sequence[Span]) -> bool:
    """Whether a page of a PDF has something under a cover."""
    words = [span for span in spans if span.words is not None and span.field is None]
    return any(span.area and span.area.page == page for span in spans) or bool(cover_text(text, words).removed)


def _said(span: Span) -> str:
    if span.area is not None:
        return f"Page {span.area.page}, {_placed(span.area)}"
    if span.about_file:
        return "What the file says of itself"
    if span.words is not None:
        return f"The words \u201c{span.words}\u201d{f' in {span.field}' if span.field else ' wherever they stand'}"
    return f"All of {span.field}" if span.start is None and span.field else f"Letters {span.start} to {span.end}"


def _placed(area: Area) -> str:
    shown = [max(round(value, 1), _SMALLEST_PART if size else 0.0) for size, value in enumerate((area.left, area.top))]
    return f"{shown[0]:g}% from the left, {shown[1]:g}% from the top, {area.width:.3g}% by {area.height:.3g}%"
