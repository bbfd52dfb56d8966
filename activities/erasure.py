"""Erasure (Article 17): a plan, its carrying out, and the looks afterwards. Each finds what an earlier attempt did.

The rows are settled right before the first of them goes and compared with what was approved; what changed in a way that
matters leads to another plan. Failures: a system that does not answer is tried again by Temporal, one that refuses is reported.

Next: activities/erasure_look.py
"""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlmodel import col, update
from temporalio import activity

from activities.certificate import certify
from activities.erasure_after import Before, leftovers
from activities.erasure_look import Look, empty, found_in, look
from activities.erasure_plan import PlanMaker, seal
from activities.erasure_run import ErasureRun
from activities.failures import translated
from activities.heartbeat import beating
from activities.held_contacts import held_contacts
from activities.holds import held, restricted
from activities.identifiers import usable_rows
from activities.suppression import remember_for_restores
from activities.systems.registry import Systems
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.resources import Resources
from domain.datamap import ErasureAction
from domain.erasure import Edit, ErasurePlan, what_changed
from domain.erasure_messages import (
    CarryOutErasure,
    Certified,
    CertifyErasure,
    ErasureCarriedOut,
    Leftover,
    LookAgain,
    LookedAgain,
    Place,
    PlanErasure,
    PlanMade,
)
from domain.errors import StaleHashError, UnknownObjectError
from domain.messages import CaseRef, SystemResult

_CHANGES = (ErasureAction.ANONYMISE, ErasureAction.NULL, ErasureAction.HASH)


class Erasure:
    """Plans erasures and carries them out.

    Args:
        resources: opened once by the worker.
        systems: the connectors; made from the data map when left out.
    """

    def __init__(self, resources: Resources, systems: Systems | None = None) -> None:
        self._resources = resources
        self._systems = systems or Systems.of(resources)

    @activity.defn
    @translated
    def plan_erasure(self, message: PlanErasure) -> PlanMade:
        """Look at what there is and make a plan, or find the one of this number.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left.
            NotAllowedNowError: no identifier of the case may be used.
        """
        with beating():
            plan_id = uuid5(message.case_id, f"erasure/{message.number}")
            if (row := self._find(plan_id)) is None:
                found = self._look(message.case_id, message.run, message.keys, message.skipped)
                if found.failed:
                    return PlanMade(failed=found.results)
                row = self._write(plan_id, message, found)
            looked = found_in(self._resources, message.case_id, row.run).values()
            held = held_contacts(self._resources, message.case_id, looked, datetime.now(UTC))
            return self._made(row).model_copy(update={"held": held})

    @activity.defn
    @translated
    def carry_out_erasure(self, message: CarryOutErasure) -> ErasureCarriedOut:
        """Carry out an approved plan, or go on where it was interrupted.

        Raises:
            StaleHashError: the plan is not the one that was approved.
            SystemUnreachableError: a system did not answer and has attempts left; what could be done is done.
        """
        with beating():
            row = self._get(message.plan)
            plan = ErasurePlan.model_validate(row.plan)
            if row.case_id != message.case_id or row.sha256 != message.sha256 or plan.sha256 != message.sha256:
                raise StaleHashError
            if row.rows_run is None:
                refusal = self._settle(row, plan, message)
                if refusal is not None:
                    return refusal
                row = self._get(message.plan)
            assert row.rows_run is not None
            steps = self._resources.datamap.plan(self._kinds(plan)).steps
            rows = found_in(self._resources, row.case_id, row.rows_run)
            run = ErasureRun(self._resources, self._systems, row.id, plan, steps, rows)
            run.run(message.skipped)
            failed = [SystemResult(system=name, state="failed", reason=why) for name, why in sorted(run.failed.items())]
            return ErasureCarriedOut(failed=failed)

    @activity.defn
    @translated
    def look_again(self, message: LookAgain) -> LookedAgain:
        """Look whether anything is left that the plan does not keep."""
        with beating():
            row = self._get(message.plan)
            if row.rows_run is None or row.begun_at is None:
                raise UnknownObjectError(plan=str(message.plan))
            plan = ErasurePlan.model_validate(row.plan)
            before = Before(found_in(self._resources, row.case_id, row.rows_run), row.begun_at)
            found = look(
                self._resources,
                self._systems,
                row.case_id,
                message.run,
                plan.keys,
                skipped=message.skipped,
                known=before.rows,
            )
            if found.failed:
                return LookedAgain(failed=found.results)
            left = leftovers(self._resources, plan, before, found.found)
            self._note(row.id, left, message.run)
            return LookedAgain(leftovers=left)

    @activity.defn
    @translated
    def certify_erasure(self, message: CertifyErasure) -> Certified:
        """Write the certificate that the person gets, and remember the person for restored backups."""
        with beating():
            row = self._get(message.plan)
            remember_for_restores(self._resources, row)
            return certify(self._resources, row, message)

    @activity.defn
    @translated
    def forget_looks(self, message: CaseRef) -> None:
        """Delete what the looks read, and the plan's samples: after the last look nobody needs them. Their receipts stay."""
        empty(self._resources, message.case_id)
        with self._resources.database.write() as session:
            session.execute(update(ErasurePlanRow).where(col(ErasurePlanRow.case_id) == message.case_id).values(sealed=None))

    def close(self) -> None:
        """Let go of the connections to the systems."""
        self._systems.close()

    def _look(self, case_id: UUID, run: int, keys: list[UUID], skipped: list[str]) -> Look:
        return look(self._resources, self._systems, case_id, run, keys, skipped=skipped)

    def _write(self, plan_id: UUID, message: PlanErasure, found: Look) -> ErasurePlanRow:
        now = datetime.now(UTC)
        maker = PlanMaker(self._resources, self._systems, message.case_id, found, now)
        plan = maker.plan(message.keys, message.edits)
        vault = self._resources.vault.case(message.case_id)
        row = ErasurePlanRow(
            id=plan_id,
            case_id=message.case_id,
            number=message.number,
            run=message.run,
            sha256=plan.sha256,
            plan=plan.model_dump(mode="json"),
            edits=[edit.model_dump(mode="json") for edit in message.edits],
            sealed=seal(vault, plan_id, maker.sealed(plan, samples=message.samples)),
            made_at=now,
        )
        with self._resources.database.write() as session:
            if present := session.get(ErasurePlanRow, plan_id):
                return present  # another attempt, thought dead, finished first
            session.add(row)
        return row

    def _made(self, row: ErasurePlanRow) -> PlanMade:
        plan = ErasurePlan.model_validate(row.plan)
        by_hand = {entry.system for entry in plan.entries if entry.by_hand and not entry.kept}
        return PlanMade(
            plan=row.id,
            sha256=row.sha256,
            datamap=plan.datamap,
            erase=plan.rows(ErasureAction.DELETE),
            change=plan.rows(*_CHANGES),
            keep=plan.rows(ErasureAction.RETAIN),
            before=[Place(system=entry.system, collection=entry.collection) for entry in plan.entries if entry.before],
            by_hand=sorted(by_hand),
            addressees=list(plan.addressees),
            public=[Place(system=entry.system, collection=entry.collection) for entry in plan.entries if entry.public],
            waiting_days=self._resources.settings.erasure_waiting_days,
            second_look_days=self._resources.settings.erasure_second_look_days,
        )

    def _settle(self, row: ErasurePlanRow, plan: ErasurePlan, message: CarryOutErasure) -> ErasureCarriedOut | None:
        """Settle on the rows; what stands against it, if anything does."""
        if held(self._resources, row.case_id, plan.keys) or restricted(self._resources, row.case_id):
            return ErasureCarriedOut(held=True)
        found = self._look(row.case_id, message.run, list(plan.keys), message.skipped)
        if found.failed:
            return ErasureCarriedOut(failed=found.results)
        if self._get(row.id).rows_run is not None:
            return None  # another attempt, thought dead, settled first: what we saw may be what it has left
        now = datetime.now(UTC)
        edits = [Edit.model_validate(edit) for edit in row.edits]
        there = PlanMaker(self._resources, self._systems, row.case_id, found, now).plan(plan.keys, edits)
        changed = what_changed(plan, there)
        if changed:
            places = [name.split(".") for name in changed if name != "datamap"]
            return ErasureCarriedOut(
                changed=[Place(system=system, collection=name) for system, name in places], datamap="datamap" in changed
            )
        begun = (col(ErasurePlanRow.id) == row.id, col(ErasurePlanRow.rows_run).is_(None))
        with self._resources.database.write() as session:
            session.execute(update(ErasurePlanRow).where(*begun).values(rows_run=message.run, begun_at=now))
        return None

    def _kinds(self, plan: ErasurePlan) -> set[str]:
        return {row.kind for row in usable_rows(self._resources, plan.case_id, plan.keys)}

    def _note(self, plan_id: UUID, left: list[Leftover], run: int) -> None:
        after = {"run": run, "left": [each.model_dump(mode="json") for each in left]}
        with self._resources.database.write() as session:
            session.execute(update(ErasurePlanRow).where(col(ErasurePlanRow.id) == plan_id).values(after=after))

    def _find(self, plan_id: UUID) -> ErasurePlanRow | None:
        with self._resources.database.read() as session:
            return session.get(ErasurePlanRow, plan_id)

    def _get(self, plan_id: UUID) -> ErasurePlanRow:
        if (row := self._find(plan_id)) is None:
            raise UnknownObjectError(plan=str(plan_id))
        return row
