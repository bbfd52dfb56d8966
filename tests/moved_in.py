"""Numbers drafts as a workflow does, for tests that record a case's first events without an engine."""

from datetime import UTC, datetime
from uuid import UUID

from domain.events import CaseEvent, Draft
from domain.messages import RecordEvents


def events_of(case_id: UUID, drafts: list[Draft]) -> RecordEvents:
    """The first events of a case, as of now."""
    now = datetime.now(UTC)
    numbered = [
        CaseEvent(sequence=place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
        for place, draft in enumerate(drafts, start=1)
    ]
    return RecordEvents(case_id=case_id, command_id="run:1", events=numbered)
