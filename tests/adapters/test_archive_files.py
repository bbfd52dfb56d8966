"""What stands in attached files is found like the words of a mail; where it cannot be, the import says so, file by file."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.archives import pst
from domain.archives import Scope
from tests import archives_made as made
from tests import opened
from tests.adapters.documents import corpus
from tests.archives_made import Office, mail, mbox, zipped
from tests.case_in_hand import ADDRESS

BOSS = "boss@office.example"
# Of Apache Tika's tests (Apache License 2.0): an Outlook file with mails, and a message of Outlook with a mail and a PDF in it.
MAILS, MESSAGE = (Path(__file__).parent.parent / "data" / name for name in ("mails.pst.gz", "mail.msg.gz"))
SAID = "Project Lantern"


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with opened.resources(tmp_path / "home", database_url, made.DATAMAP) as resources:
        yield Office(resources)


def forwarded() -> bytes:
    """A mail that carries a mail whose text is packed."""
    inner = EmailMessage()
    inner["Subject"], inner["From"], inner["To"] = "Fwd", BOSS, BOSS
    inner.set_content(f"about the {SAID}, déjà vu", cte="base64")
    return inner.as_bytes()


def office_file(name: str, xml: bytes) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", name: xml})


def word() -> bytes:
    return office_file("word/document.xml", b"<w:p><w:r><w:t>Project </w:t></w:r><w:r><w:t>Lantern</w:t></w:r></w:p>")


def pdf(shows: str) -> bytes:
    return corpus.pdf(f"BT /F1 12 Tf 72 700 Td ({shows}) Tj ET".encode())


FILES = {
    "plan.pdf": pdf(SAID),
    "plan.docx": word(),
    "sheet.xlsx": office_file("xl/sharedStrings.xml", b"<sst><si><t>Project Lantern</t></si></sst>"),
    "box.pptx": office_file("ppt/drawings/vmlDrawing1.xml", b"<v:textbox><p>Project Lantern</p></v:textbox>"),
    "plan.txt": SAID.encode(),
    "wide.txt": SAID.encode("utf-16"),
    "page.html": b"<html><p>Project <b>Lan</b>tern</p></html>",
    "note.rtf": rb"{\rtf1{\fonttbl{\f0 Arial;}}\f0 Project \'4cantern\par}",
    "forwarded.eml": forwarded(),
    "all.zip": zipped({"in/deep.zip": zipped({"plan.docx": word()})}),
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + SAID.encode("utf-16-le") + b"\0" * 60,
}


def test_the_agreed_words_are_found_in_an_attached_file_and_it_is_said_in_which(office: Office) -> None:
    sent = [mail(number, "see there", to=BOSS, files={name: content}) for number, (name, content) in enumerate(FILES.items())]
    archive = office.take_in(mbox(*sent, mail(91, "a lantern project", to=BOSS)))
    office.agree([archive], ("project lantern",))
    office.collect()
    rows = office.rows()
    assert [(row["files"], row["found_in"]) for row in rows] == [(name, name) for name in FILES]
    assert {str(row["text"]).strip() for row in rows} == {"see there"}
    assert [file["bytes"] for file in office.rows("attachments")] == [len(content) for content in FILES.values()]
    assert office.archives.imports()[0].row.unsearched == {"rough": 1}, "a kind without a reader: what stands in it plainly"


def test_identifiers_are_found_in_attached_files_and_words_never_across_two_of_them(office: Office) -> None:
    archive = office.take_in(
        mbox(
            mail(1, "one", to=BOSS, files={"people.csv": f"name;mail\nRuth;{ADDRESS.title()}\n".encode()}),
            mail(2, "two", to=BOSS, files={"a.txt": b"ends with Project", "b.txt": b"Lantern begins this"}),
        )
    )
    office.agree([archive], (SAID,))
    office.collect()
    assert [(row["email"], row["found_in"]) for row in office.rows()] == [(ADDRESS, "people.csv")]


def test_an_attached_file_that_cannot_be_searched_to_its_end_is_counted_named_and_still_comes_with_its_mail(
    office: Office,
) -> None:
    scan = corpus.pdf(b"0 0 200 200 re f")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("secret.txt", SAID)
    locked = bytearray(target.getvalue())
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    files = {
        "scan.pdf": scan,
        "locked.zip": bytes(locked),
        "broken.pdf": b"%PDF-1.7 and nothing else",
        "logo.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        "tool.exe": b"MZ\0\1" + bytes(range(256)) * 4,
        "long.txt": b"word " * 250_000,
        "fine.txt": b"all of it",
    }
    office.take_in(mbox(mail(1, "see there", files=files)))
    (imported,) = office.archives.imports()
    assert imported.row.unreadable == {}
    assert imported.row.unsearched == {"scan": 1, "unopened": 2, "picture": 1, "rough": 1, "long": 1}
    named = {place.rpartition("/")[2]: reason for _, reason, place, _ in office.archives.unreadable(imported.row.id)}
    assert named == {
        "scan.pdf": "scan",
        "locked.zip": "unopened",
        "broken.pdf": "unopened",
        "tool.exe": "rough",
        "long.txt": "long",
    }, "a picture is in every signature, so it is counted and not named"
    assert office.estimate(Scope(archives=(imported.row.id,))).unsearched == 6
    office.agree([imported.row.id])
    office.collect()
    assert len(office.rows("attachments")) == len(files)


def test_a_message_of_outlook_is_a_mail_alone_in_a_zip_and_attached_to_another(office: Office) -> None:
    message = gzip.decompress(MESSAGE.read_bytes())
    alone = office.take_in(zipped({"Saved/test.msg": message}))
    carried = office.take_in(mbox(mail(1, "saved this", to=BOSS, files={"kept.msg": message})), "Tom Ito")
    office.agree([alone, carried], ("blah blah blah",))
    assert office.collect()["mail"].records == 5, "two mails, and three files"
    direct, around = office.rows()
    assert (direct["subject"], direct["folder"], direct["files"]) == (
        "test email", "Saved", "Test Attachment.eml; smbprn.00009008.KdcPjl.pdf",
    )  # fmt: skip
    assert str(direct["sent_at"]).startswith("2010-06-17T23:54:19")
    assert (around["subject"], around["found_in"]) == ("Number 1", "kept.msg")


def test_an_outlook_file_with_mails_is_read_with_its_folders_and_what_is_attached(office: Office) -> None:
    assert pst.reader(), "Debian: pst-utils"
    archive = office.take_in(gzip.decompress(MAILS.read_bytes()), name="mails.pst")
    (imported,) = office.archives.imports()
    assert (imported.row.kind, imported.row.unreadable) == ("pst", {})
    office.agree([archive], ("original email",))
    office.collect()
    rows = office.rows()
    assert (len(rows), sum(int(str(row["copies"])) for row in rows)) == (4, imported.row.messages)
    assert {row["folder"] for row in rows} == {"Outlook Data File/Inbox/tmp"}
    assert len({row["thread"] for row in rows}) < len(rows), "answers and what they answer are one conversation"


def test_a_calendar_and_contacts_are_items_of_their_own_kind(office: Office) -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20240301T090000Z\r\nSUMMARY:Talk\r\n"
        f'ORGANIZER;CN="Mia Wald":mailto:mia@office.example\r\nATTENDEE;CN=Ruth:MAILTO:{ADDRESS}\r\n'
        "DESCRIPTION:her warning\\, as agr\r\n eed\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )  # fmt: skip
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:Ruth Adeyemi\nitem1.EMAIL;TYPE=HOME:{ADDRESS}\nNOTE:difficult\nEND:VCARD\n"
    archive = office.take_in(zipped({"mia.ics": calendar.encode(), "people.vcf": card.encode()}))
    (imported,) = office.archives.imports()
    assert (imported.row.messages, imported.row.unreadable) == (3, {})
    office.agree([archive])
    office.collect()
    talk, contact = office.rows()
    assert (talk["kind"], talk["subject"], talk["sender"]) == ("calendar", "Talk", "Mia Wald <mia@office.example>")
    assert "her warning, as agreed" in str(talk["text"])
    assert str(talk["sent_at"]).startswith("2024-03-01T09:00")
    assert (contact["kind"], contact["subject"]) == ("contact", "Ruth Adeyemi")
    assert "difficult" in str(contact["text"])
