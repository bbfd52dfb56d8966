"""A child's account that was reported: suspends it, gives it back, holds the evidence, blocks its credentials (children section).

Suspended is: marked where the data map has a `restricted_field`, hidden where it has a `shown_field`, and on the register that
every send asks. What stood there before is in the sealed look, so that giving back restores exactly what was changed. Nobody is
shown a row. Failures: a system that stays away is tried again by Temporal; one that refuses is reported.

Next: adapters/suppression.py
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from sqlmodel import Session, col, select
from temporalio import activity

from activities.erasure_look import Look, found_in, look
from activities.erasure_plan import local_day
from activities.failures import translated
from activities.heartbeat import beating
from activities.held_contacts import held_contacts
from activities.identifiers import values_of
from activities.suppression import remember_for_restores
from activities.systems.base import Amendment, Connector, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.collected import CollectedCollection
from adapters.database.erasure_tables import ErasurePlanRow, LegalHold
from adapters.database.tables import CaseIdentifierRow
from adapters.resources import Resources
from adapters.restrictions import lift, restrict
from adapters.suppression import suppress
from domain.datamap import Collection, Plan
from domain.errors import SystemFailedError
from domain.messages import SystemResult
from domain.minor_messages import AccountRef, Blocked, EvidenceHeld, Reinstated, Suspended
from domain.rights import Right
from domain.traversal import Place

MEASURE = 1_000  # its number among the restrictions of a case
BLOCKED_FOR = timedelta(days=365)
EVIDENCE_REVIEW = timedelta(days=30)
_NO = {None, False, "", "0", "false", "no"}


class MinorReport:
    """What is done about a reported account.

    Args:
        resources: opened once by the worker.
        systems: the connectors; made from the data map when left out.
    """

    def __init__(self, resources: Resources, systems: Systems | None = None) -> None:
        self._resources = resources
        self._systems = systems or Systems.of(resources)

    @activity.defn
    @translated
    def suspend_account(self, message: AccountRef) -> Suspended:
        """Mark, hide and keep from all sends whatever belongs to the account; doing it twice changes nothing more."""
        with beating():
            rows = self._rows_of(message)
            found = self._look(message, rows)
            if found.failed:
                return Suspended(failed=found.results)
            now = datetime.now(UTC)
            changed, by_hand, failed = self._mark(found, now, back=False)
            held = held_contacts(self._resources, message.case_id, found.found.values(), now)
            with self._resources.database.write() as session:
                indexes = {row.value_index for row in rows} | self._indexes(session, [each.identifier for each in held.found])
                restrict(session, message.case_id, MEASURE, indexes, ground=Right.MINOR_REPORT.value, purposes=(), now=now)
            return Suspended(rows=changed, by_hand=by_hand, held=held, failed=failed)

    @activity.defn
    @translated
    def reinstate_account(self, message: AccountRef) -> Reinstated:
        """Undo exactly what was suspended."""
        with beating():
            found = self._look(message, self._rows_of(message))
            if found.failed:
                return Reinstated(failed=found.results)
            changed, _, failed = self._mark(found, datetime.now(UTC), back=True)
            if not failed:
                with self._resources.database.write() as session:
                    lift(session, message.case_id, MEASURE, datetime.now(UTC))
            return Reinstated(rows=changed, failed=failed)

    @activity.defn
    @translated
    def hold_evidence(self, message: AccountRef) -> EvidenceHeld:
        """Let nothing of the account be destroyed until a privacy lead lifts the hold; doing it twice changes nothing."""
        now, holds = datetime.now(UTC), 0
        with self._resources.database.write() as session:
            for row in self._rows_of(message):
                key = uuid5(message.case_id, f"evidence/{row.value_index.hex()}")
                if session.get(LegalHold, key) is None:
                    review = local_day(self._resources, now) + EVIDENCE_REVIEW
                    hold = LegalHold(
                        id=key,
                        subject_index=row.value_index,
                        ground="abuse",
                        review_on=review,
                        placed_by="system",
                        placed_at=now,
                        confirmed_by="system",  # two people are asked before anything goes: who decides, and who approves
                        confirmed_at=now,
                    )
                    session.add(hold)
                    holds += 1
        return EvidenceHeld(holds=holds)

    @activity.defn
    @translated
    def block_credentials(self, message: AccountRef) -> Blocked:
        """Put what the account signed in with on the block list, as keyed hashes with a last day; no address of a network."""
        now, resources = datetime.now(UTC), self._resources
        until = local_day(resources, now) + BLOCKED_FOR
        held = held_contacts(resources, message.case_id, found_in(resources, message.case_id, message.run).values(), now)
        keys = {*message.accounts, *(each.identifier for each in held.found)}
        with resources.database.read() as session:
            rows = session.exec(select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(keys))).all()
            plans = select(ErasurePlanRow).where(
                ErasurePlanRow.case_id == message.case_id, col(ErasurePlanRow.begun_at).is_not(None)
            )
            plan = session.exec(plans.order_by(col(ErasurePlanRow.number).desc())).first()
        blocked = values_of(resources, [row for row in rows if row.case_id == message.case_id])
        with resources.database.write() as session:
            for kind, values in blocked.items():
                for value in values:
                    suppress(session, resources.vault, "abuse", kind, value, now=now, expires_on=until)
            lift(session, message.case_id, MEASURE, now)
        if plan is not None:
            remember_for_restores(resources, plan)
        return Blocked(credentials=sum(map(len, blocked.values())), until=until)

    def close(self) -> None:
        """Let go of the connections to the systems."""
        self._systems.close()

    def _rows_of(self, message: AccountRef) -> list[CaseIdentifierRow]:
        with self._resources.database.read() as session:
            here = CaseIdentifierRow.case_id == message.case_id, col(CaseIdentifierRow.id).in_(message.accounts)
            return list(session.exec(select(CaseIdentifierRow).where(*here)).all())

    def _look(self, message: AccountRef, rows: list[CaseIdentifierRow]) -> Look:
        named = values_of(self._resources, rows)
        return look(self._resources, self._systems, message.case_id, message.run, message.accounts, identifiers=named)

    def _indexes(self, session: Session, identifiers: list[UUID]) -> set[bytes]:
        rows = session.exec(select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(identifiers))).all()
        return {row.value_index for row in rows}

    def _mark(self, found: Look, now: datetime, *, back: bool) -> tuple[int, list[str], list[SystemResult]]:
        """Mark and hide, or undo it: rows changed, systems for a person, systems that failed."""
        changed, by_hand, failed = 0, set[str](), dict[str, str]()
        marked = False
        for (system, name), rows in found.found.items():
            collection = self._resources.datamap.collection(system, name)
            if not rows.rows or not (collection.restricted_field or collection.shown_field):
                continue
            marked = True
            connector = self._systems.connector(system)
            if not connector.amends:
                by_hand.add(system)
                continue
            try:
                changed += self._amend(connector, collection, found.plan, rows, now, back=back)
            except SystemUnreachableError:
                failed[system] = "unreachable"
            except SystemFailedError as failure:
                failed[system] = str(failure.facts.get("reason", "refused"))
        if not marked:  # the data map names no mark: whoever looks after the account's system does it
            by_hand |= {system for (system, _), rows in found.found.items() if rows.rows}
        results = [SystemResult(system=system, state="failed", reason=why) for system, why in sorted(failed.items())]
        return changed, sorted(by_hand), results

    def _amend(
        self, connector: Connector, collection: Collection, plan: Plan, rows: CollectedCollection, now: datetime, *, back: bool
    ) -> int:
        ways = _ways(plan, (rows.system, rows.name))
        changed, records = 0, rows.records()
        while batch := list(itertools.islice(records, connector.most_keys)):
            changed += connector.amend(collection, list(_amendments(collection, batch, ways, now, back=back)))
        return changed


def _amendments(
    collection: Collection, batch: list[dict[str, object]], ways: tuple[str, ...], now: datetime, *, back: bool
) -> Iterator[Amendment]:
    # The rows are as they were before anything was done: only what was unmarked is marked, only what was shown is hidden.
    if mark := collection.restricted_field:
        unmarked = [row for row in batch if _no(row.get(mark))]
        yield Amendment(unmarked, ways, mark, None, None if back else now, whatever=True)
    if shown := collection.shown_field:
        visible = [row for row in batch if not _no(row.get(shown))]
        yield Amendment(visible, ways, shown, None, now if back else None, whatever=True)


def _no(value: object) -> bool:
    return value is None or (isinstance(value, bool | int | str) and value in _NO)


def _ways(plan: Plan, place: Place) -> tuple[str, ...]:
    step = next(step for step in plan.steps if (step.system, step.collection) == place)
    return tuple(dict.fromkeys(way.field for way in step.ways))
