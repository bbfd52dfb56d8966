"""Sorts stored mail: reads it, checks its sender, and lets `domain/triage.py` say what becomes of it (Articles 12(2), 12(3)).

A mail is claimed by one row update, so that two mailboxes never sort the same one; a crash gives it back after a while, and
after three attempts it is a person's. What follows for a case is given back as an effect and carried out by the workflow.
Next: `workflows/mailbox.py`
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from activities.mail_breaches import first_sign
from activities.mail_documents import DocumentDesk
from activities.mail_knowledge import Knowledge, known_of
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.mail_tables import IncomingMail
from adapters.database.notice_reader import note_answer
from adapters.database.tables import Alarm, CaseReceipt, CaseRecord, Letter
from adapters.incoming.authentication import MOST_HEAD, Dns, authenticate, head_of, look_up
from adapters.incoming.parsing import head
from adapters.incoming.reader import MailReader, unreadable
from adapters.incoming.store import open_raw
from adapters.malware import place_of, scan
from adapters.resources import Resources
from domain.case import CaseState
from domain.incoming import Authentication, MailKind, ReadMessage
from domain.messages import MailArrived, MailEffect, MailSorted, MailsTold, WatchMailbox
from domain.rights import Channel, Right, Status
from domain.triage import Disposition, Standing, TriageReason, dispose

_AT_ONCE: Final = 50  # mails sorted in one call; their effects travel through the engine
_CLAIMED_FOR: Final = timedelta(minutes=5)  # longer than reading takes; then somebody else may try
_ATTEMPTS: Final = 3
_WORDS: Final = 20_000  # characters of a mail that become the request's own words

_log = structlog.get_logger("mailroom")


class Mailroom:
    """Reads and sorts mail.

    Args:
        resources: opened once by the worker.
        dns_text: looks TXT records up.
    """

    def __init__(self, resources: Resources, dns_text: Dns = look_up) -> None:
        self._resources = resources
        self._dns = dns_text
        self._reader = MailReader()
        self._clamd = place_of(resources.settings.clamd)
        self._documents = DocumentDesk(resources, self._reader)
        self._sorting = threading.Lock()

    @activity.defn
    @translated
    def sort_mail(self, _message: WatchMailbox) -> MailSorted:
        """Sort what is stored and unsorted, 50 mails at most; gives back what follows for cases, also from before a crash."""
        # One mailbox after the other: what somebody wrote to both opens one case and is answered once.
        with beating(), self._sorting:
            done = []
            for mail in self._claim(datetime.now(UTC)):
                sorted_mail = self._sort(mail)
                if sorted_mail.decided.standing is Standing.OPENED or sorted_mail.breach:
                    self._write([sorted_mail])  # what comes after it has to know
                else:
                    done.append(sorted_mail)
            self._write(done)
        effects = self._untold()
        return MailSorted(effects=effects, more=bool(self._unsorted(datetime.now(UTC))))

    @activity.defn
    @translated
    def mark_told(self, message: MailsTold) -> None:
        """Note that the cases know of these mails."""
        with self._resources.database.write() as session:
            session.execute(update(IncomingMail).where(col(IncomingMail.id).in_(message.mails)).values(told=True))

    def _unsorted(self, now: datetime) -> list[tuple[UUID, int]]:
        waiting = select(IncomingMail.id, IncomingMail.attempts).where(*free(now)).order_by(col(IncomingMail.arrived_at))
        with self._resources.database.read() as session:
            return [(key, attempts) for key, attempts in session.exec(waiting.limit(_AT_ONCE)).all()]

    def _claim(self, now: datetime) -> list[IncomingMail]:
        """Take mails in hand. One whose reading was cut off before comes alone: it may be what ended the program."""
        found = self._unsorted(now)
        again = [key for key, attempts in found if attempts][:1]
        keys = again or [key for key, _ in found]
        mine = update(IncomingMail).where(col(IncomingMail.id).in_(keys), *free(now))
        with self._resources.database.write() as session:
            session.execute(mine.values(claimed_at=now, attempts=IncomingMail.attempts + 1))
            claimed = select(IncomingMail).where(col(IncomingMail.id).in_(keys), col(IncomingMail.claimed_at) == now)
            return list(session.exec(claimed.order_by(col(IncomingMail.arrived_at))).all())

    def _sort(self, mail: IncomingMail) -> "_Sorted":
        read, checked = self._read(mail)
        with self._resources.database.read() as session:
            known = known_of(self._resources, session, mail, read, checked)
        decided = self._decided_before(mail, known) or dispose(read, known.circumstances)
        read = self._documents.dealt_with(mail, self._scanned(mail, read), known, decided)
        if decided.standing is Standing.OPENED:
            self._open(mail, read, known, decided)
        breach = first_sign(self._resources, mail, read, decided, datetime.now(UTC))
        _log.info("mail sorted", mail=str(mail.id), kind=read.kind.value, standing=decided.standing.value)
        return _Sorted(mail, read, checked, known, decided, breach)

    def _read(self, mail: IncomingMail) -> tuple[ReadMessage, Authentication]:
        if mail.attempts > _ATTEMPTS:
            return unreadable("Reading this message ended the program three times; it was left alone."), Authentication()
        raw = open_raw(self._resources, mail)
        read = self._reader.read(raw)
        if read.kind is MailKind.UNREADABLE or mail.origin == "letter":
            return read, Authentication()
        # Who uploads a file can put any header into it.
        believed = self._resources.settings.authserv_id if mail.origin in {"imap", "command"} else None
        sealers = frozenset(self._resources.settings.arc_sealers.lower().split())
        return read, authenticate(raw, head(head_of(raw)[:MOST_HEAD]), self._dns, believed, sealers)

    def _scanned(self, mail: IncomingMail, read: ReadMessage) -> ReadMessage:
        if self._clamd is None or not read.attachments:
            return read
        contents = self._reader.parts(open_raw(self._resources, mail), [each.index for each in read.attachments])
        if contents is None:
            return read  # nobody gets them out, the scanner neither
        found = [
            each.model_copy(update={"malware": scan(content, self._clamd)})
            for each, content in zip(read.attachments, contents, strict=True)
        ]
        return read.model_copy(update={"attachments": found})

    def _decided_before(self, mail: IncomingMail, known: Knowledge) -> Disposition | None:
        """What a sorting that was cut off had begun: the case that this mail opened."""
        if mail.attempts == 1:
            return None
        with self._resources.database.read() as session:
            mine = select(CaseReceipt).where(CaseReceipt.caller == "mail", CaseReceipt.idempotency_key == _digest(mail))
            receipt = session.exec(mine).first()
        if receipt is None:
            return None
        known.case_id = receipt.case_id
        return Disposition(standing=Standing.OPENED, rights=[Right(right) for right in receipt.rights])

    def _open(self, mail: IncomingMail, read: ReadMessage, known: Knowledge, decided: Disposition) -> None:
        now = datetime.now(UTC)
        if known.case_id is not None:
            return
        receipt = Intake(self._resources).receive(
            IncomingRequest(
                rights=decided.rights,
                email=read.sender,
                name=read.sender_name or None,
                message=f"{read.subject}\n\n{read.reply}"[:_WORDS],
                channel=Channel.EMAIL,
                received_at=mail.arrived_at,
                caller="mail",
                idempotency_key=_digest(mail),
                body_hash=_digest(mail),
            ),
            now,
        )
        known.case_id = receipt.case_id

    def _write(self, done: list["_Sorted"]) -> None:
        if not done:
            return
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            for each in done:
                self._write_one(session, each, now)

    def _write_one(self, session: Session, each: "_Sorted", now: datetime) -> None:
        mail, read, known, decided = each.mail, each.read, each.known, each.decided
        row = session.get(IncomingMail, mail.id, with_for_update=True)
        assert row is not None
        content = read.model_dump_json().encode()
        row.content = self._resources.vault.mail(mail.key).seal("incoming_mail", "content", str(row.id), content)
        row.kind, row.spf, row.dkim, row.dmarc = read.kind.value, each.checked.spf, each.checked.dkim, each.checked.dmarc
        row.arc = each.checked.arc
        row.aligned, row.sender_index, row.breach = each.checked.aligned, known.sender_index, each.breach
        row.standing, row.reason = decided.standing.value, decided.reason.value if decided.reason else None
        row.letter = known.letter.id if known.letter else None
        row.documents_due = mail.documents_due
        row.unscanned = any(part.malware == "not_scanned" and not part.removed for part in read.attachments)
        row.cases = [suggested for suggested in mail.cases if suggested["why"] == "evidence"] + known.cases
        row.claimed_at = None
        if decided.standing in {Standing.JOINED, Standing.OPENED, Standing.BOUNCED}:
            row.case_id, row.told = known.case_id, False
        elif known.letter is not None and decided.standing is Standing.RECORDED:
            row.case_id = known.case_id
        if decided.standing is Standing.OPENED:
            row.answered_at = now
        # A bounce of a notice is counted and waits for nobody; an answer to one is read by a person.
        notice = note_answer(
            session,
            self._resources.vault,
            read.recipients,
            now,
            bounce=read.bounce,
            machine=read.kind is not MailKind.PERSON,
        )
        if notice and read.bounce:
            row.standing, row.reason = Standing.RECORDED.value, None
        elif notice:
            row.notice = notice
        session.add(row)
        if decided.standing is Standing.BOUNCED and known.letter is not None:
            _note_bounce(session, known.letter.id, read, now)
        if decided.reason is TriageReason.BREACH:
            session.add(Alarm(at=now, kind="mail-suspected-breach", facts={"mail": str(row.id)}))

    def _untold(self) -> list[MailEffect]:
        untold = select(IncomingMail).where(col(IncomingMail.told).is_(False), col(IncomingMail.case_id).is_not(None))
        with self._resources.database.read() as session:
            rows = session.exec(untold.order_by(col(IncomingMail.arrived_at)).limit(_AT_ONCE)).all()
            return [self._effect(session, row) for row in rows]

    def _effect(self, session: Session, mail: IncomingMail) -> MailEffect:
        assert mail.case_id is not None
        if mail.standing == Standing.BOUNCED.value:
            return MailEffect(case_id=mail.case_id, arrived=_bounced(session, mail), ended=_ended(session, mail.case_id))
        evidence = next((each["evidence"] for each in mail.cases if each["why"] == "evidence"), None)
        opens = mail.standing == Standing.OPENED.value
        return MailEffect(
            case_id=mail.case_id,
            opens=opens,
            ended=None if opens else _ended(session, mail.case_id),
            arrived=MailArrived(
                mail=mail.id,
                arrived_at=mail.arrived_at,
                kind="earlier" if opens else "message",
                actor=mail.decided_by or "system",
                evidence=UUID(evidence) if evidence else None,
            ),
        )


@dataclass(frozen=True)
class _Sorted:
    """A mail that was read and decided about, not written down yet."""

    mail: IncomingMail
    read: ReadMessage
    checked: Authentication
    known: Knowledge
    decided: Disposition
    breach: str | None


def free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Stored, and in nobody's hands."""
    left = col(IncomingMail.claimed_at).is_(None) | (col(IncomingMail.claimed_at) < now - _CLAIMED_FOR)
    return col(IncomingMail.standing) == Standing.STORED.value, left


def _digest(mail: IncomingMail) -> str:
    return hashlib.sha256(f"mail:{mail.id}".encode()).hexdigest()


def _ended(session: Session, case_id: UUID) -> CaseState | None:
    """Where a case stands that has ended; nothing of one that runs."""
    record = session.get(CaseRecord, case_id)
    return CaseState.model_validate(record.state) if record is not None and record.status == Status.CLOSED.value else None


def _bounced(session: Session, mail: IncomingMail) -> MailArrived:
    letter = session.get(Letter, mail.letter) if mail.letter else None
    return MailArrived(
        mail=mail.id,
        arrived_at=mail.arrived_at,
        kind="bounce",
        letter=mail.letter,
        letter_name=letter.name if letter else None,
        letter_number=letter.number if letter else 0,
        hard=bool(letter and letter.bounce == "hard"),
    )


def _note_bounce(session: Session, letter: UUID, read: ReadMessage, now: datetime) -> None:
    row = session.get(Letter, letter, with_for_update=True)
    if row is not None:
        hard = read.bounce is not None and read.bounce.hard
        row.bounce = "hard" if hard or row.bounce == "hard" else "soft"
        row.bounced_at = row.bounced_at or now
        session.add(row)
