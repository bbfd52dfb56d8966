"""What staff see of incoming mail: the list in triage, one mail with its content, the mails of a case (design section 8).

Content is opened from its seal for whoever asks, so whoever asks is checked and noted before.
Next: `adapters/incoming/desk.py`
"""

import base64
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.clocks import clock_of, seat_of
from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.database.tables import CaseReceipt
from adapters.incoming.reader import MailReader
from adapters.incoming.store import open_raw
from adapters.letter_keys import without_keys
from adapters.resources import Resources
from domain.deadline import regimes_for
from domain.errors import InvalidInputError, KeyMissingError, NotAllowedNowError, UnknownObjectError
from domain.incoming import MailKind, ReadMessage
from domain.rights import Right
from domain.triage import Standing

PAGE: Final = 50
_UNSCANNED: Final = "A file of this mail waits to be scanned for malware: the scanner did not answer. It is tried again soon."


@dataclass(frozen=True)
class SuggestedCase:
    """A case that a mail may belong to. `why`: `token`, `thread`, `reference` or `address`."""

    case_id: UUID
    reference: str
    why: str


@dataclass(frozen=True)
class MailView:
    """One mail as staff see it.

    Args:
        row: what stands in clear.
        read: what it says; None once it was destroyed, or when it could not be fetched.
        cases: suggestions, best first.
        answer_by: the safe date if it is a request, counted from its arrival; None for what no person wrote.
        mailboxes: where copies of it arrived.
    """

    row: IncomingMail
    read: ReadMessage | None
    cases: list[SuggestedCase]
    answer_by: date | None
    mailboxes: list[str]


class ReadingRoom:
    """Opens mail for staff.

    Args:
        resources: of the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def waiting(
        self, standing: Standing = Standing.TRIAGE, cursor: str | None = None, limit: int = PAGE
    ) -> tuple[list[MailView], str | None]:
        """A page of mails of one standing, the oldest arrival first, and where the next page begins.

        Raises:
            InvalidInputError: a cursor that is none.
        """
        query = select(IncomingMail).where(IncomingMail.standing == standing.value)
        if cursor:
            arrived, key = _decoded(cursor)
            later = col(IncomingMail.arrived_at) > arrived
            query = query.where(later | ((col(IncomingMail.arrived_at) == arrived) & (col(IncomingMail.id) > key)))
        query = query.order_by(col(IncomingMail.arrived_at), col(IncomingMail.id)).limit(limit + 1)
        with self._resources.database.read() as session:
            rows = list(session.exec(query).all())
            views = self._views(session, rows[:limit])
        return views, _encoded(rows[limit - 1]) if len(rows) > limit else None

    def find(self, mail: UUID) -> MailView:
        """One mail.

        Raises:
            UnknownObjectError: there is none.
        """
        with self._resources.database.read() as session:
            row = session.get(IncomingMail, mail)
            if row is None:
                raise UnknownObjectError
            (view,) = self._views(session, [row])
        return view

    def in_doubt(self, limit: int = PAGE) -> list[MailView]:
        """Mails with a part of which a person has to say whether it is a proof of identity, the nearest day first."""
        query = select(IncomingMail).where(col(IncomingMail.documents_due).is_not(None))
        with self._resources.database.read() as session:
            rows = session.exec(query.order_by(col(IncomingMail.documents_due), col(IncomingMail.id)).limit(limit)).all()
            return self._views(session, rows)

    def of_notice(self, notice_id: UUID, limit: int = PAGE) -> list[MailView]:
        """What people wrote back to a notice to many and nobody has decided about, the oldest arrival first."""
        query = select(IncomingMail).where(IncomingMail.notice == notice_id, IncomingMail.standing == Standing.TRIAGE.value)
        with self._resources.database.read() as session:
            rows = session.exec(query.order_by(col(IncomingMail.arrived_at), col(IncomingMail.id)).limit(limit)).all()
            return self._views(session, rows)

    def of_case(self, case_id: UUID) -> list[MailView]:
        """The mails that belong to a case, the oldest first."""
        query = select(IncomingMail).where(IncomingMail.case_id == case_id).order_by(col(IncomingMail.arrived_at))
        with self._resources.database.read() as session:
            return self._views(session, list(session.exec(query).all()))

    def joined_to(self, case_id: UUID) -> list[MailView]:
        """Those of a case's mails that answer something, without the one that opened it and without machines' mail."""
        return [view for view in self.of_case(case_id) if view.row.standing == Standing.JOINED.value]

    def raw(self, view: MailView) -> bytes:
        """The message as it came, except for parts that were destroyed.

        Raises:
            KeyMissingError: it was destroyed. NotAllowedNowError: a part of it is infected, or waits to be scanned.
        """
        if view.read is not None and view.read.infected:
            raise NotAllowedNowError("A part of this message is infected, so the raw message is given to nobody.")
        if self.waits(view):
            raise NotAllowedNowError(_UNSCANNED)
        return open_raw(self._resources, view.row)

    def attachment(self, view: MailView, index: int, *, infected: bool = False) -> tuple[str, bytes]:
        """Name and content of one attachment; for a download, never for a page (`security.md` section 1).

        `infected` gives out what is in quarantine too (`adapters/incoming/quarantine.py`).

        Raises:
            UnknownObjectError: there is no such attachment, or its content was destroyed.
            NotAllowedNowError: it is infected, or waits to be scanned.
        """
        named = {each.index: each for each in (view.read.attachments if view.read else []) if not each.removed}
        if index not in named:
            raise UnknownObjectError
        if named[index].malware == "infected" and not infected:
            raise NotAllowedNowError("This file is infected. A privacy lead can take it out, with a reason.")
        if named[index].malware == "not_scanned" and self.waits(view) and not infected:
            raise NotAllowedNowError(_UNSCANNED)
        reader = MailReader()
        try:
            return named[index].name, reader.part(open_raw(self._resources, view.row), index)
        finally:
            reader.close()

    def waits(self, view: MailView) -> bool:
        """Whether a part of it waits for the scanner that is set; what nobody scanned is given to nobody until then."""
        return view.row.unscanned and self._resources.settings.clamd is not None

    def _views(self, session: Session, rows: Sequence[IncomingMail]) -> list[MailView]:
        named = {UUID(each["case"]) for row in rows for each in row.cases}
        receipts = session.exec(select(CaseReceipt).where(col(CaseReceipt.case_id).in_(named))).all() if named else []
        references = {receipt.case_id: receipt.reference for receipt in receipts}
        return [self._view(session, row, references) for row in rows]

    def _view(self, session: Session, row: IncomingMail, references: dict[UUID, str]) -> MailView:
        read = self._read(row)
        places = session.exec(select(MailArrival.mailbox).where(MailArrival.mail == row.id)).all()
        cases = [
            SuggestedCase(UUID(each["case"]), references[UUID(each["case"])], each["why"])
            for each in row.cases
            if each["why"] != "evidence" and UUID(each["case"]) in references
        ]
        return MailView(row, read, cases, self._answer_by(row, read), sorted({place.partition("/")[0] for place in places}))

    def _read(self, row: IncomingMail) -> ReadMessage | None:
        if row.content is None:
            return None
        with contextlib.suppress(KeyMissingError):
            content = self._resources.vault.mail(row.key).open("incoming_mail", "content", str(row.id), row.content)
            read = ReadMessage.model_validate_json(content)
            shown = {"text": without_keys(read.text), "reply": without_keys(read.reply)}  # people quote our letters
            return read.model_copy(update=shown | {"html": read.html and without_keys(read.html)})
        return None

    def _answer_by(self, row: IncomingMail, read: ReadMessage | None) -> date | None:
        if row.kind in {MailKind.AUTOMATIC.value, MailKind.BOUNCE.value, MailKind.LOOP.value}:
            return None
        rights = [each.right for each in read.suggestions if each.right] if read else []
        seat = seat_of(self._resources.datamap.controller)
        regimes = regimes_for(self._resources.datamap.controller.country, None)
        clock = clock_of(row.arrived_at, regimes, rights or [Right.ACCESS], [], as_of=row.arrived_at, seat=seat)
        return clock.safe_due


def _encoded(row: IncomingMail) -> str:
    return base64.urlsafe_b64encode(f"{row.arrived_at.isoformat()}|{row.id}".encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, UUID]:
    try:
        arrived, _, key = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(arrived), UUID(key)
    except ValueError:
        raise InvalidInputError("This cursor is none of ours.", field="cursor") from None
