"""What of a person's plan of erasure a letter or certificate must not tell (`law.md` 2.2 item 13; decision 41).

What was kept out of a copy on a ground whose mention would defeat it is told by no other letter either: an erasure that named
the collection, or counted more records than the copy, would say that it is there. So what is told differs in nothing from what
it would be without. Asked of every case of the same person, since the copy is often a case of its own.
Next: activities/letter_erasure.py
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import CaseIdentifierRow, ItemDecision
from domain.erasure import Entry
from domain.withholding import KEPT_BACK, silent


@dataclass(frozen=True)
class Unnamed:
    """What is not told, by `system.collection`.

    Args:
        whole: kept back by a rule, so that no copy names it.
        items: how many single ones were kept back.
    """

    whole: frozenset[str] = frozenset()
    items: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, identifiers: Iterable[UUID]) -> Self:
        """Read what stands of the decisions in every case of a person.

        Args:
            session: of a read.
            identifiers: that are theirs, of any case.
        """
        values = select(CaseIdentifierRow.value_index).where(col(CaseIdentifierRow.id).in_(list(identifiers)))
        cases = select(CaseIdentifierRow.case_id).where(col(CaseIdentifierRow.value_index).in_(values))
        query = select(ItemDecision.case_id, ItemDecision.item, ItemDecision.decision, ItemDecision.basis)
        rows = session.exec(query.where(col(ItemDecision.case_id).in_(cases)).order_by(col(ItemDecision.revision))).all()
        newest = {(case_id, item): (decision, basis) for case_id, item, decision, basis in rows}
        hidden = [key for key, (decision, basis) in newest.items() if decision in KEPT_BACK and silent(basis)]
        whole = frozenset(item.removesuffix(".*") for _, item in hidden if item.endswith(".*"))
        single: dict[str, int] = {}
        for (_, place), number in Counter((case_id, item.rpartition(".")[0]) for case_id, item in hidden).items():
            single[place] = max(number, single.get(place, 0))  # each case has its own ids of the same records
        return cls(whole, single)

    def told(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries of a plan as they may be told: those that may not be named are missing, others count fewer rows."""
        named = ((entry, ".".join(entry.place)) for entry in entries)
        fewer = ((entry, self.items.get(place, 0)) for entry, place in named if place not in self.whole)
        return [entry.model_copy(update={"rows": max(0, entry.rows - hidden)}) if hidden else entry for entry, hidden in fewer]
