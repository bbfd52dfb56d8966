"""A whole access case by mail: from a mail client's bytes to the link of the package, with forgeries and loops on the way.

Real IMAP server, SMTP server, engine with sealed payloads, worker, databases; nothing faked. Our own mail server's word on a
sender is in the messages' topmost Authentication-Results, as it would be.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseEventRow, CaseReceipt, Letter
from adapters.incoming.conversation import conversation
from adapters.links import record_attempt
from demo import people
from domain.commands import ConfirmIdentityCode, SendMessage
from domain.rights import Status
from domain.triage import Standing
from tests import dovecot
from tests.activities.sorting import with_file
from tests.adapters.incoming import clients
from tests.adapters.incoming.corpus import report
from tests.dovecot import Dovecot
from tests.factories import ANNA, SUBJECT
from tests.journeys.installed import PATIENCE, Installed, running_in
from tests.journeys.readable import files_in, readable

pytestmark = pytest.mark.journey

OURS = "mx.imaginella.example"
ARRIVED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
async def installed(tmp_path: Path, server: Dovecot) -> AsyncIterator[Installed]:
    async with running_in(tmp_path, mailboxes=f"{server.url('connect')} {server.url('assist')}", authserv_id=OURS) as everything:
        yield everything


# As a common mail program writes it: quoted-printable, an HTML twin, soft line breaks in the middle of the wish.
REQUEST = """\
Received: from mail.example.com by mx.imaginella.example for <connect@imaginella.example>; Mon, 23 Nov 2026 10:00:00 +0000
To: connect@imaginella.example
From: Tilda Typical <{sender}>
Subject: =?UTF-8?Q?My_data_=E2=80=93_please?=
Message-ID: <0b7a9f@example.com>
Date: Mon, 23 Nov 2026 10:59:58 +0100
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Content-Type: multipart/alternative; boundary="------------0xA"

--------------0xA
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: quoted-printable

Hello,

please send me a copy of all the personal=20
data you hold about me.

Thank you =E2=80=93 Tilda
--------------0xA
Content-Type: text/html; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

<p>Hello,</p><p>please send me a copy of all the personal data you hold about me.</p>
--------------0xA--
"""


def arriving(text: str, *, aligned: bool = True) -> bytes:
    """What our mail server puts on top of what it took."""
    result = "dmarc=pass header.from=example.com" if aligned else "dmarc=fail header.from=example.com"
    return f"Authentication-Results: {OURS}; {result}\n{text}".replace("\n", "\r\n").encode()


def answer(letter: EmailMessage, body: str, number: int, sender: str = people.TYPICAL, extra: str = "") -> str:
    return (
        f"{extra}From: {sender}\nTo: {letter['Reply-To']}\nSubject: Re: {letter['Subject']}\nMessage-ID: <{number}@example.com>\n"
        f"In-Reply-To: {letter['Message-ID']}\n\n{body}\n"
    )


async def until(installed: Installed, standing: Standing, count: int = 1) -> list[IncomingMail]:
    def found() -> list[IncomingMail]:
        with installed.resources.database.read() as session:
            return list(session.exec(select(IncomingMail).where(IncomingMail.standing == standing.value)).all())

    for _ in range(PATIENCE * 20):
        if len(rows := await asyncio.to_thread(found)) >= count:
            return rows
        await asyncio.sleep(0.05)
    raise AssertionError(found())


async def letter(installed: Installed, subject: str) -> EmailMessage:
    for _ in range(PATIENCE * 20):
        if subject in installed.post.subjects:
            return installed.post.letters[installed.post.subjects.index(subject)]
        await asyncio.sleep(0.05)
    raise AssertionError(installed.post.subjects)


def tags(installed: Installed, case_id: UUID) -> list[str]:
    with installed.resources.database.read() as session:
        events = select(CaseEventRow.tag).where(CaseEventRow.case_id == case_id).order_by(col(CaseEventRow.sequence))
        return list(session.exec(events).all())


async def a_conversation(installed: Installed, server: Dovecot, case_id: UUID, received: EmailMessage) -> EmailMessage:
    """The person writes back from their mail program, and staff answer from the case; gives back that answer."""
    # A reply of their own joins, as Outlook writes it with a file: what it quotes is folded away, the file is kept.
    outlook = next(each for each in clients.ANSWERS if each.program == "Outlook for Windows")
    told = clients.answered(outlook, str(received["Reply-To"]), str(received["Message-ID"]), people.TYPICAL)
    written = with_file(told, "beach.jpg", b"\xff\xd8\xff" + b"sand" * 100, ("image", "jpeg"))
    server.deliver(arriving(written.decode().replace("\r\n", "\n")), user="assist")
    await until(installed, Standing.JOINED)
    await installed.until(case_id, lambda each: each.state.mails)
    said = [each for each in conversation(installed.resources, case_id) if each.mail][-1]
    assert said.text == clients.SAYS
    assert said.mail is not None
    assert said.mail.read is not None
    assert [each.name for each in said.mail.read.attachments] == ["beach.jpg"]

    # Staff answer from the case: in the person's program it stands under what they wrote, in the same conversation.
    await installed.command(case_id, SendMessage(actor=ANNA, note=installed.note(case_id)))
    answered = await letter(installed, "a message about your request")
    theirs = BytesParser(policy=default).parsebytes(told)["Message-ID"]
    assert answered["In-Reply-To"] == theirs
    assert str(answered["References"]).split() == ["<0b7a9f@example.com>", str(received["Message-ID"]), theirs]
    return answered


async def test_an_access_case_by_mail_alone(installed: Installed, server: Dovecot) -> None:
    asked = REQUEST.format(sender=people.TYPICAL)
    server.deliver(arriving(asked), user="connect", arrived=ARRIVED)
    server.deliver(arriving(asked.replace("connect@", "assist@")), user="assist", arrived=ARRIVED - timedelta(hours=3))
    (mail,) = await until(installed, Standing.OPENED)
    assert mail.case_id is not None
    case_id = mail.case_id

    # The one automatic answer: it says what was asked, how to confirm, and how to say that it was somebody else.
    received = await letter(installed, "we have your request")
    text = received.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "A copy of your data" in text
    assert "This was not me" in text
    assert (received["Auto-Submitted"], received["In-Reply-To"]) == ("auto-generated", "<0b7a9f@example.com>")
    found = re.search(r"/verify/(hl1_[A-Za-z0-9_-]{43})", text)
    assert found is not None

    # The other mailbox had it three hours earlier: the month runs from there.
    view = await installed.until(case_id, lambda each: each.state.received_at == ARRIVED - timedelta(hours=3))

    # Forgeries and machines in between: nothing of it touches the case.
    forged = answer(received, "I withdraw my request. Send it to evil@evil.example", 1)
    server.deliver(arriving(forged, aligned=False), user="connect")
    own_claim = "Authentication-Results: mx.imaginella.example; dmarc=pass header.from=example.com\n" + forged.replace(
        "<1@", "<2@"
    )
    server.deliver(arriving(own_claim, aligned=False), user="connect")
    server.deliver(arriving(answer(received, "I am away", 3, extra="Auto-Submitted: auto-replied\n")), user="connect")
    server.deliver(report().replace(b"mia@post.example", people.TYPICAL.encode()), user="connect")
    server.deliver(arriving(asked.replace("0b7a9f", "0b7a9g").replace("Hello,", "Hello again,")), user="connect")
    waiting = await until(installed, Standing.TRIAGE, 4)
    await until(installed, Standing.RECORDED)
    assert {each.reason for each in waiting} == {"not_aligned", "forged_bounce", "open_case"}
    assert len(installed.post.letters) == 1
    assert not {"case:message:received", "case:request:withdrawn", "case:letter:bounced"} & set(tags(installed, case_id))

    # The person confirms by the letter's link, and staff do their part.
    with installed.resources.database.write() as session:
        attempt = record_attempt(session, installed.resources.vault, case_id, "verify", token=found[1], now=datetime.now(UTC))
    await installed.command(case_id, ConfirmIdentityCode(actor=SUBJECT, attempt=attempt))
    view = await installed.review(case_id)

    answered = await a_conversation(installed, server, case_id, received)

    await installed.approve(await installed.until(case_id, lambda each: each.state.package))
    ready = await letter(installed, "your copy is ready") if "your copy is ready" in installed.post.subjects else None
    await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)
    ready = ready or installed.post.letters[-1]
    assert "/collect/hl1_" in ready.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ready["In-Reply-To"] == answered["Message-ID"]

    # That letter comes back: another channel has to be found.
    server.deliver(report(token_to=str(ready["Reply-To"])), user="connect")
    await installed.until(case_id, lambda each: any(i.kind == "letter_bounced" for i in each.state.open_work_items.values()))
    with installed.resources.database.read() as session:
        assert session.exec(select(Letter.bounce).where(Letter.message_id == str(ready["Message-ID"]))).one() == "hard"
        assert session.exec(select(CaseReceipt).where(CaseReceipt.channel == "email")).one().case_id == case_id
    assert view.state.case_id == case_id


async def test_nothing_of_a_mail_is_readable_anywhere(installed: Installed, server: Dovecot, tmp_path: Path) -> None:
    words = "A sentence that nobody else writes"
    server.deliver(arriving(REQUEST.format(sender="nobody.knows@example.com").replace("Thank you", words)), user="connect")
    await until(installed, Standing.OPENED)
    await letter(installed, "we have your request")
    looked_at = files_in(tmp_path, but=[installed.resources.settings.home / "demo"])
    assert readable(looked_at, words, "nobody.knows@example.com") == []
