"""Where words stand on the pages of a PDF, as pdfium draws them (runs in the child process).

Ligatures, line-end hyphens and letters that do not show are seen through; letters that were spaced out are found as one word
where the word is long enough not to be hit by chance. Next: adapters/documents/pdf.py
"""

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, cast

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from domain.redaction import Area, finder

_SPACED_OUT: Final = 8  # letters of a word that is looked for without any blank space
_SKIPPED: Final = frozenset("\ufffe\x02\u00ad\u200b\u200c\u200d\u2060\ufeff")
_SCALE: Final = 1_000_000  # of the made-up device, in which places are whole numbers
EDGE: Final = 300  # letters at the edge of a page in which words are looked for that go on behind it
_MOST_ON_PAGE: Final = 50_000  # letters of one page that are shown beside its picture
_SURROGATES, _AFTER_SURROGATES = 0xD800, 0xE000
_SEEN: Final = 24  # of 255: how far apart the lightest and darkest points around a letter are where an eye sees it
_MARGIN: Final = 0.25  # percent of the page around each letter


class Found(NamedTuple):
    """Words on a page: what they are, and the boxes of their letters in percent of the page."""

    text: str
    boxes: list[Area]


def text_of(page: pdfium.PdfPage) -> str:
    """The letters of a page, in the order in which they are read."""
    words = page.get_textpage()
    try:
        return str(words.get_text_range())
    finally:
        words.close()


def seen_or_not(page: pdfium.PdfPage, picture: Image.Image) -> list[tuple[str, bool]]:
    """The letters of a page in pieces, each with whether nothing is drawn where it stands.

    Args:
        page: opened.
        picture: of all that it shows.
    """
    grey = picture.convert("L")
    textpage = page.get_textpage()
    pieces: list[tuple[str, bool]] = []
    try:
        for at in range(min(textpage.count_chars(), _MOST_ON_PAGE)):
            code = raw.FPDFText_GetUnicode(textpage.raw, at)
            letter = chr(code) if 0 < code < _SURROGATES or _AFTER_SURROGATES <= code <= sys.maxunicode else " "
            blank = letter.isspace() or letter in _SKIPPED
            hidden = (pieces[-1][1] if pieces else False) if blank else _plain_there(page, textpage, at, grey)
            if pieces and pieces[-1][1] == hidden:
                pieces[-1] = (pieces[-1][0] + letter, hidden)
            else:
                pieces.append((letter, hidden))
        return pieces
    finally:
        textpage.close()


def _plain_there(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, at: int, grey: Image.Image) -> bool:
    """Whether all points around a letter are of one colour, or it stands outside the page."""
    left, bottom, right, top = textpage.get_charbox(at, loose=False)
    (a, b), (c, d) = _shown(page, left, top), _shown(page, right, bottom)
    wide, high = grey.width / 100, grey.height / 100
    box = (
        max(int(min(a, c) * wide) - 1, 0),
        max(int(min(b, d) * high) - 1, 0),
        min(int(max(a, c) * wide) + 2, grey.width),
        min(int(max(b, d) * high) + 2, grey.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return True
    darkest, lightest = cast("tuple[int, int]", grey.crop(box).getextrema())
    return lightest - darkest < _SEEN


def readable(page: pdfium.PdfPage) -> bool:
    """Whether what the page shows can be searched: it has letters with a meaning, or shows nothing at all."""
    words = page.get_textpage()
    try:
        count = words.count_chars()
        broken = any(
            raw.FPDFText_HasUnicodeMapError(words.raw, at) == 1 or raw.FPDFText_GetUnicode(words.raw, at) == 0
            for at in range(count)
        )
        if broken:
            return False
        return any(not letter.isspace() for letter in words.get_text_range()) or next(iter(page.get_objects()), None) is None
    finally:
        words.close()


def find(page: pdfium.PdfPage, number: int, words: Sequence[str]) -> list[Found]:
    """The places of words on a page.

    Args:
        page: opened.
        number: of the page, from 1, for the boxes.
        words: as they were given.
    """
    if not words:
        return []
    textpage = page.get_textpage()
    try:
        letters = _letters(textpage, range(textpage.count_chars()))
        found = []
        for start, end, said in _places(letters, words):
            found.append(Found(said, _boxes(page, textpage, number, range(start, end))))
        return found
    finally:
        textpage.close()


def across(page: pdfium.PdfPage, following: pdfium.PdfPage, number: int, words: Sequence[str]) -> tuple[list[Area], list[Area]]:
    """The boxes of words that begin at the end of a page and end on the next one.

    Args:
        page: opened.
        following: the page after it, opened.
        number: of the first one, from 1.
        words: as they were given.
    """
    first, second = page.get_textpage(), following.get_textpage()
    try:
        end = first.count_chars()
        begin = max(end - EDGE, 0)
        head = range(min(second.count_chars(), EDGE))
        letters = [*_letters(first, range(begin, end)), " ", *_letters(second, head)]
        seam = end - begin
        boxes: tuple[list[Area], list[Area]] = ([], [])
        for start, stop, _ in _places(letters, words):
            if start < seam < stop:
                boxes[0].extend(_boxes(page, first, number, range(begin + start, end)))
                boxes[1].extend(_boxes(following, second, number + 1, range(stop - seam - 1)))
        return boxes
    finally:
        first.close()
        second.close()


def _letters(textpage: pdfium.PdfTextPage, places: range) -> list[str]:
    return [chr(raw.FPDFText_GetUnicode(textpage.raw, at) or 32) for at in places]


def under(page: pdfium.PdfPage, area: Area) -> list[str]:
    """The lines of text under an area."""
    textpage = page.get_textpage()
    try:
        left, top = _on_page(page, area.left, area.top)
        right, bottom = _on_page(page, area.left + area.width, area.top + area.height)
        text = textpage.get_text_bounded(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        return [line.strip() for line in text.splitlines() if line.strip()]
    finally:
        textpage.close()


def _places(letters: Sequence[str], words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where words begin and end, and what stands there; of what was spaced out, the words as they were given."""
    text, at = _seen_through(letters, blanks=True)
    for match in finder(tuple(words)).finditer(text):
        yield at[match.start()], at[match.end() - 1] + 1, " ".join(match[0].split())
    tight, at = _seen_through(letters, blanks=False)
    for word in words:
        plain = _normal(word)
        begin = tight.find(plain) if len(plain) >= _SPACED_OUT else -1
        while begin >= 0:
            yield at[begin], at[begin + len(plain) - 1] + 1, word
            begin = tight.find(plain, begin + 1)


def _seen_through(letters: Sequence[str], *, blanks: bool) -> tuple[str, list[int]]:
    """A text of plain letters, and of each the place in the page's text."""
    out: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(letters):
        if letter in _SKIPPED:
            continue
        if letter.isspace() or letter == "\x00":
            if blanks:
                out.append(" ")
                at.append(place)
            continue
        for plain in letter if blanks and letter.isascii() else _normal(letter):
            out.append(plain)
            at.append(place)
    return "".join(out), at


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _boxes(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, number: int, places: range) -> list[Area]:
    """The boxes of letters; those of one line are one, so that nobody counts them."""
    lines: list[list[float]] = []
    for place in places:
        left, bottom, right, top = textpage.get_charbox(place, loose=True)
        if right <= left:
            left, bottom, right, top = textpage.get_charbox(place, loose=False)
        (a, b), (c, d) = _shown(page, left, top), _shown(page, right, bottom)
        box = [min(a, c), min(b, d), max(a, c), max(b, d)]
        if box[0] == box[2] and box[1] == box[3]:
            continue
        last = lines[-1] if lines else None
        if last and (min(last[3], box[3]) > max(last[1], box[1]) or min(last[2], box[2]) > max(last[0], box[0])):
            lines[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
        else:
            lines.append(box)
    return [area for box in lines if (area := _area(number, box))]


def _area(number: int, box: Sequence[float]) -> Area | None:
    left, top = max(box[0] - _MARGIN, 0.0), max(box[1] - _MARGIN, 0.0)
    right, bottom = min(box[2] + _MARGIN, 100.0), min(box[3] + _MARGIN, 100.0)
    if right <= left or bottom <= top:
        return None  # it stands outside the page, and is gone with the letters
    return Area(page=number, left=left, top=top, width=right - left, height=bottom - top)


def _shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the page's own space in percent of what is shown, whatever is cropped or turned."""
    across, down = raw.c_int(), raw.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, _SCALE, _SCALE, 0, x, y, across, down)
    return across.value * 100 / _SCALE, down.value * 100 / _SCALE


def _on_page(page: pdfium.PdfPage, left: float, top: float) -> tuple[float, float]:
    x, y = raw.c_double(), raw.c_double()
    raw.FPDF_DeviceToPage(page.raw, 0, 0, _SCALE, _SCALE, 0, int(left * _SCALE / 100), int(top * _SCALE / 100), x, y)
    return x.value, y.value
