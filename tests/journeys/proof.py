"""What must be true of a closed case, whatever was killed on the way."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from sqlmodel import select
from temporalio.api.enums.v1 import EventType

from adapters.database.case_projector import event_of
from adapters.database.case_reader import CaseReader
from adapters.database.tables import Alarm, CaseRecord, Letter, Note
from adapters.temporal import connect
from domain import chain
from domain.events import CaseEvent
from domain.folding import fold
from domain.messages import Snapshot
from domain.rights import Status
from tests.journeys.walk import Walk

ONCE = {"request_received": 1, "verify_identity": 1, "package_ready": 1, "code": 1, "case_closed": 1}


def prove(walk: Walk) -> None:
    """Sequence, chain, record, workflow and letters of a closed case agree."""
    resources = walk.started.resources
    own = asyncio.run(_workflows_own(walk))
    rows = CaseReader(resources).events(walk.case_id)
    events = [event_of(row) for row in rows]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    head = chain.genesis(resources.vault.install, str(walk.case_id))
    for row, event in zip(rows, events, strict=True):
        assert row.previous == head
        head = chain.link(head, str(walk.case_id), event, chain.detail_hash(event, _note(walk, event)))
        assert row.hash == head
    with resources.database.read() as session:
        record = session.get_one(CaseRecord, walk.case_id)
        alarms = session.exec(select(Alarm.kind).where(Alarm.case_id == walk.case_id)).all()
        letters = session.exec(select(Letter.name, Letter.message_id).where(Letter.case_id == walk.case_id)).all()
    assert (record.sequence, record.head, list(alarms)) == (len(events), head, [])
    state = fold(walk.case_id, events)
    assert state.status is Status.CLOSED
    assert state == CaseReader(resources).get(walk.case_id).state
    assert own == state
    assert Counter(name for name, _ in letters) == ONCE
    # A letter that was under way when something died may arrive twice; then both copies are the same letter.
    assert {str(letter["Message-ID"]) for letter in walk.letters()} == {message_id for _, message_id in letters}


def _note(walk: Walk, event: CaseEvent) -> bytes | None:
    if not event.facts.get("note"):
        return None
    with walk.started.resources.database.read() as session:
        return session.get_one(Note, UUID(str(event.facts["note"]))).text


async def _workflows_own(walk: Walk) -> Any:  # noqa: ANN401 (the state, however the snapshot types it)
    """The state that the workflow itself holds at its end; no task of it ever failed."""
    client = await connect(walk.started.settings, walk.started.resources.vault)
    handle = client.get_workflow_handle(f"case-{walk.case_id}")
    await handle.result()
    async for event in handle.fetch_history_events():
        assert event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, event
    snapshot: Snapshot = await handle.query("snapshot", result_type=Snapshot)
    return snapshot.state
