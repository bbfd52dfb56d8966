"""Which commands are legal in which state, and what they make happen. Pure: no clock, no I/O.

A command is decided into events; the workflow records them and folds them in. Nobody else moves a case.
Next: `workflows/case.py`.
"""

from collections.abc import Callable

from domain.afterwards import AFTERWARDS_DECISIONS, closed_actions, offered_actions
from domain.alone import second_person
from domain.alone_decisions import ALONE_DECISIONS, after_check_actions, alone_actions
from domain.authority import DESK_ACTIONS, ROLES, Action, check_role
from domain.case import CaseState, binding_of
from domain.clock_decisions import CLOCK_DECISIONS, clock_actions
from domain.commands import (
    AcceptIdentifier,
    AddIdentifier,
    ApprovePackage,
    ChangeDeliveryAddress,
    Close,
    Command,
    CommandBase,
    MergeDuplicate,
    OpenPackage,
    PreparePackage,
    RecordDelivery,
    RejectIdentifier,
    RequestCode,
    SubmitIdentityEvidence,
)
from domain.complaint import COMPLAINT_DECISIONS, complaint_actions
from domain.conclusion import all_ended, outcome_of
from domain.erasure_decisions import ERASURE_DECISIONS, erasure_actions, returns_erasure
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Draft, Fact, Tag
from domain.identity import Doubt
from domain.identity_decisions import IDENTITY_DECISIONS, identity_actions
from domain.measure_decisions import MEASURE_DECISIONS, measure_actions, no_end_while_restricted, returned, returns_measure
from domain.measure_standing import on_records
from domain.messages import Verdict
from domain.minor import MINOR_DECISIONS, minor_actions
from domain.partial_answer import PARTIAL_DECISIONS, partial_actions
from domain.reasons import need_reason, noted
from domain.rights import Outcome, Role, Status
from domain.work_decisions import WORK_DECISIONS, refusing


def allowed_actions(state: CaseState) -> list[Action]:
    """What may be done now, whoever asks; roles and four eyes are asked on top of this."""
    if state.status is Status.CLOSED:
        return sorted([*closed_actions(state), *after_check_actions(state)])
    actions = [
        Action.ADD_IDENTIFIER,
        Action.SEND_MESSAGE,
        Action.ADD_NOTE,
        *([Action.NEEDS_NO_ANSWER] if state.unanswered else []),
        Action.WITHDRAW,
        Action.DISOWN,
        Action.MERGE_DUPLICATE,
        Action.CLOSE,
        Action.RELEASE if state.held else Action.HOLD,
        *identity_actions(state),
        *_system_actions(state),
        *_package_actions(state),
        *clock_actions(state),
        *partial_actions(state),
        *offered_actions(state),
        *complaint_actions(state),
        *erasure_actions(state),
        *measure_actions(state),
        *minor_actions(state),
    ]
    return sorted({*actions, *alone_actions(state, actions)})


def _system_actions(state: CaseState) -> list[Action]:
    actions: list[Action] = []
    if state.status is Status.COLLECTING:
        if any(system.state == "failed" for system in state.systems.values()):
            actions.append(Action.RETRY_SYSTEM)
        if state.waits_for_systems:
            actions.append(Action.CONTINUE_WITHOUT_SYSTEM)
    reviewed = state.stage(state.copied) is Status.IN_REVIEW
    if (state.status is Status.COLLECTING or reviewed) and any(system.archive for system in state.systems.values()):
        actions.append(Action.SEARCH_ARCHIVE)
    if state.open_work_items:
        actions.append(Action.COMPLETE_WORK_ITEM)
    return actions


def _package_actions(state: CaseState) -> list[Action]:
    if state.stage(state.copied) is Status.IN_REVIEW:
        ready = state.package is not None and state.package_wanted is None and not state.needs_search
        ready = ready and state.package is not None and not state.package.returned
        may_leave = not (state.held or state.disputed or refusing(state, state.copied)) and state.knows(state.copied)
        approval = [Action.APPROVE_PACKAGE] if ready and may_leave else []
        return [*DESK_ACTIONS, Action.PREPARE_PACKAGE, Action.RETURN_FOR_REWORK, Action.RECORD_DELIVERY, *approval]
    stage = state.stage(state.copied)
    if state.package is None or stage not in {Status.FULFILLING, Status.DELIVERED, Status.CLOSED}:
        return []
    opened = [Action.REQUEST_CODE, Action.OPEN_PACKAGE] if state.package.published and not state.held else []
    return opened if stage is Status.CLOSED else [Action.RECORD_DELIVERY, *opened]


def decide(state: CaseState, command: Command, verdict: Verdict | None = None) -> list[Draft]:
    """Turn a command into the events it makes happen.

    Args:
        state: where the case stands.
        command: who wants what.
        verdict: for codes and links, what the check of the attempt row said; None while only legality is asked.

    Raises:
        NotAllowedNowError: not at this stage. NotPermittedError: not with this role. FourEyesError: not by a preparer.
        StaleHashError: the approval names something that is not there any more. InvalidInputError: names nothing known.
    """
    check_role(ROLES, command.action, command.actor.role)
    if command.action not in (allowed := allowed_actions(state)):
        raise NotAllowedNowError(status=state.status.value, allowed_actions=[action.value for action in allowed])
    drafts = _DECIDE[command.action](state, command, verdict)
    return [draft.model_copy(update={"actor": command.actor.person}) for draft in drafts]


def _known(state: CaseState, command: RequestCode | AcceptIdentifier | RejectIdentifier | ChangeDeliveryAddress) -> str:
    if command.identifier not in state.identifiers:
        raise InvalidInputError(field="identifier")
    return str(command.identifier)


def _simple(tag: Tag, *, reason: bool = False) -> Callable[[CaseState, CommandBase, Verdict | None], list[Draft]]:
    def rule(_state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
        if reason:
            need_reason(command)
        return [Draft(tag=tag, facts=noted(command))]

    return rule


def _request_code(state: CaseState, command: RequestCode, _verdict: Verdict | None) -> list[Draft]:
    if _known(state, command) and state.identifiers[command.identifier].standing == "rejected":
        raise InvalidInputError(field="identifier")
    if state.status is Status.CLOSED and command.identifier != state.delivery_address:
        raise InvalidInputError("Codes to this copy go to the address that it was delivered to.", field="identifier")
    return [Draft(tag=Tag.CODE_REQUESTED, facts={"identifier": str(command.identifier)})]


def _submit_evidence(_state: CaseState, command: SubmitIdentityEvidence, _verdict: Verdict | None) -> list[Draft]:
    return [Draft(tag=Tag.IDENTITY_EVIDENCE_RECEIVED, facts={"evidence": str(command.evidence)})]


def _add_identifier(_state: CaseState, command: AddIdentifier, _verdict: Verdict | None) -> list[Draft]:
    return [Draft(tag=Tag.IDENTIFIER_CLAIMED, facts={"identifier": str(command.identifier), "kind": command.kind})]


def _accept_identifier(state: CaseState, command: AcceptIdentifier, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    return [Draft(tag=Tag.IDENTIFIER_ACCEPTED, facts=noted(command, identifier=_known(state, command)))]


def _reject_identifier(state: CaseState, command: RejectIdentifier, _verdict: Verdict | None) -> list[Draft]:
    if (
        _known(state, command)
        and state.identifiers[command.identifier].standing == "accepted"
        and (on_records(state.measures) or state.erasure)
    ):
        raise InvalidInputError(
            "Something was done on the strength of it already, and has to be undone with it.", field="identifier"
        )
    return [Draft(tag=Tag.IDENTIFIER_REJECTED, facts=noted(command, identifier=_known(state, command)))]


def _change_address(state: CaseState, command: ChangeDeliveryAddress, _verdict: Verdict | None) -> list[Draft]:
    # The address is part of identity (I8): only one that was itself proven may receive anything.
    if _known(state, command) and state.identifiers[command.identifier].standing != "proven":
        raise InvalidInputError("Prove this address first, then deliver to it.", field="identifier")
    if Doubt.AGENT in state.doubts and state.authority != "sufficient" and not state.identifiers[command.identifier].held:
        raise InvalidInputError(
            "It is not shown that somebody may act for the person. In doubt the copy goes to the person.", field="identifier"
        )
    need_reason(command)
    return [Draft(tag=Tag.DELIVERY_ADDRESS_CHANGED, facts=noted(command, identifier=str(command.identifier)))]


def _prepare_package(_state: CaseState, command: PreparePackage, _verdict: Verdict | None) -> list[Draft]:
    return [Draft(tag=Tag.PACKAGE_REQUESTED, facts={"revision": command.revision or 0})]


def _approve_package(state: CaseState, command: ApprovePackage, _verdict: Verdict | None) -> list[Draft]:
    binding = binding_of(state)
    alone = second_person(state, command, Action.APPROVE_PACKAGE, command.sha256, binding)
    if state.package is None or state.package.sha256 != command.sha256:
        raise StaleHashError(status=state.status.value)
    return [Draft(tag=Tag.PACKAGE_APPROVED, facts=noted(command, sha256=command.sha256, binding=binding)), *alone]


def _return_for_rework(state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    if state.partial is not None and not state.partial.approved:
        return [Draft(tag=Tag.PARTIAL_RETURNED, facts=noted(command))]
    if returns_measure(state):
        return [returned(state, noted(command))]
    erasure = returns_erasure(state) and state.refusal is None
    return [Draft(tag=Tag.ERASURE_RETURNED if erasure else Tag.PACKAGE_RETURNED, facts=noted(command))]


def _open_package(state: CaseState, _command: OpenPackage, verdict: Verdict | None) -> list[Draft]:
    whole = state.package is not None and state.package.published
    opened = Draft(tag=Tag.PACKAGE_OPENED if whole else Tag.PARTIAL_OPENED)
    return [opened] if verdict is not None and verdict.accepted else []


def _record_delivery(state: CaseState, command: RecordDelivery, _verdict: Verdict | None) -> list[Draft]:
    if not state.approved:
        raise NotAllowedNowError("Nothing is approved for delivery yet.", status=state.status.value)
    need_reason(command)
    return [Draft(tag=Tag.DELIVERY_RECORDED, facts=noted(command, channel=command.channel))]


def _ended(tag: Tag, outcome: Outcome) -> Callable[[CaseState, CommandBase, Verdict | None], list[Draft]]:
    def rule(state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
        no_end_while_restricted(state)
        if command.actor.role is not Role.DATA_SUBJECT and command.actor.role is not Role.PLATFORM:
            need_reason(command)  # staff record what they were told, and where
        facts = noted(command)
        return [Draft(tag=tag, facts=facts), Draft(tag=Tag.REQUEST_CLOSED, facts={"outcome": outcome.value})]

    return rule


def _merge(state: CaseState, command: MergeDuplicate, verdict: Verdict | None) -> list[Draft]:
    if command.into == state.case_id:
        raise InvalidInputError(field="into")
    ending, closing = _ended(Tag.REQUEST_MERGED, Outcome.DUPLICATE)(state, command, verdict)
    into: dict[str, Fact] = {"into": str(command.into)}
    if command.same is not None:
        return [ending.model_copy(update={"facts": {**ending.facts, **into, "same": command.same}}), closing]
    # Nothing proves that one person made both (I10): two of us have to be sure, each with a reason.
    if state.joining is None or state.joining.into != command.into:
        return [Draft(tag=Tag.REQUEST_JOIN_PROPOSED, facts={**ending.facts, **into})]
    if state.joining.by == command.actor.person:
        raise FourEyesError("You proposed this. Nothing proves that both cases are of one person, so somebody else decides.")
    proposed: dict[str, Fact] = {"same": "two_persons", "proposed_by": state.joining.by}
    return [ending.model_copy(update={"facts": {**ending.facts, **into, **proposed}}), closing]


def _outcome(state: CaseState) -> Outcome:
    """How a case ended that somebody closes without saying how."""
    if all_ended(state):
        return outcome_of(item.outcome for item in state.rights if item.outcome)
    return Outcome.FULFILLED if state.delivered_at else Outcome.IDENTITY_NOT_CONFIRMED


def _close(state: CaseState, command: Close, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    no_end_while_restricted(state)
    outcome = command.outcome or _outcome(state)
    gave = outcome in {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD}
    if gave != (state.delivered_at is not None) and not (gave and any(item.answered for item in state.rights)):
        raise InvalidInputError("This outcome does not fit what was delivered.", field="outcome")
    if outcome is Outcome.IDENTITY_NOT_CONFIRMED and not state.closing_proposed:
        # Article 12(3): the person has the month; silence before it is over ends nothing.
        raise NotAllowedNowError("The person still has time to answer.", status=state.status.value)
    return [Draft(tag=Tag.REQUEST_CLOSED, facts=noted(command, outcome=outcome.value))]


_DECIDE: dict[Action, Callable[..., list[Draft]]] = {
    Action.REQUEST_CODE: _request_code,
    Action.SUBMIT_IDENTITY_EVIDENCE: _submit_evidence,
    Action.ADD_IDENTIFIER: _add_identifier,
    Action.ACCEPT_IDENTIFIER: _accept_identifier,
    Action.REJECT_IDENTIFIER: _reject_identifier,
    Action.CHANGE_DELIVERY_ADDRESS: _change_address,
    Action.PREPARE_PACKAGE: _prepare_package,
    Action.APPROVE_PACKAGE: _approve_package,
    Action.RETURN_FOR_REWORK: _return_for_rework,
    Action.OPEN_PACKAGE: _open_package,
    Action.RECORD_DELIVERY: _record_delivery,
    Action.SEND_MESSAGE: _simple(Tag.MESSAGE_SENT, reason=True),
    Action.NEEDS_NO_ANSWER: _simple(Tag.MESSAGE_SETTLED),
    Action.ADD_NOTE: _simple(Tag.NOTE_ADDED, reason=True),
    Action.WITHDRAW: _ended(Tag.REQUEST_WITHDRAWN, Outcome.WITHDRAWN),
    Action.DISOWN: _ended(Tag.REQUEST_DISOWNED, Outcome.NOT_THE_REQUESTER),
    Action.MERGE_DUPLICATE: _merge,
    Action.HOLD: _simple(Tag.REQUEST_HELD, reason=True),
    Action.RELEASE: _simple(Tag.REQUEST_RELEASED, reason=True),
    Action.CLOSE: _close,
    Action.REOPEN: _simple(Tag.REQUEST_REOPENED),
    **CLOCK_DECISIONS,
    **IDENTITY_DECISIONS,
    **MINOR_DECISIONS,
    **ERASURE_DECISIONS,
    **MEASURE_DECISIONS,
    **WORK_DECISIONS,
    **AFTERWARDS_DECISIONS,
    **PARTIAL_DECISIONS,
    **ALONE_DECISIONS,
    **COMPLAINT_DECISIONS,
}
