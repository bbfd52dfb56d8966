"""A proof of identity that nobody asked for is not kept; one that was asked for becomes evidence."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default

import pytest
from sqlmodel import select

from activities.correspondence import Correspondence
from adapters.database.mail_tables import MailArrival
from adapters.database.tables import IdentityEvidence
from adapters.incoming.desk import MailDesk
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.removal import SUSPECTED_FOR, clear_suspect, destroy_due_suspects, destroy_suspect
from adapters.incoming.store import Arrived, Place, open_raw, store
from domain.errors import KeyMissingError, NotAllowedNowError
from domain.events import Tag
from domain.messages import SendLetter
from domain.triage import Standing
from tests.activities.sorting import ASKS, DESK, SECRET, Sorting, letter_to, reply, with_file
from tests.adapters.incoming.corpus import mail
from tests.adapters.incoming.test_authentication import signed
from tests.adapters.incoming.test_parsing import passport
from tests.case_in_hand import CaseInHand
from tests.post_office import PostOffice

PASSPORT = passport()
HOLIDAY = b"\xff\xd8\xff\xe0 a beach"


def test_a_certain_passport_that_nobody_asked_for_is_destroyed_and_noted(room: Sorting) -> None:
    files = with_file(mail(ASKS), "holiday.jpg", HOLIDAY)
    raw = signed(with_file(files, "scan.pdf", PASSPORT, ("application", "pdf")), "post.example")
    now = datetime.now(UTC)
    store(room.resources, "imap", [Arrived(raw, now)], now)
    before = room.last.key
    room.room.sort_mail(DESK)
    row = room.last
    kept = open_raw(room.resources, row)
    assert b"Removed by Habeas" in kept
    read = room.read(row)
    assert [(each.name, each.removed) for each in read.attachments] == [("holiday.jpg", False), ("scan.pdf", True)]
    assert room.room._reader.part(kept, read.attachments[0].index) == HOLIDAY
    assert PASSPORT not in room.room._reader.part(kept, read.attachments[1].index)
    assert hashlib.sha256(PASSPORT).hexdigest().encode() in kept
    assert (row.documents, row.documents_due) == (1, None)
    assert row.key != before
    with pytest.raises(KeyMissingError):
        room.resources.vault.mail(before).seal("incoming_mail", "raw", "x", b"x")
    assert row.standing == Standing.OPENED.value  # its request counts all the same, and no clock moved


def test_its_original_in_the_mailbox_has_to_go(room: Sorting) -> None:
    now = datetime.now(UTC)
    raw = with_file(mail(ASKS), "scan.pdf", PASSPORT, ("application", "pdf"))
    store(room.resources, "imap", [Arrived(raw, now, Place("connect", 1, 7))], now)
    room.room.sort_mail(DESK)
    with room.resources.database.read() as session:
        assert session.exec(select(MailArrival.remove)).one()


class TestSuspicion:
    """What only looks like a proof of identity waits for a person until its day."""

    def test_it_stays_whole_with_a_day_and_can_be_kept(self, room: Sorting) -> None:
        room.sort(signed(with_file(mail(ASKS), "passport.jpg", SECRET), "post.example"))
        row, (file,) = room.last, room.read(room.last).attachments
        assert row.documents_due is not None
        assert timedelta(days=13) < row.documents_due - datetime.now(UTC) <= SUSPECTED_FOR
        assert ReadingRoom(room.resources).in_doubt()[0].row.id == row.id
        clear_suspect(room.resources, row.id, file.index)
        assert ReadingRoom(room.resources).in_doubt() == []
        assert destroy_due_suspects(room.resources, datetime.now(UTC) + timedelta(days=400)) == 0
        assert ReadingRoom(room.resources).attachment(ReadingRoom(room.resources).find(row.id), file.index)[1] == SECRET
        with pytest.raises(NotAllowedNowError):
            destroy_suspect(room.resources, row.id, file.index, "caseworker:nora")

    def test_nobody_looked_so_it_goes_on_its_day_with_its_original(self, room: Sorting) -> None:
        now = datetime.now(UTC)
        raw = with_file(mail(ASKS), "passport.jpg", SECRET)
        store(room.resources, "imap", [Arrived(raw, now, Place("connect", 1, 7))], now)
        room.room.sort_mail(DESK)
        before = room.last.key
        assert destroy_due_suspects(room.resources, now + SUSPECTED_FOR - timedelta(hours=1)) == 0
        assert destroy_due_suspects(room.resources, now + SUSPECTED_FOR + timedelta(hours=1)) == 1
        row = room.last
        assert (row.documents, row.documents_due, room.read(row).attachments[0].removed) == (1, None, True)
        assert hashlib.sha256(SECRET).hexdigest().encode() in open_raw(room.resources, row)
        with pytest.raises(KeyMissingError):
            room.resources.vault.mail(before).seal("incoming_mail", "raw", "x", b"x")
        with room.resources.database.read() as session:
            assert session.exec(select(MailArrival.remove)).one()

    def test_a_person_destroys_it_and_the_reason_of_the_dismissal_stays_readable(self, room: Sorting) -> None:
        room.sort(mail("Hello", Message_Id="<x@post.example>"), with_file(mail("Who am I?"), "my id.jpg", SECRET))
        row = next(each for each in room.mails if each.documents_due)
        MailDesk(room.resources).dismiss(row.id, "caseworker:nora", "Spam", datetime.now(UTC))
        destroy_suspect(room.resources, row.id, room.read(row).attachments[0].index, "caseworker:nora")
        row = next(each for each in room.mails if each.id == row.id)
        assert row.note is not None
        assert room.resources.vault.mail(row.key).open("incoming_mail", "note", str(row.id), row.note) == b"Spam"
        assert row.documents_due is None

    def test_the_letter_that_answers_says_until_when_a_file_is_kept(self, room: Sorting, office: PostOffice) -> None:
        room.sort(signed(with_file(mail(ASKS), "passport.jpg", SECRET), "post.example"))
        receipt = room.receipts[0]
        message = SendLetter(case_id=receipt.case_id, letter="received_by_mail", number=1)
        Correspondence(room.resources).send_letter(message)
        letter = BytesParser(policy=default).parsebytes(office.kept[-1].raw)
        text = letter.get_body(("plain",))
        assert text is not None
        assert "A file in your mail may be one." in " ".join(text.get_content().split())


def test_a_proof_that_we_asked_for_becomes_evidence(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    letter = letter_to(case, office)
    case.happen(Tag.IDENTITY_MORE_REQUESTED)
    raw = with_file(with_file(reply(letter, sign=None), "passport.jpg", SECRET), "passport back.jpg", SECRET + b"2")
    found = room.sort(signed(raw, "post.imaginella.example"))
    front, back = room.read(room.last).attachments
    assert (front.removed, back.in_doubt) == (True, True)  # the other side is for a person
    evidence = found.effects[0].arrived.evidence
    assert evidence is not None
    with room.resources.database.read() as session:
        assert session.get(IdentityEvidence, evidence) is not None
    assert b"Removed by Habeas" in open_raw(room.resources, room.last)
