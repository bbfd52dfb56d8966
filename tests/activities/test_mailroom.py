"""What becomes of stored mail: cases are opened and joined by proof, never by what a sender can write (abuse tests 16, 17)."""

import dataclasses
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.correspondence import Correspondence
from activities.mailroom import Mailroom
from adapters.database.breach_reader import BreachReader
from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.database.tables import CaseReceipt, IdentityEvidence, Letter
from adapters.incoming.desk import MailDesk
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.removal import SUSPECTED_FOR, clear_suspect, destroy_due_suspects, destroy_suspect
from adapters.incoming.store import Arrived, Place, open_raw, store
from adapters.resources import Resources
from domain.errors import KeyMissingError, NotAllowedNowError
from domain.events import Tag
from domain.incoming import ReadMessage
from domain.messages import MailSorted, MailsTold, SendLetter, WatchMailbox
from domain.triage import Standing, TriageReason
from tests import opened, post_office
from tests.adapters.incoming.clients import SEALED
from tests.adapters.incoming.corpus import mail, report
from tests.adapters.incoming.test_arc import sealed
from tests.adapters.incoming.test_authentication import DNS, RECORD, signed
from tests.adapters.incoming.test_parsing import passport
from tests.case_in_hand import ADDRESS, CaseInHand, posting
from tests.factories import MONDAY
from tests.post_office import PostOffice

RECORDS = DNS | {"k._domainkey.post.imaginella.example": RECORD, "_dmarc.post.imaginella.example": "v=DMARC1; p=reject"}
DESK = WatchMailbox(mailbox="desk")
ASKS = "Please send me a copy of all the personal data you hold about me."


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as office:
        yield office


class Sorting:
    """A mailroom with made-up DNS."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.room = Mailroom(resources, RECORDS.get)

    def sort(self, *raws: bytes, origin: str = "imap", arrived: datetime | None = None) -> MailSorted:
        now = datetime.now(UTC)
        store(self.resources, origin, [Arrived(raw, arrived or now) for raw in raws], now)
        return self.room.sort_mail(DESK)

    @property
    def mails(self) -> list[IncomingMail]:
        with self.resources.database.read() as session:
            return list(session.exec(select(IncomingMail).order_by(col(IncomingMail.stored_at))).all())

    @property
    def last(self) -> IncomingMail:
        return self.mails[-1]

    @property
    def receipts(self) -> list[CaseReceipt]:
        with self.resources.database.read() as session:
            return list(session.exec(select(CaseReceipt).where(CaseReceipt.channel == "email")).all())

    def read(self, row: IncomingMail) -> ReadMessage:
        assert row.content is not None
        opened = self.resources.vault.mail(row.key).open("incoming_mail", "content", str(row.id), row.content)
        return ReadMessage.model_validate_json(opened)


@pytest.fixture
def room(tmp_path: Path, database_url: str, office: PostOffice) -> Iterator[Sorting]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield Sorting(posting(everything, office.url))


@pytest.fixture
def case(room: Sorting) -> CaseInHand:
    return CaseInHand(room.resources)


def letter_to(case: CaseInHand, office: PostOffice) -> EmailMessage:
    """A letter of the case as it reached the person."""
    case.send("request_received")
    return BytesParser(policy=default).parsebytes(office.kept[-1].raw)


def reply(
    letter: EmailMessage, *, sender: str = ADDRESS, sign: str | None = "post.imaginella.example", body: str = "Everything."
) -> bytes:
    raw = mail(body, sender=sender, In_Reply_To=str(letter["Message-ID"])).replace(
        b"privacy@imaginella.example", str(letter["Reply-To"]).encode()
    )
    return signed(raw, sign) if sign else raw


def test_a_reply_with_token_and_a_proven_known_sender_joins_its_case(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    found = room.sort(reply(letter_to(case, office)))
    assert (room.last.standing, room.last.case_id) == (Standing.JOINED.value, case.id)
    assert [effect.case_id for effect in found.effects] == [case.id]
    assert found.effects[0].arrived.kind == "message"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sign": None}, TriageReason.NOT_ALIGNED),
        ({"sign": "evil.example"}, TriageReason.NOT_ALIGNED),
        ({"sender": "mia@post.example", "sign": "post.example"}, TriageReason.OTHER_SENDER),
        ({"sender": f"{ADDRESS}, mia@post.example"}, TriageReason.SEVERAL_SENDERS),
    ],
)
def test_a_right_token_with_anything_less_waits_and_suggests_the_case(
    room: Sorting, case: CaseInHand, office: PostOffice, change: dict[str, str], reason: TriageReason
) -> None:
    found = room.sort(reply(letter_to(case, office), **change))
    assert (room.last.standing, room.last.reason, room.last.case_id) == (Standing.TRIAGE.value, reason.value, None)
    assert room.last.cases[0] == {"case": str(case.id), "why": "token"}
    assert found.effects == []


def test_a_forged_result_header_joins_nothing(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    raw = reply(letter_to(case, office), sign=None)
    room.sort(b"Authentication-Results: mx.imaginella.example; dmarc=pass header.from=post.imaginella.example\r\n" + raw)
    assert room.last.standing == Standing.TRIAGE.value


def test_a_token_with_one_letter_changed_is_no_token(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    letter = letter_to(case, office)
    address = str(letter["Reply-To"])
    place = address.index("@") - 5
    letter.replace_header("Reply-To", address[:place] + ("a" if address[place] != "a" else "b") + address[place + 1 :])
    room.sort(reply(letter))
    assert room.last.letter is None
    assert room.last.standing == Standing.TRIAGE.value
    assert room.last.cases[0]["why"] == "thread"


def test_a_reply_to_a_case_that_has_ended_carries_it_on_with_a_task(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    letter = letter_to(case, office)
    case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    (effect,) = room.sort(reply(letter, body="Thank you, one thing is not clear to me.")).effects
    assert (room.last.standing, room.last.case_id) == (Standing.JOINED.value, case.id)
    assert effect.ended is not None
    assert effect.ended.case_id == case.id
    room.sort(reply(letter, body=ASKS))
    assert (room.last.standing, room.last.reason) == (Standing.TRIAGE.value, TriageReason.CASE_ENDED.value)


def test_the_reference_alone_joins_nothing_and_is_a_suggestion(room: Sorting, case: CaseInHand) -> None:
    room.sort(signed(mail("When will you answer?", subject=f"My request {case.reference}"), "post.example"))
    assert room.last.standing == Standing.TRIAGE.value
    assert room.last.cases == [{"case": str(case.id), "why": "reference"}]


def test_a_plain_request_of_a_proven_sender_opens_a_case_from_its_arrival(room: Sorting) -> None:
    arrived = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    found = room.sort(signed(mail(ASKS), "post.example"), arrived=arrived)
    assert room.last.standing == Standing.OPENED.value
    assert [receipt.received_at for receipt in room.receipts] == [arrived]
    assert room.receipts[0].rights == ["access"]
    assert found.effects[0].opens


def test_sorting_twice_after_a_crash_opens_one_case(room: Sorting) -> None:
    room.sort(signed(mail(ASKS), "post.example"))
    with room.resources.database.write() as session:
        row = session.exec(select(IncomingMail)).one()
        row.standing, row.told = Standing.STORED.value, True
        session.add(row)
    assert room.room.sort_mail(DESK).effects[0].opens
    assert len(room.receipts) == 1


def test_an_effect_is_given_until_the_case_knows(room: Sorting) -> None:
    effects = room.sort(signed(mail(ASKS), "post.example")).effects
    assert room.room.sort_mail(DESK).effects == effects
    room.room.mark_told(MailsTold(mails=[effects[0].arrived.mail]))
    assert room.room.sort_mail(DESK).effects == []


@pytest.mark.parametrize("name", ["S/MIME, encrypted", "PGP, encrypted"])
def test_a_mail_that_only_its_sender_can_read_waits_for_a_person_with_its_date_running(room: Sorting, name: str) -> None:
    arrived = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    room.sort(signed(SEALED[name], "post.example"), arrived=arrived)
    assert room.last.standing == Standing.TRIAGE.value
    assert room.last.arrived_at == arrived
    with room.resources.database.read() as session:
        assert session.exec(select(CaseReceipt)).all() == []


def test_nobody_unproven_makes_us_write_to_anybody(room: Sorting) -> None:
    room.sort(mail(ASKS))
    assert (room.last.standing, room.last.reason) == (Standing.TRIAGE.value, TriageReason.NOT_ANSWERABLE.value)
    assert room.receipts == []


def test_one_automatic_answer_per_sender_and_day(room: Sorting) -> None:
    # Two machines that answer each other: each mail is new, each asks, and the second is not answered.
    for number in range(5):
        room.sort(signed(mail(f"{ASKS} {number}", Message_Id=f"<loop{number}@post.example>"), "post.example"))
    assert [each.standing for each in room.mails].count(Standing.OPENED.value) == 1
    assert len(room.receipts) == 1
    assert {each.reason for each in room.mails[1:]} <= {TriageReason.OPEN_CASE.value, TriageReason.ANSWERED_TODAY.value}


def test_what_one_person_writes_to_both_mailboxes_at_once_opens_one_case_and_is_answered_once(room: Sorting) -> None:
    def taken_in(number: int) -> None:
        raw = signed(mail(f"{ASKS} {number}", Message_Id=f"<both{number}@post.example>"), "post.example")
        store(room.resources, "imap", [Arrived(raw, datetime.now(UTC))], datetime.now(UTC))
        room.room.sort_mail(DESK)

    with ThreadPoolExecutor(4) as mailboxes:
        list(mailboxes.map(taken_in, range(8)))
    assert [each.standing for each in room.mails].count(Standing.OPENED.value) == 1
    assert len(room.receipts) == 1


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "List-Id: <x.post.example>", "X-Habeas-Letter: 1"])
def test_machines_open_nothing_and_are_not_answered(room: Sorting, header: str) -> None:
    room.sort(signed(f"{header}\r\n".encode() + mail(ASKS), "post.example"))
    assert room.last.answered_at is None
    assert room.receipts == []


def test_a_mail_that_withdraws_changes_nothing_by_itself(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    found = room.sort(reply(letter_to(case, office), body="I withdraw my request. Delete nothing."))
    assert [effect.arrived.kind for effect in found.effects] == ["message"]


def test_a_bounce_with_a_token_tells_its_case_and_a_forged_one_waits(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    letter = letter_to(case, office)
    effects = room.sort(report(token_to=str(letter["Reply-To"]))).effects
    assert [(effect.arrived.kind, effect.arrived.letter_name, effect.arrived.hard) for effect in effects] == [
        ("bounce", "request_received", True)
    ]
    with room.resources.database.read() as session:
        assert session.exec(select(Letter.bounce)).one() == "hard"
    room.room.mark_told(MailsTold(mails=[effects[0].arrived.mail]))
    assert room.sort(report(status="5.1.2")).effects == []
    assert room.last.reason == TriageReason.FORGED_BOUNCE.value


def with_file(raw: bytes, name: str, content: bytes, kind: tuple[str, str] = ("image", "jpeg")) -> bytes:
    message = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    if "Content-Type" not in message:
        message["Content-Type"] = "text/plain"
    message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return message.as_bytes(policy=default.clone(linesep="\r\n"))


SECRET = b"\xff\xd8\xff\xe0 a passport, very secret " * 50


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


def test_a_reply_to_a_merged_case_belongs_to_the_one_that_goes_on(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    letter = letter_to(case, office)
    other = CaseInHand(room.resources)
    case.happen(Tag.REQUEST_MERGED, into=str(other.id))
    case.happen(Tag.REQUEST_CLOSED, outcome="duplicate")
    found = room.sort(reply(letter))
    assert room.last.cases[0] == {"case": str(other.id), "why": "token"}
    assert [effect.case_id for effect in found.effects] == [other.id]


def test_a_mailbox_of_the_case_that_was_joined_speaks_not_in_the_one_that_goes_on(
    room: Sorting, case: CaseInHand, office: PostOffice
) -> None:
    letter = letter_to(case, office)
    other = CaseInHand(room.resources, email="owner@else.example")
    case.happen(Tag.REQUEST_MERGED, into=str(other.id), same="two_persons")
    case.happen(Tag.REQUEST_CLOSED, outcome="duplicate")
    found = room.sort(reply(letter))
    assert not found.effects, "a person looks at it: the mailbox is not known in the case that goes on"
    assert room.last.cases[0] == {"case": str(other.id), "why": "token"}


def test_reading_that_ended_the_program_three_times_is_given_up(room: Sorting) -> None:
    now = datetime.now(UTC)
    store(room.resources, "imap", [Arrived(mail(ASKS), now)], now)
    with room.resources.database.write() as session:
        row = session.exec(select(IncomingMail)).one()
        row.attempts, row.claimed_at = 3, now - timedelta(hours=1)
        session.add(row)
    room.room.sort_mail(DESK)
    assert (room.last.kind, room.last.reason) == ("unreadable", TriageReason.UNREADABLE.value)


def test_an_uploaded_file_proves_no_sender(room: Sorting) -> None:
    settings = room.resources.settings.model_copy(update={"authserv_id": "mx.imaginella.example"})
    room.room = Mailroom(dataclasses.replace(room.resources, settings=settings), RECORDS.get)
    raw = b"Authentication-Results: mx.imaginella.example; dmarc=pass header.from=post.example\r\n" + mail(ASKS)
    room.sort(raw, origin="upload", arrived=MONDAY)
    assert (room.last.aligned, room.last.reason) == (False, TriageReason.FOR_A_PERSON.value)


def test_a_forwarded_request_opens_a_case_only_where_its_forwarder_is_named(room: Sorting) -> None:
    raw = signed(mail(ASKS), "post.example").replace(ASKS.encode(), f"{ASKS}\r\nSent through a list".encode())
    records = DNS | {"a._domainkey.lists.example": RECORD}
    for named, standing in (("", Standing.TRIAGE), ("lists.example", Standing.OPENED)):
        settings = room.resources.settings.model_copy(update={"arc_sealers": named})
        room.room = Mailroom(dataclasses.replace(room.resources, settings=settings), records.get)
        room.sort(sealed(raw.replace(b"<1@", f"<{len(named)}@".encode()), "lists.example"))
        assert (room.last.arc, room.last.dkim, room.last.aligned) == ("pass", "fail", bool(named))
        assert room.last.standing == standing.value


HACKED = "Somebody hacked my account, and I can see other people's images in it."


def test_a_plain_report_of_a_breach_starts_the_hours_from_its_arrival_once_per_sender_and_day(room: Sorting) -> None:
    arrived = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    room.sort(mail(HACKED), arrived=arrived)
    breach = room.last.breach
    assert breach is not None
    view = BreachReader(room.resources).find(breach)
    assert datetime.fromisoformat(view.dossier.opening["first_alert_at"]) == arrived
    room.sort(mail(HACKED + " Hello?", Message_Id="<again@post.example>"))
    assert [each.reason for each in room.mails] == ["breach", "breach"]
    assert room.last.breach is None


def test_nobody_can_open_breaches_without_end(room: Sorting) -> None:
    for number in range(12):
        room.sort(mail(HACKED, sender=f"p{number}@post.example"))
    assert sum(each.breach is not None for each in room.mails) == 10
