"""Stored mail joins its case by proof, never by what a sender can write (abuse tests 16, 17)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import Letter
from adapters.incoming.store import Arrived, store
from domain.events import Tag
from domain.messages import MailsTold
from domain.triage import Standing, TriageReason
from tests.activities.sorting import ASKS, DESK, Sorting, letter_to, reply
from tests.adapters.incoming.corpus import mail, report
from tests.adapters.incoming.test_authentication import signed
from tests.case_in_hand import ADDRESS, CaseInHand
from tests.post_office import PostOffice


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


def test_an_effect_is_given_until_the_case_knows(room: Sorting) -> None:
    effects = room.sort(signed(mail(ASKS), "post.example")).effects
    assert room.room.sort_mail(DESK).effects == effects
    room.room.mark_told(MailsTold(mails=[effects[0].arrived.mail]))
    assert room.room.sort_mail(DESK).effects == []


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
