"""Covers parts of a PDF so that they are gone (runs in the child process; peers.md row 65 and complaint 19).

The document is made anew: pages alone, without metadata, annotations, attachments, scripts, earlier revisions and hidden layers;
what was filled into a form is drawn. A page of which a part is covered becomes a picture with black boxes: it cannot be searched,
copied or read aloud any more, which is the price of being certain. Other pages stay as they are.
Next: adapters/documents/reader.py
"""

import io
import re
import zlib
from collections.abc import Sequence
from typing import Any, Final

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

from adapters.documents import pdf_text
from adapters.documents.pictures import paint, without_segments
from adapters.documents.shapes import MOST_PAGES, CoveredDocument, PageLetters, UncoverableError, Wish
from domain.redaction import Area

_DOTS: Final = 200  # per inch of a page that becomes a picture
_SHOWN_DOTS: Final = 110  # of a page on the screen
_MOST_DOTS: Final = 16_000_000  # of a page, however large it says it is
_QUALITY: Final = 80
_POINTS: Final = 72  # per inch
_KEPT_OF_ROOT: Final = frozenset({"/Type", "/Pages", "/OCProperties", "/AcroForm"})
_KEPT_OF_PAGE: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit", "/Group"}
)
# What any part of a page may carry that nobody sees.
_UNSEEN: Final = ("/Metadata", "/PieceInfo", "/AF", "/LastModified", "/StructParent", "/StructParents", "/Alternates", "/OPI")
_NO_COLOUR: Final = 8  # of 255 between the channels of grey
_GREYS: Final = [round(value / 17) * 17 for value in range(256)]
# Of what lay under an area, the lines that must stand nowhere else: names, numbers, addresses, prose. Others recur by chance.
_TELLING: Final = re.compile(r"[^\W\d_a-z]\w+ [^\W\d_a-z]\w+|\d[\d -]{4,}\d|@|.{40}")
_MOST_STREAM: Final = 64 * 2**20


def pages_of(content: bytes) -> int:
    """How many pages a PDF has; 0 when it cannot be opened."""
    try:
        with pdfium.PdfDocument(content) as document:
            return len(document)
    except pdfium.PdfiumError:
        return 0


def page_picture(content: bytes, number: int, areas: Sequence[Area], words: Sequence[str]) -> bytes:
    """A page as a PNG for the screen, with what is covered in black.

    Raises:
        ValueError: there is no such page.
    """
    with pdfium.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            raise ValueError("no such page")
        document.init_forms()
        page = document[number - 1]
        boxes = [*areas, *(box for found in pdf_text.find(page, number, words) for box in found.boxes)]
        picture = _painted(page, number, boxes, _SHOWN_DOTS, forms=True)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


def page_letters(content: bytes, number: int) -> PageLetters:
    """The letters of a page, and which of them the picture of it does not show: under a box, white on white, outside it.

    Raises:
        ValueError: there is no such page.
    """
    with pdfium.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            raise ValueError("no such page")
        document.init_forms()
        page = document[number - 1]
        return PageLetters(pieces=pdf_text.seen_or_not(page, _painted(page, number, [], _SHOWN_DOTS, forms=True)))


def cover(content: bytes, wish: Wish) -> tuple[bytes, CoveredDocument]:
    """The document without its parts.

    Raises:
        UncoverableError: it is locked, broken, or has pages that cannot be searched for the words.
    """
    plain, layered = _plain(content)
    removed: list[str] = []
    touched: dict[int, list[Area]] = {number: [] for number in layered}
    with pdfium.PdfDocument(plain) as document:
        if not 0 < len(document) <= MOST_PAGES or any(area.page > len(document) for area in wish.areas):
            raise UncoverableError
        for number, page in enumerate(document, start=1):
            boxes, words = _found_on(page, number, wish)
            removed += words
            if boxes or words or wish.every:
                touched.setdefault(number, []).extend(boxes)
            if number < len(document) and wish.words:
                here, there = pdf_text.across(page, document[number], number, wish.words)
                for at, split in ((number, here), (number + 1, there)):
                    if split:
                        touched.setdefault(at, []).extend(split)
            page.close()
        released = _made_anew(plain, document, touched)
    _verify(released, wish.words)
    return released, CoveredDocument(pictures=sorted(touched), removed=list(dict.fromkeys(removed)))


def _found_on(page: pdfium.PdfPage, number: int, wish: Wish) -> tuple[list[Area], list[str]]:
    """What is covered on a page, and the words under it.

    Raises:
        UncoverableError: it shows something that cannot be searched, and nobody looked.
    """
    boxes = [area for area in wish.areas if area.page == number]
    if wish.words and not wish.looked and not boxes and not pdf_text.readable(page):
        raise UncoverableError
    found = pdf_text.find(page, number, wish.words)
    removed = [each.text for each in found]
    for area in boxes:
        removed += filter(_TELLING.search, pdf_text.under(page, area))
    return boxes + [box for each in found for box in each.boxes], removed


def _verify(released: bytes, words: Sequence[str]) -> None:
    """Open the result as any reader would: no word is left that can be read.

    Raises:
        UncoverableError: one is, or it cannot be opened.
    """
    with pdfium.PdfDocument(released) as document:
        for number, page in enumerate(document, start=1):
            if pdf_text.find(page, number, words):
                raise UncoverableError
            page.close()


def _plain(content: bytes) -> tuple[bytes, list[int]]:
    """The pages of the newest revision and what they draw, and the numbers of those that may have hidden layers."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for key in set(pdf.Root.keys()) - _KEPT_OF_ROOT:
                del pdf.Root[key]
            layered = [number for number, page in enumerate(pdf.pages, start=1) if "/OCProperties" in pdf.Root and _layers(page)]
            _draw_fields(pdf)
            for page in pdf.pages:
                for key in set(page.obj.keys()) - _KEPT_OF_PAGE:
                    del page.obj[key]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            pdf.remove_unreferenced_resources()
            for each in pdf.objects:
                _bare(each)
            out = io.BytesIO()
            pdf.save(out, encryption=False, deterministic_id=True)
            return out.getvalue(), layered
    except (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.DataDecodingError) as failure:
        raise UncoverableError from failure


def _layers(page: pikepdf.Page) -> bool:
    resources = page.obj.get("/Resources", Dictionary())
    return "/Properties" in resources or "/XObject" in resources


def _draw_fields(pdf: pikepdf.Pdf) -> None:
    """Of everything that lies over the pages, what was filled into a form becomes a part of them; the rest goes."""
    for page in pdf.pages:
        over = page.obj.get("/Annots", Array())
        page.obj["/Annots"] = Array(each for each in over if isinstance(each, Dictionary) and each.get("/Subtype") == Name.Widget)
    if "/AcroForm" not in pdf.Root:
        return
    if pdf.Root.AcroForm.get("/NeedAppearances"):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    if "/AcroForm" in pdf.Root:  # flattening leaves it where a field had no place on a page
        del pdf.Root["/AcroForm"]


def _bare(each: Any) -> None:  # noqa: ANN401 (any object of a PDF)
    if not isinstance(each, Dictionary | pikepdf.Stream):
        return
    for key in _UNSEEN:
        if key in each:
            del each[key]
    if isinstance(each, pikepdf.Stream) and each.get("/Filter") == Name.DCTDecode:
        raw = each.read_raw_bytes()
        if (bare := without_segments(raw)) != raw:
            each.write(bare, filter=Name.DCTDecode)


def _made_anew(plain: bytes, document: pdfium.PdfDocument, touched: dict[int, list[Area]]) -> bytes:
    with pikepdf.open(io.BytesIO(plain)) as source, pikepdf.Pdf.new() as target:
        for number, page in enumerate(source.pages, start=1):
            if number in touched:
                shown = document[number - 1]
                target.pages.append(_as_picture(target, shown, _painted(shown, number, touched[number], _DOTS, forms=False)))
                shown.close()
            else:
                target.pages.append(page)
        for each in target.objects:
            if isinstance(each, Dictionary | pikepdf.Stream) and "/OC" in each:
                del each["/OC"]
        out = io.BytesIO()
        target.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _painted(page: pdfium.PdfPage, number: int, areas: Sequence[Area], dots: int, *, forms: bool) -> Image.Image:
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise UncoverableError
    scale = min(dots / _POINTS, (_MOST_DOTS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, may_draw_forms=forms, draw_annots=forms, rev_byteorder=True)
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    paint(picture, [area for area in areas if area.page == number])
    return picture


def _as_picture(target: pikepdf.Pdf, page: pdfium.PdfPage, picture: Image.Image) -> pikepdf.Page:
    width, height = page.get_size()
    data, how = _points(picture)
    image = target.make_stream(
        data, Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height, BitsPerComponent=8, **how
    )
    return pikepdf.Page(
        target.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=[0, 0, width, height],
                Resources=Dictionary(XObject=Dictionary(Page=image)),
                Contents=target.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q".encode()),
            )
        )
    )


def _points(picture: Image.Image) -> tuple[bytes, dict[str, Name]]:
    """The points of a page: letters in few greys packed without loss, everything else as a JPEG."""
    red, green, blue = picture.split()
    if max(_most(red, green), _most(red, blue)) <= _NO_COLOUR:
        few = zlib.compress(green.point(_GREYS).tobytes(), 4)
        if len(few) < picture.width * picture.height // 12:
            return few, {"ColorSpace": Name.DeviceGray, "Filter": Name.FlateDecode}
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), {"ColorSpace": Name.DeviceRGB, "Filter": Name.DCTDecode}


def _most(one: Image.Image, other: Image.Image) -> float:
    extremes: Any = ImageChops.difference(one, other).getextrema()
    return float(extremes[1])
