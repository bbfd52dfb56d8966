"""Which commands about corrections, restrictions and consents are legal, and what they do: a part of `domain/decisions.py`.

A correction needs a second person, because it cannot be undone. A restriction needs one only where whoever restricts said on
their own word whose records these are; it is lifted only after the person was told before (Article 18(3)). A consent that is
withdrawn ends at once (Article 7(3)).
Next: domain/measure_folding.py
"""

from collections.abc import Callable
from uuid import UUID

from domain.alone import second_person
from domain.authority import Action
from domain.case import CaseState
from domain.commands import (
    AnnounceLifting,
    ApproveRectification,
    CommandBase,
    LiftRestriction,
    MarkDisputed,
    ProposeRectification,
    RecordView,
    RestrictProcessing,
    TakeBackRectification,
    WithdrawConsent,
)
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, StaleHashError
from domain.events import Draft, Fact, Tag
from domain.identity import more_than_marketing
from domain.meanwhile import lifting_meanwhile
from domain.measure_standing import Measure, corrected_last, lifting_actions, pending_of, restriction_of
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Right, Status
from domain.work_decisions import refusing

CORRECTED = (Right.RECTIFICATION, Right.AUTOMATED_DECISION_REVIEW)
RESTRICTED = (Right.RESTRICTION, Right.OBJECTION, Right.RECTIFICATION)


def measure_actions(state: CaseState) -> list[Action]:
    """What may be done now about corrections, restrictions and consents, whoever asks."""
    actions: list[Action] = []
    correction = correction_of(state)
    if any(_open(state, right) for right in CORRECTED) and correction is None:
        actions.append(Action.PROPOSE_RECTIFICATION)
    if correction is not None:
        actions += [Action.RETURN_FOR_REWORK, Action.TAKE_BACK_RECTIFICATION]
        if correction.found and may_be_made(state, correction) and not state.held and not refusing(state, correction.right):
            actions.append(Action.APPROVE_RECTIFICATION)
    if _open(state, Right.RECTIFICATION):
        actions.append(Action.MARK_DISPUTED)
    if _open(state, Right.AUTOMATED_DECISION_REVIEW):
        actions.append(Action.RECORD_VIEW)
    if _open(state, Right.WITHDRAW_CONSENT):
        actions.append(Action.WITHDRAW_CONSENT)
    return [*actions, *_restriction_actions(state)]


def _restriction_actions(state: CaseState) -> list[Action]:
    if restriction_of(state.measures) is None:
        waiting = any(each.kind == "restrict" and each.pending for each in state.measures)
        able = any(_open(state, right) and _known(state, right) for right in RESTRICTED)
        return [*([Action.RESTRICT_PROCESSING] if able and not waiting else []), *lifting_meanwhile(state)]
    return lifting_actions(state.measures)


def wants_values(state: CaseState, right: Right) -> bool:
    """Whether somebody should look, for whoever proposes a correction, which values of the person the systems hold now."""
    if right not in CORRECTED or not _open(state, right) or not state.usable_keys:
        return False
    found = state.values
    return found is None or found.keys != state.usable_keys or found.after < corrected_last(state.measures)


def may_be_made(state: CaseState, correction: Measure) -> bool:
    """Whether enough was shown of who asks for what is corrected: more where it moves how the person is reached, or signs in."""
    return not correction.contact or state.knows(correction.right)


def returns_measure(state: CaseState) -> bool:
    """Whether what a reviewer returns is a correction, and not a package, a plan or a refusal."""
    busy = state.stage(state.copied) is Status.IN_REVIEW or state.stage(Right.ERASURE) is Status.IN_REVIEW
    return state.refusal is None and not busy and correction_of(state) is not None


def returned(state: CaseState, facts: dict[str, Fact]) -> Draft:
    """The event that returns a correction."""
    correction = correction_of(state)
    assert correction is not None
    return Draft(tag=Tag.MEASURE_RETURNED, facts={**facts, "number": correction.number})


def no_end_while_restricted(state: CaseState) -> None:
    """Refuse to end a case whose restriction lasts: nobody would lift it, and the person has to be told before.

    Raises:
        NotAllowedNowError: says what to do first.
    """
    if any(each.in_force or (each.kind == "restrict" and each.pending) for each in state.measures):
        raise NotAllowedNowError("A restriction lasts. Tell the person, then lift it; after that this can end.")


def _open(state: CaseState, right: Right) -> bool:
    """Whether a right is being carried out, nothing is decided about it, and no measure of it waits."""
    item = state.item(right)
    if item is None or item.outcome is not None or item.answered or item.status is not Status.FULFILLING:
        return False
    return pending_of(state.measures, right) is None


def _known(state: CaseState, right: Right) -> bool:
    if right is Right.OBJECTION:
        return more_than_marketing(state.risk, {*state.factors}, {*state.doubts})
    return state.knows(right)


def correction_of(state: CaseState) -> Measure | None:
    """The correction that waits for an approval."""
    waiting = (each for each in state.measures if each.kind == "correct" and each.pending and not each.approved)
    return next(waiting, None)


def _propose(state: CaseState, command: ProposeRectification, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    right = command.right or next(right for right in CORRECTED if _open(state, right))
    if right not in CORRECTED or not _open(state, right):
        raise InvalidInputError("This right corrects nothing now.", field="right")
    facts: dict[str, Fact] = {
        "kind": "correct",
        "right": right.value,
        "changes": str(command.changes),
        "sha256": command.sha256,
        "places": [*command.places],
    }
    if command.contact:
        facts["contact"] = True
    return [Draft(tag=Tag.MEASURE_PROPOSED, facts=noted(command, **facts))]


def _approve(state: CaseState, command: ApproveRectification, _verdict: Verdict | None) -> list[Draft]:
    alone = second_person(state, command, Action.APPROVE_RECTIFICATION, command.sha256, command.sha256)
    correction = correction_of(state)
    if correction is None or correction.sha256 != command.sha256:
        raise StaleHashError(status=state.status.value)
    return [Draft(tag=Tag.MEASURE_APPROVED, facts={"number": correction.number, "sha256": command.sha256}), *alone]


def _take_back(state: CaseState, command: TakeBackRectification, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    correction = correction_of(state)
    assert correction is not None
    # Nobody is freed by it: whoever prepared stays barred from approving (R2), as only a reviewer's return ends that.
    return [Draft(tag=Tag.MEASURE_TAKEN_BACK, facts=noted(command, number=correction.number))]


def _dispute(state: CaseState, command: MarkDisputed, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    _need_records(state, command, "system")
    facts: dict[str, Fact] = {
        "kind": "dispute",
        "right": Right.RECTIFICATION.value,
        "places": [f"{command.system}.{command.collection}"],
        "text": str(command.text),
    }
    return [Draft(tag=Tag.MEASURE_PROPOSED, facts=noted(command, **facts))]


def _restrict(state: CaseState, command: RestrictProcessing, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    first = {"accuracy": Right.RECTIFICATION, "objection": Right.OBJECTION}.get(command.ground, Right.RESTRICTION)
    right = first if _open(state, first) else next((each for each in RESTRICTED if _open(state, each)), first)
    if not _known(state, right):
        raise InvalidInputError("It is not known yet who asks for this.", field="ground")
    _need_records(state, command, "ground")
    if command.ground == "objection" and not command.purposes:
        raise InvalidInputError("Say which purposes the objection is about.", field="purposes")
    facts: dict[str, Fact] = {
        "kind": "restrict",
        "right": right.value,
        "ground": command.ground,
        "purposes": [*command.purposes],
    }
    return [Draft(tag=Tag.MEASURE_PROPOSED, facts=noted(command, **facts))]


ON_RECORDS = frozenset({Action.RESTRICT_PROCESSING, Action.MARK_DISPUTED})  # not for whoever said alone whose these are


def on_own_word(state: CaseState, person: str) -> list[UUID]:
    """The identifiers in use that rest on this caseworker's word alone: a slip there is done to somebody else's records."""
    return [
        key for key in state.hand_added_keys if state.identifiers[key].usable and state.identifiers[key].accepted_by == person
    ]


def _need_records(state: CaseState, command: CommandBase, field: str) -> None:
    """Without a usable identifier nobody's rows would be marked, and the person would be told that theirs are.

    Raises:
        InvalidInputError: nothing leads to records yet.
        FourEyesError: whoever wants it said alone whose records these are.
    """
    if not state.usable_keys:
        words = (
            "We do not know yet whose records these are. Prove or accept an identifier of the person first; then do this again."
        )
        raise InvalidInputError(words, field=field)
    if on_own_word(state, command.actor.person):
        raise FourEyesError("You said yourself whose records these are. Somebody else has to look at that, and do this.")


def _announce(state: CaseState, command: AnnounceLifting, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    lasting = restriction_of(state.measures)
    number = lasting.number if lasting is not None else state.restricted_meanwhile
    return [Draft(tag=Tag.LIFTING_DECIDED, facts=noted(command, number=number, text=str(command.text)))]


def _lift(state: CaseState, command: LiftRestriction, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    lasting = restriction_of(state.measures)
    return [Draft(tag=Tag.ERASURE_LIFTED, facts=noted(command)) if lasting is None else lifting(lasting, noted(command))]


def lifting(lasting: Measure, facts: dict[str, Fact] | None = None) -> Draft:
    """The event that decides to lift a restriction of which the person was told."""
    own: dict[str, Fact] = {"kind": "lift", "right": lasting.right.value, "of": lasting.number, "purposes": [*lasting.purposes]}
    return Draft(tag=Tag.MEASURE_PROPOSED, facts={**(facts or {}), **own})


def withdrawing(purposes: list[str], facts: dict[str, Fact] | None = None) -> Draft:
    """The event that ends consents."""
    own: dict[str, Fact] = {"kind": "withdraw", "right": Right.WITHDRAW_CONSENT.value, "purposes": [*purposes]}
    return Draft(tag=Tag.MEASURE_PROPOSED, facts={**(facts or {}), **own})


def _withdraw(_state: CaseState, command: WithdrawConsent, _verdict: Verdict | None) -> list[Draft]:
    return [withdrawing([*command.purposes], noted(command))]


def _view(_state: CaseState, command: RecordView, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    return [Draft(tag=Tag.VIEW_RECORDED, facts=noted(command))]


MEASURE_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.PROPOSE_RECTIFICATION: _propose,
    Action.APPROVE_RECTIFICATION: _approve,
    Action.TAKE_BACK_RECTIFICATION: _take_back,
    Action.MARK_DISPUTED: _dispute,
    Action.RESTRICT_PROCESSING: _restrict,
    Action.ANNOUNCE_LIFTING: _announce,
    Action.LIFT_RESTRICTION: _lift,
    Action.WITHDRAW_CONSENT: _withdraw,
    Action.RECORD_VIEW: _view,
}
