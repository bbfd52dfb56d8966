"""The decisions that move or end the legal clock: clarification, extension, refusal, fee (Articles 12(3) to 12(5), 12A UK GDPR).

Pure, like `domain/decisions.py`, of which this is a part. The last day for an extension is asked in `workflows/proceedings.py`,
because only the computed clock knows it. Next: `domain/clock_folding.py`
"""

from collections.abc import Callable

from domain.authority import Action
from domain.case import CaseState
from domain.commands import AnswerClarification, CommandBase, ExtendDeadline, ProposeRefusal, RecordAuthority, RecordFee
from domain.errors import FourEyesError, InvalidInputError
from domain.events import Draft, Fact, Tag
from domain.identity import Doubt, Factor
from domain.identity_decisions import enough_for_more
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.reasons_to_refuse import Burden, is_enough
from domain.rights import Right, Status

_BEFORE_ANSWER = {Status.VERIFYING_IDENTITY, Status.COLLECTING, Status.IN_REVIEW}


OF_OBJECTIONS = frozenset({"compelling_grounds", "legal_claims"})  # grounds of a refusal that Article 21(1) has for them alone


def _refusable(state: CaseState) -> list[Right]:
    """The rights that nothing was decided about yet."""
    return [
        item.right
        for item in state.rights
        if item.outcome is None and not item.following and (item.status in _BEFORE_ANSWER or item.right is not state.copied)
    ]


def _known(state: CaseState, right: Right) -> bool:
    return state.knows(right)


def clock_actions(state: CaseState) -> list[Action]:
    """What may be done about an open case's clock now, whoever asks."""
    actions: list[Action] = []
    if state.clarification_open:
        actions.append(Action.ANSWER_CLARIFICATION)
    if _refusable(state):
        actions += [Action.REQUEST_CLARIFICATION, Action.RECORD_FEE]
        if state.authority_open or (Doubt.AGENT in state.doubts and state.authority is None):
            actions.append(Action.RECORD_AUTHORITY)  # a letter that came with the request is never asked for
        if not state.authority_open and state.authority != "sufficient":
            actions.append(Action.REQUEST_AUTHORITY)
        if state.extension is None:
            actions.append(Action.EXTEND_DEADLINE)
        # A refusal says something of the person's case, so it goes to somebody whose identity is known, where that is asked.
        if state.refusal is None and any(_known(state, right) for right in _refusable(state)):
            actions.append(Action.PROPOSE_REFUSAL)
    if state.refusal is not None and not state.refusal.approved:
        actions += [Action.RETURN_FOR_REWORK] if state.held else [Action.RETURN_FOR_REWORK, Action.APPROVE_REFUSAL]
    return actions


def _with_words(tag: Tag) -> Callable[[CaseState, CommandBase, Verdict | None], list[Draft]]:
    def rule(_state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
        need_reason(command)
        return [Draft(tag=tag, facts=noted(command))]

    return rule


def _arrived(tag: Tag) -> Callable[[CaseState, AnswerClarification | RecordAuthority, Verdict | None], list[Draft]]:
    def rule(state: CaseState, command: AnswerClarification | RecordAuthority, _verdict: Verdict | None) -> list[Draft]:
        need_reason(command)
        facts = noted(command)
        if command.arrived_at is not None:
            if state.received_at is not None and command.arrived_at < state.received_at:
                raise InvalidInputError("A reply comes after the request.", field="arrived_at")
            facts["arrived_at"] = command.arrived_at.isoformat()
        if not isinstance(command, RecordAuthority):
            return [Draft(tag=tag, facts=facts)]
        recorded = Draft(tag=tag, facts=facts | {"standing": command.standing})
        if command.standing == "sufficient" and enough_for_more(state, {*state.factors, Factor.AUTHORITY}):
            confirmed: dict[str, Fact] = {
                "identifier": str(state.delivery_address),
                "how": "authority",
                "factors": [Factor.AUTHORITY.value],
            }
            return [recorded, Draft(tag=Tag.IDENTITY_CONFIRMED, facts=confirmed)]
        return [recorded]

    return rule


def _extend(_state: CaseState, command: ExtendDeadline, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    return [Draft(tag=Tag.EXTENSION_DECIDED, facts=noted(command, ground=command.ground))]


def _propose_refusal(state: CaseState, command: ProposeRefusal, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    _check_test(command.test)
    test: list[str] = [each.value for each in command.test]
    facts = noted(command, ground=command.ground, text=str(command.text), test=[*test])
    meant = _refusable(state) if command.right is None else [command.right]
    if not all(right in _refusable(state) and _known(state, right) for right in meant):
        raise InvalidInputError("This right is not waiting for a decision, or it is not known yet who asks.", field="right")
    if command.ground in OF_OBJECTIONS and meant != [Right.OBJECTION]:
        raise InvalidInputError("This ground is for an objection alone (Article 21(1)).", field="ground")
    if command.right is not None:
        facts["right"] = command.right.value
    return [Draft(tag=Tag.REFUSAL_PROPOSED, facts=facts)]


def _approve_refusal(state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
    if command.actor.person in state.preparers:
        raise FourEyesError
    return [Draft(tag=Tag.REFUSAL_APPROVED)]


def _record_fee(_state: CaseState, command: RecordFee, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    _check_test(command.test)
    facts: dict[str, Fact] = noted(command, test=[each.value for each in command.test]) if command.test else noted(command)
    return [Draft(tag=Tag.FEE_ASKED if command.step == "asked" else Tag.FEE_PAID, facts=facts)]


def _check_test(test: list[Burden]) -> None:
    if not is_enough(test):
        raise InvalidInputError(
            "That it comes again is one factor, not the whole test. Say what else: nothing has changed since, or the effort.",
            field="test",
        )


CLOCK_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.REQUEST_CLARIFICATION: _with_words(Tag.CLARIFICATION_ASKED),
    Action.ANSWER_CLARIFICATION: _arrived(Tag.CLARIFICATION_ANSWERED),
    Action.REQUEST_AUTHORITY: _with_words(Tag.AUTHORITY_ASKED),
    Action.RECORD_AUTHORITY: _arrived(Tag.AUTHORITY_RECEIVED),
    Action.EXTEND_DEADLINE: _extend,
    Action.PROPOSE_REFUSAL: _propose_refusal,
    Action.APPROVE_REFUSAL: _approve_refusal,
    Action.RECORD_FEE: _record_fee,
}
