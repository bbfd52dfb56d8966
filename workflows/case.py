"""CaseWorkflow: one data subject request, top to bottom like the statute.

1. Receipt (principle 2): the first events are recorded from the receipt; the clock runs from the receipt's own instant.
2. Identity (Article 12(2), 12(6)): an assertion, a code, or a caseworker's decision. Reminders after 24 hours and 7 days; after
   a month without an answer closing is proposed, and a person decides.
3. Each right in its own time (`workflows/fulfilment.py`): what needs no identity at once, access before erasure.
4. The end: the letter that says how it ended, and what must be destroyed is destroyed.

On each failure: an activity out of attempts opens a work item and the case waits; a timer reminds and proposes; nothing but a
person's recorded act ends a case. Messages: the update `command`, the query `snapshot`.
Next: `workflows/fulfilment.py`.
"""

import contextlib
import functools
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.case_log import CaseLog
    from activities.collection import Collection
    from activities.correspondence import Correspondence
    from activities.measures import Measures
    from activities.resumption_calls import ResumptionCalls
    from domain.archive_messages import ArchiveStopped
    from domain.authority import Action
    from domain.call_messages import CaseResumed
    from domain.case import CaseState
    from domain.commands import AddIdentifier, Command, MergeDuplicate, RequestCode, SendMessage
    from domain.errors import DomainError
    from domain.events import Draft, Tag
    from domain.first_events import first_events
    from domain.identity_decisions import agents_address
    from domain.measure_decisions import CORRECTED
    from domain.messages import CaseRef, CommandCall, MailArrived, OpenCase, Snapshot
    from domain.rights import Channel, Outcome, Right, Role, Status

from workflows.agents import tell_agent
from workflows.answering import close_once_answered
from workflows.deadline_clock import watch_deadline
from workflows.duplicates import follow_joining
from workflows.evidence import destroy_evidence, watch_evidence
from workflows.fulfilment import fulfil
from workflows.lifting import lift_after_the_end
from workflows.mail import take_mail
from workflows.meanwhile import end_restriction, restrict_meanwhile, tell_before_lifting
from workflows.notices import give_extension, give_refusal, tell_not_confirmed
from workflows.opening import whole_message
from workflows.options import CONNECTORS, EVENTS, LETTERS
from workflows.owners import look_up_owners
from workflows.partial_answer import give_partial_answers
from workflows.proceedings import Proceedings, opened, refused
from workflows.recipients import tell_recipients
from workflows.reminders import remind_of_identity

LINGER = timedelta(minutes=10)  # a closed case that was carried on for one more command

_CLOSING_LETTERS = {
    Outcome.WITHDRAWN: "request_withdrawn",
    Outcome.NOT_THE_REQUESTER: "not_the_requester",
    Outcome.DUPLICATE: "duplicate_merged",
    Outcome.FULFILLED: "case_closed",
    Outcome.PARTLY_FULFILLED: "case_closed",
}
_ANSWERED = {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD}

# Letters that say a command was given; the second four carry what a caseworker wrote.
_LETTERS = {
    Action.REISSUE_PACKAGE: "package_again",
    Action.REOPEN: "case_reopened",
    Action.REQUEST_MORE_IDENTITY: "more_identity",
    Action.REQUEST_CLARIFICATION: "clarification",
    Action.REQUEST_AUTHORITY: "authority",
    Action.SEND_PROGRESS: "complaint_progress",
}
_WRITTEN = {Action.REQUEST_MORE_IDENTITY, Action.REQUEST_CLARIFICATION, Action.REQUEST_AUTHORITY, Action.SEND_PROGRESS}


@workflow.defn
class CaseWorkflow:
    """One case. Update: `command`. Signal: `mail_arrived`. Query: `snapshot`."""

    @workflow.init
    @whole_message
    def __init__(self, opening: OpenCase) -> None:
        state = opening.state or CaseState(case_id=opening.case_id)
        self._case = Proceedings(opening.case_id, state)
        # Of an open case only: a closed one has no workflow until a command asks for it.
        self._ended_outside = state.sequence > 0 and state.status is not Status.CLOSED

    @workflow.run
    async def run(self, opening: OpenCase) -> None:
        """Carry the case to its end.

        Args:
            opening: the receipt's id, and the state folded from recorded events when the case is carried on.
        """
        if self._case.ended and not await self._serve_afterwards():
            return
        await self._open(opening)
        while self._case.state.status is not Status.CLOSED:
            await self._carry()
            await self._finish()  # a late answer may reopen the case while its last letter is still under way

    async def _serve_afterwards(self) -> bool:
        """A closed case is carried on for a command: a new link, a report, a reopening. True when it was reopened."""
        case = self._case
        while case.state.status is Status.CLOSED:
            await lift_after_the_end(case)
            known = case.state.sequence
            try:
                await workflow.wait_condition(lambda known=known: case.state.sequence != known, timeout=LINGER)  # type: ignore[misc]
            except TimeoutError:
                break
        await case.all_errands()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return case.state.status is not Status.CLOSED

    async def _carry(self) -> None:
        case = self._case = self._case.again()
        # Whatever fails here for good is for a person; the case waits and goes on from where it stood.
        for duty in (
            watch_deadline,
            give_extension,
            give_refusal,
            give_partial_answers,
            remind_of_identity,
            tell_agent,
            close_once_answered,
            restrict_meanwhile,
            tell_before_lifting,
            look_up_owners,
            tell_recipients,
        ):
            case.errand(functools.partial(duty, case))
        case.errand(functools.partial(watch_evidence, case))
        for item in case.state.rights:
            case.errand(functools.partial(fulfil, case, item.right))
        await workflow.wait_condition(lambda: case.ended)

    async def _open(self, opening: OpenCase) -> None:
        case, ref = self._case, CaseRef(case_id=opening.case_id)
        receipt = opening.receipt
        if receipt is None:
            receipt = await workflow.execute_activity_method(CaseLog.read_opening, ref, **EVENTS)
        if case.state.sequence:  # carried on from recorded events
            await case.record(Draft(tag=Tag.REQUEST_RESUMED))
            if self._ended_outside:
                case.errand(functools.partial(_tell_of_resumption, case, case.state.sequence))
            return
        await case.record(*first_events(receipt))
        # Without a mailbox no code proves anything: a caseworker makes sure who asks.
        asks_proof = case.state.needs_identity and not case.state.identity_record and case.state.delivery_address is not None
        if receipt.earlier and receipt.earlier.acknowledged_at:  # by the system before: it is not said twice
            if asks_proof:
                case.post("verify_identity")
        elif asks_proof and receipt.channel is Channel.EMAIL:
            case.post("received_by_mail")  # one automatic answer to one mail
        else:
            if receipt.rights != [Right.COMPLAINT]:  # a complaint has an acknowledgement of its own
                case.post("request_received")
            if asks_proof:
                case.post("verify_identity")
        if receipt.snapshots and case.state.item(case.state.copied):
            case.copying = True
            case.errand(functools.partial(self._take_snapshots, ref))

    async def _take_snapshots(self, ref: CaseRef) -> None:
        # What lives 30 days would be gone before identity is proven: it is kept sealed, for nobody's eyes (issue: short_lived).
        try:
            taken = await workflow.execute_activity_method(Collection.snapshot_short_lived, ref, **CONNECTORS)
            found = [result for result in taken.results if result.state == "searched"]
            if found:
                facts = [{"system": result.system, "records": result.records} for result in found]
                await self._case.record(*(Draft(tag=Tag.SNAPSHOT_TAKEN, facts={**fact}) for fact in facts))
        finally:
            self._case.copying = False

    async def _finish(self) -> None:
        case = self._case
        if case.state.outcome is Outcome.IDENTITY_NOT_CONFIRMED:
            case.errand(functools.partial(tell_not_confirmed, case))
        elif letter := _closing_letter(case.state):
            case.post(letter, number=case.state.sequence)
        await destroy_evidence(case)
        if case.copying:  # what is being copied while the case ends is not in its state, and has to go as well
            await workflow.wait_condition(lambda: not case.copying)
            await self._destroy_snapshots()
        elif case.state.snapshots and not case.state.identity_record:
            await self._destroy_snapshots()
        if case.state.outcome not in {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED}:
            await self._end_links()
        await case.all_errands()
        await end_restriction(case)  # unless an errand was at it
        if any(item.right in CORRECTED for item in case.state.rights):  # after a look that was still under way
            await workflow.execute_activity_method(Measures.forget_values, CaseRef(case_id=case.case_id), **EVENTS)
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _end_links(self) -> None:
        await workflow.execute_activity_method(Correspondence.revoke_links, CaseRef(case_id=self._case.case_id), **EVENTS)

    async def _destroy_snapshots(self) -> None:
        await workflow.execute_activity_method(Collection.destroy_snapshots, CaseRef(case_id=self._case.case_id), **EVENTS)
        await self._case.record_even_if_ended(Draft(tag=Tag.SNAPSHOT_DESTROYED))

    @workflow.query
    def snapshot(self) -> Snapshot:
        """Where the case stands."""
        return self._case.snapshot

    @workflow.signal
    async def mail_arrived(self, arrived: MailArrived) -> None:
        """A mail of this case was taken in."""
        await workflow.wait_condition(lambda: self._settled)
        await take_mail(self._case, arrived)

    @workflow.signal
    async def archive_stopped(self, stopped: ArchiveStopped) -> None:
        """An import of this case could not be read to its end: a person decides."""
        await workflow.wait_condition(lambda: self._settled)
        await self._case.record_even_if_ended(opened(workflow.uuid4(), "import_stopped", system=stopped.system))

    @workflow.update
    async def command(self, call: CommandCall) -> Snapshot:
        """Let a person's command happen and answer with the case as it is afterwards."""
        await workflow.wait_condition(lambda: self._settled)
        try:
            await self._case.perform(call)
        except DomainError as refusal:
            raise refused(refusal) from refusal
        except ActivityError as failure:
            cause = failure.cause
            raise (cause if isinstance(cause, ApplicationError) else failure) from failure
        self._follow_up(call.command)
        return self._case.snapshot

    @command.validator
    def _check(self, call: CommandCall) -> None:
        # A rejected update leaves no history. Where nothing can be said yet, the handler waits and asks again.
        if self._settled:
            try:
                self._case.check(call.command)
            except DomainError as refusal:
                raise refused(refusal) from refusal

    @property
    def _settled(self) -> bool:
        # While an event is being recorded, somebody who read the record may already act on it, and must not be refused.
        return self._case.state.status is not Status.RECEIVED and not self._case.recording

    def _follow_up(self, command: Command) -> None:
        """Letters that a command brings with it; sent outside the lock."""
        case = self._case
        if isinstance(command, RequestCode):
            case.post("code", identifier=command.identifier, number=case.state.sequence)
        elif isinstance(command, AddIdentifier) and command.kind == "email":
            case.post("verify_identity", identifier=command.identifier, number=case.state.sequence)
        elif isinstance(command, SendMessage) and command.actor.role is not Role.DATA_SUBJECT:
            case.post("message", number=case.state.sequence, note=command.note)
        elif isinstance(command, MergeDuplicate):
            case.errand(functools.partial(follow_joining, case, command.into, command.actor.person))
        elif command.action is Action.REPORT_WRONG_PERSON:
            case.errand(self._end_links)
        elif letter := _LETTERS.get(command.action):
            # Whoever acts for the person is asked themselves; the person, only where nobody said who that is.
            to = agents_address(case.state) if command.action is Action.REQUEST_AUTHORITY else None
            note = command.note if command.action in _WRITTEN else None
            case.post(letter, identifier=to, number=case.state.sequence, note=note)


def _closing_letter(state: CaseState) -> str | None:
    if len(state.rights) > 1 and state.outcome in _ANSWERED:
        return "case_closed"  # each right had its own letter; this one says how all of them ended
    if state.outcome in _ANSWERED and not state.item(state.copied):
        return None  # its own letter has just said it
    erasing = state.item(Right.ERASURE)
    if erasing is not None and erasing.outcome is Outcome.WITHDRAWN and erasing.answered:
        return None  # whoever stopped it was told already
    return _CLOSING_LETTERS.get(state.outcome) if state.outcome else None


async def _tell_of_resumption(case: Proceedings, number: int) -> None:
    # The alarm and the history say the same: a mail that cannot be delivered to us stops nothing.
    with contextlib.suppress(ActivityError):
        message = CaseResumed(case_id=case.case_id, number=number)
        await workflow.execute_activity_method(ResumptionCalls.tell_of_resumed_case, message, **LETTERS)
