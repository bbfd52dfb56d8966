"""The parts of a case: identifiers, systems, work items, packages, notices, rights. Ids, enums, counts, hashes and dates.

Next: domain/case.py
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.rights import Outcome, Right, Status
from domain.texts import Name, PersonId, Sha256

JOIN = "join_cases"  # the task of a second person: are two cases of one person?
AFTER_CHECK = "after_check"  # the task to look at what one person approved alone; it outlives the case
NOT_ME = "not_me"  # the task after the owner of a held contact said that it was not them
POSTAL = "postal_address"  # kind of an identifier: where letters on paper go; nothing is searched or proven by it
REACHED_BY = frozenset({"email", "phone", POSTAL})  # whatever the data map names
GIVEN_ON_PAPER = frozenset({"posted", "read_out"})  # what may become of such a letter: from that day the person counts as told
REFUND = "refund_payments"  # the task after the decision to delete a child's account: what the child paid
LETTER_BY_POST = "letter_by_post"  # kind of the task: print a letter, and bring it to the post or to the person
Finding = Literal["upheld", "partly_upheld", "not_upheld"]
# found: a system holds it with the person's data; it is told of the request, and no search key (I6)
# reported: the account that somebody says is a child's; never a search key
Standing = Literal["claimed", "found", "reported", "proven", "accepted", "rejected"]
# `unasked`: an archive that the data map asks for in other cases only; it holds nobody up, and can still be searched.
SystemStanding = Literal["searching", "searched", "failed", "manual", "skipped", "unasked"]
ANSWERED = frozenset({"searched", "skipped", "unasked"})


class Identifier(BaseModel):
    """Something that may lead to the person's data; its value is sealed elsewhere (I2)."""

    kind: Name
    standing: Standing = "claimed"
    held: bool = False  # a system holds it with the person's data, and did so before the last change of contact
    found: int = 0  # sequence of the event that found it there
    looked_up: bool = False  # whose it is in the systems
    told: bool = False  # of the request, as a contact that is held
    agent: bool = False  # of whoever acts for the person: it proves nothing about them, and nothing is searched with it
    accepted_by: PersonId | None = None  # who said last, on their own word, that it is the person's

    @property
    def usable(self) -> bool:
        """Whether systems may be searched with it: proven, or accepted by a reasoned decision."""
        return self.standing in {"proven", "accepted"} and not self.agent


class SystemState(BaseModel):
    state: SystemStanding
    records: int = 0
    searched_at: datetime | None = None
    archive: bool = False  # people import into it what is searched


IMPORT_ARCHIVE = "import_archive"  # kind of the work item of a system into which people import what is searched
SEARCHES = frozenset({"search_by_hand", IMPORT_ARCHIVE})


def heard_from(systems: Mapping[str, SystemState], every: Iterable[str]) -> tuple[int, int]:
    """How many systems have answered, of how many that are asked in this case: the one count that every page says.

    Args:
        systems: of the case, by name.
        every: the names of all systems of the data map.
    """
    asked = [systems.get(name) for name in {*every, *systems}]
    asked = [each for each in asked if each is None or each.state != "unasked"]
    return sum(each is not None and each.state == "searched" for each in asked), len(asked)


class WorkItem(BaseModel):
    """Something only a person can do."""

    kind: Name
    system: Name | None = None
    right: Right | None = None
    letter: Name | None = None  # the one that nobody took
    collection: Name | None = None
    recipient: Name | None = None  # who is instructed or informed
    measure: int = 0  # number of the measure that it is part of; 0: of none, or of an erasure
    due: date | None = None
    opened_at: datetime | None = None
    sent: UUID | None = None  # the letter that is to be posted
    posted_on: date | None = None  # the day on which it was posted, handed over or read out
    chased: list[int] = []  # days after which somebody was reminded of it
    result: Name | None = None


class Package(BaseModel):
    """The built package that a reviewer sees; `sha256` is of the zip exactly as it will be delivered."""

    id: UUID
    revision: int
    sha256: Sha256
    bytes: int
    records: int
    withheld: int = 0  # of the records, how many were left out or covered in part by a decision
    others_covered: int = 0  # of those, how many are given, with other people's data covered (Article 15(4))
    datamap: Sha256
    binding: Sha256 | None = None  # set by approval: what else the approval covers (R1)
    approved_by: int = 0  # sequence of the event that approved it; the number of the letter that delivers it
    published: bool = False
    opened: bool = False
    returned: bool = False  # nobody approves it any more, until it is built again


class Notice(BaseModel):
    """A letter that changes what the law expects: an extension or a refusal.

    Args:
        sequence: of the event that decided or proposed it; the letter's number.
        text: the sealed note with the words for the person.
        right: the one that is refused; None is the whole case.
        approved: it may go out.
        given: it went out; only then does it count.
    """

    sequence: int
    text: UUID
    right: Right | None = None
    approved: bool = False
    given: bool = False


class Joining(BaseModel):
    """A proposal to join the case into another one."""

    into: UUID
    by: PersonId


class Alone(BaseModel):
    """Somebody said that they will approve alone what they prepared (solo mode).

    Args:
        sequence: of the announcement.
        approval: the command that they will give.
        sha256: of what they will approve.
        binding: of everything else that the approval covers.
        checker: the colleague who looks at it afterwards.
        approved: sequence of the event that says they did; 0 before.
        finding: what a colleague found afterwards.
    """

    sequence: int
    approval: Name
    sha256: Sha256
    binding: Sha256
    by: PersonId
    checker: PersonId
    at: datetime
    approved: int = 0
    finding: Name | None = None


class PartialAnswer(BaseModel):
    """A part of the answer that is delivered before the rest.

    Args:
        sequence: of the event that proposed it.
        text: the sealed note with what the person is told: what comes now, what comes later, and why.
        without: systems that are left for later.
        package: what was built for it; None until then, and again when the approval became void.
    """

    sequence: int
    text: UUID
    without: list[Name] = []
    package: Package | None = None

    @property
    def approved(self) -> bool:
        return self.package is not None and self.package.binding is not None


class Complaint(BaseModel):
    """What is known of the complaint in a case (s.164A DPA 2018).

    Args:
        about: the cases complained of.
        acknowledged: the person was told that we have it.
        told_at: when they last heard of it from us.
        finding: what came of it; counts once the person was told.
    """

    about: list[UUID] = []
    acknowledged: bool = False
    told_at: datetime | None = None
    finding: Finding | None = None


class LiftingMeanwhile(BaseModel):
    """That the restriction which holds while an erasure waits ends before the erasure does (`domain/meanwhile.py`).

    Args:
        announced: sequence of the event that decided it; the number of the notice.
        text: the sealed note with the words that the person reads.
        told_at: when the notice was handed over (Article 18(3)).
        lifted: a privacy lead lifted it; it does not begin again.
    """

    announced: int
    text: UUID
    told_at: datetime | None = None
    lifted: bool = False


class RightItem(BaseModel):
    """One right of the case, with a standing and an outcome of its own (design section 4).

    Args:
        status: where this right stands; the case stands where its least advanced right does.
        outcome: set when it was decided.
        decided: sequence of the event that decided it; the number of the letter that says so.
        text: the sealed note with what the person is told.
        answered: the person was told, which is what the law counts (Article 12(3)).
        following: they were told, and something is still open: recipients, systems by hand, a restriction that lasts.
    """

    right: Right
    status: Status = Status.RECEIVED
    outcome: Outcome | None = None
    decided: int = 0
    text: UUID | None = None
    answered: bool = False
    following: bool = False

    @property
    def ended(self) -> bool:
        return self.outcome is not None and self.answered and not self.following
