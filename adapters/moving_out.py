"""`habeas cases export`: everything that was recorded of every case, and the open ones as another system takes them in.

`open.csv` has the columns of `habeas cases import`, so what leaves here can come in again elsewhere with its day of receipt and
what was done since; `cases.jsonl` has a line for each case whose key still exists: who asked, every event with the words that
belong to it, letters, dates. Copies that were delivered and files have roads of their own (the case's page, its evidence pack).
Next: adapters/moving_in.py
"""

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, Letter, Note
from adapters.resources import Resources
from adapters.row_text import csv_file
from domain.errors import InvalidInputError, KeyMissingError
from domain.events import Tag
from domain.identity import risk_of, suffices
from domain.moving_in_csv import COLUMNS, HINTS
from domain.rights import NO_IDENTITY_CHECK, Channel, Status

_EVENTS: Final = 100_000  # of one case; a case has a few hundred
_ONE_PRIVATE_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True)
class _Case:
    """One case, opened."""

    view: CaseView
    subject: dict[str, str]
    message: str
    events: list[CaseEventRow]
    notes: dict[str, str]
    identifiers: list[tuple[CaseIdentifierRow, str]]
    letters: list[Letter]

    def last(self, tag: Tag) -> CaseEventRow | None:
        """The newest event of a kind."""
        return next((row for row in reversed(self.events) if row.tag == tag.value), None)

    def when(self, tag: Tag) -> str:
        """When the newest event of a kind truly happened, as an instant; empty where it never did."""
        row = self.last(tag)
        return str(row.facts.get("arrived_at") or row.at.isoformat()) if row else ""

    def words(self, tag: Tag) -> str:
        """What somebody wrote with the newest event of a kind."""
        row = self.last(tag)
        return self.notes.get(str(row.facts.get("note", "")), "") if row else ""


class MovingOut:
    """Every case of an installation.

    Args:
        resources: opened once by the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._reader = CaseReader(resources)

    def write(self, path: Path) -> tuple[int, int]:
        """Write a zip that only its owner can read; how many cases are in it, and how many of them are open.

        Raises:
            InvalidInputError: there is a file of this name, or nowhere to write it.
        """
        written = still_open = 0
        rows: list[list[str]] = []
        try:
            descriptor = os.open(path, _ONE_PRIVATE_FILE, 0o600)
        except OSError as failure:
            raise InvalidInputError(f"The file cannot be made: {failure.strerror}.", field="file") from None
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole:
            with whole.open("cases.jsonl", "w", force_zip64=True) as lines:
                for case in self._cases():
                    lines.write(json.dumps(_everything(case), ensure_ascii=False).encode() + b"\n")
                    written += 1
                    if case.view.state.status is not Status.CLOSED:
                        row = _row(case)
                        rows.append([row.get(name, "") for name in COLUMNS])
                        still_open += 1
            whole.writestr("open.csv", csv_file(COLUMNS, rows))
        return written, still_open

    def _cases(self) -> Iterator[_Case]:
        with self._resources.database.read() as session:
            ids = session.exec(select(CaseReceipt.case_id).order_by(col(CaseReceipt.received_at), col(CaseReceipt.case_id))).all()
        for case_id in ids:
            try:
                yield self._case(case_id)
            except KeyMissingError:
                continue  # destroyed at the end of its retention: nothing opens it any more

    def _case(self, case_id: UUID) -> _Case:
        view, vault = self._reader.get(case_id), self._resources.vault.case(case_id)
        receipt = view.receipt
        with self._resources.database.read() as session:
            return _Case(
                view=view,
                subject=_opened(vault, "case_receipt", "subject", case_id, receipt.subject, empty="{}", decoded=True),
                message=_opened(vault, "case_receipt", "message", case_id, receipt.message),
                events=list(self._reader.events(case_id, 0, _EVENTS)),
                notes=_notes(session, vault, case_id),
                identifiers=_identifiers(session, vault, case_id),
                letters=list(session.exec(select(Letter).where(Letter.case_id == case_id).order_by(col(Letter.written_at)))),
            )


def _opened(
    vault: CaseVault, table: str, column: str, row: UUID, sealed: bytes | None, *, empty: str = "", decoded: bool = False
) -> Any:  # noqa: ANN401 (text, or what JSON holds)
    text = vault.open(table, column, str(row), sealed).decode() if sealed else empty
    return json.loads(text) if decoded else text


def _notes(session: Session, vault: CaseVault, case_id: UUID) -> dict[str, str]:
    rows = session.exec(select(Note).where(Note.case_id == case_id)).all()
    return {str(row.id): _opened(vault, "note", "text", row.id, row.text) for row in rows}


def _identifiers(session: Session, vault: CaseVault, case_id: UUID) -> list[tuple[CaseIdentifierRow, str]]:
    query = select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case_id).order_by(col(CaseIdentifierRow.added_at))
    return [(row, _opened(vault, "case_identifier", "value", row.id, row.value)) for row in session.exec(query).all()]


def _row(case: _Case) -> dict[str, str]:
    """An open case as `habeas cases import` reads it. What does not fit its columns stands in the other file."""
    state, receipt = case.view.state, case.view.receipt
    told = next((letter for letter in case.letters if letter.accepted_at), None)
    row = {
        "old_reference": receipt.reference,
        "received_on": (state.received_at or receipt.received_at).isoformat(),
        # What came by a program came from a form of the controller's own.
        "channel": (Channel.WEB_FORM if receipt.channel == Channel.API else Channel(receipt.channel)).value,
        "rights": " ".join(item.right.value for item in state.rights if not item.answered),
        "name": case.subject.get("name") or "",
        "email": case.subject.get("email") or "",
        "country": case.subject.get("country") or "",
        "message": case.message,
        "acknowledged_on": told.accepted_at.isoformat() if told and told.accepted_at else "",
        **{kind: next((value for each, value in case.identifiers if each.kind == kind), "") for kind in HINTS},
    }
    return row | _identity(case) | _clock(case)


def _identity(case: _Case) -> dict[str, str]:
    state = case.view.state
    asked = {}
    if words := case.words(Tag.IDENTITY_MORE_REQUESTED):
        asked = {"identity_asked_on": case.when(Tag.IDENTITY_MORE_REQUESTED), "identity_doubt": words}
    if not state.identity_record:
        return asked
    # Of several factors the one that settles it alone; where none does, the next system asks again.
    waiting = [item.right for item in state.rights if item.right not in NO_IDENTITY_CHECK]
    risk, doubts = risk_of(state.doubts, state.risk), {*state.doubts}
    alone = [each for each in state.factors if all(suffices(right, risk, {each}, doubts) for right in waiting)]
    if not alone:
        return asked
    return asked | {"identity_confirmed_on": case.when(Tag.IDENTITY_CONFIRMED), "identity_how": alone[0].value}


def _clock(case: _Case) -> dict[str, str]:
    row: dict[str, str] = {}
    if words := case.words(Tag.CLARIFICATION_ASKED):
        row |= {"clarification_asked_on": case.when(Tag.CLARIFICATION_ASKED), "clarification_question": words}
        if not case.view.state.clarification_open:
            row["clarification_answered_on"] = case.when(Tag.CLARIFICATION_ANSWERED)
    decided = case.last(Tag.EXTENSION_DECIDED)
    if decided is not None and case.last(Tag.EXTENSION_NOTIFIED) is not None:
        row |= {
            "extension_told_on": case.when(Tag.EXTENSION_NOTIFIED),
            "extension_ground": str(decided.facts.get("ground", "complexity")),
            "extension_reason": case.words(Tag.EXTENSION_DECIDED),
        }
    return row


def _everything(case: _Case) -> dict[str, Any]:
    state, receipt = case.view.state, case.view.receipt
    return {
        "reference": receipt.reference,
        "id": str(receipt.case_id),
        "received_at": _instant(state.received_at or receipt.received_at),
        "channel": receipt.channel,
        "regimes": receipt.regimes,
        "status": state.status.value,
        "outcome": state.outcome.value if state.outcome else None,
        "rights": [item.model_dump(mode="json", include={"right", "status", "outcome", "answered"}) for item in state.rights],
        "subject": case.subject,
        "message": case.message,
        "identifiers": [
            {
                "kind": row.kind,
                "value": value,
                "standing": known.standing if (known := state.identifiers.get(row.id)) else "claimed",
                "added_by": row.added_by,
                "added_at": _instant(row.added_at),
            }
            for row, value in case.identifiers
        ],
        "clock": case.view.clock.model_dump(mode="json"),
        "events": [_event(case, row) for row in case.events],
        "letters": [
            {"name": each.name, "written_at": _instant(each.written_at), "accepted_at": _instant(each.accepted_at)}
            for each in case.letters
        ],
    }


def _event(case: _Case, row: CaseEventRow) -> dict[str, Any]:
    said = {name: case.notes[str(fact)] for name, fact in row.facts.items() if str(fact) in case.notes}
    told = {"sequence": row.sequence, "at": _instant(row.at), "tag": row.tag, "actor": row.actor, "facts": row.facts}
    return told | ({"words": said} if said else {})


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
