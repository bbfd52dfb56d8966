"""Imports are read to their end and nothing of them is lost; what is searched is what was agreed."""

import dataclasses
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from typer.testing import CliRunner

import cli
from adapters.archives import pst
from adapters.archives.importing import ScannerSilentError, read_archive
from adapters.archives.sealing import seal_path
from adapters.archives.store import blobs_of_archives
from adapters.database import people
from adapters.database.archive_tables import ArchivePart, ArchiveRow, ArchiveScope, ArchiveUnreadable, ArchiveWords
from adapters.database.review_tables import ItemOpened
from adapters.database.tables import CaseReceipt, PageSeen
from adapters.destruction import Authorised, destroy
from domain.archives import ArchiveKind, ArchiveState, Period, Scope
from domain.datamap_parts import Asked
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.retention import Kept
from domain.rights import Role
from tests import archives_made as made
from tests import clamd, opened
from tests.archives_made import Office, mail, mbox, zipped
from tests.case_in_hand import ADDRESS

BOSS = "boss@office.example"
# Of java-libpst's tests (Apache License 2.0): an Outlook file with contacts and a calendar.
OUTLOOK = Path(__file__).parent.parent / "data" / "dist-list.pst.gz"


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    with opened.resources(tmp_path / "home", database_url, made.DATAMAP) as resources:
        yield Office(resources)


def texts(office: Office) -> list[str]:
    return [str(row["text"]).strip() for row in office.rows()]


def blobs_of(office: Office) -> list[UUID]:
    with office.resources.database.read() as session:
        return blobs_of_archives(session, office.case.id)


def said_to_be(office: Office, relation: str) -> None:
    """What a caseworker said that the person is to the controller."""
    vault = office.resources.vault.case(office.case.id)
    with office.resources.database.write() as session:
        receipt = session.get(CaseReceipt, office.case.id)
        assert receipt is not None
        assert receipt.subject
        subject = json.loads(vault.open("case_receipt", "subject", str(office.case.id), receipt.subject))
        sealed = json.dumps(subject | {"relation": relation}).encode()
        receipt.subject = vault.seal("case_receipt", "subject", str(office.case.id), sealed)


def unreadable(office: Office) -> dict[str, str]:
    """Reason by place, of the only import: what was not read, and what was not searched."""
    (imported,) = office.archives.imports()
    found = office.archives.unreadable(imported.row.id)
    assert Counter(reason for _, reason, _, _ in found) == Counter(imported.row.unreadable) + Counter(
        {reason: number for reason, number in imported.row.unsearched.items() if reason != "picture"}
    )
    return {place: reason for _, reason, place, _ in found}


def test_a_mailbox_is_searched_for_the_person_and_for_agreed_words_and_for_nothing_else(office: Office) -> None:
    archive = office.take_in(
        mbox(
            mail(1, "About your leave", files={"leave.txt": b"ten days"}),
            mail(2, "Ruth A. was late again\nFrom the start", to=BOSS),
            mail(3, "Lunch?", to=BOSS),
            mail(4, f"Please ask {ADDRESS.upper()} first", to=BOSS),
            mail(5, "truth a lie, said the ruthless", to=BOSS),
        )
    )
    assert {name: (one.state, one.archive) for name, one in office.collect().items()} == {"mail": ("manual", True)}
    estimate = office.estimate(Scope(archives=(archive,), terms=("Ruth A",)))
    assert (estimate.messages, estimate.found, estimate.attachments) == (5, 3, 1)
    assert estimate.by_key == {"email": 2, "\u201cRuth A\u201d": 1}
    office.agree([archive], ("r\u00fath a",))
    assert office.collect()["mail"].records == 4
    assert texts(office) == ["About your leave", f"Please ask {ADDRESS.upper()} first", "Ruth A. was late again\nFrom the start"]
    assert office.rows()[2]["term"] == "r\u00fath a"
    (file,) = office.rows("attachments")
    assert (file["bytes"], file["message"]) == (8, office.rows()[0]["id"])


def test_another_agreed_scope_makes_another_search_and_the_old_one_stays_on_record(office: Office) -> None:
    mia = office.take_in(mbox(mail(1, "one"), mail(2, "two", at=None)), "Mia Wald")
    tom = office.take_in(mbox(mail(3, "three")), "Tom Ito")
    office.agree([mia, tom], period={"first": "2024-02-01", "last": "2024-02-28"})
    office.collect()
    assert texts(office) == ["two"], "what has no date is never left out by a period"
    office.agree([mia, tom], period=Period(first=date(2024, 3, 1)))
    assert office.collect()["mail"].records == 3
    with office.resources.database.read() as session:
        kept = session.exec(select(ArchiveScope).order_by(col(ArchiveScope.revision))).all()
    assert [(row.revision, row.counts["found"], row.decided_by) for row in kept] == [(1, 1, made.WORKER), (2, 3, made.WORKER)]
    agreed = office.archives.agreed("mail")
    assert agreed
    assert agreed.scope.agreed_with == "Ruth, by telephone"


def test_an_archive_is_asked_for_as_the_data_map_says_until_somebody_imports_into_it(office: Office) -> None:
    plain = office.resources
    for asked, relation, state in (
        ("staff", "customer", "unasked"),
        ("staff", "employee", "manual"),
        ("on_request", "employee", "unasked"),
        ("always", "customer", "manual"),
    ):
        systems = [system.model_copy(update={"asked": Asked(asked)}) for system in plain.datamap.systems]
        office.resources = dataclasses.replace(plain, datamap=plain.datamap.model_copy(update={"systems": tuple(systems)}))
        said_to_be(office, relation)
        assert {name: (one.state, one.archive) for name, one in office.collect().items()} == {"mail": (state, True)}
    systems = [system.model_copy(update={"asked": Asked.ON_REQUEST}) for system in plain.datamap.systems]
    office.resources = dataclasses.replace(plain, datamap=plain.datamap.model_copy(update={"systems": tuple(systems)}))
    archive = office.take_in(mbox(mail(1)))
    assert office.collect()["mail"].state == "manual", "somebody imported something: now it waits for a scope"
    office.agree([archive])
    assert office.collect()["mail"].state == "searched"


def test_another_scope_means_that_nobody_has_looked_at_what_it_gives(office: Office) -> None:
    archive = office.take_in(mbox(mail(1), mail(2, "the lantern", to=BOSS)))
    office.agree([archive])
    office.collect()
    case = office.case
    with office.resources.database.write() as session:
        given: dict[str, Any] = {"case_id": case.id, "run": 1, "system": "mail", "start": 0, "items": 1}
        given |= {"seen_by": made.WORKER, "seen_at": made.NOW}
        session.add_all([PageSeen(collection=name, **given) for name in ("messages", "attachments")])
        opened: dict[str, Any] = {"case_id": case.id, "run": 1, "system": "mail", "position": 0, "listed": False}
        opened |= {"person": made.WORKER, "at": made.NOW}
        session.add_all([ItemOpened(collection=name, **opened) for name in ("messages", "attachments")])
    office.collect()
    office.agree([archive], ("lantern",))
    office.collect()
    with office.resources.database.read() as session:
        assert session.exec(select(PageSeen)).all() == []
        assert session.exec(select(ItemOpened)).all() == []


def test_copies_are_one_item_answers_are_one_conversation_and_what_is_nearly_the_same_is_a_group(office: Office) -> None:
    long = "We have looked at your file and found that nothing of the sort was ever said by anybody in the room " * 3
    first = office.take_in(
        mbox(
            mail(1, long, subject="Your file"),
            mail(2, "Thank you", subject="Re: Your file", answers=1, sender=ADDRESS, to="mia@office.example"),
            mail(3, long + " Kind regards", subject="Another thing"),
        ),
        "Mia Wald",
    )
    second = office.take_in(mbox(mail(1, long, subject="Your file"), mail(4, "No", subject="RE: your file")), "Tom Ito")
    office.agree([first, second])
    assert office.collect()["mail"].records == 4, "five mails, one of them twice"
    one, answer, near, orphan = office.rows()
    assert (one["copies"], one["custodian"]) == (2, "Mia Wald; Tom Ito")
    assert one["thread"] == answer["thread"] == orphan["thread"] != near["thread"]
    assert one["alike"] == near["alike"]
    assert one["alike"]
    assert answer["alike"] is None


def test_hostile_archives_are_read_as_far_as_they_go_and_the_rest_is_named_and_kept(office: Office, tmp_path: Path) -> None:
    bomb = zipped({"zeros.mbox": b"\0" * 50_000_000})
    deep = zipped({"4.zip": zipped({"5.zip": zipped({"6.zip": zipped({"mail.eml": mail(9)})})})})
    secret = bytearray(zipped({"secret.eml": mail(7)}))
    at = secret.index(b"PK\x01\x02")
    secret[6] |= 1  # says that it is encrypted, in both places
    secret[at + 8] |= 1
    office.take_in(
        zipped(
            {
                "../../../climbs.eml": mail(1, "climbs"),
                "inbox/good.eml": mail(2, "good"),
                "inbox/latin.eml": mail(3, "x", subject="a").replace(b"\n\nx", b"\n\n\xe9t\xe9"),
                "bomb.zip": bomb,
                "deep.zip": deep,
                "secret.zip": bytes(secret),
                "broken.zip": b"PK\x03\x04 and nothing else",
                "notes.pdf": b"%PDF-1.4",
                "strange.json": b'{"a": [1, 2]}',
                "bad.json": b"[" * 100_000,
                "__MACOSX/._good.eml": b"litter",
            }
        )
    )
    assert unreadable(office) == {
        "bomb.zip/zeros.mbox": "swells",
        "deep.zip/4.zip/5.zip": "too_deep",
        "secret.zip/secret.eml": "encrypted",
        "broken.zip": "damaged",
        "notes.pdf": "no_message",
        "strange.json": "no_message",
        "bad.json": "no_message",
    }
    (imported,) = office.archives.imports()
    assert (imported.row.state, imported.row.messages) == (ArchiveState.READ, 3)
    office.agree([imported.row.id])
    office.collect()
    assert sorted(texts(office)) == ["climbs", "good", "\u00e9t\u00e9"]
    assert not list(tmp_path.rglob("climbs*"))
    assert not list((office.resources.settings.home / "unpacking").iterdir())
    number = next(number for number, _, place, _ in office.archives.unreadable(imported.row.id) if place == "notes.pdf")
    name, content = office.archives.unread(imported.row.id, number)
    with content:
        assert (name, content.read()) == ("notes.pdf", b"%PDF-1.4")


def test_a_mail_that_is_none_does_not_take_its_neighbours_with_it(office: Office) -> None:
    office.take_in(mbox(mail(1, "before"), b"no header at all, and then some\n\nwords", mail(2, "after")))
    (imported,) = office.archives.imports()
    assert (imported.row.kind, imported.row.messages, imported.row.unreadable) == ("mbox", 2, {"damaged": 1})


def test_what_is_encrypted_is_an_item_and_is_counted_as_unreadable_too(office: Office) -> None:
    raw = b"From: a@office.example\nTo: " + ADDRESS.encode() + b"\nDate: Fri, 1 Mar 2024 09:00:00 +0000\nSubject: Sealed\n"
    raw += b'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\nAAAA\n'
    archive = office.take_in(raw)
    assert list(unreadable(office).values()) == ["encrypted"]
    office.agree([archive])
    office.collect()
    assert [(row["subject"], row["files"]) for row in office.rows()] == [("Sealed", "smime.p7m")]


def test_an_outlook_file_is_taken_apart_by_readpst_and_its_calendar_and_contacts_are_items(office: Office) -> None:
    assert pst.reader(), "Debian: pst-utils"
    archive = office.take_in(gzip.decompress(OUTLOOK.read_bytes()), name="outlook.pst")
    assert unreadable(office) == {}
    office.agree([archive], ("contact1", "complete test"))
    office.collect()
    entry, contact = sorted(office.rows(), key=lambda row: str(row["kind"]))
    assert (entry["kind"], entry["subject"], entry["folder"]) == ("calendar", "Test appointment", "Personal Folders/Calendar")
    assert str(entry["sent_at"]).startswith("2016-08-02")
    assert (contact["kind"], contact["subject"]) == ("contact", "1, contact name")


def test_mails_that_readpst_gives_are_read_with_the_names_of_their_folders(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No Outlook file with mails may be passed on here: a program stands in that writes what readpst writes for one."""
    written = tmp_path / "written"
    written.write_bytes(mbox(mail(1, "from Outlook\nFrom here on")).replace(b"From somebody", b'From "Mia"'))
    program = tmp_path / "readpst"
    program.write_text(f'#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nmkdir "$2/Inbox" && cp {written} "$2/Inbox/mbox"\n')
    program.chmod(0o700)
    monkeypatch.setattr(pst, "PLACES", str(tmp_path))
    archive = office.take_in(b"!BDN" + b"\0" * 600, name="mia.pst")
    office.agree([archive])
    office.collect()
    assert [(row["text"], row["folder"]) for row in office.rows()] == [("from Outlook\nFrom here on", "Inbox")]


def test_where_no_reader_is_installed_the_import_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pst, "PLACES", "/nowhere")
    office.take_in(gzip.decompress(OUTLOOK.read_bytes()), name="outlook.pst")
    assert unreadable(office) == {"outlook.pst": "no_reader"}
    assert office.archives.imports()[0].row.state == ArchiveState.FAILED


GOOGLE = {
    "messages": [
        {
            "creator": {"name": "Mia Wald", "email": "mia@office.example", "user_type": "Human"},
            "created_date": "Friday, March 1, 2024 at 2:05:11 PM UTC",
            "text": f"ask {ADDRESS}",
            "topic_id": "t1",
            "message_id": "m1",
            "attached_files": [{"original_name": "plan.txt", "export_name": "File-plan.txt"}],
        }
    ]
}
GOOGLE_CHAT = {"DM/messages.json": json.dumps(GOOGLE).encode(), "DM/File-plan.txt": b"plan"}
SKYPE = {
    "userId": "8:live:mia",
    "conversations": [
        {
            "id": "19:x",
            "displayName": "Team",
            "MessageList": [
                {
                    "id": "1",
                    "displayName": "Mia",
                    "originalarrivaltime": "2024-03-01T14:05:11.123Z",
                    "messagetype": "RichText",
                    "content": f"<p>ask {ADDRESS}</p>",
                    "from": "8:live:mia",
                }
            ],
        }
    ],
}
GRAPH = {
    "value": [
        {
            "id": "1",
            "createdDateTime": "2024-03-01T14:05:11.123Z",
            "chatId": "19:x",
            "from": {"user": {"displayName": "Mia", "id": "u"}},
            "body": {"contentType": "html", "content": f"<div>ask {ADDRESS}</div>"},
            "attachments": [],
        }
    ]
}
IPHONE = f"[01/03/2024, 14:05:11] Mia: ask {ADDRESS}\nand wait\n[13/03/2024, 14:06:00] Tom: \u200e<attached: 0001-PHOTO.jpg>"
ANDROID = f"3/13/24, 2:04 PM - Messages are end-to-end encrypted.\n3/13/24, 2:05 PM - Mia: ask {ADDRESS}\n"


@pytest.mark.parametrize(
    ("files", "kind", "expected"),
    [
        (GOOGLE_CHAT, "google_chat", "2024-03-01T14:05:11+00:00"),
        ({"messages.json": json.dumps(SKYPE).encode()}, "teams", "2024-03-01T14:05:11+00:00"),
        ({"chat.json": json.dumps(GRAPH).encode()}, "teams", "2024-03-01T14:05:11+00:00"),
        ({"WhatsApp/_chat.txt": IPHONE.encode(), "WhatsApp/0001-PHOTO.jpg": b"\xff\xd8"}, "whatsapp", "2024-03-01T14:05:11"),
        ({"WhatsApp Chat with Mia.txt": ANDROID.encode()}, "whatsapp", "2024-03-13T14:05:00"),
    ],
)  # fmt: skip
def test_chat_exports_become_messages_with_who_when_and_what(
    office: Office, files: dict[str, bytes], kind: str, expected: str
) -> None:
    archive = office.take_in(zipped(files))
    imported = office.archives.find(archive)
    assert (imported.row.kind, imported.unreadable) == (kind, 0)
    office.agree([archive])
    office.collect()
    (row,) = office.rows()
    assert (row["sent_at"], str(row["text"]).splitlines()[0]) == (expected, f"ask {ADDRESS}")
    assert str(row["sender"]).startswith("Mia")
    assert imported.row.attachments == (1 if len(files) > 1 else 0)


def test_a_slack_export_is_read_with_the_names_behind_its_numbers(office: Office) -> None:
    archive = office.take_in(made.slack())
    assert office.archives.find(archive).row.kind == ArchiveKind.SLACK
    assert unreadable(office) == {}
    office.agree([archive])
    office.collect()
    asked, answered = office.rows()
    assert (asked["subject"], asked["text"]) == ("general", f"Is @Ruth Adeyemi <{ADDRESS}> on leave?")
    assert (answered["sender"], answered["thread"]) == (f"Ruth Adeyemi <{ADDRESS}>", asked["thread"])


def test_a_folder_of_mails_on_this_machine_is_an_import_and_its_links_are_not_followed(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    (folder / "inbox").mkdir(parents=True)
    (folder / "inbox" / "1.eml").write_bytes(mail(1, "in the folder"))
    (tmp_path / "outside.eml").write_bytes(mail(2, "outside"))
    (folder / "2.eml").symlink_to(tmp_path / "outside.eml")
    ref, digest = seal_path(office.resources, office.resources.vault.case(office.case.id), folder)
    archive = office.archives.receive(
        ref, system="mail", custodian="Mia", name=str(folder), by=made.WORKER, now=made.NOW, sha256=digest
    )
    read_archive(office.resources, archive)
    assert office.archives.find(archive).row.messages == 1
    with pytest.raises(InvalidInputError, match="already"):
        office.archives.receive(ref, system="mail", custodian="Mia", name="again", by=made.WORKER, now=made.NOW, sha256=digest)


def test_an_import_that_was_interrupted_begins_anew_and_leaves_nothing_twice(office: Office) -> None:
    archive = office.take_in(zipped({"a.mbox": mbox(mail(1), mail(2)), "b.bin": b"?"}))
    before = office.archives.find(archive)
    left = office.resources.settings.home / "unpacking" / str(archive)  # as a killed worker leaves it
    left.mkdir()
    (left / "file.pst").write_bytes(b"in clear")
    with office.resources.database.write() as session:
        session.execute(sa.update(ArchiveRow).values(state="reading"))
    read_archive(office.resources, archive)
    after = office.archives.find(archive)
    assert (after.row.messages, after.row.unreadable) == (before.row.messages, before.row.unreadable) == (2, {"no_message": 1})
    named = {each.hex for each in blobs_of(office)}
    assert {path.name for path in Path(office.resources.settings.blobs_url).glob("??/*")} == named
    assert not list(left.parent.iterdir())


def test_the_database_alone_tells_no_word_and_no_name(office: Office) -> None:
    office.take_in(mbox(mail(1, "the lighthouse keeper")), custodian="Mia Wald")
    office.agree([office.archives.imports()[0].row.id], ("lighthouse",))
    with office.resources.database.read() as session:
        rows = [session.exec(select(model)).all() for model in (ArchiveRow, ArchivePart, ArchiveWords, ArchiveScope)]
    said = repr([row.model_dump() for each in rows for row in each]).casefold()
    assert not [word for word in ("lighthouse", "keeper", "mia", "wald", "ruth", "telephone") if word in said]


def test_an_import_in_the_scope_stays_one_outside_can_be_removed_and_all_end_with_the_case(office: Office) -> None:
    kept, other = office.take_in(mbox(mail(1))), office.take_in(zipped({"x.bin": b"?", "1.eml": mail(2)}), "Tom")
    office.agree([kept])
    with pytest.raises(NotAllowedNowError):
        office.archives.remove(kept, "not needed", made.WORKER, made.NOW)
    office.archives.remove(other, "Wrong mailbox", made.WORKER, made.NOW)
    removed = office.archives.find(other)
    assert (removed.row.state, removed.row.blob, removed.custodian) == (ArchiveState.REMOVED, None, "Tom")
    destroy(office.resources, Kept.CASE, office.case.id, Authorised(approver=made.WORKER, now=made.NOW))
    assert not list(Path(office.resources.settings.blobs_url).glob("??/*"))
    with office.resources.database.read() as session:
        assert not [
            session.exec(select(model)).all()
            for model in (ArchivePart, ArchiveWords, ArchiveUnreadable)
            if session.exec(select(model)).all()
        ]
        assert {(row.custodian, row.name) for row in session.exec(select(ArchiveRow)).all()} == {(None, None)}
        assert [row.scope for row in session.exec(select(ArchiveScope)).all()] == [None]


def test_a_table_of_a_zip_that_lies_about_its_size_is_refused(office: Office) -> None:
    lying = bytearray(zipped({"1.eml": mail(1)}))
    end = lying.index(b"PK\x05\x06")
    lying[end + 12 : end + 16] = (2**31).to_bytes(4, "little")
    office.take_in(bytes(lying))
    assert list(unreadable(office).values()) == ["damaged"]


def test_a_file_in_which_a_scanner_finds_malware_is_given_to_nobody_and_its_mail_stays(office: Office) -> None:
    with clamd.running() as scanner:
        settings = office.resources.settings.model_copy(update={"clamd": scanner.tcp})
        scanned = dataclasses.replace(office.resources, settings=settings)
        archive = office.receive(mbox(mail(1, "look", files={"bad.exe": clamd.EICAR}), mail(2, "fine", files={"a.txt": b"a"})))
        read_archive(scanned, archive)
    assert list(unreadable(office).values()) == ["infected"]
    office.agree([archive])
    office.collect()
    assert [(row["text"].strip(), row["files"]) for row in office.rows()] == [("look", "bad.exe"), ("fine", "a.txt")]  # type: ignore[attr-defined]
    assert [row["bytes"] for row in office.rows("attachments")] == [1]
    another = office.receive(mbox(mail(3, files={"a.txt": b"b"})))
    with pytest.raises(ScannerSilentError):  # it is gone by now: the import waits for it
        read_archive(scanned, another)
    assert office.archives.find(another).row.state == ArchiveState.RECEIVED


def test_a_large_export_is_imported_on_the_server_by_somebody_who_may(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mia.mbox"
    file.write_bytes(mbox(mail(1)) + b"From x@example.com Fri Mar  1 09:00:00 2024\nnothing\n")
    settings = office.resources.settings
    for name in ("home", "database_url", "datamap"):
        monkeypatch.setenv(f"HABEAS_{name.upper()}", str(getattr(settings, name)))
    for role in (Role.CASEWORKER, Role.REVIEWER):
        people.add_caseworker(office.resources.database, email=f"{role.value}@example.com", name=role.value, role=role)
    given = ["archive", "import", office.case.reference, str(file), "--system", "mail", "--custodian", "Mia"]
    refused = CliRunner().invoke(cli.app, [*given, "--by", "reviewer@example.com"])
    assert (refused.exit_code, office.archives.imports()) == (1, [])
    done = CliRunner().invoke(cli.app, [*given, "--by", "caseworker@example.com"])
    assert (done.exit_code, done.stdout.splitlines()[1]) == (0, "1 not read: damaged")
    assert [each.row.state for each in office.archives.imports()] == ["read"]
    assert not {path.name for path in Path(settings.blobs_url).glob("??/*")} - {each.hex for each in blobs_of(office)}, (
        "what was refused left nothing"
    )
