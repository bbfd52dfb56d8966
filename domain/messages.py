"""What travels between web, workflows and activities: ids, enums, numbers, dates, hashes. Nothing else.

Temporal stores every one of these in a history, so none has a field for free text, an address or a name (design principle 3).
A reason or a message is a sealed note whose id travels. Payloads are encrypted all the same.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.blobs import BlobRef
from domain.case import CaseState
from domain.commands import Command, Message
from domain.deadline import Clock
from domain.events import CaseEvent, Fact
from domain.identity import Doubt
from domain.moving_in import Earlier
from domain.rights import Channel, Right, Risk
from domain.texts import CommandId, Name, PersonId, Regime, Sha256


class CommandCall(Message):
    """The one update of a case: `command_id` is the update id, so a retry finds what the first try did."""

    command_id: CommandId
    command: Command


class CaseRef(Message):
    case_id: UUID


class ReceivedIdentifier(Message):
    identifier: UUID
    kind: Name
    agent: bool = False


class Opening(Message):
    """What the receipt says, for the first events of the case."""

    received_at: datetime
    channel: Channel
    rights: list[Right]
    regimes: list[Regime]
    risk: Risk
    doubts: list[Doubt] = []
    identifiers: list[ReceivedIdentifier]
    asserted: UUID | None  # the identifier that a valid identity assertion of the platform proves
    consents: list[Name] = []  # purposes named in the request, of which consent is withdrawn
    snapshots: bool  # the data map has short-lived collections
    earlier: Earlier | None = None  # the case moved in from another system


class OpenCase(Message):
    """Input of CaseWorkflow.

    Args:
        case_id: the receipt's id; the workflow id is `case-<case_id>`.
        state: folded from the recorded events when the workflow starts anew after a restore, a termination or a reopening.
        receipt: what the receipt says; whoever starts by the id alone leaves it out, and it is read.
    """

    case_id: UUID
    state: CaseState | None = None
    receipt: Opening | None = None


class RecordEvents(Message):
    case_id: UUID
    command_id: CommandId
    events: list[CaseEvent]


class Recorded(Message):
    """Answer of the one road to status: the clock after these events, and the head of the case's chain."""

    clock: Clock
    head: Sha256


class RecordAttempt(Message):
    """Judge a code or link, and record what it makes happen if it holds."""

    case_id: UUID
    command_id: CommandId
    attempt: UUID  # row of what was typed or opened
    outcomes: dict[UUID, list[CaseEvent]]  # by address that it may prove, the events that then happened


class Verdict(Message):
    """Whether a code or link held. `identifier` is the address it was sent to."""

    accepted: bool
    identifier: UUID | None = None


class Judged(Message):
    """The answer to an attempt; `recorded` where it held and something happened."""

    verdict: Verdict
    recorded: Recorded | None = None


class SendLetter(Message):
    """One letter, once per case, name and number.

    Args:
        identifier: the address it goes to; None is the case's delivery address.
        note: text written by a caseworker for this letter.
    """

    case_id: UUID
    letter: Name
    number: int = 1
    identifier: UUID | None = None
    note: UUID | None = None


class LetterSent(Message):
    """A letter that the mail server took; `by_post`: one that is written, and that a person has to print and bring."""

    letter_id: UUID
    by_post: bool = False


class Collect(Message):
    """Search the systems for one case.

    Args:
        run: counts searches of the case; each run has its own receipts.
        keys: the usable identifiers this search goes by (I2).
        systems: only these (a retry); None searches all.
        skipped: systems a caseworker decided to leave out, with a recorded reason.
        build: build the package in the same activity when no system is left waiting (mechanics: one activity is half the time).
        identity_record: sequence of the event that confirmed identity; part of what the package's letter states.
        portable: only what Article 20 covers, where that is all that was asked for.
    """

    case_id: UUID
    run: int
    keys: list[UUID] = []
    systems: list[Name] | None = None
    skipped: list[Name] = []
    build: bool = False
    identity_record: int = 0
    portable: bool = False


class SystemResult(Message):
    system: Name
    state: Literal["searched", "failed", "manual", "unasked"]
    records: int = 0
    reason: Name | None = None
    archive: bool = False  # what people imported is searched; where they imported nothing, they do it by hand


class HeldContacts(Message):
    """What the systems hold of a person's contacts (I3, I5, I6).

    Args:
        found: contacts with rows in the case, those that it knew before included.
        recent: of these, the ones that stand where a contact was changed lately; they vouch for nobody.
        doubts: what the search showed.
    """

    found: list[ReceivedIdentifier] = []
    recent: list[UUID] = []
    doubts: list[Doubt] = []


class Collected(Message):
    run: int
    results: list[SystemResult]
    held: HeldContacts = HeldContacts()
    package: "PackageBuilt | None" = None


class BuildPackage(Message):
    """Build the package of a run.

    Args:
        partial: sequence of the proposal of a partial answer; 0 builds the whole.
        without: systems that a partial answer leaves for later.
        portable: the package of a request for portability alone.
    """

    case_id: UUID
    run: int
    revision: int | None = None
    identity_record: int
    partial: int = 0
    without: list[Name] = []
    portable: bool = False


class PackageBuilt(Message):
    package: UUID
    revision: int
    sha256: Sha256
    bytes: int
    records: int
    withheld: int = 0
    others_covered: int = 0
    datamap: Sha256
    blob: BlobRef

    @property
    def facts(self) -> dict[str, Fact]:
        """What the event that records it says."""
        return self.model_dump(mode="json", exclude={"blob"})


class VerifyPackage(Message):
    case_id: UUID
    package: UUID
    sha256: Sha256
    datamap: Sha256


class Verified(Message):
    """False when what was approved is not what stands there now; the approval is void."""

    intact: bool


class WatchMailbox(Message):
    """A watched mailbox by its name in the settings; `desk` is what is handed in without one."""

    mailbox: Name


class MailTaken(Message):
    """What a look into a mailbox brought.

    Args:
        stored: how many messages were stored.
        gone: the settings name no such mailbox any more.
    """

    stored: int = 0
    gone: bool = False


class MailArrived(Message):
    """Signal to a case: a mail of it was taken in.

    Args:
        mail: the row of the message.
        arrived_at: when it reached the controller, UTC; a question that stopped the clock is answered from here on.
        kind: `message` and `bounce`; `earlier`: the request came before its receipt says; `joined`: another case, `mail`, was.
        actor: who joined it.
        letter: the letter that bounced, with its name and number.
        hard: trying that address again is pointless.
        evidence: a proof of identity that we had asked for and that came with it.
    """

    mail: UUID
    arrived_at: datetime
    kind: Literal["message", "bounce", "earlier", "joined"]
    actor: PersonId = "system"
    letter: UUID | None = None
    letter_name: Name | None = None
    letter_number: int = 0
    hard: bool = False
    evidence: UUID | None = None


class MailEffect(Message):
    """What a sorted mail does to a case: it may open it, and is told to it. `ended`: where a closed case is carried on from."""

    case_id: UUID
    opens: bool = False
    ended: CaseState | None = None
    arrived: MailArrived


class MailSorted(Message):
    """Effects of the mails that were sorted. `more`: others wait."""

    effects: list[MailEffect] = []
    more: bool = False


class MailsTold(Message):
    mails: list[UUID]


class Snapshot(Message):
    """What an update answers: enough for the page that follows the click."""

    state: CaseState
    clock: Clock | None
