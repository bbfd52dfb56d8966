"""The only road to the status and history of a breach or a notice: a normal activity, as for cases (docs/decisions/0001).

Next: `adapters/database/breach_projector.py`
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.failures import translated
from adapters.database.breach_projector import DossierProjector, Folding, Projected
from adapters.database.breach_tables import Dossier
from adapters.database.tables import Alarm
from adapters.resources import Resources
from domain.breach import BreachState
from domain.breach_folding import evolve_breach
from domain.breach_messages import BreachOpening, BreachRecorded, BreachRef, RecordBreachEvents
from domain.breach_rows import clocks_of
from domain.errors import SequenceConflictError, UnknownObjectError
from domain.notice import NoticeState
from domain.notice_events import evolve_notice
from domain.notice_messages import NoticeOpening, NoticeRecorded, NoticeRef, RecordNoticeEvents


class BreachLog:
    """Reads openings and records events.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._seat = resources.datamap.controller.country
        self._breaches = Folding[BreachState](
            kind="breach",
            fresh=lambda key: BreachState(breach_id=key),
            evolve=evolve_breach,
            read=BreachState.model_validate,
            project=self._projected,
        )

    @activity.defn
    @translated
    def read_breach_opening(self, message: BreachRef) -> BreachOpening:
        """What was reported, for the breach's first events."""
        with self._resources.database.read() as session:
            dossier = session.get(Dossier, message.breach_id)
        if dossier is None:
            raise UnknownObjectError(breach=str(message.breach_id))
        systems = [system.name for system in self._resources.datamap.systems]
        return BreachOpening(facts=dossier.opening, actor=dossier.caller, systems=systems)

    @activity.defn
    @translated
    def read_notice_opening(self, message: NoticeRef) -> NoticeOpening:
        """What a notice was opened with."""
        with self._resources.database.read() as session:
            dossier = session.get(Dossier, message.notice_id)
        if dossier is None:
            raise UnknownObjectError(notice=str(message.notice_id))
        return NoticeOpening(facts=dossier.opening, actor=dossier.caller)

    @activity.defn
    @translated
    def record_notice_event(self, message: RecordNoticeEvents) -> NoticeRecorded:
        """As `record_breach_event`, for a notice."""
        now = datetime.now(UTC)
        try:
            with self._resources.database.write() as session:
                projector = DossierProjector(session, self._resources.vault.install, now, _NOTICES)
                written = projector.record(message.notice_id, message.command_id, message.events)
        except SequenceConflictError:
            self._raise_alarm(message.notice_id, now)
            raise
        return NoticeRecorded(head=written.head)

    @activity.defn
    @translated
    def record_breach_event(self, message: RecordBreachEvents) -> BreachRecorded:
        """Append events and fold them into the record, in one transaction; doing it twice changes nothing."""
        now = datetime.now(UTC)
        try:
            with self._resources.database.write() as session:
                projector = DossierProjector(session, self._resources.vault.install, now, self._breaches)
                written = projector.record(message.breach_id, message.command_id, message.events)
        except SequenceConflictError:
            self._raise_alarm(message.breach_id, now)
            raise
        clocks = clocks_of(written.state, seat=self._seat, as_of=message.events[-1].at)
        return BreachRecorded(clocks=clocks, head=written.head)

    def _projected(self, state: BreachState, at: datetime) -> Projected:
        return Projected(
            status=state.status.value,
            outcome=state.outcome.value if state.outcome else None,
            exercise=state.exercise,
            first_due=clocks_of(state, seat=self._seat, as_of=at).first_due,
            closed_at=state.closed_at,
        )

    def _raise_alarm(self, dossier_id: UUID, now: datetime) -> None:
        facts: dict[str, Any] = {"dossier": str(dossier_id)}
        with self._resources.database.write() as session:
            session.add(Alarm(at=now, kind="sequence-conflict", facts=facts))


def _projected_notice(state: NoticeState, _at: datetime) -> Projected:
    return Projected(
        status=state.status.value, outcome=None, exercise=state.exercise, first_due=None, closed_at=state.finished_at
    )


_NOTICES = Folding[NoticeState](
    kind="notice",
    fresh=lambda key: NoticeState(notice_id=key),
    evolve=evolve_notice,
    read=NoticeState.model_validate,
    project=_projected_notice,
)
