"""Reads a case for its pages: opens what is sealed, names who acted, finds what else the person asked.

Whatever is sealed is opened here and nowhere else on these pages; the look itself was noted before (`api/console/opened.py`).
Next: api/console/cases/facts.py
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import (
    BY_POST,
    CaseEventRow,
    CaseIdentifierRow,
    CaseReceipt,
    CaseRecord,
    Caseworker,
    IdentityEvidence,
    ItemDecision,
    Letter,
    Note,
)
from adapters.incoming.reading_room import ReadingRoom
from api.console.cases.facts import CaseFacts, IdentifierLine, Related, Said, Sent, Subject
from api.dependencies import Web
from domain.case import CaseState
from domain.case_parts import POSTAL
from domain.errors import KeyMissingError
from domain.events import CaseEvent, Tag

MOST_EVENTS: Final = 2_000  # a case has 50 to 150
_FROM_THE_PERSON: Final = {Tag.CLARIFICATION_ANSWERED, Tag.MESSAGE_RECEIVED}
_WORDS: Final = (
    Tag.MESSAGE_SENT,
    Tag.MESSAGE_RECEIVED,
    Tag.CLARIFICATION_ASKED,
    Tag.CLARIFICATION_ANSWERED,
    Tag.IDENTITY_MORE_REQUESTED,
)


def read(web: Web, view: CaseView) -> CaseFacts:
    """Read a case for its pages; to be called in a thread."""
    case_id = view.receipt.case_id
    events = CaseReader(web.resources).events(case_id, limit=MOST_EVENTS)
    with web.resources.database.read() as session:
        notes = _notes(web, session, case_id)
        deciders = session.exec(select(ItemDecision.author).where(ItemDecision.case_id == case_id).distinct()).all()
        people = people_of(session, [*(row.actor for row in events), *deciders, view.receipt.caller])
        identifiers = _identifiers(web, session, view, people)
        subject, asked, correction = _receipt(web, view.receipt)
        subject = _on_paper(subject, identifiers)
        return CaseFacts(
            view=view,
            events=events,
            subject=subject,
            asked=asked,
            correction=correction,
            identifiers=identifiers,
            said=sorted(
                [*_said(events, notes, people, subject), *_mails(web, case_id, subject)], key=lambda each: each.at, reverse=True
            ),
            notes=notes,
            people=people,
            sent=_sent(session, case_id, identifiers, view.state),
            evidence=_evidence(session, view.state),
            related=_related(session, case_id),
            joins=_joins(session, view.state),
            deciders=tuple(deciders),
        )


_SUBJECT = ("name", "email", "country", "address", "agent", "mandate", "relation")


def case_events(rows: Iterable[CaseEventRow]) -> list[CaseEvent]:
    """The rows as the events they record."""
    return [CaseEvent(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts) for row in rows]


def _receipt(web: Web, receipt: CaseReceipt) -> tuple[Subject, str, tuple[str, str] | None]:
    opened, asked, wish = {}, "", {}
    try:
        vault = web.resources.vault.case(receipt.case_id)
        if receipt.subject:
            opened = json.loads(vault.open("case_receipt", "subject", str(receipt.case_id), receipt.subject))
        if receipt.message:
            asked = vault.open("case_receipt", "message", str(receipt.case_id), receipt.message).decode()
        if receipt.correction:
            wish = json.loads(vault.open("case_receipt", "correction", str(receipt.case_id), receipt.correction))
    except KeyMissingError:
        asked = ""  # destroyed at the end of its retention: the page says what stands outside the seal
    return (
        Subject(
            *(
                str(opened.get(part) or "")
                for part in ("name", "email", "country", "address", "agent", "mandate", "relation", "unreachable")
            )
        ),
        asked,
        (wish["wrong"], wish["right"]) if wish else None,
    )


def _on_paper(subject: Subject, identifiers: Iterable[IdentifierLine]) -> Subject:
    """The person with the postal address that was named last; the one of the request stands where none was."""
    named = [line.value for line in identifiers if line.kind == POSTAL and line.standing != "rejected"]
    if not named:
        return subject
    return replace(subject, address=re.sub(r"\s*[,\n]\s*", "\n", named[-1].strip()), unreachable="")


def notes_of(session: Session, vault: CaseVault, ids: Collection[UUID]) -> dict[UUID, str]:
    """Some notes of a case, opened."""
    rows = session.exec(select(Note).where(Note.case_id == vault.case_id, col(Note.id).in_(ids))).all() if ids else []
    return {row.id: vault.open("note", "text", str(row.id), row.text).decode() for row in rows}


def _notes(web: Web, session: Session, case_id: UUID) -> dict[UUID, str]:
    rows = session.exec(select(Note).where(Note.case_id == case_id)).all()
    try:
        vault = web.resources.vault.case(case_id)
        return {row.id: vault.open("note", "text", str(row.id), row.text).decode() for row in rows}
    except KeyMissingError:
        return {}


def people_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """The names of the caseworkers among those who acted."""
    ids = {actor.partition(":")[2] for actor in actors if actor.startswith("caseworker:")}
    rows = session.exec(select(Caseworker).where(col(Caseworker.id).in_([UUID(each) for each in ids]))).all()
    return {f"caseworker:{row.id}": row.name for row in rows}


def _identifiers(web: Web, session: Session, view: CaseView, people: Mapping[str, str]) -> list[IdentifierLine]:
    case_id, state = view.receipt.case_id, view.state
    query = select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case_id).order_by(col(CaseIdentifierRow.added_at))
    lines = []
    for row in session.exec(query).all():
        try:
            opened = web.resources.vault.case(case_id)
            value = opened.open("case_identifier", "value", str(row.id), row.value).decode() if row.value else ""
        except KeyMissingError:
            value = ""
        known = state.identifiers.get(row.id)
        lines.append(
            IdentifierLine(
                id=row.id,
                kind=row.kind,
                value=value or "no longer readable",
                standing=known.standing if known else "claimed",
                added_by=people.get(row.added_by, ""),
                delivery=row.id == state.delivery_address,
                agent=bool(known and known.agent),
                told=bool(known and known.told),
                theirs_alone=row.added_by == "subject",
            )
        )
    return lines


def _said(events: Iterable[CaseEventRow], notes: Mapping[UUID, str], people: Mapping[str, str], subject: Subject) -> list[Said]:
    """What was written in both directions, the newest first."""
    told = {tag.value for tag in _WORDS}
    said = []
    for row in events:
        named = row.facts.get("note")
        if row.tag not in told or not named or UUID(str(named)) not in notes:
            continue
        theirs = row.actor == "subject" or row.tag in {tag.value for tag in _FROM_THE_PERSON}
        said.append(
            Said(
                by_us=not theirs,
                who=subject.called if theirs else people.get(row.actor, "We"),
                at=row.at,
                text=notes[UUID(str(named))],
                asks=row.tag == Tag.CLARIFICATION_ASKED,
            )
        )
    return said[::-1]


def _mails(web: Web, case_id: UUID, subject: Subject) -> list[Said]:
    """The mails that belong to the case; the one that opened it stands with the request."""
    mails = ReadingRoom(web.resources).joined_to(case_id)
    return [Said(False, subject.called, mail.row.arrived_at, read.reply, mail=mail) for mail in mails if (read := mail.read)]


def _sent(session: Session, case_id: UUID, identifiers: Iterable[IdentifierLine], state: CaseState) -> list[Sent]:
    values = {line.id: line.value for line in identifiers} | {BY_POST: "On paper"}
    posted = {item.sent: item for item in state.work_items.values() if item.sent}
    rows = session.exec(select(Letter).where(Letter.case_id == case_id).order_by(col(Letter.written_at).desc())).all()
    return [
        Sent(
            row.id,
            row.name,
            row.written_at,
            row.accepted_at,
            values.get(row.identifier, "an address"),
            row.bounce,
            by_post=row.identifier == BY_POST,
            posted_on=posted[row.id].posted_on if row.id in posted else None,
            read_out=row.id in posted and posted[row.id].result == "read_out",
        )
        for row in rows
    ]


def _evidence(session: Session, state: CaseState) -> list[IdentityEvidence]:
    rows = session.exec(select(IdentityEvidence).where(col(IdentityEvidence.id).in_(state.evidence))).all()
    return sorted(rows, key=lambda row: row.received_at)


def _joins(session: Session, state: CaseState) -> str:
    other = session.get(CaseReceipt, state.joining.into) if state.joining else None
    return other.reference if other else ""


def _related(session: Session, case_id: UUID) -> list[Related]:
    mine = select(CaseIdentifierRow.value_index).where(CaseIdentifierRow.case_id == case_id)
    others = select(CaseIdentifierRow.case_id).where(
        col(CaseIdentifierRow.value_index).in_(mine), CaseIdentifierRow.case_id != case_id
    )
    query = (
        select(CaseReceipt, CaseRecord)
        .outerjoin(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id))
        .where(col(CaseReceipt.case_id).in_(others))
        .order_by(col(CaseReceipt.received_at).desc())
        .limit(20)
    )
    return [
        Related(
            case_id=receipt.case_id,
            reference=receipt.reference,
            rights=receipt.rights,
            status=record.status if record else "received",
            received_at=receipt.received_at,
            closed_at=record.closed_at if record else None,
        )
        for receipt, record in session.exec(query).all()
    ]
