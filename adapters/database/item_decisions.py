"""What people decided about items: append-only, the newest revision counts (design section 4).

A row is about one item, about a collection (a rule, `<system>.<collection>.*`) or about a third person (`*`). A decision that
was superseded stays: an authority may ask who changed it, and when. Next: api/v1/deciding.py
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select, update

from adapters.case_vault import CaseVault
from adapters.database.tables import ItemDecision, QueueEntry
from domain.item_rules import EVERYBODY, Parts, scope
from domain.next_step import Step
from domain.redaction import Span
from domain.rights import Status
from domain.withholding import ItemChoice

_FEW = 500  # ids in one query

# Next steps of a case whose package is built.
_BUILT: Final = (Step.APPROVE_PACKAGE.value, Step.MEND_PACKAGE.value, Step.ANSWER_QUESTION.value)


@dataclass(frozen=True)
class Decision:
    """One row, opened."""

    revision: int
    item: str
    choice: ItemChoice
    basis: str | None
    author: str
    at: datetime
    reason: UUID | None = None
    parts: Parts = field(default_factory=Parts)

    @property
    def rule(self) -> bool:
        """It is about a whole collection."""
        return self.item.endswith(".*")

    @property
    def of_legal(self) -> bool:
        """It gave an item to legal, or a legal reviewer made it."""
        return self.choice is ItemChoice.WITH_LEGAL or self.parts.by_legal


@dataclass(frozen=True)
class Standing:
    """What is decided, up to a revision.

    Args:
        items: the newest decision by item.
        rules: of each collection, the newest first.
        people: third persons who are covered, the newest balance of each.
        weighed: the newest balance of each third person, whatever came of it.
        legal: items that wait for a legal reviewer, or that one decided to keep back; no other decision goes before these.
    """

    items: Mapping[str, Decision]
    rules: Mapping[str, tuple[Decision, ...]]
    people: tuple[Decision, ...]
    legal: Mapping[str, Decision] = field(default_factory=dict)
    weighed: tuple[Decision, ...] = ()

    @classmethod
    def read(cls, session: Session, vault: CaseVault, revision: int | None = None, only: Iterable[str] | None = None) -> Self:
        """Read what stands.

        Args:
            session: of a read.
            vault: of the case.
            revision: look no further than this one.
            only: of single items, these alone, for a page of a list; rules and people come all the same.
        """
        query = select(ItemDecision).where(ItemDecision.case_id == vault.case_id)
        if revision is not None:
            query = query.where(ItemDecision.revision <= revision)
        if only is not None:
            several = col(ItemDecision.item).like("%*")
            query = query.where(several | col(ItemDecision.item).in_(list(only)[:_FEW]))
        rows = session.exec(query.order_by(col(ItemDecision.revision))).all()
        return cls.of_decisions(_opened(row, vault) for row in rows)

    @classmethod
    def of_decisions(cls, decisions: Iterable[Decision]) -> Self:
        """What stands of decisions in the order of their revisions."""
        items: dict[str, Decision] = {}
        rules: dict[str, tuple[Decision, ...]] = {}
        people: dict[str, Decision] = {}
        legal: dict[str, Decision] = {}
        for each in live(decisions):
            if each.of_legal:
                legal[each.item] = each
            elif each.item == EVERYBODY:
                assert each.parts.person is not None
                people[each.parts.person.names[0].casefold()] = each
            elif each.rule:
                rules[each.item] = (each, *rules.get(each.item, ()))
            else:
                items[each.item] = each
        covered = [each for each in people.values() if each.parts.person and not each.parts.person.disclose]
        legal = {item: each for item, each in legal.items() if each.choice is not ItemChoice.INCLUDE}
        return cls(items, rules, tuple(covered), legal, tuple(people.values()))

    def of(self, item: str, row: Mapping[str, Any]) -> Decision | None:
        """What is decided of one item: by its own decision or by a newer rule that covers it; legal goes before.

        A rule that gives (it includes, or covers some words) never gives more of an item than somebody decided about it alone,
        and what it covers is covered in an extract too, be that older or newer.
        """
        ordinary, legal = self._ordinary(item, row), self.legal.get(item)
        return ordinary if legal is None else _stricter(legal, ordinary)

    def _ordinary(self, item: str, row: Mapping[str, Any]) -> Decision | None:
        own = self.items.get(item)
        for rule in self.rules.get(f"{item.rpartition('.')[0]}.*", ()):
            newer = own if own is not None and own.revision > rule.revision else None
            if newer is not None and newer.choice is not ItemChoice.EXTRACT:
                return newer
            if rule.parts.condition is None or rule.parts.condition.holds(row):
                return _kept_by_hand(own, rule) or newer or rule
        return own

    def covering(self, decision: Decision | None) -> tuple[Decision, ...]:
        """The people who are covered in an item; somebody who looked at it after a balance and included it, goes before it."""
        if decision is None or decision.rule or decision.choice is not ItemChoice.INCLUDE:
            return self.people
        return tuple(each for each in self.people if each.revision > decision.revision)

    def about(self, system: str, collection: str) -> bool:
        """Whether anything is decided that names this collection or items of it."""
        place = scope(system, collection)
        named = (item.startswith(place[:-1]) for item in itertools.chain(self.items, self.legal))
        return place in self.rules or any(named)

    def with_legal(self, system: str, collection: str) -> bool:
        """Whether legal decides about items of a collection, or did."""
        begin = scope(system, collection)[:-1]
        return any(item.startswith(begin) for item in self.legal)

    def single(self, system: str, collection: str) -> set[str]:
        """The items of a collection about which something was decided one by one, or by legal."""
        begin = scope(system, collection)[:-1]
        return {item for item in itertools.chain(self.items, self.legal) if item.startswith(begin)}


def live(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that were not taken back, in their order."""
    every = list(decisions)
    undone = {each.parts.undoes for each in every if each.parts.undoes is not None}
    return [each for each in every if each.parts.undoes is None and each.revision not in undone]


def _kept_by_hand(own: Decision | None, rule: Decision) -> Decision | None:
    """An older decision about one item that stands beside a rule over all of them, since it gives less; else None."""
    if own is None or own.choice is ItemChoice.INCLUDE or rule.choice not in {ItemChoice.INCLUDE, ItemChoice.REDACT}:
        return None
    if own.choice is ItemChoice.REDACT and rule.choice is ItemChoice.REDACT:
        return replace(own, parts=own.parts.model_copy(update={"spans": own.parts.spans + rule.parts.spans}))
    if own.choice is ItemChoice.EXTRACT and rule.choice is ItemChoice.REDACT:
        return replace(own, parts=own.parts.model_copy(update={"covers": own.parts.covers + rule.parts.spans}))
    return own


def _stricter(legal: Decision, ordinary: Decision | None) -> Decision:
    """What stands of an item that a legal reviewer decided about: never more than either of both lets go."""
    if legal.choice is not ItemChoice.REDACT or ordinary is None or ordinary.choice is ItemChoice.INCLUDE:
        return legal
    if ordinary.choice is ItemChoice.REDACT:
        spans = legal.parts.spans + ordinary.parts.spans
        return replace(legal, parts=legal.parts.model_copy(update={"spans": spans}))
    if ordinary.choice is ItemChoice.EXTRACT:
        return replace(legal, choice=ItemChoice.WITHHOLD)  # what an extract gives may be what legal keeps back
    return ordinary


def referred_items(session: Session, case_id: UUID) -> list[str]:
    """The items that were ever given to legal, in that order."""
    query = select(ItemDecision.item).where(ItemDecision.case_id == case_id, ItemDecision.decision == ItemChoice.WITH_LEGAL.value)
    return list(dict.fromkeys(session.exec(query.order_by(col(ItemDecision.revision))).all()))


def waiting_for_legal(session: Session) -> dict[UUID, tuple[int, datetime]]:
    """How many items of each case in review wait for a legal reviewer, and since when the first of them does."""
    later = aliased(ItemDecision)
    answered = select(later.id).where(
        col(later.case_id) == col(ItemDecision.case_id),
        col(later.item) == col(ItemDecision.item),
        col(later.revision) > col(ItemDecision.revision),
    )
    reviewed = select(QueueEntry.case_id).where(QueueEntry.status == Status.IN_REVIEW.value, QueueEntry.is_open)
    query = (
        select(ItemDecision.case_id, func.count(), func.min(ItemDecision.decided_at))
        .where(col(ItemDecision.case_id).in_(reviewed), ItemDecision.decision == ItemChoice.WITH_LEGAL.value, ~answered.exists())
        .group_by(col(ItemDecision.case_id))
    )
    return {case_id: (number, since) for case_id, number, since in session.exec(query).all()}


def referred_since(session: Session, case_id: UUID, revision: int) -> bool:
    """Whether something was given to legal after a revision: a package of it still holds what legal has to decide about."""
    later = (ItemDecision.case_id == case_id, col(ItemDecision.revision) > revision)
    query = select(ItemDecision.id).where(*later, ItemDecision.decision == ItemChoice.WITH_LEGAL.value)
    return session.exec(query.limit(1)).first() is not None


def spans_of(decision: Decision | None, people: Iterable[Decision]) -> tuple[Span, ...]:
    """Every part that is covered: what the decision names, and the people."""
    parts = decision.parts if decision else Parts()
    choice = decision.choice if decision else ItemChoice.INCLUDE
    own = {ItemChoice.REDACT: parts.spans, ItemChoice.EXTRACT: parts.covers}.get(choice, ())
    return own + tuple(Span(words=name) for each in people if each.parts.person for name in each.parts.person.names)


def newest_revision(session: Session, case_id: UUID) -> int:
    """The revision of the last decision in a case; 0 before the first."""
    return session.exec(select(func.max(ItemDecision.revision)).where(ItemDecision.case_id == case_id)).one() or 0


def decisions_about(session: Session, vault: CaseVault, item: str) -> list[Decision]:
    """All decisions about one item or one scope, in order."""
    query = select(ItemDecision).where(ItemDecision.case_id == vault.case_id, ItemDecision.item == item)
    return [_opened(row, vault) for row in session.exec(query.order_by(col(ItemDecision.revision))).all()]


def every_decision(session: Session, vault: CaseVault) -> list[Decision]:
    """All of them, superseded ones too, in order."""
    query = select(ItemDecision).where(ItemDecision.case_id == vault.case_id).order_by(col(ItemDecision.revision))
    return [_opened(row, vault) for row in session.exec(query).all()]


def decide(
    session: Session,
    vault: CaseVault,
    item: str,
    choice: ItemChoice,
    *,
    basis: str | None,
    reason: UUID | None,
    parts: Parts,
    author: str,
    at: datetime,
) -> int:
    """Append a decision and return its revision.

    Args:
        session: of a write transaction; two at once on PostgreSQL meet at the unique revision, and one is repeated.
        vault: of the case.
        item: as the list of collected items names it, or a scope.
        choice: what becomes of it.
        basis: why the law lets it be withheld.
        reason: of the sealed note.
        parts: sealed here.
        author: person id.
        at: UTC.
    """
    revision = newest_revision(session, vault.case_id) + 1
    detailed = parts != Parts()
    session.add(
        ItemDecision(
            case_id=vault.case_id,
            revision=revision,
            item=item,
            decision=choice.value,
            basis=basis,
            reason=reason,
            parts=vault.seal("item_decision", "parts", str(revision), parts.model_dump_json().encode()) if detailed else None,
            author=author,
            decided_at=at,
        ),
    )
    # A package that was built before cannot be approved: the queue says so at once.
    built = (col(QueueEntry.case_id) == vault.case_id, col(QueueEntry.step).in_(_BUILT))
    session.execute(update(QueueEntry).where(*built).values(step=Step.BUILD_AGAIN.value))
    return revision


def _opened(row: ItemDecision, vault: CaseVault) -> Decision:
    parts = Parts()
    if row.parts is not None:
        parts = Parts.model_validate_json(vault.open("item_decision", "parts", str(row.revision), row.parts))
    return Decision(
        revision=row.revision,
        item=row.item,
        choice=ItemChoice(row.decision),
        basis=row.basis,
        author=row.author,
        at=row.decided_at,
        reason=row.reason,
        parts=parts,
    )
