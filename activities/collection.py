"""Collect what the controller's systems hold about a person (Article 15), and keep what would be gone before it is due.

`collect` searches with usable identifiers only, seals what it finds, leaves a receipt for every collection, and builds the
package at once when nobody has to be waited for. `snapshot_short_lived` copies collections that live shorter than the answer
takes, with the address the person wrote from, for nobody's eyes until identity is proven.

A system that does not answer is tried again by Temporal; what was finished is not asked twice. When its attempts are used up it
is reported as failed, and a caseworker decides.

Next: `activities/package.py`.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select
from temporalio import activity

from activities import package
from activities.failures import translated
from activities.heartbeat import beating
from activities.held_contacts import held_contacts
from activities.identifiers import usable_identifiers
from activities.systems.base import SystemUnreachableError
from activities.systems.registry import Systems
from activities.traversal import Assignment, Traversal
from adapters.archives.store import Archives
from adapters.collected import Collected as CollectedRows
from adapters.collected import CollectedCollection
from adapters.database.tables import CaseReceipt, SearchReceipt
from adapters.resources import Resources
from adapters.sealed_head import blob_ids
from domain.datamap import Plan, SystemKind
from domain.datamap_parts import Asked
from domain.errors import InvalidInputError, SystemFailedError, UnknownObjectError
from domain.messages import BuildPackage, CaseRef, Collect, Collected, SystemResult
from domain.normal import normal_email
from domain.portability import portable_places
from domain.rights import Relation
from domain.traversal import Place

SNAPSHOT_RUN = 0


class Collection:
    """Searches systems for cases. Keeps its connections for as long as the worker lives.

    Args:
        resources: opened once by the worker.
        systems: the connectors; made from the data map when left out.
    """

    def __init__(self, resources: Resources, systems: Systems | None = None) -> None:
        self._resources = resources
        self._systems = systems or Systems.of(resources)

    @activity.defn
    @translated
    def collect(self, message: Collect) -> Collected:
        """Search the systems for one case; build the package too when nothing is left waiting and that was asked for.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left; everything else is finished and recorded.
            NotAllowedNowError: no identifier of the case may be used: nothing is searched (I2).
        """
        with beating():
            identifiers = usable_identifiers(self._resources, message.case_id, message.keys)
            only = portable_places(self._resources.datamap) if message.portable else None
            plan = self._resources.datamap.plan(identifiers, only=only)
            wanted = self._wanted(message, plan)
            by_hand = {name for name in wanted if self._by_hand(name, message.case_id)}
            assignment = Assignment(
                case_id=message.case_id,
                run=message.run,
                plan=plan,
                identifiers=identifiers,
                systems=frozenset(wanted) - by_hand,
                left_out=frozenset(message.skipped) | {name for name in self._names if self._by_hand(name, message.case_id)},
                snapshots=self._snapshots(message.case_id, identifiers),
                portable=message.portable,
            )
            unasked = {name for name in by_hand if self._unasked(name, message.case_id)}
            waiting = [
                SystemResult(system=name, state="unasked" if name in unasked else "manual", archive=self._imported(name))
                for name in sorted(by_hand)
            ]
            results = [*self._search(assignment), *waiting]
            built = None
            if message.build and all(result.state in {"searched", "unasked"} for result in results):
                order = BuildPackage(
                    case_id=message.case_id,
                    run=message.run,
                    identity_record=message.identity_record,
                    portable=message.portable,
                )
                built = package.build(self._resources, order, _beats_already)
            found = CollectedRows.open(self._resources, message.case_id, message.run).collections
            held = held_contacts(self._resources, message.case_id, found, datetime.now(UTC))
            return Collected(run=message.run, results=results, package=built, held=held)

    @activity.defn
    @translated
    def snapshot_short_lived(self, message: CaseRef) -> Collected:
        """Copy what would be gone before identity is proven, found by the claimed address alone, sealed, as run 0."""
        with beating():
            address = self._claimed_address(message.case_id)
            if address is None:
                return Collected(run=SNAPSHOT_RUN, results=[])
            plan = self._resources.datamap.plan({"email"}, short_lived_only=True)
            names = {step.system for step in plan.steps if not self._by_hand(step.system, message.case_id)}
            assignment = Assignment(
                case_id=message.case_id,
                run=SNAPSHOT_RUN,
                plan=plan,
                identifiers={"email": [address]},
                systems=frozenset(names),
                left_out=frozenset(self._names) - names,
            )
            kept = {step.system for step in plan.steps if step.wanted}
            return Collected(run=SNAPSHOT_RUN, results=[one for one in self._search(assignment) if one.system in kept])

    @activity.defn
    @translated
    def destroy_snapshots(self, message: CaseRef) -> None:
        """Delete the copies taken at receipt: identity was not proven, so nobody may ever see them."""
        here = SearchReceipt.case_id == message.case_id, SearchReceipt.run == SNAPSHOT_RUN
        with self._resources.database.read() as session:
            rows = session.exec(select(SearchReceipt).where(*here)).all()
        for row in rows:  # blobs first: a crash in between leaves rows that say what is still to be deleted
            for blob in blob_ids(row):
                self._resources.blobs.delete(blob)
        with self._resources.database.write() as session:
            session.exec(delete(SearchReceipt).where(col(SearchReceipt.id).in_([row.id for row in rows])))

    def close(self) -> None:
        """Let go of the connections to the systems."""
        self._systems.close()

    @property
    def _names(self) -> list[str]:
        return [system.name for system in self._resources.datamap.systems]

    def _by_hand(self, name: str, case_id: UUID) -> bool:
        try:
            return self._systems.connector(name).of_case(self._resources, case_id).by_hand
        except SystemFailedError:
            return False  # misconfigured: the search says so

    def _imported(self, name: str) -> bool:
        return self._resources.datamap.system(name).kind is SystemKind.ARCHIVE

    def _unasked(self, name: str, case_id: UUID) -> bool:
        """Whether the data map asks for imports into this archive in other cases only, and nobody imported any into this one."""
        asked = self._resources.datamap.system(name).asked
        if asked is Asked.ALWAYS or not self._imported(name) or Archives(self._resources, case_id).imports(name):
            return False
        return asked is Asked.ON_REQUEST or self._claimed(case_id).get("relation") != Relation.EMPLOYEE

    def _wanted(self, message: Collect, plan: Plan) -> list[str]:
        """The systems to search: all, or those to retry with what depends on them; never what is left out."""
        names = [*dict.fromkeys(step.system for step in plan.steps)] if message.portable else self._names
        wanted = set(names if message.systems is None else message.systems)
        for step in plan.steps:  # in the order of the waves, so that one pass finds everything downstream
            if any(getattr(way, "from_system", None) in wanted for way in step.ways):
                wanted.add(step.system)
        return [name for name in self._names if name in wanted and name not in message.skipped]

    def _search(self, assignment: Assignment) -> list[SystemResult]:
        traversal = Traversal(self._resources, self._systems, assignment)
        traversal.run()
        again = [name for name, reason in traversal.failures.items() if reason == "unreachable" and self._may_try_again(name)]
        if again:
            # Without a cause: what a database says of its trouble may quote a row, and causes end in the engine.
            raise SystemUnreachableError("No answer from " + ", ".join(sorted(again)))
        return [
            SystemResult(system=name, state="failed", reason=traversal.failures[name])
            if name in traversal.failures
            else SystemResult(system=name, state="searched", records=traversal.rows.get(name, 0), archive=self._imported(name))
            for name in self._names
            if name in assignment.systems
        ]

    def _may_try_again(self, name: str) -> bool:
        return activity.in_activity() and activity.info().attempt < self._resources.datamap.system(name).attempts

    def _claimed_address(self, case_id: UUID) -> str | None:
        address = self._claimed(case_id).get("email")
        return str(address) if address else None

    def _claimed(self, case_id: UUID) -> dict[str, Any]:
        """What was said of the person when the request came in; empty when that is gone."""
        with self._resources.database.read() as session:
            receipt = session.get(CaseReceipt, case_id)
        if receipt is None:
            raise UnknownObjectError(case_id=str(case_id))
        if receipt.subject is None:
            return {}
        subject = self._resources.vault.case(case_id).open("case_receipt", "subject", str(case_id), receipt.subject)
        claimed: dict[str, Any] = json.loads(subject)
        return claimed

    def _snapshots(self, case_id: UUID, identifiers: dict[str, list[str]]) -> dict[Place, CollectedCollection]:
        """The copies taken at receipt, if the address they were taken for may be used by now."""
        if not any(part.short_lived for system in self._resources.datamap.systems for part in system.collections):
            return {}
        address = self._claimed_address(case_id)
        if address is None or not _is_among(address, identifiers.get("email", ())):
            return {}
        taken = CollectedRows.open(self._resources, case_id, SNAPSHOT_RUN).collections
        return {(one.system, one.name): one for one in taken if one.rows}


def _is_among(address: str, proven: Iterable[str]) -> bool:
    try:
        return normal_email(address) in {normal_email(other) for other in proven}
    except InvalidInputError:
        return False


def _beats_already() -> None:
    """The whole activity beats by itself."""
