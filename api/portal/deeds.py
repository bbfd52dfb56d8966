"""Hands in what a data subject wants of a case: rows and command in one transaction, so that a second press changes nothing.

The command's id is made of the form's mark and of what was typed: the same form sent twice is one command, and a corrected one
is another. Next: api/cases.py
"""

import hashlib
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool

from adapters.codes import TRIES, CodePurpose, check_code_may_be_sent
from adapters.database.identifiers import identifier_row
from adapters.database.tables import CaseIdentifierRow, Code, CommandRow
from adapters.evidence import evidence_row
from adapters.links import record_attempt
from adapters.notes import write_note
from adapters.quotas import refuse_one_proof_more
from api.dependencies import Web
from api.idempotency import keyed_hash
from api.portal.limits import mailbox_flooded
from api.uploads import UploadedPart
from domain.authority import Action
from domain.commands import (
    Actor,
    AddIdentifier,
    AnswerClarification,
    CancelErasure,
    Command,
    ConfirmIdentityCode,
    Disown,
    DisputeIdentity,
    ObjectToReport,
    OpenPackage,
    ReissuePackage,
    ReportMissing,
    ReportWrongPerson,
    RequestCode,
    SendMessage,
    SubmitIdentityEvidence,
    Withdraw,
)
from domain.errors import InvalidInputError, UnknownObjectError
from domain.messages import CommandCall, Snapshot
from domain.rights import Role

SUBJECT: Final = Actor(person="subject", role=Role.DATA_SUBJECT)
MOST_ADDRESSES: Final = 10  # of one case, named by the person; nobody has more mailboxes than they can name in a letter
_FLOODED: Final = "This address was named too often today, so we send it no more mails. Please try again tomorrow."
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
Make = Callable[[Session], Command]


async def do(web: Web, case_id: UUID, mark: str, typed: str, action: Action, make: Make) -> Snapshot:  # noqa: PLR0917
    """Let a command happen, once.

    Args:
        web: of the process.
        case_id: whose.
        action: which command `make` gives.
        mark: of the form.
        typed: what makes this command another one than the form's last.
        make: writes the rows that the command needs, and gives it.

    Raises:
        DomainError: it was refused. CommandUnansweredError: nobody answered; the same form may be sent again.
    """
    call = await run_in_threadpool(hand_in, web, case_id, mark, typed, action, make)
    return await web.cases.perform(case_id, call)


def hand_in(web: Web, case_id: UUID, mark: str, typed: str, action: Action, make: Make) -> CommandCall:  # noqa: PLR0917
    """Write a command down, once, without letting it happen; to be called in a thread. Arguments as in `do`."""
    command_id = keyed_hash(web.resources.vault, "portal", str(case_id), action.value, mark, typed)
    with web.resources.database.write() as session:
        row = session.get(CommandRow, command_id)
        if row is not None:
            return CommandCall(command_id=command_id, command=_COMMAND.validate_python(row.payload))
        command = make(session)
        payload: dict[str, Any] = command.model_dump(mode="json")
        body_hash = hashlib.sha256(command_id.encode()).hexdigest()  # the id already stands for what was typed
        session.add(
            CommandRow(
                id=command_id, case_id=case_id, action=action.value, body_hash=body_hash, payload=payload, created_at=web.now()
            )
        )
    return CommandCall(command_id=command_id, command=command)


def handed_in(web: Web, command_id: str) -> CommandCall:
    """A command that was written down before."""
    with web.resources.database.read() as session:
        row = session.get_one(CommandRow, command_id)
    return CommandCall(command_id=row.id, command=_COMMAND.validate_python(row.payload))


def code_for(web: Web, case_id: UUID, identifier: UUID | None, purpose: CodePurpose) -> Make:
    """Ask for a fresh code to an address of the case."""

    def make(session: Session) -> Command:
        row = session.get(CaseIdentifierRow, identifier) if identifier else None
        if row is None or row.case_id != case_id or row.kind != "email":
            raise UnknownObjectError
        check_code_may_be_sent(session, row, purpose, web.now())
        return RequestCode(actor=SUBJECT, identifier=row.id)

    return make


def confirm(web: Web, case_id: UUID, *, code: str | None = None, token: str | None = None) -> Make:
    """Prove the mailbox by a code or by the link."""

    def make(session: Session) -> Command:
        attempt = record_attempt(session, web.resources.vault, case_id, "verify", code=code, token=token, now=web.now())
        return ConfirmIdentityCode(actor=SUBJECT, attempt=attempt)

    return make


def open_package(web: Web, case_id: UUID, code: str) -> Make:
    """Open the package with a fresh code; it happens once the copy has gone out."""

    def make(session: Session) -> Command:
        attempt = record_attempt(session, web.resources.vault, case_id, "open_package", code=code, now=web.now())
        return OpenPackage(actor=SUBJECT, attempt=attempt)

    return make


def message(web: Web, case_id: UUID, text: str) -> Make:
    """Write to the controller; the words are sealed before the command leaves."""

    def make(session: Session) -> Command:
        return SendMessage(actor=SUBJECT, note=_note(web, session, case_id, text))

    return make


def answer(web: Web, case_id: UUID, text: str) -> Make:
    """Answer what the controller asked about the request; any answer is one, "everything" too."""

    def make(session: Session) -> Command:
        return AnswerClarification(actor=SUBJECT, note=_note(web, session, case_id, text))

    return make


def again(_session: Session) -> Command:
    """Ask for a new link to the copy; it goes to the address the copy was delivered to, and nowhere else."""
    return ReissuePackage(actor=SUBJECT)


def wrong_person(_session: Session) -> Command:
    """Say that the copy reached somebody else."""
    return ReportWrongPerson(actor=SUBJECT)


def missing(web: Web, case_id: UUID, text: str) -> Make:
    """Say what is missing in the copy."""

    def make(session: Session) -> Command:
        return ReportMissing(actor=SUBJECT, note=_note(web, session, case_id, text))

    return make


def withdraw(_session: Session) -> Command:
    """Take the request back."""
    return Withdraw(actor=SUBJECT)


def disown(_session: Session) -> Command:
    """Say that somebody else made it."""
    return Disown(actor=SUBJECT)


def dispute(_session: Session) -> Command:
    """Say for a held contact that the request is not theirs."""
    return DisputeIdentity(actor=SUBJECT)


def object_to_report(_session: Session) -> Command:
    """Say as the holder of a suspended account that one is 18 or older."""
    return ObjectToReport(actor=SUBJECT)


def cancel_erasure(_session: Session) -> Command:
    """Stop an erasure."""
    return CancelErasure(actor=SUBJECT)


def add_address(web: Web, case_id: UUID, address: str) -> Make:
    """Name another address of one's own; it counts once it is proven.

    Raises:
        InvalidInputError: not an address, one named before, or one too many: each is sent a mail, and may be a stranger's.
    """

    def make(session: Session) -> Command:
        named = select(func.count()).where(CaseIdentifierRow.case_id == case_id, CaseIdentifierRow.added_by == SUBJECT.person)
        if session.exec(named).one() >= MOST_ADDRESSES:
            raise InvalidInputError("You have named many addresses already. Tell us the others in a message.", field="address")
        if mailbox_flooded(web, session, address):
            raise InvalidInputError(_FLOODED, field="address")
        row = identifier_row(web.resources.vault, case_id, "email", address, added_by="subject", now=web.now())
        if session.exec(named.where(CaseIdentifierRow.value_index == row.value_index)).one():
            raise InvalidInputError("You have named this address already. Name another one, or go back.", field="address")
        session.add(row)
        return AddIdentifier(actor=SUBJECT, identifier=row.id, kind="email")

    return make


def evidence(web: Web, case_id: UUID, file: UploadedPart, taken: list[UUID]) -> Make:
    """Hand in a proof of identity, sealed already; `taken` gets its row's id unless the same form came before.

    Raises:
        InvalidInputError: neither photograph nor PDF, too large, or one too many.
    """

    def make(session: Session) -> Command:
        row = evidence_row(case_id, file.ref, file.media_type, file.malware, web.now())
        refuse_one_proof_more(session, case_id)
        session.add(row)
        taken.append(row.id)
        return SubmitIdentityEvidence(actor=SUBJECT, evidence=row.id)

    return make


def tries_left(web: Web, case_id: UUID, purpose: CodePurpose) -> int:
    """How often the code that is alive may still be typed; 0 when none is."""
    alive = (
        Code.case_id == case_id,
        Code.purpose == purpose,
        col(Code.used_at).is_(None),
        Code.expires_at > web.now(),
    )
    with web.resources.database.read() as session:
        return max((TRIES - row.tries for row in session.exec(select(Code).where(*alive)).all()), default=0)


def _note(web: Web, session: Session, case_id: UUID, text: str) -> UUID:
    return write_note(session, web.resources.vault, case_id, author=SUBJECT.person, text=text, now=web.now())
