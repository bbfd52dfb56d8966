"""Writes the queue's rows: one narrow row per case, so that lists, figures and reports never open a case's whole state.

Intake writes a case's row with its receipt, the projector moves it in the transaction that records the events. Who a case is
assigned to and when it was last read are written by the console (docs/decisions/0012). Next: adapters/database/queue.py
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, update

from adapters.database.item_decisions import newest_revision
from adapters.database.remarks import open_questions
from adapters.database.tables import CaseReceipt, PackageRow, QueueEntry
from domain.case import CaseState
from domain.deadline import Clock
from domain.events import CaseEvent, Tag
from domain.next_step import Hindrance, NextStep, next_step
from domain.rights import NO_IDENTITY_CHECK, Right, Status
from domain.unanswered import written

# What the person sends because we asked; somebody has to read it, as what they write of their own accord.
_FROM_THE_PERSON = frozenset({Tag.CLARIFICATION_ANSWERED, Tag.IDENTITY_EVIDENCE_RECEIVED})
UNREAD, READ = 0, 1  # a reply that nobody has read stands before every date


def received(receipt: CaseReceipt) -> QueueEntry:
    """The row of a request that was just received."""
    return QueueEntry(
        case_id=receipt.case_id,
        is_open=True,
        is_owed=True,
        rank=READ,
        status=Status.RECEIVED.value,
        safe_due=receipt.safe_due,
        legal_due=receipt.legal_due,
        received_at=receipt.received_at,
        wrote_at=receipt.received_at,
        unchecked={Right(right) for right in receipt.rights} <= NO_IDENTITY_CHECK,
        **_step(next_step(CaseState(case_id=receipt.case_id))),
    )


def project(session: Session, receipt: CaseReceipt, state: CaseState, clock: Clock, *, events: Iterable[CaseEvent]) -> None:
    """Move a case's row to where its events have brought it.

    Args:
        session: of the transaction that records them.
        receipt: of the case.
        state: after the events.
        clock: after the events.
        events: the new ones.
    """
    entry = session.get(QueueEntry, state.case_id) or received(receipt)
    for event in events:
        _heard(entry, event)
    closed, step = state.status is Status.CLOSED, next_step(state, hindrance(session, state))
    over = closed and not state.open_work_items  # somebody wrote after the end, or a copy reached the wrong person
    entry.sqlmodel_update(
        {
            "is_open": not over,
            "is_owed": not closed and state.status is not Status.DELIVERED and clock.state != "met",
            "status": state.status.value,
            "safe_due": clock.safe_due,
            "legal_due": clock.legal_due,
            "extended": clock.extended,
            "outcome": state.outcome.value if state.outcome else None,
            "preparers": " ".join(state.preparers),
            **_step(step),
            "attention": step.attention or (state.unanswered is not None and not closed),
        }
    )
    if over:
        entry.rank = READ
    session.add(entry)


def hindrance(session: Session, state: CaseState) -> Hindrance | None:
    """What keeps the package from being approved: decisions since, words that stand elsewhere, a question without an answer."""
    if state.status is not Status.IN_REVIEW or state.package is None:
        return None
    if newest_revision(session, state.case_id) > state.package.revision:
        return Hindrance.OUTDATED
    row = session.get(PackageRow, state.package.id)
    if row is not None and row.summary.get("leaks"):
        return Hindrance.LEAKING
    return Hindrance.ASKED if open_questions(session, state.case_id) else None


def reconsider(session: Session, state: CaseState) -> None:
    """Say the next step of a case anew, after something beside its events has changed."""
    entry = session.get(QueueEntry, state.case_id)
    if entry is not None and state.status is Status.IN_REVIEW:
        entry.sqlmodel_update(_step(next_step(state, hindrance(session, state))) | {"attention": entry.attention})
        session.add(entry)


def mark_read(session: Session, case_id: UUID) -> None:
    """A caseworker has the case before them: what the person wrote is read."""
    session.execute(
        update(QueueEntry).where(col(QueueEntry.case_id) == case_id, col(QueueEntry.rank) == UNREAD).values(rank=READ)
    )


def _step(step: NextStep) -> dict[str, Any]:
    return {
        "waits_for": step.waits_for.value,
        "step": step.step.value,
        "about": step.about,
        "attention": step.attention,
        "tasks": step.tasks,
    }


def _heard(entry: QueueEntry, event: CaseEvent) -> None:
    if event.tag in _FROM_THE_PERSON or written(event):
        entry.wrote_at, entry.rank = event.at, UNREAD
    elif event.actor.startswith("caseworker:"):
        entry.rank = READ
