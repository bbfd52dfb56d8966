"""Looks into an attachment for a proof of identity that nobody asked for (runs in the child process; P81, Article 5(1)(c)).

A file's name is a hint. A picture shows its text to nobody here, so it is at most a suspicion; a PDF is read.
Next: `domain/identity_documents.py`
"""

import contextlib
import re
from typing import Final, Literal

from domain.identity_documents import (
    has_machine_readable_zone,
    is_called_like_document,
    reads_like_document,
    says_it_is_attached,
    titles,
)

Finding = Literal["certain", "suspected"]

_TYPES = re.compile(r"image/|application/pdf")
_MOST_PAGES: Final = 4  # both sides of a card, twice; what is longer is more than a proof
_MOST_BYTES: Final = 30_000_000
_HEAD: Final = 65_536  # bytes in which a picture says of itself what it is
_SMALL: Final = 15_000  # bytes; a logo under a mail is no photograph of a document


def judged(name: str, media_type: str, content: bytes, said: str, *, look: bool = True) -> Finding | None:
    """What an attachment is, as far as that can be told.

    Args:
        name: the file's name.
        media_type: what its content looks like, or is declared as.
        content: decoded.
        said: the text of the mail, which may say what comes with it.
        look: False opens no PDF; its name and the mail still count.
    """
    is_pdf = content.startswith(b"%PDF-")
    if not is_pdf and _TYPES.match(media_type) is None:
        return None
    text, pages = _letters(content) if look and is_pdf else ("", 0)
    if 0 < pages <= _MOST_PAGES and has_machine_readable_zone(text):
        return "certain"
    shows_nothing = not text.strip()
    hints = (
        is_called_like_document(name),
        reads_like_document(text),
        not is_pdf and _says_of_itself(content),
        shows_nothing and len(content) > _SMALL and says_it_is_attached(said),
    )
    return "suspected" if any(hints) else None


def _letters(content: bytes) -> tuple[str, int]:
    """The text of the first pages of a PDF, and how many pages it has; nothing of one that cannot be opened."""
    import pypdfium2 as pdfium  # noqa: PLC0415 (loaded by the first PDF)

    from adapters.documents.pdf_text import text_of  # noqa: PLC0415

    if len(content) > _MOST_BYTES:
        return "", 0
    with contextlib.suppress(pdfium.PdfiumError, ValueError):
        document = pdfium.PdfDocument(content)
        try:
            pages = [document[at] for at in range(min(len(document), _MOST_PAGES))]
            return "\n".join(text_of(page) for page in pages), len(document)
        finally:
            document.close()
    return "", 0


def _says_of_itself(content: bytes) -> bool:
    head = content[:_HEAD].replace(b"\0", b"")  # UTF-16 reads like ASCII then
    return titles(head.decode("latin-1"))
