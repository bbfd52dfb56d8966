"""A look into the systems for an erasure: which rows are the person's, and nothing of them but what erasing needs.

Serves Article 17. The same traversal as a search for an answer, with its receipts, but no content is copied: a request to erase
must not end with another copy of everything. Its numbers are negative, so that no package is ever built from one.

Next: activities/erasure_plan.py
"""

from collections.abc import Collection as Group
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select, update
from temporalio import activity

from activities.identifiers import usable_identifiers
from activities.systems.base import SystemUnreachableError
from activities.systems.registry import Systems
from activities.traversal import Assignment, Traversal
from adapters.collected import Collected, CollectedCollection
from adapters.database.tables import SearchReceipt
from adapters.resources import Resources
from adapters.sealed_head import blob_ids
from domain.datamap import Plan
from domain.errors import SystemFailedError
from domain.messages import SystemResult
from domain.traversal import Place


@dataclass(frozen=True)
class Look:
    """What a look found.

    Args:
        plan: of the traversal.
        found: by place; a collection that a person searches, or that failed, is not there.
        failed: systems that could not be searched, with the reason.
    """

    plan: Plan
    found: Mapping[Place, CollectedCollection]
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def results(self) -> list[SystemResult]:
        return [SystemResult(system=name, state="failed", reason=reason) for name, reason in self.failed.items()]


def look(
    resources: Resources,
    systems: Systems,
    case_id: UUID,
    run: int,
    keys: Sequence[UUID],
    *,
    skipped: Sequence[str] = (),
    known: Mapping[Place, CollectedCollection] | None = None,
    identifiers: Mapping[str, list[str]] | None = None,
    only: Group[Place] | None = None,
) -> Look:
    """Look once; again with the same number it goes on where it was.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        case_id: the case.
        run: number of the look, below 0.
        keys: identifiers it goes by; none named: all that may be used.
        skipped: systems that a caseworker left out, with a reason.
        known: for a look after an erasure: what was found before it.
        identifiers: by kind, where an effect ends with the address that was named and nobody has to prove it.
        only: only these collections, and those on the way to them.

    Raises:
        SystemUnreachableError: a system did not answer and has attempts left.
        NotAllowedNowError: no identifier of the case may be used.
    """
    identifiers = usable_identifiers(resources, case_id, keys) if identifiers is None else identifiers
    plan = resources.datamap.plan(identifiers, only=only)
    names = {step.system for step in plan.steps} | {place.system for place in plan.unreachable}
    left_out = {name for name in names if by_hand(systems, name)} | set(skipped)
    assignment = Assignment(
        case_id=case_id,
        run=run,
        plan=plan,
        identifiers=identifiers,
        systems=frozenset(names - left_out),
        left_out=frozenset(left_out),
        erasing=True,
        known=known or {},
    )
    traversal = Traversal(resources, systems, assignment)
    traversal.run()
    try_again(resources, traversal.failures)
    return Look(plan, found_in(resources, case_id, run), traversal.failures)


def found_in(resources: Resources, case_id: UUID, run: int) -> dict[Place, CollectedCollection]:
    """What a look found, by place."""
    every = Collected.open(resources, case_id, run).collections
    return {(one.system, one.name): one for one in every if one.state == "searched"}


def forget(resources: Resources, case_id: UUID, run: int) -> None:
    """Delete what one look read, so that the next of this number begins anew."""
    rows = _deleted_blobs(resources, SearchReceipt.case_id == case_id, SearchReceipt.run == run)
    with resources.database.write() as session:
        session.exec(delete(SearchReceipt).where(col(SearchReceipt.id).in_([row.id for row in rows])))


def empty(resources: Resources, case_id: UUID) -> None:
    """Delete what the looks of a case read; that they searched, with which keys, and how many rows there were stays."""
    rows = _deleted_blobs(resources, SearchReceipt.case_id == case_id, col(SearchReceipt.run) < 0)
    searched = [row.id for row in rows if row.state == "searched"]  # the others have no content, only the reason why not
    with resources.database.write() as session:
        session.execute(update(SearchReceipt).where(col(SearchReceipt.id).in_(searched)).values(blobs={"ids": []}))


def _deleted_blobs(resources: Resources, *here: bool | ColumnElement[bool]) -> Group[SearchReceipt]:
    with resources.database.read() as session:
        rows = session.exec(select(SearchReceipt).where(*here)).all()
    for row in rows:  # blobs first: a crash in between leaves rows that say what is still to be deleted
        for blob in blob_ids(row):
            resources.blobs.delete(blob)
    return rows


def by_hand(systems: Systems, name: str) -> bool:
    """Whether only a person can search a system."""
    try:
        return systems.connector(name).by_hand
    except SystemFailedError:
        return False  # misconfigured: the look says so


def try_again(resources: Resources, failed: Mapping[str, str]) -> None:
    """Let the engine try again where a system did not answer and has attempts left; what else failed is for a person.

    Raises:
        SystemUnreachableError: names them.
    """
    again = [name for name, why in failed.items() if why == "unreachable" and attempts_left(resources, name)]
    if again:
        raise SystemUnreachableError("No answer from " + ", ".join(sorted(again)))


def attempts_left(resources: Resources, name: str) -> bool:
    """Whether a system that did not answer is tried again by the engine."""
    return activity.in_activity() and activity.info().attempt < resources.datamap.system(name).attempts
