"""When an approval alone may be announced, and what a colleague's look at it afterwards makes happen.

Next: api/alone.py
"""

from collections.abc import Callable

from domain.alone import SOLO_APPROVALS, unchecked
from domain.authority import Action
from domain.case import CaseState, binding_of
from domain.commands import AnnounceAlone, RecordAfterCheck
from domain.erasure_decisions import erasure_binding
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Draft, Tag
from domain.measure_decisions import correction_of
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Right, Risk


def alone_actions(state: CaseState, allowed: list[Action]) -> list[Action]:
    """What may be done now about approving alone, given what else may be done."""
    announce = [Action.ANNOUNCE_ALONE] if SOLO_APPROVALS & {*allowed} else []
    return [*announce, *after_check_actions(state)]


def after_check_actions(state: CaseState) -> list[Action]:
    """What may be done about it afterwards, also in a closed case."""
    return [Action.RECORD_AFTER_CHECK] if unchecked(state) else []


def approved_content(state: CaseState, action: Action) -> tuple[str, str] | None:
    """What an approval would be of now: the hash that it names, and the binding of all that it covers."""
    if action is Action.APPROVE_ERASURE:
        plan = state.erasure.plan if state.erasure else None
        return (plan.sha256, erasure_binding(state)) if plan else None
    if action is Action.APPROVE_RECTIFICATION:
        correction = correction_of(state)
        return (str(correction.sha256), str(correction.sha256)) if correction else None
    partial = action is Action.APPROVE_PARTIAL_ANSWER
    package = (state.partial and state.partial.package) if partial else state.package
    return (package.sha256, binding_of(state, package)) if package else None


def _announce(state: CaseState, command: AnnounceAlone, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    action = Action(command.approval)
    if command.actor.person not in state.preparers:
        raise InvalidInputError("You prepared nothing here: approve it as it is.", field="approval")
    if command.checker == command.actor.person:
        raise InvalidInputError("Somebody else has to look at it afterwards.", field="checker")
    _need_more_than_oneself(state, action)
    content = approved_content(state, action)
    if content is None or content[0] != command.sha256:
        raise StaleHashError(status=state.status.value)
    facts = noted(command, approval=action.value, sha256=content[0], binding=content[1], checker=command.checker)
    return [Draft(tag=Tag.APPROVAL_ANNOUNCED, facts=facts)]


def _need_more_than_oneself(state: CaseState, action: Action) -> None:
    """Refuse where one person alone could invent the requester, or where a mistake harms most.

    Raises:
        NotAllowedNowError: says why somebody else has to look before.
    """
    if state.asking_risk is Risk.HIGH:
        why = "The risk is high."
    elif action is Action.APPROVE_ERASURE and state.erasing is Right.MINOR_REPORT:
        why = "It is somebody else\u2019s account that would be deleted."
    elif state.identity_by_hand:
        why = "Who asks rests on what a colleague recorded, and on no code or sign-in."
    elif state.hand_added_keys:
        why = "A search key was added by hand."
    else:
        return
    raise NotAllowedNowError(f"{why} Nobody approves that alone: somebody else has to look at it before.")


def _check(state: CaseState, command: RecordAfterCheck, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    first = unchecked(state)[0]
    if command.actor.person == first.by:
        raise FourEyesError("You approved this yourself. Somebody else has to look at it.")
    facts = noted(command, announced=first.sequence, finding=command.finding)
    return [Draft(tag=Tag.AFTER_CHECKED, facts=facts)]


ALONE_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.ANNOUNCE_ALONE: _announce,
    Action.RECORD_AFTER_CHECK: _check,
}
