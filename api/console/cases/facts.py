"""Everything that the pages of one case say: who asks, what was written, who did what, what else they asked.

Next: api/console/cases/step_card.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from adapters.database.case_reader import CaseView
from adapters.database.tables import (
    CaseEventRow,
    IdentityEvidence,
)
from adapters.incoming.reading_room import MailView
from domain.case import CaseState
from domain.events import Tag
from domain.rights import Status
from domain.staffing import shares_family_name

_ENDS = (Tag.REQUEST_WITHDRAWN, Tag.REQUEST_DISOWNED)  # where a case ends at once, for others a line says that it is closed


@dataclass(frozen=True)
class Subject:
    """Who the request says it is from; empty texts where it does not say, or where the case's key was destroyed."""

    name: str
    email: str
    country: str
    address: str = ""  # on paper
    agent: str = ""  # who acts for them
    mandate: str = ""
    relation: str = ""  # what they say they are to us
    unreachable: str = ""  # why no way to reach them is known

    @property
    def called(self) -> str:
        """How a page names them."""
        return self.name or self.email or "Somebody"

    @property
    def first(self) -> str:
        """How a button names them: the first of their names, or nothing that could be wrong."""
        return self.name.split()[0] if self.name else "the person"


@dataclass(frozen=True)
class IdentifierLine:
    """Something that may lead to the person's data, with its standing."""

    id: UUID
    kind: str
    value: str
    standing: str
    added_by: str
    delivery: bool
    agent: bool = False
    theirs_alone: bool = False  # only the person's own word ties it to them
    told: bool = False  # of the request, as a contact that we hold


@dataclass(frozen=True)
class Said:
    """Words between the person and us. `asks`: a question about the request; `mail`: the mail they came in."""

    by_us: bool
    who: str
    at: datetime
    text: str
    asks: bool = False
    mail: MailView | None = None


@dataclass(frozen=True)
class Sent:
    """A letter of the case."""

    id: UUID
    name: str
    written_at: datetime
    accepted_at: datetime | None
    address: str
    bounce: str | None = None  # `hard` or `soft`: it came back
    by_post: bool = False
    posted_on: date | None = None
    read_out: bool = False

    @property
    def told(self) -> bool:
        """Whether it went out: what nobody has posted yet promises nothing."""
        return self.posted_on is not None if self.by_post else True


@dataclass(frozen=True)
class Related:
    """Another case of somebody with one of this case's identifiers."""

    case_id: UUID
    reference: str
    rights: list[str]
    status: str
    received_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class CaseFacts:
    """One case, as its pages need it."""

    view: CaseView
    events: list[CaseEventRow]
    subject: Subject
    asked: str
    correction: tuple[str, str] | None  # what they say is wrong, and what would be right
    identifiers: list[IdentifierLine]
    said: list[Said]
    notes: Mapping[UUID, str]
    people: Mapping[str, str]
    sent: list[Sent]
    evidence: list[IdentityEvidence]
    related: list[Related]
    joins: str = ""  # reference of the case into which it is proposed to join this one
    deciders: tuple[str, ...] = ()  # who decided about items, at any time: none of them can approve a package (R2)

    @property
    def reference(self) -> str:
        return self.view.receipt.reference

    @property
    def state(self) -> CaseState:
        return self.view.state

    @property
    def judged(self) -> bool:
        """Whether its workflow has begun: before that nothing is known of who asks but what they wrote."""
        return bool(self.events)

    @property
    def prepared(self) -> list[str]:
        """Who cannot approve the package: the decisions about items count whenever they were made, a return or not."""
        return list(dict.fromkeys((*self.state.preparers, *self.deciders)))

    @property
    def last_return(self) -> tuple[CaseEventRow, CaseEventRow] | tuple[None, None]:
        """The newest return of a package, and the package that it was about; a refusal comes back by the same event."""
        for back in self.happened(Tag.PACKAGE_RETURNED):
            earlier = self.happened(Tag.PACKAGE_BUILT, Tag.REFUSAL_PROPOSED)
            about = next((row for row in earlier if row.sequence < back.sequence), None)
            if about is not None and about.tag == Tag.PACKAGE_BUILT:
                return back, about
        return None, None

    @property
    def last_said(self) -> Said | None:
        """What the person wrote last, the request itself not counted."""
        return next((each for each in self.said if not each.by_us), None)

    @property
    def replied(self) -> str:
        """What became of what the person wrote last, in words; empty while nobody of us has said anything to it."""
        since = self.last_said.at if self.last_said else None
        if since is None:
            return ""
        after = [row for row in self.happened(Tag.MESSAGE_SENT, Tag.MESSAGE_SETTLED) if row.at >= since]
        if any(row.tag == Tag.MESSAGE_SENT and row.actor.startswith("caseworker:") for row in after):
            return "answered"
        return "needs no answer" if any(row.tag == Tag.MESSAGE_SETTLED for row in after) else ""

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None while it is open."""
        if self.state.status is not Status.CLOSED:
            return None
        return next((row.at for row in self.happened(Tag.REQUEST_CLOSED, Tag.REQUEST_MERGED, *_ENDS)), None)

    def person(self, actor: str) -> str:
        """Whoever acted, in a word or two."""
        if actor in self.people:
            return self.people[actor]
        return {"subject": "The person", "system": "Habeas"}.get(actor, "Your platform" if "platform" in actor else "Somebody")

    def preparer(self, actor: str) -> str:
        """Whoever prepared, as an approver has to know them (R8)."""
        name = self.person(actor)
        kin = shares_family_name(self.subject.name, name)
        return f"{name} (the same family name as the person: ask whether they are related)" if kin else name

    @property
    def colleagues_notes(self) -> list[tuple[str, str, datetime]]:
        """What colleagues wrote down, the newest first: words, who, when."""
        return [(self.note_of(row), self.person(row.actor), row.at) for row in self.happened(Tag.NOTE_ADDED)]

    def note_of(self, row: CaseEventRow, fact: str = "note") -> str:
        """The sealed words that an event names; empty where it names none."""
        named = row.facts.get(fact)
        return self.notes.get(UUID(str(named)), "") if named else ""

    @property
    def stopped_at(self) -> datetime | None:
        """When an erasure was stopped last."""
        return next((row.at for row in self.happened(Tag.ERASURE_STOPPED)), None)

    def happened(self, *tags: Tag) -> list[CaseEventRow]:
        """The events of some kinds, the newest first."""
        return [row for row in reversed(self.events) if row.tag in tags]


def earliest_open_twin(facts: CaseFacts, related: list[Related]) -> Related | None:
    """The case into which this one would be joined: its date is the one that counts (Article 12(3)).

    One alone, since a person who wrote thirteen times gives a card of thirteen questions; the others stand under Related.

    Args:
        facts: of the case.
        related: what the reader may see of the person's other cases.
    """
    mine = facts.view.receipt
    same = [
        each
        for each in related
        if not each.closed_at and each.received_at <= mine.received_at and set(each.rights) & set(mine.rights)
    ]
    return min(same, key=lambda each: each.received_at, default=None)
