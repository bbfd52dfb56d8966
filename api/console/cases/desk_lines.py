"""One item on the review desk: its values with what may be somebody else's marked, what is decided of it, and by whom.

What is with legal is shown to legal reviewers alone, nobody else sees more of it than where it stands.
Next: api/console/cases/desk_reading.py
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing, spans_of
from adapters.documents.shapes import is_picture
from api.console.cases.desk_extracts import Extract, extract_of
from api.console.cases.desk_words import SHORT, STANDS
from api.console.cases.reading import notes_of, people_of
from api.dependencies import Web
from domain.redaction import cover_row, text_of
from domain.rights import Role
from domain.suggestions import Suggestion, suggest
from domain.withholding import KEPT_BACK, Basis, ItemChoice

LONGEST_VALUE: Final = 4_000  # letters of one field on the page
LONGEST_WHOLE: Final = 2**20  # on a page of its own
_TEXT_OF_FILE: Final = 20_000


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
        cut: a value of it is longer than the list shows, and stands whole on a page of its own.
        text: of a text file, its beginning.
        suggested: words that may be covered, with the reason.
        covers: words under a cover now.
        extract: what of it is given, where it is given as an extract.
        by_rule: a rule decided it.
        revision: of what stands now, 0 for nothing: whoever decides says what they saw.
        undo: the revision of a decision about this very item that can be taken back; 0 where there is none.
        by, at: whose decision stands, and since when.
        sealed: it is with legal, so nothing of it is shown.
        of_legal: a legal reviewer decided about it, and nobody else changes that.
        reason: what was written with the decision that stands, for whoever may read it.
        chosen: the fields and the words that a cover of this very item names, to begin from when it is chosen again.
        based: the code of the basis that stands, offered when it is decided again; empty where there is none or it is legal's.
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
    cut: bool = False
    text: list[Piece] = field(default_factory=list)
    revision: int = 0
    undo: int = 0
    by: str = ""
    at: datetime | None = None
    sealed: bool = False
    of_legal: bool = False
    reason: str = ""
    extract: Extract | None = None
    chosen: tuple[list[str], list[str]] = ([], [])
    based: str = ""

    @property
    def number(self) -> int:
        """As people count."""
        return self.position + 1


def stands_of(decision: Decision | None, covers: Sequence[object]) -> tuple[str, str]:
    """What is decided of an item and on which basis, in words."""
    return _stands(decision, covers), _basis(decision)


def sealed_from(role: Role, standing: Standing, item: str) -> bool:
    """Whether an item is a legal reviewer's to see, and this is none."""
    legal = standing.legal.get(item)
    return legal is not None and legal.choice in KEPT_BACK and role is not Role.LEGAL_REVIEWER


def line_of(  # noqa: PLR0917 (one item, and what is known around it)
    web: Web,
    found: CollectedCollection,
    item: Item,
    standing: Standing,
    own: Sequence[str],
    role: Role,
    names: Sequence[str],
    *,
    whole: bool = False,
) -> Line:
    """One item as somebody with a role may see it: nothing of what is with legal, no privileged part.

    `own` are the requester's words, `names` those that are known here; `whole`: no value is cut off.
    """
    decision, legal = standing.of(item.id, item.row), standing.legal.get(item.id)
    if sealed_from(role, standing, item.id):
        assert decision is not None
        told = _stands(decision, ()), _basis(decision)
        return Line(
            item.id,
            item.position,
            [],
            decision.choice.value,
            *told,
            by_rule=False,
            covers=[],
            suggested=[],
            sealed=True,
            of_legal=True,
        )
    if legal is not None and role is not Role.LEGAL_REVIEWER:
        # Its file may hold the privileged words in a way that only legal can judge.
        item = replace(item, row=cover_row(item.row, legal.parts.spans).value, file=None)
    return _line(web, found, item, standing, own, decision, names, LONGEST_WHOLE if whole else LONGEST_VALUE)


def with_authors(  # noqa: PLR0917 (some items, and who looks at them)
    web: Web, case_id: UUID, role: Role, standing: Standing, items: Sequence[Item], lines: list[Line]
) -> list[Line]:
    """The same with whose decision stands and why, and what can be taken back; what legal wrote is for legal reviewers."""
    decided = [standing.of(item.id, item.row) for item in items]
    with web.resources.database.read() as session:
        names = people_of(session, {each.author for each in decided if each})
        readable = [each for each in decided if each and (role is Role.LEGAL_REVIEWER or not each.of_legal)]
        reasons = notes_of(session, web.resources.vault.case(case_id), {each.reason for each in readable if each.reason})
    own = [standing.items.get(item.id) for item in items]
    return [
        replace(
            line,
            revision=decision.revision if decision else 0,
            undo=mine.revision if mine and decision and mine.revision == decision.revision else 0,
            by=names.get(decision.author, "") if decision else "",
            at=decision.at if decision else None,
            reason=reasons.get(decision.reason, "") if decision and decision in readable and decision.reason else "",
        )
        for line, decision, mine in zip(lines, decided, own, strict=True)
    ]


def _line(  # noqa: PLR0917
    web: Web,
    found: CollectedCollection,
    item: Item,
    standing: Standing,
    own: Sequence[str],
    decision: Decision | None,
    names: Sequence[str],
    longest: int,
) -> Line:
    people = standing.covering(decision)
    suggested: dict[str, str] = {}
    values = []
    for name, value in item.row.items():
        if name == "member":
            continue
        text = letters_of(value, longest)
        values.append(Value(name, _pieces(text, suggest(text, own=own, names=names), suggested)))
    content = b""
    if item.file:
        with found.read(item.file.ref) as reader:
            content = next(iter(reader), b"")
    text = _beginning(content) if item.file else ""
    file_text = _pieces(text, suggest(text, own=own, names=names), suggested) if text else []
    extract = decision is not None and decision.choice is ItemChoice.EXTRACT
    given = extract_of(found, item, decision, people, web.resources.documents) if decision and extract else None
    covers = given.covered if given else cover_row(item.row, spans_of(decision, people)).removed
    # A rule that finds nothing to cover in a record gives it whole.
    whole = bool(decision and decision.rule and decision.choice is ItemChoice.REDACT and not covers and not item.file)
    told = None if whole else decision
    return Line(
        id=item.id,
        position=item.position,
        values=values,
        decision=decision.choice.value if decision else ItemChoice.INCLUDE.value,
        stands=_stands(told, covers),
        basis=_basis(told),
        by_rule=bool(decision and decision.rule),
        covers=list(dict.fromkeys(covers)),
        suggested=list(suggested.items()),
        file=item.file.name if item.file else "",
        picture=is_picture(content),
        cut=is_cut(item.row.values(), longest),
        text=file_text,
        of_legal=item.id in standing.legal,
        chosen=_chosen(item, decision),
        based=decision.basis or "" if decision and not decision.of_legal else "",
        extract=given,
    )


def _chosen(item: Item, decision: Decision | None) -> tuple[list[str], list[str]]:
    """Fields and words that the decision about this very item covers; areas are drawn on the file's own page."""
    if decision is None or decision.rule or decision.choice is not ItemChoice.REDACT:
        return [], []
    spans = [span for span in decision.parts.spans if not span.drawn]
    fields = [span.field for span in spans if span.field and span.words is None and span.start is None]
    placed = [(span, text_of(item.row.get(span.field or ""))) for span in spans if span.start is not None and span.field]
    words = [span.words for span in spans if span.words] + [text[span.start : span.end] for span, text in placed]
    return fields, list(dict.fromkeys(words))


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


def is_cut(values: Iterable[object], longest: int) -> bool:
    """Whether one of some values is longer than is shown; a number never is."""
    return any(len(value if isinstance(value, str) else text_of(value)) > longest for value in values if not _short(value))


def _short(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def letters_of(value: object, longest: int = LONGEST_VALUE) -> str:
    """A value as the desk shows it; of a long one the beginning."""
    if value is None or value == "":
        return "(empty)"
    text = text_of(value)
    return text if len(text) <= longest else f"{text[:longest]}\u2026"


def _beginning(content: bytes) -> str:
    """The beginning of a text file, as letters alone; nothing of any other file."""
    head = content[:_TEXT_OF_FILE]
    if b"\x00" in head or content[:5] == b"%PDF-":
        return ""
    text = head.decode("utf-8", "replace")
    return "" if text.count("\ufffd") > 1 else text
