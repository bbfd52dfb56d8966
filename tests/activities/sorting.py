"""A mailroom with made-up DNS, and mail for it: replies to letters, mail with files."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from sqlmodel import col, select

from activities.mailroom import Mailroom
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseReceipt
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from domain.incoming import ReadMessage
from domain.messages import MailSorted, WatchMailbox
from tests.adapters.incoming.corpus import mail
from tests.adapters.incoming.test_authentication import DNS, RECORD, signed
from tests.case_in_hand import ADDRESS, CaseInHand
from tests.post_office import PostOffice

RECORDS = DNS | {"k._domainkey.post.imaginella.example": RECORD, "_dmarc.post.imaginella.example": "v=DMARC1; p=reject"}
DESK = WatchMailbox(mailbox="desk")
ASKS = "Please send me a copy of all the personal data you hold about me."
SECRET = b"\xff\xd8\xff\xe0 a passport, very secret " * 50


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


def with_file(raw: bytes, name: str, content: bytes, kind: tuple[str, str] = ("image", "jpeg")) -> bytes:
    message = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    if "Content-Type" not in message:
        message["Content-Type"] = "text/plain"
    message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return message.as_bytes(policy=default.clone(linesep="\r\n"))
