"""Corrections, marks, restrictions and ended consents, made in the controller's systems (Articles 7(3), 16, 18, 19, 21, 22).

What holds in Habeas itself (a restriction, the ledger of consents, the marketing list) is written first: it has to hold also
while a system is down. Failures: a system that does not answer is tried again by Temporal, one that refuses is reported.
Next: activities/measure_run.py
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import select
from temporalio import activity

from activities.correctable import correctable_now
from activities.erasure_look import forget, try_again
from activities.failures import translated
from activities.heartbeat import beating
from activities.identifiers import usable_rows
from activities.measure_run import MeasureRun
from activities.measure_targets import addressees_of, by_hand_of, corrections_of, targets_of
from activities.systems.registry import Systems
from adapters import contact_changes, disputes, restrictions
from adapters.correctable_values import forget as forget_kept
from adapters.correctable_values import keep
from adapters.database.tables import CaseIdentifierRow, CaseRecord
from adapters.resources import Resources
from adapters.suppression import suppress
from domain.case import CaseState
from domain.errors import UnknownObjectError
from domain.measure_messages import (
    CarryOutMeasure,
    ExamineMeasure,
    FindValues,
    FoundValues,
    MeasureCarriedOut,
    MeasureExamined,
)
from domain.measure_standing import Measure
from domain.messages import CaseRef, SystemResult

_REACHABLE = frozenset({"email", "phone"})


class Measures:
    """Makes what caseworkers decided about a person's data true in every system.

    Args:
        resources: opened once by the worker.
        systems: the connectors; made from the data map when left out.
    """

    def __init__(self, resources: Resources, systems: Systems | None = None) -> None:
        self._resources = resources
        self._systems = systems or Systems.of(resources)

    @activity.defn
    @translated
    def examine_measure(self, message: ExamineMeasure) -> MeasureExamined:
        """Look how many rows hold what a correction expects; nothing is changed.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left.
        """
        with beating():
            run = self._run(message.case_id, message.measure, -(1000 + 2 * message.measure.number))
            holding = run.examine(message.keys)
            if run.failed:
                return MeasureExamined(failed=self._failed(run))
            forget(self._resources, message.case_id, run.number)
            return MeasureExamined(rows=holding)

    @activity.defn
    @translated
    def find_values(self, message: FindValues) -> FoundValues:
        """Look which values of the person could be corrected, and keep them sealed for whoever proposes it.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left.
        """
        with beating():
            held = correctable_now(self._resources, self._systems, message.case_id, message.number, message.keys)
            with self._resources.database.write() as session:
                keep(session, self._resources.vault.case(message.case_id), message.case_id, message.number, held)
        return FoundValues(values=len(held.values), failed=list(held.failed))

    @activity.defn
    @translated
    def forget_values(self, message: CaseRef) -> None:
        """Delete them: nothing can be proposed any more."""
        with self._resources.database.write() as session:
            forget_kept(session, message.case_id)

    @activity.defn
    @translated
    def carry_out_measure(self, message: CarryOutMeasure) -> MeasureCarriedOut:
        """Carry a measure out, or go on where it was interrupted.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left; what could be done is done.
        """
        if message.measure.kind in {"restrict", "dispute"} and not message.keys:
            return MeasureCarriedOut(stale=True)  # what led to the person does not any more: a caseworker looks again
        with beating():
            named = self._identifiers(message.case_id, message.keys)
            self._hold_here(message, named)
            run = self._run(message.case_id, message.measure, -(1001 + 2 * message.measure.number))
            run.carry_out(message.keys, self._values(message.case_id, named), message.at, released=self._released(message, named))
            if run.failed:
                return MeasureCarriedOut(failed=self._failed(run))
            forget(self._resources, message.case_id, run.number)
            self._note_contacts(message)
            return MeasureCarriedOut(
                rows=run.rows,
                stale=run.stale,
                empty=run.empty and message.measure.kind in {"restrict", "dispute"},
                by_hand=sorted({*by_hand_of(self._resources.datamap, self._systems, message.measure), *run.unreached}),
                addressees=list(addressees_of(self._resources.datamap, message.measure, run.touched)),
            )

    def _run(self, case_id: UUID, measure: Measure, number: int) -> MeasureRun:
        targets = targets_of(self._resources, self._systems, case_id, measure)
        return MeasureRun(self._resources, self._systems, case_id, number, targets, measure.skipped)

    def _failed(self, run: MeasureRun) -> list[SystemResult]:
        try_again(self._resources, run.failed)
        return [SystemResult(system=name, state="failed", reason=why) for name, why in sorted(run.failed.items())]

    def _identifiers(self, case_id: UUID, keys: Sequence[UUID]) -> list[CaseIdentifierRow]:
        """The proven identifiers named, or, where none is asked for, the addresses that the person gave."""
        if keys:
            return usable_rows(self._resources, case_id, keys)
        with self._resources.database.read() as session:
            record = session.get(CaseRecord, case_id)
            rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case_id)).all()
        if record is None:
            raise UnknownObjectError(case_id=str(case_id))
        known = CaseState.model_validate(record.state).identifiers
        rejected = {key for key, identifier in known.items() if identifier.standing == "rejected"}
        return [row for row in rows if row.kind in _REACHABLE and row.value is not None and row.id not in rejected]

    def _values(self, case_id: UUID, rows: Sequence[CaseIdentifierRow]) -> dict[str, list[str]]:
        vault, values = self._resources.vault.case(case_id), dict[str, list[str]]()
        for row in rows:
            if row.value is not None:
                value = vault.open("case_identifier", "value", str(row.id), row.value).decode()
                values.setdefault(row.kind, []).append(value)
        return values

    def _hold_here(self, message: CarryOutMeasure, named: Sequence[CaseIdentifierRow]) -> None:
        measure, indexes, now = message.measure, [row.value_index for row in named], datetime.now(UTC)
        with self._resources.database.write() as session:
            if measure.kind == "restrict":
                ground, purposes = measure.ground or measure.right.value, measure.purposes
                restrictions.restrict(
                    session, message.case_id, measure.number, indexes, ground=ground, purposes=purposes, now=now
                )
            elif measure.kind == "dispute" and measure.text is not None:
                disputes.dispute(session, message.case_id, measure, indexes, now)
            elif measure.kind == "lift":
                disputes.undo(session, message.case_id, measure.of)
                restrictions.lift(session, message.case_id, measure.of, now)
            elif measure.kind == "withdraw":
                restrictions.end_consents(session, message.case_id, indexes, measure.purposes, message.at)
                if any(self._resources.datamap.purpose(name).direct_marketing for name in measure.purposes):
                    for kind, values in self._values(message.case_id, named).items():
                        for value in values:
                            suppress(session, self._resources.vault, "marketing", kind, value, now=now, expires_on=None)

    def _note_contacts(self, message: CarryOutMeasure) -> None:
        """For a while a new address alone is not enough to get the person's data."""
        if message.measure.kind != "correct" or not message.measure.contact:
            return
        datamap, vault = self._resources.datamap, self._resources.vault
        with self._resources.database.write() as session:
            for each in corrections_of(self._resources, message.case_id, message.measure):
                kind = datamap.collection(each["system"], each["collection"]).identities.get(each["field"])
                if kind and each["new"]:
                    index = vault.index_email(each["new"]) if kind == "email" else vault.index_id(kind, each["new"])
                    contact_changes.remember(session, index, datetime.now(UTC))

    def _released(self, message: CarryOutMeasure, named: Sequence[CaseIdentifierRow]) -> bool:
        """Whether the flags in the systems may go: nothing else restricts the same person, here or in another case."""
        with self._resources.database.read() as session:
            lasting = restrictions.restrictions(session, [row.value_index for row in named])
        return all((each.case_id, each.number) == (message.case_id, message.measure.of) for each in lasting)
