"""The documents of the demo's heavy person: as programs write them, with other people in every place where documents keep some.

Text under a black box, a remark on a page, a scan, tracked changes, a hidden sheet. Nobody in them exists: names are made up,
telephone numbers are kept for fiction, the bank's account is the example of its standard. Next: demo/office_mail.py
"""

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from demo.pictures import photograph, picture, scan

_A4 = (595, 842)
_MADE = (2026, 1, 1, 0, 0, 0)  # of what is in a zip: the same bytes in each build
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_PACKED = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# Of people whom the heavy person knows; the conversations and the mail archive of the demo name them too.
SITTER, SITTER_PHONE, SITTER_STREET = "Maria Keller", "+44 7700 900456", "17 Harbour Row, Exampleton"
PARTNER, PARTNER_MAIL = "Jonas Weber", "jonas.weber@example.org"
IBAN = "DE89 3704 0044 0532 0130 00"  # the example of ISO 13616


def uploads() -> tuple[tuple[str, bytes], ...]:
    """What the heavy person uploaded, in their order: names and contents."""
    return (
        ("portrait.jpg", photograph("portrait of a sitter", artist=f"Hans Heavy, sitter {SITTER}", place=(53.0, 10.0))),
        ("model-release.pdf", release()),
        ("studio-contract.pdf", _contract()),
        ("letter-scanned.pdf", _scanned()),
        ("briefing.docx", _briefing()),
        ("costs.xlsx", costs()),
        ("harbour.png", picture("harbour at night")),
        ("notes.txt", f"Call {PARTNER} ({PARTNER_MAIL}) about the exhibition.\nPay {SITTER} by Friday.\n".encode()),
    )


def release() -> bytes:
    """A form in which somebody covered an address with a black box, as people do: the letters are still under it."""
    lines = (
        ("Model release", 20),
        ("I allow Hans Heavy to use the pictures of me that he makes on Imaginella.", 11),
        (f"Name of the sitter: {SITTER}", 11),
        (f"Address: {SITTER_STREET}", 11),
        (f"Telephone: {SITTER_PHONE}", 11),
        ("Photographer: Hans Heavy", 11),
        ("Signed at Exampleton", 11),
    )
    box = b"0 g 105 640 260 46 re f"
    return _pdf([_page(lines) + box], title="Model release", author=f"Studio of {PARTNER}")


def costs() -> bytes:
    """A workbook with a sheet that is hidden and holds somebody else's bank account."""
    seen = [["Item", "Who", "EUR"], ["Sitting, two hours", SITTER, "180"], ["Prints", "Hans Heavy", "95"]]
    hidden = [["Payee", "IBAN"], [SITTER, IBAN]]
    book = (
        f'<workbook {_SHEET} {_LINKED}><sheets><sheet name="Costs" sheetId="1" r:id="rId1"/>'
        '<sheet name="Payees" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'
    )
    targets = {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("worksheet", "worksheets/sheet2.xml")}
    parts = {"xl/worksheets/sheet1.xml": _rows(seen), "xl/worksheets/sheet2.xml": _rows(hidden), "xl/workbook.xml": book}
    kinds = {"/xl/workbook.xml": "sheet.main"} | {f"/xl/{target}": "worksheet" for _, target in targets.values()}
    return _office("xl/workbook.xml", parts | {"xl/_rels/workbook.xml.rels": _related(targets)}, kinds, "spreadsheetml")


def _contract() -> bytes:
    first = (
        ("Agreement about a studio", 20),
        (f"between Hans Heavy and {PARTNER}, {PARTNER_MAIL}", 11),
        ("1. Both use the studio in turn, Hans Heavy from Monday to Wednesday.", 11),
        ("2. Each pays half of the rent.", 11),
    )
    second = (("3. Each keeps the rights in the pictures he makes.", 11), (f"4. The key is with {SITTER}.", 11))
    return _pdf(
        [_page(first), _page(second)], title="Studio", author="Hans Heavy", remark=f"{PARTNER}: my new number is +44 7700 900457"
    )


def _scanned() -> bytes:
    lines = ("Dear Hans,", "thank you for the prints.", f"My sister {SITTER.partition(' ')[0]} loves hers.", "", "Yours, Lotte")
    out = io.BytesIO()
    scan(lines).save(out, "PDF", resolution=75.0)
    return out.getvalue()


def _page(lines: tuple[tuple[str, int], ...]) -> bytes:
    drawn = [f"BT /F1 {size} Tf 60 {760 - 28 * row} Td ({words}) Tj ET" for row, (words, size) in enumerate(lines)]
    return "\n".join(drawn).encode() + b"\n"


def _pdf(pages: list[bytes], *, title: str, author: str, remark: str = "") -> bytes:
    document = pikepdf.Pdf.new()
    font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for content in pages:
        page = Dictionary(
            Type=Name.Page,
            MediaBox=[0, 0, *_A4],
            Resources=Dictionary(Font=Dictionary(F1=font)),
            Contents=document.make_stream(content),
        )
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
    if remark:
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[500, 760, 520, 780], Contents=String(remark))
        document.pages[0].obj.Annots = Array([document.make_indirect(note)])
    document.docinfo["/Title"], document.docinfo["/Author"] = title, author
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def _briefing() -> bytes:
    """A text with a remark, and with a sentence that somebody crossed out and that is still in the file."""
    body = (
        _paragraph("Briefing for the exhibition")
        + _paragraph("Twenty portraits, all made on Imaginella, hang from March on.")
        + f'<w:p><w:del w:id="1" w:author="{PARTNER}"><w:r><w:delText>{SITTER} owes us 300 EUR.</w:delText></w:r></w:del></w:p>'
        + f'<w:p><w:commentRangeStart w:id="0"/><w:r><w:t>Opening speech: {PARTNER}.</w:t></w:r>'
        '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )
    remark = f'<w:comment w:id="0" w:author="{SITTER}">{_paragraph("I would rather not be named on the poster.")}</w:comment>'
    parts = {
        "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        "word/comments.xml": f"<w:comments {_WORD}>{remark}</w:comments>",
        "word/_rels/document.xml.rels": _related({"rId1": ("comments", "comments.xml")}),
    }
    kinds = {"/word/document.xml": "document.main", "/word/comments.xml": "comments"}
    return _office("word/document.xml", parts, kinds, "wordprocessingml")


def _paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p>"


def _rows(cells: list[list[str]]) -> str:
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c r="{"ABC"[at]}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for at, cell in enumerate(row))
        + "</row>"
        for number, row in enumerate(cells, start=1)
    )
    return f"<worksheet {_SHEET}><sheetData>{rows}</sheetData></worksheet>"


def _related(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{at}"/>' for key, (kind, at) in targets.items())
    return f'<Relationships xmlns="{_PACKED}/relationships">{inner}</Relationships>'


def _office(main: str, parts: Mapping[str, str], kinds: Mapping[str, str], family: str) -> bytes:
    """A file of an office program: a zip whose list names what is in it."""
    said = "".join(
        f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.{family}.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    listed = (
        f'<Types xmlns="{_PACKED}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{said}</Types>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        top = {"[Content_Types].xml": listed, "_rels/.rels": _related({"rId1": ("officeDocument", main)})}
        for name, content in (top | dict(parts)).items():
            file.writestr(zipfile.ZipInfo(name, _MADE), f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return out.getvalue()
