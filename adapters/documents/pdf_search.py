"""What can be read in a PDF, beyond its bare bytes and beyond what its pages show (runs in the child process).

Next: adapters/documents/pdf_text.py
"""

import io
import re
from collections.abc import Iterator
from typing import Final

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Name

from adapters.documents import pdf_text
from adapters.documents.shapes import UncoverableError

_MOST_STREAM: Final = 64 * 2**20  # bytes of all streams together
_LONGEST: Final = 300  # letters of one thing that a PDF says of itself
# What a program may show, run or keep beside the pages, by where the catalogue has it.
_BESIDE: Final = {
    "/OCProperties": "Layers",
    "/Outlines": "Table of contents",
    "/AcroForm": "Form fields",
    "/OpenAction": "Something done when it is opened",
    "/AA": "Something done while it is read",
}


def says(content: bytes) -> dict[str, str]:
    """What a PDF says of itself, and what lies in it beside its pages.

    Raises:
        UncoverableError: it cannot be opened.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            found = {name.lstrip("/"): str(value)[:_LONGEST] for name, value in pdf.docinfo.items() if str(value)}
            notes = sum(1 for page in pdf.pages for each in page.obj.get("/Annots", []) if each.get("/Subtype") != Name.Link)
            found |= {"Comments and fields": f"{notes}"} if notes else {}
            found |= {"Files inside": "; ".join(pdf.attachments)[:_LONGEST]} if len(pdf.attachments) else {}
            found |= {called: "there are some" for key, called in _BESIDE.items() if key in pdf.Root}
    except (pikepdf.PdfError, pikepdf.PasswordError) as failure:
        raise UncoverableError from failure
    if content.count(b"%%EOF") > 1 and b"/Linearized" not in content[:1024]:
        found["Earlier revisions"] = "there may be some"
    return found


def search(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What can be read in a PDF beyond its bare bytes: the letters of its pages, and streams behind any filter.

    Raises:
        UncoverableError: it is locked, or its streams swell beyond all limits.
    """
    try:
        with pdfium.PdfDocument(content) as document:
            end = ""
            for number, page in enumerate(document, start=1):
                # Beside the letters as they are: without the hyphens that end lines, and with the end of the page before.
                text = pdf_text.text_of(page)
                yield f"page {number}, its edge", f"{end}\n{text[: pdf_text.EDGE]}".encode(errors="replace")
                end = text[-pdf_text.EDGE :]
                yield f"page {number}", text.encode(errors="replace")
                if "\ufffe" in text:
                    yield f"page {number}", re.sub("\ufffe\\s*", "", text).encode(errors="replace")
                page.close()
    except pdfium.PdfiumError:
        pass  # what no reader opens shows nothing; its bytes are searched as they are
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield from _streams(pdf)
    except pikepdf.PasswordError as failure:
        raise UncoverableError from failure
    except pikepdf.PdfError:
        return


def _streams(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    left = _MOST_STREAM
    for number, each in enumerate(pdf.objects, start=1):
        if not isinstance(each, pikepdf.Stream) or not _filtered(each):
            continue
        try:
            data = each.read_bytes()
        except pikepdf.PdfError:
            continue  # a picture's own format
        left -= len(data)
        if left < 0:
            raise UncoverableError
        yield f"object {number}", data


def _filtered(stream: pikepdf.Stream) -> bool:
    """Whether plain unpacking does not show it: several filters, rare ones, or such with parameters; no picture."""
    kind = stream.get("/Filter")
    if kind is None or stream.get("/Subtype") == Name.Image:
        return False
    return kind != Name.FlateDecode or "/DecodeParms" in stream
