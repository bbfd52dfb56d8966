"""Stored mail opens a case or a breach by proof of its sender, once, and makes us write to no stranger (abuse tests 16, 17)."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from activities.mailroom import Mailroom
from adapters.database.breach_reader import BreachReader
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseReceipt
from adapters.incoming.store import Arrived, store
from domain.triage import Standing, TriageReason
from tests.activities.sorting import ASKS, DESK, RECORDS, Sorting
from tests.adapters.incoming.clients import SEALED
from tests.adapters.incoming.corpus import mail
from tests.adapters.incoming.test_arc import sealed
from tests.adapters.incoming.test_authentication import DNS, RECORD, signed
from tests.factories import MONDAY


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
