"""Which commands about an erasure are legal, and what they make happen: a part of `domain/decisions.py`.

Next: workflows/rights/erasure.py
"""

import hashlib
import json
from collections.abc import Callable

from domain.alone import second_person
from domain.authority import Action
from domain.case import CaseState
from domain.commands import ApproveErasure, CancelErasure, EditErasure
from domain.erasure_standing import PlanStanding
from domain.errors import InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Draft, Fact, Tag
from domain.identity import HOLDERS_HAVE
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Right, Risk, Role, Status
from domain.work_decisions import refusing


def erasure_actions(state: CaseState) -> list[Action]:
    """What may be done about an erasure now, whoever asks."""
    item, erasure = state.item(state.erasing), state.erasure
    if item is None or item.ended or erasure is None or erasure.carried_out_at is not None:
        return []
    actions = [Action.CANCEL_ERASURE] if state.erasing is Right.ERASURE else []
    if item.status is Status.IN_REVIEW and erasure.plan is not None:
        actions += [Action.EDIT_ERASURE, Action.RETURN_FOR_REWORK]
        current = erasure.plan.keys == state.erasing_keys
        if current and not (state.held or state.disputed) and state.knows(state.erasing) and not refusing(state, state.erasing):
            actions.append(Action.APPROVE_ERASURE)
    if item.status is Status.FULFILLING and erasure.approved:
        actions.append(Action.RETURN_FOR_REWORK)
    return actions


def erasure_binding(state: CaseState) -> str:
    """The hash of everything an approval of an erasure covers besides its plan (as `domain.case.binding_of` for a release)."""
    plan = state.erasure and state.erasure.plan
    parts = {
        "plan": plan and plan.sha256,
        "datamap": plan and plan.datamap,
        "recipient": str(state.delivery_address or state.paper_address),
        "identity": state.identity_record,
        "keys": [str(key) for key in state.hand_added_keys],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def waiting_days(state: CaseState, plan: PlanStanding) -> int:
    """Days between the notice and the erasure; at high risk never less than every held contact has to object."""
    return max(plan.waiting_days, HOLDERS_HAVE.days if state.asking_risk is Risk.HIGH else 0)


def returns_erasure(state: CaseState) -> bool:
    """Whether what a reviewer returns is the erasure plan, and not the package."""
    return state.stage(state.copied) is not Status.IN_REVIEW and Action.RETURN_FOR_REWORK in erasure_actions(state)


def _approve(state: CaseState, command: ApproveErasure, _verdict: Verdict | None) -> list[Draft]:
    binding = erasure_binding(state)
    alone = second_person(state, command, Action.APPROVE_ERASURE, command.sha256, binding)
    plan = state.erasure.plan if state.erasure else None
    if plan is None or plan.sha256 != command.sha256:
        raise StaleHashError(status=state.status.value)
    return [Draft(tag=Tag.ERASURE_APPROVED, facts={"sha256": command.sha256, "binding": binding}), *alone]


def _edit(_state: CaseState, command: EditErasure, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    if command.keep and not (command.ground and command.until):
        # A retention period is none: only Article 17(3) keeps anything, and nothing for ever.
        raise InvalidInputError("To keep something needs a ground of Article 17(3) and a last day.", field="ground")
    if not command.keep and (command.ground or command.until):
        raise InvalidInputError("A ground is only for what is kept.", field="ground")
    facts: dict[str, Fact] = {"system": command.system, "collection": command.collection, "keep": command.keep}
    if command.keep:  # a fact has no room for brackets: the letter of Article 17(3) says which
        facts |= {"ground": str(command.ground)[-2], "until": str(command.until)}
    return [Draft(tag=Tag.ERASURE_EDITED, facts=noted(command, **facts))]


def _cancel(state: CaseState, command: CancelErasure, _verdict: Verdict | None) -> list[Draft]:
    if command.actor.role not in {Role.DATA_SUBJECT, Role.PLATFORM}:
        need_reason(command)  # staff record what they were told, and where
    if state.erasure is not None and state.erasure.carried_out_at is not None:
        raise NotAllowedNowError("It is erased already.", status=state.status.value)
    return [Draft(tag=Tag.ERASURE_STOPPED, facts=noted(command))]


ERASURE_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.APPROVE_ERASURE: _approve,
    Action.EDIT_ERASURE: _edit,
    Action.CANCEL_ERASURE: _cancel,
}
