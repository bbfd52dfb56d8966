"""What was covered in a PDF or a picture is gone from every place where documents hide words; two other readers look too."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from activities.leak_search import found_in
from activities.package_files import Covering
from adapters.documents.reader import DocumentReader
from adapters.layers import normal
from domain.redaction import Area, Span
from tests.adapters.documents.corpus import A4, KEPT, PDFS, PICTURES, jpeg, line, pdf
from tests.adapters.leak_corpus import mail, zipped

NAME = "Tomas Wojcik"
SCAN = Area(page=1, left=5, top=5, width=30, height=10)


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def covered(documents: DocumentReader, content: bytes, *spans: Span, looked: bool = False) -> bytes | None:
    found = Covering(documents, looked=looked).cover(content, spans)
    return None if found is None else bytes(found.value)


def every_string(content: bytes) -> str:
    """Everything that pikepdf reads: strings, names and unpacked streams of all objects that are still there."""
    with pikepdf.open(io.BytesIO(content)) as document:
        texts = [str(document.trailer)]
        for each in document.objects:
            texts.append(repr(each))
            if isinstance(each, pikepdf.Stream):
                texts.append(each.read_raw_bytes().decode("latin-1"))
        return "\n".join(texts)


def letters(content: bytes) -> list[str]:
    with pdfium.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]


def poppler(content: bytes, folder: Path) -> str:
    """The letters as another program reads them."""
    program = shutil.which("pdftotext")
    assert program, "poppler-utils is installed by the Makefile"
    (folder / "x.pdf").write_bytes(content)
    return subprocess.run([program, "x.pdf", "-"], cwd=folder, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("hidden", PDFS)
def test_a_pdf_of_the_corpus_leaves_without_the_words(hidden: str, documents: DocumentReader, tmp_path: Path) -> None:
    made = PDFS[hidden](NAME)
    released = covered(documents, made, Span(words=NAME))
    assert released is not None, "each of them can be covered for certain"
    assert not found_in("file", released, (normal(NAME),), documents)
    told = " ".join([every_string(released), poppler(released, tmp_path), *letters(released)]).casefold()
    for part in NAME.casefold().split():
        assert part not in told
    if hidden != "over two pages":
        assert KEPT in " ".join(letters(released)[1].split()), "a page without the words stays as it is"
    assert len(letters(released)) == 2


# What was spaced out is left out: no search takes blanks for nothing; a cover does.
@pytest.mark.parametrize("hidden", [hidden for hidden in PDFS if hidden != "spaced out"])
def test_the_search_of_what_leaves_finds_the_words_in_every_pdf_of_the_corpus(hidden: str, documents: DocumentReader) -> None:
    assert found_in("file", PDFS[hidden](NAME), (normal(NAME),), documents)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=9).map(str.capitalize),
    hidden=st.lists(st.sampled_from([name for name in PDFS if name != "locked without a password"]), min_size=1, max_size=1),
    wrapped=st.sampled_from(["alone", "in a mail", "in a zip", "in a zip in a mail"]),
)
def test_no_word_survives_in_a_pdf_wherever_it_lies(
    documents: DocumentReader, first: str, hidden: list[str], wrapped: str
) -> None:
    word = f"{first} Qz{first.lower()}"
    made = PDFS[hidden[0]](word)
    outer = {
        "alone": made,
        "in a mail": mail("see there", attachment=made, name="a.pdf"),
        "in a zip": zipped(a=made),
        "in a zip in a mail": mail("see there", attachment=zipped(a=made), name="a.zip"),
    }[wrapped]
    released = covered(documents, outer, Span(words=word))
    assert released is not None
    assert not found_in("file", released, (normal(word),), documents)


def test_nothing_active_and_nothing_of_before_is_left(documents: DocumentReader) -> None:
    for hidden in ("script", "attachment", "outline", "earlier revision", "filled into a form", "hidden layer", "comment"):
        released = covered(documents, PDFS[hidden](NAME), Span(words=NAME), Span(area=SCAN))
        assert released is not None
        with pikepdf.open(io.BytesIO(released)) as document:
            assert set(document.Root.keys()) == {"/Type", "/Pages"}
            assert all("/Annots" not in page.obj for page in document.pages)
            assert len(document.docinfo) == 0
        assert released.count(b"%%EOF") == 1


def test_an_area_is_black_its_text_is_gone_and_the_rest_is_still_seen(documents: DocumentReader) -> None:
    made = pdf(line("Tomas Wojcik signed") + b" BT /F1 12 Tf 50 300 Td (Ruth was there) Tj ET 1 0 0 rg 400 100 100 100 re f")
    top = 100 * (1 - 720 / A4[1])
    found = Covering(documents).cover(made, [Span(area=Area(left=5, top=top, width=60, height=4))])
    assert found is not None
    assert found.removed == ["Tomas Wojcik signed"]
    released = bytes(found.value)
    assert letters(released)[0].strip() == ""
    with pdfium.PdfDocument(released) as document:
        shown = document[0].render(scale=1).to_pil().convert("RGB")
    assert shown.getpixel((100, 842 - 703)) == (0, 0, 0)
    red = shown.getpixel((450, 842 - 150))
    assert isinstance(red, tuple)
    assert red[0] > 230
    assert red[1] < 40
    assert KEPT in letters(released)[1]


def test_a_turned_page_is_covered_where_the_reviewer_saw_it(documents: DocumentReader) -> None:
    made = pdf(line("Tomas Wojcik signed"), lambda _, page: page.rotate(90, relative=False))
    before = Image.open(io.BytesIO(documents.page(made))).convert("L")
    box = ImageChops.invert(before).getbbox()
    assert box
    wide, high = before.size
    area = Area(
        left=100 * box[0] / wide,
        top=100 * box[1] / high,
        width=100 * (box[2] - box[0]) / wide,
        height=100 * (box[3] - box[1]) / high,
    )
    found = Covering(documents).cover(made, [Span(area=area)])
    assert found is not None
    assert found.removed == ["Tomas Wojcik signed"]


def test_a_scan_is_not_taken_for_covered_by_words_alone(documents: DocumentReader) -> None:
    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        image = document.make_stream(
            jpeg(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=400, Height=300,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I1=image))
        page.obj.Contents = document.make_stream(b"q 400 0 0 300 50 300 cm /I1 Do Q")

    made = pdf(b"", change)
    assert covered(documents, made, Span(words=NAME)) is None
    assert covered(documents, made, Span(words=NAME), looked=True) is not None, "somebody saw every page"
    assert covered(documents, made, Span(words=NAME), Span(area=SCAN)) is not None, "somebody saw this page"


@pytest.mark.parametrize("hidden", PICTURES)
def test_a_picture_of_the_corpus_leaves_without_what_it_says_of_itself(hidden: str, documents: DocumentReader) -> None:
    made = PICTURES[hidden](NAME)
    assert found_in("file", made, (normal(NAME),))
    for spans in ([Span(words=NAME)], [Span(about_file=True)], [Span(area=SCAN)]):
        released = covered(documents, made, *spans)
        assert released is not None
        assert not found_in("file", released, (normal(NAME),))
        assert documents.about(released).says == {}
        with Image.open(io.BytesIO(released)) as picture, Image.open(io.BytesIO(made)) as before:
            assert (picture.format, picture.size) == (before.format, before.size)


def test_an_area_of_a_picture_is_black_as_the_reviewer_saw_it_although_it_was_turned(documents: DocumentReader) -> None:
    made = jpeg({0x0112: 6})  # shown turned by a quarter: the white quarter lies at the lower left
    shown = Image.open(io.BytesIO(documents.page(made))).convert("L")
    assert shown.size == (300, 400)
    assert shown.getpixel((20, 380)) == 255
    released = covered(documents, made, Span(area=Area(left=0, top=50, width=50, height=50)))
    assert released is not None
    picture = Image.open(io.BytesIO(released)).convert("L")
    assert picture.size == (300, 400)
    dark = picture.getpixel((20, 380))
    assert isinstance(dark, int)
    assert dark < 10


def test_words_alone_cover_no_picture_that_only_shows_them(documents: DocumentReader) -> None:
    assert covered(documents, jpeg(), Span(words=NAME)) is None


def test_a_cover_of_what_is_not_there_changes_no_page(documents: DocumentReader) -> None:
    released = covered(documents, PDFS["text"]("Ruth Adeyemi"), Span(words=NAME))
    assert released is not None
    assert "Ruth Adeyemi" in letters(released)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\nnothing",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff" + bytes(50),
        pdf(line("x"), encryption=pikepdf.Encryption(owner="a", user="b")),
    ],
)
def test_what_cannot_be_opened_is_not_covered(content: bytes, documents: DocumentReader) -> None:
    assert covered(documents, content, Span(words=NAME)) is None
    assert covered(documents, content, Span(area=SCAN)) is None
