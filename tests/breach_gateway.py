"""The engine as the breach desk meets it in tests: decides as the workflow does, records by the one road."""

from datetime import UTC, datetime
from uuid import UUID

from activities.breach_log import BreachLog
from activities.breach_reports import BreachReports
from adapters.database.breach_reader import BreachReader
from adapters.resources import Resources
from api.answers import CommandUnansweredError
from domain.breach_decisions import decide_breach
from domain.breach_events import BreachDraft, BreachEvent, BreachTag
from domain.breach_messages import (
    BreachCall,
    BreachOpening,
    BreachRecorded,
    BreachRef,
    BreachSnapshot,
    FreezeReport,
    RecordBreachEvents,
)


class BreachGateway:
    """Stands in for `api/breaches.py`."""

    def __init__(self, resources: Resources) -> None:
        self._reader, self._log, self._reports = BreachReader(resources), BreachLog(resources), BreachReports(resources)
        self.started: list[UUID] = []
        self.silent = False

    def start_soon(self, dossier_id: UUID) -> None:
        self.started.append(dossier_id)
        self.open(dossier_id)

    def open(self, breach_id: UUID) -> None:
        """Record the first events, as the workflow does when it starts."""
        opening: BreachOpening = self._log.read_breach_opening(BreachRef(breach_id=breach_id))
        first = BreachDraft(tag=BreachTag.OPENED, facts=opening.facts, actor=opening.actor)
        self._record(breach_id, "run:1", [first])

    async def perform(self, dossier_id: UUID, call: BreachCall) -> BreachSnapshot:
        if self.silent:
            raise CommandUnansweredError(command=call.command_id)
        if not self._reader.happened(dossier_id, call.command_id):
            self.act(dossier_id, call)
        state = self._reader.get(dossier_id).state
        return BreachSnapshot(state=state, clocks=self._reader.clocks(state, datetime.now(UTC)))

    def act(self, breach_id: UUID, call: BreachCall) -> None:
        """Let a command happen."""
        drafts = decide_breach(self._reader.get(breach_id).state, call.command, now=datetime.now(UTC))
        self._record(breach_id, call.command_id, drafts)
        self._freeze(breach_id)

    async def answer_of(self, _dossier_id: UUID, _command_id: str) -> BreachSnapshot | None:
        return None

    def _freeze(self, breach_id: UUID) -> None:
        for key, report in self._reader.get(breach_id).state.reports.items():
            if report.sha256 is None:
                wanted = report.model_dump(include={"authority", "number", "language", "upto"})
                frozen = self._reports.freeze_report(FreezeReport(breach_id=breach_id, report=key, **wanted))
                facts = {"report": str(key), **frozen.model_dump()}
                self._record(breach_id, f"run:{key}", [BreachDraft(tag=BreachTag.REPORT_FROZEN, facts=facts)])

    def _record(self, breach_id: UUID, command_id: str, drafts: list[BreachDraft]) -> BreachRecorded:
        view, now = self._reader.get(breach_id), datetime.now(UTC)
        first = view.state.sequence + 1 if view.recorded else 1
        events = [
            BreachEvent(sequence=number, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for number, draft in enumerate(drafts, start=first)
        ]
        return self._log.record_breach_event(RecordBreachEvents(breach_id=breach_id, command_id=command_id, events=events))
