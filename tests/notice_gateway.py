"""The engine as notices meet it in API tests: decides as the workflow does, does what it does, sends nothing by itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from temporalio.exceptions import ApplicationError

from activities.breach_log import BreachLog
from activities.notices import Notices
from activities.systems.registry import Systems
from adapters.database.notice_reader import NoticeReader
from adapters.resources import Resources
from domain.notice import NoticeStatus
from domain.notice_decisions import decide_notice
from domain.notice_events import NoticeDraft, NoticeEvent, NoticeTag, segment_facts
from domain.notice_messages import (
    LoadRecipients,
    NoticeOpening,
    NoticePrepared,
    NoticeRef,
    NoticeSnapshot,
    RecipientsLoaded,
    RecordNoticeEvents,
)


class NoticeGateway:
    """Stands in for `api/notices.py`."""

    def __init__(self, resources: Resources) -> None:
        self._reader, self._log = NoticeReader(resources), BreachLog(resources)
        self._notices = Notices(resources, Systems(resources.datamap, Path(resources.settings.home)))

    def start_soon(self, dossier_id: UUID) -> None:
        opening: NoticeOpening = self._log.read_notice_opening(NoticeRef(notice_id=dossier_id))
        self._record(dossier_id, "run:1", 1, NoticeDraft(tag=NoticeTag.OPENED, facts=opening.facts, actor=opening.actor))

    async def perform(self, dossier_id: UUID, call: Any) -> NoticeSnapshot:  # noqa: ANN401 (the door's own)
        if not self._reader.happened(dossier_id, call.command_id):
            state = self._reader.get(dossier_id).state
            self._record(dossier_id, call.command_id, state.sequence + 1, *decide_notice(state, call.command))
            self._follow(dossier_id)
        return NoticeSnapshot(state=self._reader.get(dossier_id).state)

    async def answer_of(self, _dossier_id: UUID, _command_id: str) -> None:
        return None

    def _follow(self, notice_id: UUID) -> None:
        state = self._reader.get(notice_id).state
        if state.list_wanted:
            self._record(notice_id, f"run:{state.sequence}", state.sequence + 1, self._load(notice_id))
        elif state.status is NoticeStatus.PREPARING:
            self._record(notice_id, f"run:{state.sequence}", state.sequence + 1, self._prepare(notice_id))

    def _load(self, notice_id: UUID) -> NoticeDraft:
        try:
            loaded: RecipientsLoaded = self._notices.load_recipients(LoadRecipients(notice_id=notice_id, number=1))
        except ApplicationError:
            return NoticeDraft(tag=NoticeTag.LIST_FAILED)
        facts: dict[str, Any] = {"recipients": loaded.recipients, "unusable": loaded.unusable}
        countries = [f"{country}:{count}" for country, count in loaded.countries.items()]
        return NoticeDraft(tag=NoticeTag.LIST_LOADED, facts=facts | {"countries": countries})

    def _prepare(self, notice_id: UUID) -> NoticeDraft:
        try:
            prepared: NoticePrepared = self._notices.prepare_notice(NoticeRef(notice_id=notice_id))
        except ApplicationError:
            return NoticeDraft(tag=NoticeTag.PREPARE_FAILED)
        return NoticeDraft(tag=NoticeTag.PREPARED, facts={"segments": segment_facts(prepared.segments)})

    def _record(self, notice_id: UUID, command_id: str, first: int, *drafts: NoticeDraft) -> None:
        now = datetime.now(UTC)
        events = [
            NoticeEvent(sequence=number, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for number, draft in enumerate(drafts, start=first)
        ]
        self._log.record_notice_event(RecordNoticeEvents(notice_id=notice_id, command_id=command_id, events=events))
