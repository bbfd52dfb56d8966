"""What an extract gives of an item, as the desk shows it: letter by letter what the package will have.

Next: domain/extracts.py
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, spans_of
from adapters.documents.reader import MOST_BYTES, DocumentReader
from adapters.file_texts import extract_file
from domain.extracts import extract_row
from domain.redaction import GAP, text_of


@dataclass(frozen=True)
class Extract:
    """What an extract gives, letter by letter, as the person will read it.

    Args:
        given: by field, or of a file; nothing where none of what was chosen stands in it.
        covered: words that stay covered in it.
        possible: it is a record, a text, a page or a mail; anything else is withheld whole instead.
    """

    given: list[str]
    covered: list[str]
    possible: bool = True


def extract_of(
    found: CollectedCollection, item: Item, decision: Decision, people: Sequence[Decision], documents: DocumentReader
) -> Extract:
    """What an extract leaves of an item, as the package will have it."""
    kept, covers = decision.parts.spans, spans_of(decision, people)
    if item.file is None:
        left = extract_row(item.row, kept, covers)
        return Extract([text_of(value) for value in left.value.values() if value is not None and value != GAP], left.removed)
    if item.file.ref.bytes > MOST_BYTES:
        return Extract([], [], possible=False)
    with found.read(item.file.ref) as reader:
        extracted = extract_file(b"".join(reader), kept, covers, documents)
    if extracted is None:
        return Extract([], [], possible=False)
    return Extract([extracted.value] if extracted.value != GAP else [], extracted.removed)
