"""The report of a child's account: which commands are legal, what events make of it (the policy's children section).

Suspend first, which can be undone; tell the account holder; ask the safeguarding question before anything is looked at or
destroyed; a person decides, and nothing is deleted by a timer (`docs/decisions/0026-reports-of-minors.md`).
Next: workflows/rights/minor_report.py
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID, uuid5

from domain.authority import Action
from domain.case import CaseState, Identifier, WorkItem
from domain.clock_folding import prepared
from domain.commands import AnswerSafeguarding, Command, CommandBase, DecideAccount, NameAccount
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.event_facts import number_of, text_of, texts_of, uuid_of, uuids_of
from domain.events import CaseEvent, Draft, Fact, Tag
from domain.messages import Verdict
from domain.minor_standing import MinorStanding
from domain.reasons import need_reason, noted
from domain.rights import Right, Role

FIND, DECIDE, OVERDUE, OBJECTION = "find_account", "decide_account", "account_overdue", "account_objection"
DECIDE_WITHIN = timedelta(hours=72)
HOLDER_HAS = timedelta(days=7)  # without the relation checked, silence for this long lets a person decide to delete (I9)


def minor_actions(state: CaseState) -> list[Action]:
    """What may be done about the report of a child's account, whoever asks."""
    item, minor = state.item(Right.MINOR_REPORT), state.minor
    if item is None or item.outcome is not None or (minor is not None and minor.decision is not None):
        return []
    actions = [Action.NAME_ACCOUNT, Action.ANSWER_SAFEGUARDING]
    if minor is not None and minor.accounts:
        actions += [Action.DECIDE_ACCOUNT, Action.OBJECT_TO_REPORT]
    elif minor is not None:
        actions.append(Action.DECIDE_ACCOUNT)
    return actions


def check_ground(state: CaseState, command: Command, now: datetime) -> None:
    """Refuse to delete for want of an objection before the account holder had time for one.

    Raises:
        NotAllowedNowError: says until when.
    """
    if not isinstance(command, DecideAccount) or command.ground != "no_objection" or state.minor is None:
        return
    told = state.minor.holder_told_at or state.minor.suspended_at
    if told is None or now < told + HOLDER_HAS:
        raise NotAllowedNowError(
            "The account holder has seven days to object. Until then: the account itself shows the age, or the light check.",
            status=state.status.value,
        )


def _name(_state: CaseState, command: NameAccount, _verdict: Verdict | None) -> list[Draft]:
    return [Draft(tag=Tag.ACCOUNT_NAMED, facts=noted(command, identifier=str(command.identifier), kind=command.kind))]


def _safeguarding(_state: CaseState, command: AnswerSafeguarding, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    facts: dict[str, Fact] = noted(command, concern=command.concern, hold=command.hold_evidence)
    return [Draft(tag=Tag.SAFEGUARDING_ANSWERED, facts=facts)]


def _decide(state: CaseState, command: DecideAccount, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    if (command.decision == "delete") != (command.ground in {"shows_age", "light_check", "no_objection"}):
        raise InvalidInputError("This ground does not fit this decision.", field="ground")
    minor = state.minor or MinorStanding()
    if command.decision == "delete" and minor.concern is None:
        raise NotAllowedNowError(
            "First answer whether somebody may be in danger: deleting destroys evidence.", status=state.status.value
        )
    if command.decision == "delete" and not minor.accounts:
        raise InvalidInputError("Name the account first.", field="decision")
    facts: dict[str, Fact] = noted(command, decision=command.decision, ground=command.ground)
    return [Draft(tag=Tag.ACCOUNT_DECIDED, facts=facts)]


def _object(state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
    if command.actor.role is not Role.DATA_SUBJECT:
        need_reason(command)
    if state.minor is not None and state.minor.objected_at is not None:
        return []
    return [Draft(tag=Tag.ACCOUNT_OBJECTED, facts=noted(command))]


MINOR_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.NAME_ACCOUNT: _name,
    Action.ANSWER_SAFEGUARDING: _safeguarding,
    Action.DECIDE_ACCOUNT: _decide,
    Action.OBJECT_TO_REPORT: _object,
}


def standing(state: CaseState) -> MinorStanding:
    """Where the report stands."""
    if state.minor is None:
        state.minor = MinorStanding()
    return state.minor


def _named(state: CaseState, event: CaseEvent) -> None:
    key = uuid_of(event, "identifier")
    if key not in state.identifiers:
        state.identifiers[key] = Identifier(kind=text_of(event, "kind"), standing="reported")
    state.identifiers[key].standing = "reported"
    standing(state).accounts.append(key)
    _done(state, FIND)


def _suspended(state: CaseState, event: CaseEvent) -> None:
    minor = standing(state)
    minor.suspended_at = minor.suspended_at or event.at
    minor.looks += 1
    minor.suspensions.append(minor.looks)
    minor.rows += number_of(event, "rows")
    minor.suspended = uuids_of(event, "accounts")
    minor.by_hand = texts_of(event, "by_hand")
    minor.holders = uuids_of(event, "holders")


def _interrupted(state: CaseState, _event: CaseEvent) -> None:
    standing(state).looks += 1


def _holder_told(state: CaseState, event: CaseEvent) -> None:
    standing(state).holder_told_at = event.at
    for key in texts_of(event, "identifiers"):
        state.identifiers[UUID(key)].told = True


def _objected(state: CaseState, event: CaseEvent) -> None:
    minor = standing(state)
    minor.objected_at = event.at
    # The task is part of the event: an objection cannot be forgotten between the two.
    state.work_items[uuid5(state.case_id, f"{OBJECTION}/{event.sequence}")] = WorkItem(kind=OBJECTION, opened_at=event.at)


def _answered(state: CaseState, event: CaseEvent) -> None:
    minor = standing(state)
    minor.concern, minor.evidence_held = bool(event.facts["concern"]), bool(event.facts["hold"])


def _decided(state: CaseState, event: CaseEvent) -> None:
    minor = standing(state)  # the account stays `reported`: it becomes a key for its deletion alone, and for no search (I2)
    minor.decision = cast("Literal['delete', 'reinstate']", text_of(event, "decision"))
    minor.ground, minor.decided_at = text_of(event, "ground"), event.at
    prepared(state, event)
    for kind in (FIND, DECIDE, OVERDUE, OBJECTION):
        _done(state, kind)


def _reinstated(state: CaseState, _event: CaseEvent) -> None:
    standing(state).reinstated = True


def _blocked(state: CaseState, event: CaseEvent) -> None:
    standing(state).blocked = number_of(event, "credentials")


def _done(state: CaseState, kind: str) -> None:
    for work in state.open_work_items.values():
        if work.kind == kind:
            work.result = "done"


MINOR_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.ACCOUNT_NAMED: _named,
    Tag.ACCOUNT_SUSPENDED: _suspended,
    Tag.ACCOUNT_SUSPENSION_INTERRUPTED: _interrupted,
    Tag.ACCOUNT_HOLDER_TOLD: _holder_told,
    Tag.ACCOUNT_OBJECTED: _objected,
    Tag.SAFEGUARDING_ANSWERED: _answered,
    Tag.ACCOUNT_DECIDED: _decided,
    Tag.ACCOUNT_REINSTATED: _reinstated,
    Tag.CREDENTIALS_BLOCKED: _blocked,
}
