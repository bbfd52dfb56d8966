"""Which cases somebody sees: those of the whole office, of their team, or their own (`security.md` 4, "O"; `HABEAS_CASE_ACCESS`).

What is nobody's yet is seen by all, so that somebody can take it. Never seen: a case about them, and one from which they are
walled off (R8): not opened, not listed, not found and not counted. Next: api/security.py
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from adapters.database.review_tables import CaseWall
from adapters.database.tables import ApiKey, CaseIdentifierRow, CaseReceipt, Caseworker, QueueEntry
from adapters.vault import Vault
from domain.errors import InvalidInputError
from domain.rights import Role

CaseAccess = Literal["office", "team", "own"]
# Reviewers look over the cases of others, so "own" limits caseworkers alone.
_LIMITED: Final[dict[CaseAccess, frozenset[Role]]] = {
    "office": frozenset(),
    "team": frozenset({Role.CASEWORKER, Role.REVIEWER}),
    "own": frozenset({Role.CASEWORKER}),
}


@dataclass(frozen=True)
class Sight:
    """Which cases somebody sees.

    Args:
        assignees: whose, None among them for nobody's; or None: everybody's.
        walled: that they are walled off from: for them, these are not there.
        about: of which they are the person; whoever opens one is told so.
    """

    assignees: frozenset[str | None] | None = None
    walled: frozenset[UUID] = frozenset()
    about: frozenset[UUID] = frozenset()

    @property
    def hidden(self) -> frozenset[UUID]:
        """Never listed, found or counted, whosever they are."""
        return self.walled | self.about

    def opens(self, case_id: UUID, assignee: str | None) -> bool:
        """Whether a case is there for them."""
        return case_id not in self.walled and (self.assignees is None or assignee in self.assignees)

    def shows(self, case_id: UUID, assignee: str | None) -> bool:
        """Whether a case is listed."""
        return self.opens(case_id, assignee) and case_id not in self.about

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same of a row of the queue."""
        conditions: list[ColumnElement[bool]] = []
        if self.assignees is not None:
            named = sorted(name for name in self.assignees if name is not None)
            conditions.append(or_(col(QueueEntry.assignee).is_(None), col(QueueEntry.assignee).in_(named)))
        if self.hidden:
            conditions.append(col(QueueEntry.case_id).not_in(sorted(self.hidden, key=str)))
        return conditions


@dataclass(frozen=True)
class PlatformSight:
    """Which cases a key of the platform sees: those that came in by the same platform, whichever of its keys it was.

    Args:
        these: by callers; None: all of the platform's but `others`, since a key without a name is of the one that has none.
        others: callers of platforms that have a name.
    """

    these: frozenset[str] | None = None
    others: frozenset[str] = frozenset()

    def opens(self, caller: str) -> bool:
        """Whether a case that came in by a caller is there for the key."""
        return caller.startswith("platform:") and caller not in self.others and (self.these is None or caller in self.these)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same of a receipt."""
        caller = col(CaseReceipt.caller)
        if self.these is not None:
            return [caller.in_(sorted(self.these))]
        return [caller.startswith("platform:"), caller.not_in(sorted(self.others))]


EVERY_CASE: Final = Sight()


def platform_sight_of(session: Session, key: ApiKey) -> PlatformSight:
    """Which cases a key of the platform sees."""
    rows = session.exec(select(ApiKey.id, ApiKey.origin).where(col(ApiKey.caseworker).is_(None))).all()
    if key.origin:
        return PlatformSight(these=frozenset(f"platform:{each}" for each, origin in rows if origin == key.origin))
    return PlatformSight(others=frozenset(f"platform:{each}" for each, origin in rows if origin))


def sight_of(session: Session, vault: Vault, limit: CaseAccess, person: Caseworker) -> Sight:
    """Which cases a member of staff sees."""
    walled, about = walled_off(session, person.id), _about(session, vault, person)
    if person.role not in {role.value for role in _LIMITED[limit]}:
        return Sight(walled=walled, about=about)
    mates = [person.id]
    if limit == "team" and person.team:
        mates += session.exec(select(Caseworker.id).where(Caseworker.team == person.team)).all()
    return Sight(frozenset({None, *(f"caseworker:{mate}" for mate in mates)}), walled, about)


def out_of_sight(session: Session, case_ids: Collection[UUID], sight: Sight) -> frozenset[UUID]:
    """Which of these cases somebody may not be shown anything of, by whatever road they come to it; closed ones too."""
    hidden = sight.hidden.intersection(case_ids)
    if sight.assignees is not None and case_ids:
        query = select(QueueEntry.case_id, QueueEntry.assignee).where(col(QueueEntry.case_id).in_(case_ids))
        hidden |= {case_id for case_id, assignee in session.exec(query) if not sight.shows(case_id, assignee)}
    return hidden


def is_about(session: Session, vault: Vault, case_id: UUID, person: UUID) -> bool:
    """Whether a member of staff is the person of a case (`security.md` R8)."""
    owner = session.get(Caseworker, person)
    return owner is not None and case_id in _about(session, vault, owner, case_id)


def is_walled_off(session: Session, case_id: UUID, person: UUID) -> bool:
    """Whether a member of staff must not learn of a case."""
    return case_id in walled_off(session, person)


def walled_off(session: Session, person: UUID) -> frozenset[UUID]:
    """The cases that a member of staff is walled off from now."""
    query = select(CaseWall.case_id).where(CaseWall.caseworker == person, col(CaseWall.lifted_at).is_(None))
    return frozenset(session.exec(query).all())


def may_know(session: Session, vault: Vault, case_id: UUID, people: Iterable[Caseworker]) -> list[Caseworker]:
    """Those of some people who may be told of a case: it is not about them, and no wall stands between."""
    return [
        each
        for each in people
        if not is_walled_off(session, case_id, each.id) and case_id not in _about(session, vault, each, case_id)
    ]


def may_take(session: Session, vault: Vault, case_id: UUID, taker: str) -> bool:
    """Whether a case may be given to somebody, named as in commands."""
    person = session.get(Caseworker, UUID(taker.removeprefix("caseworker:")))
    return person is not None and bool(may_know(session, vault, case_id, [person]))


def _about(session: Session, vault: Vault, person: Caseworker, case_id: UUID | None = None) -> frozenset[UUID]:
    """The cases of which somebody is the person; or that one, if it is."""
    try:
        mailbox = vault.index_email(person.email)
    except InvalidInputError:
        return frozenset()
    named = select(CaseIdentifierRow.case_id).where(col(CaseIdentifierRow.value_index) == mailbox)
    if case_id is not None:
        named = named.where(col(CaseIdentifierRow.case_id) == case_id)
    return frozenset(session.exec(named.distinct()).all())
