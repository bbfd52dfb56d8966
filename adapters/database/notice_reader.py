"""Opens and reads notices to many people. Next: `api/v1/notices.py`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy
from pydantic import BaseModel
from sqlmodel import Session, col, func, select, update

from adapters.database.breach_intake import new_reference, seal_note
from adapters.database.breach_reader import DossierReader
from adapters.database.breach_tables import Dossier, DossierEventRow, DossierRecord, NoticeRecipient, NoticeSegment
from adapters.database.notice_recipients import Recipients
from adapters.database.tables import CaseIdentifierRow, CaseReceipt
from adapters.notice_letters import recipient_of
from adapters.resources import Resources
from adapters.vault import Vault
from domain.errors import IdempotencyMismatchError, UnknownObjectError
from domain.incoming import Bounce
from domain.notice import NoticeState, Purpose
from domain.notice_events import NoticeEvent, NoticeTag, evolve_notice

NOTICE: Final = "notice"
_REPLY: Final = re.compile(r"\+hab-n[0-9a-z]{7}-([0-9a-f]{1,15}-[a-z2-7]{16})@", re.IGNORECASE)


class IncomingNotice(BaseModel):
    """A notice as it is opened."""

    title: str
    purpose: Purpose
    breach: UUID | None = None
    exercise: bool = False
    caller: str
    idempotency_key: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True)
class NoticeView:
    """A notice as it stands."""

    dossier: Dossier
    state: NoticeState


@dataclass(frozen=True)
class Proof:
    """What became of the letter to one person."""

    segment: str
    state: str
    at: datetime | None
    code: int | None
    replied_at: datetime | None


def open_notice(resources: Resources, incoming: IncomingNotice, now: datetime) -> tuple[NoticeView, bool]:
    """Commit a dossier; says whether it is a new one.

    Raises:
        IdempotencyMismatchError: the key came with another body before.
    """
    reader = NoticeReader(resources)
    with resources.database.read() as session:
        before = _before(session, incoming)
    if before is not None:
        return reader.get(before), False
    notice_id, title = uuid4(), uuid4()
    resources.vault.make_dossier_key(notice_id, NOTICE)
    opening: dict[str, Any] = {"purpose": incoming.purpose, "title": str(title), "exercise": incoming.exercise}
    opening |= {"breach": str(incoming.breach)} if incoming.breach else {}
    vault = resources.vault
    with resources.database.write() as session:
        session.add(
            Dossier(
                id=notice_id,
                kind=NOTICE,
                reference=new_reference("N"),
                opened_at=now,
                opening=opening,
                caller=incoming.caller,
                idempotency_key=incoming.idempotency_key,
                body_hash=incoming.body_hash,
            )
        )
        session.flush()
        seal_note(session, vault, notice_id, NOTICE, author=incoming.caller, text=incoming.title, now=now, key=title)
    return reader.get(notice_id), True


class NoticeReader(DossierReader):
    """Reads dossiers of notices."""

    purpose = NOTICE

    def find(self, reference: str) -> NoticeView:
        """The notice under a reference.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(Dossier.reference == reference)

    def get(self, notice_id: UUID) -> NoticeView:
        """The notice under its id.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(Dossier.id == notice_id)

    def page(self, *, breach: UUID | None = None, limit: int = 100) -> list[NoticeView]:
        """Notices, newest first; of one breach."""
        with self._database.read() as session:
            rows = session.execute(_notices().order_by(col(Dossier.opened_at).desc()).limit(1_000)).all()
        views = [_view(*row) for row in rows]
        return [view for view in views if breach is None or view.state.breach == breach][:limit]

    def proof(self, notice_id: UUID, email: str) -> Proof | None:
        """What became of the letter to an address; None when it is not on the list.

        Raises:
            InvalidInputError: not an address.
        """
        return self.proof_of(notice_id, self._resources.vault.index_email(email))

    def proof_of(self, notice_id: UUID, index: bytes) -> Proof | None:
        """The same for the keyed hash of an address."""
        query = select(NoticeRecipient).where(NoticeRecipient.notice_id == notice_id, NoticeRecipient.address_index == index)
        with self._database.read() as session:
            row = session.exec(query).first()
        return Proof(row.segment, row.state, row.at, row.code, row.replied_at) if row else None

    def not_told(self, notice_id: UUID) -> Iterator[tuple[str, str, str, int | None]]:
        """Address, segment, state and answer of everybody whom the letter did not reach, for another channel."""
        out = col(NoticeRecipient.state).in_(["deferred", "refused", "bounced"])
        people = Recipients(self._database, self._resources.vault, notice_id)
        query = select(NoticeRecipient).where(NoticeRecipient.notice_id == notice_id, out).order_by(col(NoticeRecipient.id))
        with self._database.read() as session:
            for row in session.exec(query):
                yield people.open(row.address, row.address_index), row.segment, row.state, row.code

    def letter(self, notice_id: UUID, segment: str) -> bytes:
        """The letter of a segment with its places, as it was made ready.

        Raises:
            UnknownObjectError: nothing was made ready for such a segment.
        """
        with self._database.read() as session:
            row = session.get(NoticeSegment, (notice_id, segment))
        if row is None:
            raise UnknownObjectError
        return self._resources.vault.dossier(notice_id, NOTICE).open("notice_segment", "letter", segment, row.letter)

    def tally(self, notice_id: UUID) -> dict[str, int]:
        """How many people in each state."""
        query = (
            select(NoticeRecipient.state, func.count())
            .where(NoticeRecipient.notice_id == notice_id)
            .group_by(NoticeRecipient.state)
        )
        with self._database.read() as session:
            return {row[0]: row[1] for row in session.execute(query).all()}

    def asked_since(self, breach: UUID, since: datetime) -> int:
        """How many cases came since an instant from people whom a notice about a breach was sent to."""
        notices = [view.dossier.id for view in self.page(breach=breach, limit=1_000)]
        if not notices:
            return 0
        told = select(NoticeRecipient.address_index).where(
            col(NoticeRecipient.notice_id).in_(notices), col(NoticeRecipient.state).in_(["sent", "bounced"])
        )
        query = (
            select(func.count(sqlalchemy.distinct(col(CaseReceipt.case_id))))
            .select_from(CaseReceipt)
            .join(CaseIdentifierRow, col(CaseIdentifierRow.case_id) == col(CaseReceipt.case_id))
            .where(col(CaseIdentifierRow.value_index).in_(told), CaseReceipt.received_at >= since)
        )
        with self._database.read() as session:
            return int(session.execute(query).scalar_one())

    def _one(self, condition: Any) -> NoticeView:  # noqa: ANN401 (an SQL expression)
        with self._database.read() as session:
            row = session.execute(_notices().where(condition)).first()
        if row is None:
            raise UnknownObjectError
        return _view(*row)


def note_answer(
    session: Session,
    vault: Vault,
    recipients: Iterable[str],
    now: datetime,
    *,
    bounce: Bounce | None = None,
    machine: bool = False,
) -> UUID | None:
    """A mail came to the reply address of a notice: a bounce, or an answer. Gives back which notice; None: none of ours.

    What came back for good is counted; what came back for now is put off, and goes out again; a warning that a server is still
    trying changes nothing.

    Args:
        session: of a write transaction.
        vault: knows whose token it is.
        recipients: addresses that the mail was sent to.
        now: when it arrived, UTC.
        bounce: what it says of the letter, when it is a delivery report (RFC 3464).
        machine: no person wrote it; then nobody has answered.
    """
    for address in recipients:
        found = _REPLY.search(address)
        recipient = recipient_of(vault, found[1].lower()) if found else None
        if recipient is not None:
            _note(session, recipient, now, bounce, machine=machine)
            row = session.get(NoticeRecipient, recipient)
            return row.notice_id if row else None
    return None


def _note(session: Session, recipient: int, now: datetime, bounce: Bounce | None, *, machine: bool) -> None:
    values: dict[str, Any] = {}
    among: list[sqlalchemy.ColumnElement[bool]] = []
    if bounce is None:
        values = {} if machine else {"replied_at": now}
    elif bounce.hard:
        values = {"state": "bounced", "at": now}
    elif bounce.final:
        values, among = {"state": "deferred", "at": now}, [col(NoticeRecipient.state) == "sent"]
    if values:
        session.execute(update(NoticeRecipient).where(col(NoticeRecipient.id) == recipient, *among).values(values))


def genuine(resources: Resources, token: str) -> tuple[NoticeView, datetime] | None:
    """The notice that a letter's link belongs to, and when it was sent; None when it is none of ours, or was not sent."""
    recipient = recipient_of(resources.vault, token)
    if recipient is None:
        return None
    with resources.database.read() as session:
        row = session.get(NoticeRecipient, recipient)
    if row is None or row.at is None or row.state not in {"sent", "bounced", "deferred"}:
        return None
    return NoticeReader(resources).get(row.notice_id), row.at


def notice_event_of(row: DossierEventRow) -> NoticeEvent:
    """The domain's event in a stored row."""
    return NoticeEvent(sequence=row.sequence, tag=NoticeTag(row.tag), at=row.at, actor=row.actor, facts=row.facts)


def _notices() -> sqlalchemy.Select[Dossier, DossierRecord]:
    joined = col(DossierRecord.dossier_id) == col(Dossier.id)
    return sqlalchemy.select(Dossier, DossierRecord).outerjoin(DossierRecord, joined).where(col(Dossier.kind) == NOTICE)


def _view(dossier: Dossier, record: DossierRecord | None) -> NoticeView:
    if record is not None:
        return NoticeView(dossier, NoticeState.model_validate(record.state))
    state = NoticeState(notice_id=dossier.id)
    opened = NoticeEvent(sequence=1, tag=NoticeTag.OPENED, at=dossier.opened_at, actor=dossier.caller, facts=dossier.opening)
    evolve_notice(state, opened)
    return NoticeView(dossier, state)


def _before(session: Session, incoming: IncomingNotice) -> UUID | None:
    if incoming.idempotency_key is None:
        return None
    query = select(Dossier).where(Dossier.caller == incoming.caller, Dossier.idempotency_key == incoming.idempotency_key)
    row = session.exec(query).first()
    if row is None:
        return None
    if row.body_hash != incoming.body_hash:
        raise IdempotencyMismatchError
    return row.id
