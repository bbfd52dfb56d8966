"""Documents that programs really write, built to leak: each holds words in one of the places where documents hide them."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import ExifTags, Image, ImageDraw, PngImagePlugin

A4 = (595, 842)
KEPT = "Nothing of anybody else stands on this second page"


def pdf(first: bytes, change: Callable[[pikepdf.Pdf, pikepdf.Page], None] | None = None, **saved: Any) -> bytes:  # noqa: ANN401
    """Two pages: the first draws what is given, the second says that it is kept."""
    document = pikepdf.Pdf.new()
    for content in (first, f"BT /F1 12 Tf 50 700 Td ({KEPT}) Tj ET".encode()):
        font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        page = Dictionary(
            Type=Name.Page,
            MediaBox=[0, 0, *A4],
            Resources=Dictionary(Font=Dictionary(F1=font)),
            Contents=document.make_stream(content),
        )
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
    if change:
        change(document, document.pages[0])
    out = io.BytesIO()
    document.save(out, **saved)
    return out.getvalue()


def line(text: str, before: str = "") -> bytes:
    return f"BT /F1 12 Tf {before} 50 700 Td ({text}) Tj ET".encode()


def _annotation(word: str, kind: Name = Name.Text) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=kind, Rect=[50, 50, 250, 90], Contents=String(word), DA=String("/F1 12 Tf"))
        page.obj.Annots = Array([document.make_indirect(note)])

    return change


def _field(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        font = page.obj.Resources.Font.F1
        field = document.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("who"), V=String(word), Rect=[50, 500, 350, 530],
                DA=String("/F1 12 Tf 0 g"), P=page.obj, F=4,
            )
        )  # fmt: skip
        page.obj.Annots = Array([field])
        document.Root.AcroForm = Dictionary(
            Fields=Array([field]), NeedAppearances=True, DR=Dictionary(Font=Dictionary(F1=font)), DA=String("/F1 12 Tf 0 g")
        )

    return change


def _layer(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    group = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("Draft")))
    document.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group]), Order=Array([group])))
    page.obj.Resources.Properties = Dictionary(L1=group)


def _info(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, _: pikepdf.Page) -> None:
        document.docinfo["/Author"] = word
        with document.open_metadata() as metadata:
            metadata["dc:creator"] = [word]

    return change


def _attached(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, _: pikepdf.Page) -> None:
        document.attachments["notes.txt"] = f"notes by {word}".encode()

    return change


def _script(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, _: pikepdf.Page) -> None:
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{word}')"))

    return change


def _outline(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, _: pikepdf.Page) -> None:
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(f"What {word} said", 0))

    return change


def _small_copy(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        image = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 4, "Height": 4, "ColorSpace": Name.DeviceRGB}
        data = jpeg(exif={ExifTags.Base.Artist: word}, size=(4, 4))
        page.obj.Thumb = document.make_stream(data, **image, BitsPerComponent=8, Filter=Name.DCTDecode)
        second = document.pages[1].obj
        second.Resources.XObject = Dictionary(I1=document.make_stream(data, **image, BitsPerComponent=8, Filter=Name.DCTDecode))
        second.Contents = document.make_stream(second.Contents.read_bytes() + b" q 50 0 0 50 50 50 cm /I1 Do Q")

    return change


def _form(word: str) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        form = document.make_stream(
            line(word), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, *A4], Resources=page.obj.Resources
        )
        page.obj.Resources = Dictionary(Font=page.obj.Resources.Font, XObject=Dictionary(Inside=form))
        page.obj.Contents = document.make_stream(b"q /Inside Do Q")

    return change


def _own_alphabet(word: str) -> bytes:
    """A font whose codes mean other letters, as programs that embed a part of a font write them."""
    codes = {letter: number for number, letter in enumerate(dict.fromkeys(word), start=1)}
    shown = "".join(f"{codes[letter]:02x}" for letter in word)
    lines = "\n".join(f"<{code:02x}> <{ord(letter):04x}>" for letter, code in codes.items())
    table = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(codes)} beginbfchar\n{lines}\nendbfchar endcmap end"
    )

    def change(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        names = [Name(f"/{letter}") if letter.isascii() and letter.isalpha() else Name.space for letter in codes]
        page.obj.Resources.Font.F1 = document.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, ToUnicode=document.make_stream(table.encode()),
                Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *names])),
            )
        )  # fmt: skip

    return pdf(f"BT /F1 12 Tf 50 700 Td <{shown}> Tj ET".encode(), change)


def _before_second(document: pikepdf.Pdf, word: str) -> None:
    second = document.pages[1].obj
    second.Contents = document.make_stream(f"BT /F1 12 Tf 50 750 Td ({word}) Tj ET ".encode() + second.Contents.read_bytes())


def _earlier_revision(word: str) -> bytes:
    first = pdf(line(f"First draft by {word}"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(first)) as document:
        number = document.pages[0].obj.Contents.objgen[0]
        size = int(document.trailer.Size)
        root = document.Root.objgen[0]
    before = first.rindex(b"startxref")
    place = int(first[before:].split()[1])
    content = line("Second draft by nobody")
    new = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(content), content)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, len(first), size, root, place, len(first) + len(new),
    )  # fmt: skip
    return first + new + table


PDFS: dict[str, Callable[[str], bytes]] = {
    "text": lambda word: pdf(line(f"Dear {word}, thank you")),
    "white on white": lambda word: pdf(line(word, "1 1 1 rg")),
    "under a box": lambda word: pdf(line(word) + b" 0 0 0 rg 40 690 300 30 re f"),
    "invisible": lambda word: pdf(line(word, "3 Tr")),
    "outside the page": lambda word: pdf(f"BT /F1 12 Tf 50 -500 Td ({word}) Tj ET".encode()),
    "tiny": lambda word: pdf(f"BT /F1 0.5 Tf 50 700 Td ({word}) Tj ET".encode()),
    "kerned pieces": lambda word: pdf(f"BT /F1 12 Tf 50 700 Td [({word[:3]}) -20 ({word[3:]})] TJ ET".encode()),
    "single letters": lambda word: pdf(
        b"".join(f"BT /F1 12 Tf {50 + 9 * at} 700 Td ({letter}) Tj ET ".encode() for at, letter in enumerate(word))
    ),
    "spaced out": lambda word: pdf(f"BT /F1 12 Tf 14 Tc 50 700 Td ({word}) Tj ET".encode()),
    "over two lines with a hyphen": lambda word: pdf(
        f"BT /F1 12 Tf 50 700 Td (a word: {word[:-3]}-) Tj 0 -14 Td ({word[-3:]} was here) Tj ET".encode()
    ),
    "over two pages": lambda word: pdf(
        f"BT /F1 12 Tf 50 60 Td (Yours, {word.split()[0]}) Tj ET".encode(),
        lambda document, _: _before_second(document, word.split()[1]),
    ),
    "in hexadecimal": lambda word: pdf(f"BT /F1 12 Tf 50 700 Td <{word.encode().hex()}> Tj ET".encode()),
    "an alphabet of its own": _own_alphabet,
    "turned page": lambda word: pdf(line(word), lambda _, page: page.rotate(90, relative=False)),
    "cropped page": lambda word: pdf(line(word), lambda _, page: setattr(page, "cropbox", Array([0, 0, 300, 400]))),
    "a form inside": lambda word: pdf(b"", _form(word)),
    "text of a mark": lambda word: pdf(f"/Span <</ActualText ({word})>> BDC {line('x').decode()} EMC".encode()),
    "comment": lambda word: pdf(line("x"), _annotation(word)),
    "text over the page": lambda word: pdf(line("x"), _annotation(word, Name.FreeText)),
    "filled into a form": lambda word: pdf(line("x"), _field(word)),
    "hidden layer": lambda word: pdf(b"/OC /L1 BDC " + line(word) + b" EMC", _layer),
    "author and metadata": lambda word: pdf(line("x"), _info(word)),
    "attachment": lambda word: pdf(line("x"), _attached(word)),
    "script": lambda word: pdf(line("x"), _script(word)),
    "outline": lambda word: pdf(line("x"), _outline(word)),
    "EXIF of pictures inside": lambda word: pdf(line("x"), _small_copy(word)),
    "earlier revision": _earlier_revision,
    "locked without a password": lambda word: pdf(line(word), encryption=pikepdf.Encryption(owner="secret", user="")),
    "packed objects": lambda word: pdf(line(word), _info(word), object_stream_mode=pikepdf.ObjectStreamMode.generate),
}


def jpeg(exif: dict[int, Any] | None = None, size: tuple[int, int] = (400, 300), **saved: Any) -> bytes:  # noqa: ANN401
    """A red picture with a white lower right quarter."""
    picture = Image.new("RGB", size, (200, 30, 30))
    ImageDraw.Draw(picture).rectangle((size[0] // 2, size[1] // 2, *size), fill=(255, 255, 255))
    described = Image.Exif()
    for tag, value in (exif or {}).items():
        described[tag] = value
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=described, **saved)
    return out.getvalue()


def png(**texts: str) -> bytes:
    told = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        told.add_text(name, text, zip=name == "packed")
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


def thumbnailed(word: str) -> bytes:
    """A JPEG with a small copy of itself in its EXIF, made by hand: a directory of two fields after the first one."""
    small = jpeg(size=(16, 12), comment=word.encode())
    head = b"II*\x00\x08\x00\x00\x00"
    first = b"\x00\x00" + (14).to_bytes(4, "little")
    fields = b"".join(
        tag.to_bytes(2, "little") + b"\x04\x00" + (1).to_bytes(4, "little") + value.to_bytes(4, "little")
        for tag, value in ((0x0201, 14 + 2 + 24 + 4), (0x0202, len(small)))
    )
    exif = b"Exif\x00\x00" + head + first + b"\x02\x00" + fields + bytes(4) + small
    whole = jpeg()
    return whole[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + whole[2:]


PICTURES: dict[str, Callable[[str], bytes]] = {
    "jpeg exif": lambda word: jpeg({ExifTags.Base.Artist: word}),
    "jpeg exif of a program": lambda word: jpeg({ExifTags.Base.XPAuthor: word.encode("utf-16-le")}),
    "jpeg xmp": lambda word: jpeg(xmp=f"<x:xmpmeta><dc:creator>{word}</dc:creator></x:xmpmeta>".encode()),
    "jpeg comment": lambda word: jpeg(comment=word.encode()),
    "jpeg with a small copy": thumbnailed,
    "after the end": lambda word: jpeg() + word.encode(),
    "png text": lambda word: png(Author=word),
    "png packed text": lambda word: png(packed=f"by {word} and others, at length, so that it packs"),
}
