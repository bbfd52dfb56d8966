"""Deadline insurance: when to think of longer time, and of answering in part (Article 12(3); design section 5).

An offer is a work item. Whether the law's grounds are met is for a person, who writes the reasons: much data is not yet complex.
Next: `domain/partial_answer.py`
"""

from dataclasses import dataclass

from domain.case import CaseState
from domain.rights import Status

EXTENSION, PARTIAL_ANSWER = "consider_extension", "consider_partial_answer"  # kinds of work items
ESTIMATE_DAYS = (5, 10)  # after receipt: early enough to plan, late enough to know what was found (practice.md 1b.9)
# From here on a review by hand of what was found hardly fits into what is left of a month, or too much is still to come.
MANY_RECORDS = 5_000
MANY_WAITING = 2


@dataclass(frozen=True)
class Estimate:
    """What is known of the work.

    Args:
        records: found so far.
        systems: that belong to the search.
        waiting: of them, those that failed or that only people can search.
    """

    records: int
    systems: int
    waiting: int

    @property
    def large(self) -> bool:
        """Whether the month may not do."""
        return self.records >= MANY_RECORDS or self.waiting >= MANY_WAITING


def estimate(state: CaseState) -> Estimate:
    """The estimate from what the search has found so far."""
    systems = state.systems.values()
    return Estimate(
        records=sum(system.records for system in systems),
        systems=len(systems),
        waiting=sum(system.state in {"failed", "manual", "searching"} for system in systems),
    )


def partly_answerable(state: CaseState) -> bool:
    """Whether something was found that could be delivered before the rest: of an access request, to a known person."""
    stage = state.stage(state.copied)
    found = any(system.state == "searched" and system.records for system in state.systems.values())
    return bool(state.identity_record and state.run and found) and stage in {Status.COLLECTING, Status.IN_REVIEW}


def offers(state: CaseState, *, extendable: bool) -> list[str]:
    """The kinds of the work items that are offered now; nothing that lies open already or was decided.

    Args:
        state: where the case stands.
        extendable: an extension notice would still be in time.
    """
    wanted = [EXTENSION] if extendable and state.extension is None else []
    if partly_answerable(state) and state.partial is None:
        wanted.append(PARTIAL_ANSWER)
    lying = {item.kind for item in state.open_work_items.values()}
    return [kind for kind in wanted if kind not in lying]
