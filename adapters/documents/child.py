"""The process that reads, draws and covers documents: PDF, pictures, office documents. It can open no file and no connection.

Next: adapters/documents/pdf.py
"""

import codecs
import encodings.cp437
import encodings.cp1252
import encodings.latin_1
import encodings.utf_16
import encodings.utf_16_be
import encodings.utf_16_le
import io
import struct
import sys
from typing import Any, Final

import nh3
import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from adapters.children.serving import limit, serve
from adapters.documents import letters, office, pdf, pdf_search, pictures
from adapters.documents.shapes import (
    OFFICE,
    PDF,
    PICTURE,
    About,
    CoveredDocument,
    Letters,
    PageLetters,
    UncoverableError,
    Wish,
    is_pdf,
    is_picture,
)

MEMORY: Final = 2_000_000_000  # bytes of address space; a picture of 60 million points needs a third
_NO_TAGS: Final = frozenset({"img", "map", "area"})  # they show or lead to something
_FILES: Final = 3  # its pipes alone: what is read cannot open a file or a connection
_FAILURES: Final = (
    MemoryError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError, OSError, SyntaxError,
    NotImplementedError, ArithmeticError, RuntimeError, EOFError, struct.error, UncoverableError, pdfium.PdfiumError,
    pikepdf.PdfError,
)  # fmt: skip
_CHARSETS: Final = (
    "utf-8-sig", "raw_unicode_escape",
    "cp1250", "cp1251", "cp1253", "cp1254", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r", "gb18030",
    "big5", "shift_jis", "iso2022_jp", "euc_jp", "euc_kr", "utf-7", "utf-32", "idna", "punycode", "cp932", "cp936",
    "cp949", "cp950",
)  # fmt: skip
LENGTH: Final = struct.Struct(">I")


def _answer(said: dict[str, Any], raw: bytes) -> bytes:
    wish = Wish.model_validate(said)
    if wish.do == "about":
        return _about(raw).model_dump_json().encode()
    if wish.do == "page":
        return _page(raw, wish)
    if wish.do in {"letters", "page_letters"}:
        return _letters(raw, wish).model_dump_json().encode()
    if wish.do == "plain_tags":
        tags = nh3.ALLOWED_TAGS - _NO_TAGS
        return (nh3.clean(raw.decode(), tags=tags, attributes={}, link_rel=None) or "\n").encode()  # nothing means no answer
    if wish.do == "search":
        found = [part for name, text in pdf_search.search(raw) for part in (name.encode(), text)]
        return b"".join(LENGTH.pack(len(part)) + part for part in [b"", *found])
    try:
        value, told = _covered(raw, wish)
    except UncoverableError:
        value, told = b"", CoveredDocument(failed=True)
    head = told.model_dump_json().encode()
    return LENGTH.pack(len(head)) + head + value


def _letters(raw: bytes, wish: Wish) -> Letters | PageLetters:
    if wish.do == "page_letters":
        return pdf.page_letters(raw, wish.page) if is_pdf(raw) else PageLetters()
    text, why = letters.letters_of(raw)
    return Letters(text=text.encode("utf-8", "replace").decode(), why=why)


def _about(raw: bytes) -> About:
    try:
        if is_pdf(raw):
            pages = pdf.pages_of(raw)
            return About(kind=PDF, pages=pages, says=pdf_search.says(raw)) if pages else About()
        if is_picture(raw):
            return About(kind=PICTURE, pages=1, says=pictures.says(raw))
        if office.is_office(raw):
            text, hidden = office.text_of(raw)
            return About(kind=OFFICE, text=text, hidden=hidden)
    except UncoverableError:
        pass
    return About()


def _page(raw: bytes, wish: Wish) -> bytes:
    return pdf.page_picture(raw, wish.page, wish.areas, wish.words) if is_pdf(raw) else pictures.shown(raw, wish.areas)


def _covered(raw: bytes, wish: Wish) -> tuple[bytes, CoveredDocument]:
    if is_pdf(raw):
        return pdf.cover(raw, wish)
    if not is_picture(raw):
        raise UncoverableError
    return pictures.cover(raw, wish.areas), CoveredDocument()


if __name__ == "__main__":
    Image.init()  # loads what it draws with while files can still be opened
    Image.MAX_IMAGE_PIXELS = 200_000_000
    for charset in _CHARSETS:
        codecs.lookup(charset)  # a mail inside a file names its own
    del encodings
    pdfium.PdfDocument.new().close()
    pikepdf.Pdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="x", user=""))  # its random numbers come from a file
    limit(MEMORY, _FILES)
    serve(_answer, _FAILURES, sys.stdin.buffer, sys.stdout.buffer)
