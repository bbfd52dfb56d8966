"""What travels between web, workflow and activities about a breach: ids, enums, numbers, instants, hashes. Nothing else.

Next: `workflows/breach.py`
"""

from typing import Literal
from uuid import UUID

from domain.breach import BreachState, Language
from domain.breach_commands import BreachCommand
from domain.breach_events import BreachEvent
from domain.breach_rows import BreachClocks
from domain.commands import Message
from domain.events import Fact
from domain.texts import CommandId, Name, PersonId, Sha256


class BreachRef(Message):
    breach_id: UUID


class OpenBreach(Message):
    """Input of BreachWorkflow: the dossier's id, and the state when it is carried on from its recorded events."""

    breach_id: UUID
    state: BreachState | None = None


class BreachOpening(Message):
    """What was reported, as the facts of the first event; which systems' logs and rows are evidence from now on."""

    facts: dict[Name, Fact]
    actor: PersonId
    systems: list[Name]


class BreachCall(Message):
    """The one update of a breach: `command_id` is the update id, so a retry finds what the first try did."""

    command_id: CommandId
    command: BreachCommand


class RecordBreachEvents(Message):
    breach_id: UUID
    command_id: CommandId
    events: list[BreachEvent]


class BreachRecorded(Message):
    """Answer of the one road to status: every clock after these events, and the head of the chain."""

    clocks: BreachClocks
    head: Sha256


class BreachSnapshot(Message):
    """What an update answers: enough for the page that follows the click."""

    state: BreachState
    clocks: BreachClocks | None


class CallOnDuty(Message):
    """Call the next person on the list; `number` counts the calls of this breach."""

    breach_id: UUID
    number: int


class Called(Message):
    """Who was called; nobody when the list is empty."""

    person: PersonId | None


class RingWebhook(Message):
    """Tell the webhook of the settings; `number` of the call, or hours left of a reminder."""

    breach_id: UUID
    kind: Literal["call", "reminder"]
    number: int


class RemindOfBreach(Message):
    """Tell whoever leads, and whoever is on duty, how many hours are left; 0: none, and the DPO is told too.

    `other`: towards whom else than the first authority.
    """

    breach_id: UUID
    hours: int
    other: UUID | None = None


class FreezeReport(Message):
    """Freeze a report as the fields stand at `upto`."""

    breach_id: UUID
    report: UUID
    authority: Name
    number: int
    language: Language
    upto: int


class ReportFrozen(Message):
    """The hash is of the text as it will be handed in."""

    sha256: Sha256
    complete: int
    estimated: int
    unknown: int
