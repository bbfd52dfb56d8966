"""What a person does with a mail in triage: open a case, join one, dismiss it; and how mail is handed in without a mailbox.

Each is one row update that only succeeds while the mail still waits, so two people cannot decide twice. The desk's workflow
tells the case within seconds. Next: `api/v1/mail.py`
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from uuid import UUID

from sqlmodel import Session

from adapters.database.case_reader import CaseReader
from adapters.database.intake import IncomingRequest, Intake, Receipt
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import AccessLog
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from domain.errors import InvalidInputError, NotAllowedNowError, UnknownObjectError
from domain.rights import Channel, Right
from domain.triage import Standing

OLDEST: Final = datetime(2018, 5, 25, tzinfo=UTC)  # Article 99(2): nothing older is a request under the GDPR
_WORDS: Final = 20_000  # characters of a mail that become the request's own words
_AHEAD: Final = timedelta(minutes=5)  # clocks of two machines differ


class MailDesk:
    """Carries out what people decide about mail.

    Args:
        resources: of the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._room = ReadingRoom(resources)

    def open_case(self, mail: UUID, person: str, rights: Sequence[Right], *, country: str | None, now: datetime) -> Receipt:
        """Open a case from a mail; it was received when the mail arrived.

        Raises:
            UnknownObjectError: there is no such mail. NotAllowedNowError: it was decided already.
            InvalidInputError: no right is named, or the mail has no one sender to answer.
        """
        view = self._room.find(mail)
        self._still_waiting(view.row)
        sender = view.read.sender if view.read else None
        if sender is None:
            raise InvalidInputError(
                "This mail has no single sender. Open the case by hand, with the address to answer.", field="mail"
            )
        assert view.read is not None
        channel = Channel.LETTER if view.row.origin == "letter" else Channel.EMAIL
        mark = self._resources.vault.code_mac("mail", str(mail)).hex()
        receipt = Intake(self._resources).receive(
            IncomingRequest(
                rights=list(rights),
                email=sender,
                name=view.read.sender_name or None,
                country=country,
                message=f"{view.read.subject}\n\n{view.read.reply}"[:_WORDS],
                channel=channel,
                received_at=view.row.arrived_at,
                caller="mail",
                idempotency_key=mark,
                body_hash=mark,
            ),
            now,
        )
        self._decide(mail, person, Standing.OPENED, now, case_id=receipt.case_id)
        return receipt

    def join(self, mail: UUID, person: str, case_id: UUID, now: datetime) -> None:
        """Join a mail to a case; a question that stopped the clock is answered from the mail's arrival.

        Raises:
            UnknownObjectError: there is no such mail or case. NotAllowedNowError: it was decided already.
        """
        CaseReader(self._resources).get(case_id)
        self._decide(mail, person, Standing.JOINED, now, case_id=case_id)

    def dismiss(self, mail: UUID, person: str, reason: str, now: datetime) -> None:
        """Put a mail aside, with the reason sealed.

        Raises:
            UnknownObjectError: there is no such mail. NotAllowedNowError: it was decided already.
            InvalidInputError: no reason.
        """
        if not reason.strip():
            raise InvalidInputError("Say why nothing follows from this mail.", field="reason")
        self._decide(mail, person, Standing.DISMISSED, now, reason=reason.strip())

    def hand_in(self, raw: bytes, origin: str, received_at: datetime, now: datetime) -> UUID:
        """Store a message that did not come from a watched mailbox; the same one twice is one.

        Args:
            raw: the message.
            origin: `command` or `upload`.
            received_at: when it reached the controller, with an offset.
            now: UTC.

        Raises:
            InvalidInputError: nothing in it, or an impossible date.
        """
        if not raw.strip():
            raise InvalidInputError("This message is empty.", field="file")
        if not OLDEST <= received_at <= now + _AHEAD:
            raise InvalidInputError("A message was received in the past, and after 25 May 2018.", field="received_at")
        return store(self._resources, origin, [Arrived(raw, received_at.astimezone(UTC))], now)[0]

    def hand_in_letter(
        self, scan: bytes, name: str, media_type: str, sender: str | None, *, delivered_at: datetime, now: datetime
    ) -> UUID:
        """Store the scan of a letter: it counts from its delivery, and the day of the scan stands beside it (P93).

        Raises:
            InvalidInputError: an empty file, or an impossible date.
        """
        message = EmailMessage(policy=SMTP)
        message["Subject"] = "Letter"
        if sender:
            message["From"] = sender
        message["Date"] = delivered_at
        message.set_content("The scan of a letter is attached.")
        kind, _, subkind = media_type.partition("/")
        message.add_attachment(scan, maintype=kind or "application", subtype=subkind or "octet-stream", filename=name)
        if not scan:
            raise InvalidInputError("This file is empty.", field="file")
        if not OLDEST <= delivered_at <= now + _AHEAD:
            raise InvalidInputError("A letter was delivered in the past, and after 25 May 2018.", field="received_at")
        return store(self._resources, "letter", [Arrived(message.as_bytes(), delivered_at.astimezone(UTC))], now)[0]

    def _decide(
        self,
        mail: UUID,
        person: str,
        standing: Standing,
        now: datetime,
        *,
        case_id: UUID | None = None,
        reason: str | None = None,
    ) -> None:
        with self._resources.database.write() as session:
            row = self._locked(session, mail)
            if row.standing == standing.value and row.case_id == case_id and case_id is not None:
                return  # the same press twice
            self._still_waiting(row)
            row.standing, row.case_id, row.decided_by, row.decided_at = standing.value, case_id, person, now
            row.told = case_id is None
            if reason is not None:
                vault = self._resources.vault.mail(row.key)
                row.note = vault.seal("incoming_mail", "note", str(row.id), reason.encode())
            session.add(row)
            session.add(AccessLog(at=now, actor=person, action=f"mail_{standing.value}", case_id=case_id))

    def _locked(self, session: Session, mail: UUID) -> IncomingMail:
        row = session.get(IncomingMail, mail, with_for_update=True)
        if row is None:
            raise UnknownObjectError
        return row

    def _still_waiting(self, row: IncomingMail) -> None:
        if row.standing == Standing.STORED.value:
            raise NotAllowedNowError("This mail is still being read. Try again in a moment.", status=row.standing)
        if row.standing not in {Standing.TRIAGE.value, Standing.DISMISSED.value, Standing.RECORDED.value}:
            raise NotAllowedNowError("Somebody has decided about this mail already.", status=row.standing)
