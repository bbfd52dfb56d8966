"""The commands about who asks: codes, proofs, doubts, and "this was not me". A part of `domain/decisions.py`.

Next: domain/identity_folding.py
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from domain.authority import Action
from domain.case import CaseState
from domain.commands import CommandBase, ConfirmIdentity, ConfirmIdentityCode, RecordDoubt, RequestMoreIdentity
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.events import Draft, Fact, Tag
from domain.identity import HOLDERS_HAVE, Doubt, Factor, would_do
from domain.measure_standing import on_records
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Risk, Status

_RELEASES = frozenset({Action.APPROVE_PACKAGE, Action.APPROVE_PARTIAL_ANSWER})


def identity_actions(state: CaseState) -> list[Action]:
    """What may be done about who asks, whoever wants it."""
    actions: list[Action] = []
    standings = {identifier.standing for identifier in state.identifiers.values()}
    if "claimed" in standings:
        actions += [Action.CONFIRM_IDENTITY_CODE, Action.ACCEPT_IDENTIFIER]
    # A colleague's word can be wrong: it is taken back before anything was done on the strength of it.
    if "claimed" in standings or ("accepted" in standings and not on_records(state.measures) and state.erasure is None):
        actions.append(Action.REJECT_IDENTIFIER)
    if standings & {"claimed", "found"}:
        actions += [Action.REQUEST_CODE, Action.CONFIRM_IDENTITY_CODE]
    if state.unsure and state.status is not Status.RECEIVED:
        actions += [Action.CONFIRM_IDENTITY, Action.REQUEST_MORE_IDENTITY, Action.SUBMIT_IDENTITY_EVIDENCE]
    if "proven" in standings:
        actions += [Action.CHANGE_DELIVERY_ADDRESS, Action.REQUEST_CODE]  # a code lets the person read and withdraw on their page
    if state.needs_identity:
        actions += [Action.RECORD_DOUBT, Action.DISPUTE_IDENTITY]
    return actions


def has_mailbox(state: CaseState) -> bool:
    """Whether any address of the person is known; without one nobody can have shown control of their mailbox."""
    return any(each.kind == "email" and each.standing != "rejected" and not each.agent for each in state.identifiers.values())


def could_be_shown(state: CaseState, factors: list[Factor]) -> list[Factor]:
    """The factors that somebody wants to record.

    Raises:
        InvalidInputError: the mailbox is among them, and the case has none.
    """
    if Factor.MAILBOX in factors and not has_mailbox(state):
        raise InvalidInputError("This case has no mailbox that could have been shown. Say what showed who asks.", field="factors")
    return factors


def mandate_awaited(state: CaseState) -> bool:
    """Whether somebody acts for the person and a proof of it is still looked for, at first or once more: they may hand one in."""
    asks = state.authority_open or (Doubt.AGENT in state.doubts and state.authority is None)
    return asks and Action.SUBMIT_IDENTITY_EVIDENCE in identity_actions(state)


def agents_address(state: CaseState) -> UUID | None:
    """Where whoever acts for the person is reached, if they said so."""
    agents = (
        key for key, each in state.identifiers.items() if each.agent and each.kind == "email" and each.standing != "rejected"
    )
    return next(agents, None)


def check_wait(state: CaseState, action: Action, now: datetime) -> None:
    """Refuse a release at high risk before every held contact had its time to say "this was not me" (I6).

    Raises:
        NotAllowedNowError: names the hour.
    """
    if action not in _RELEASES or state.asking_risk is not Risk.HIGH:
        return
    since = max(filter(None, (state.high_since, state.holders_told_at)), default=None)
    if since is not None and now < since + HOLDERS_HAVE:
        until = (since + HOLDERS_HAVE).isoformat(timespec="minutes")
        raise NotAllowedNowError(
            f"The risk is high, so every contact we hold has 72 hours to object. Nothing leaves before {until}.",
            status=state.status.value,
        )


def proven_by(state: CaseState, key: object) -> Factor:
    """What control of an address shows: a second contact that was held before, or the mailbox."""
    others = any(each.standing == "proven" for other, each in state.identifiers.items() if str(other) != str(key))
    held = any(each.held for other, each in state.identifiers.items() if str(other) == str(key))
    return Factor.HELD_CONTACT if others and held else Factor.MAILBOX


def _is_new_here(state: CaseState, key: UUID) -> bool:
    """Whether a further mailbox is proven after the search, and nothing that was found of the person knows it."""
    return bool(state.searched_keys) and key != state.delivery_address and not state.identifiers[key].found


def enough_for_more(state: CaseState, factors: Iterable[Factor]) -> bool:
    """Whether these, with what was shown before, let a right go on that waits for it."""
    shown = {*state.factors, *factors}
    return any(state.enough(right, shown) for right in state.unsure)


def _confirm_identity_code(state: CaseState, _command: ConfirmIdentityCode, verdict: Verdict | None) -> list[Draft]:
    if verdict is None or verdict.identifier is None:
        return []
    key = str(verdict.identifier)
    if state.identifiers[verdict.identifier].agent:  # their own mailbox says nothing of the person's wish
        return [Draft(tag=Tag.IDENTIFIER_PROVEN, facts={"identifier": key, "how": "code"})]
    factor = proven_by(state, verdict.identifier)
    drafts = [Draft(tag=Tag.IDENTIFIER_PROVEN, facts={"identifier": key, "how": "code", "factors": [factor.value]})]
    if _is_new_here(state, verdict.identifier):
        # Its owner may have been led to confirm somebody else's request: what is theirs does not leave before somebody looked.
        return [*drafts, Draft(tag=Tag.IDENTITY_DOUBTED, facts={"doubt": Doubt.SECOND_MAILBOX.value})]
    # Where a doubt is on record the mailbox alone may not settle who is asking: the table says, and a caseworker asks.
    if enough_for_more(state, {factor}):
        drafts.append(Draft(tag=Tag.IDENTITY_CONFIRMED, facts={"identifier": key, "how": "code"}))
    return drafts


def _confirm_identity(state: CaseState, command: ConfirmIdentity, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    factors = command.factors or [Factor.JUDGED]
    if not enough_for_more(state, factors):
        right, shown = state.unsure[0], {*state.factors, *command.factors}
        ways = would_do(right, state.risk, shown, set(state.doubts), contact=state.moves_contact(right))
        words = "; or ".join(" and ".join(factor.value.replace("_", " ") for factor in way) for way in ways)
        raise InvalidInputError(
            f"With the doubts on record this is not enough. What would do: {words or 'the person themselves'}.", field="factors"
        )
    key, named = str(state.delivery_address), [factor.value for factor in factors]
    confirmed = Draft(
        tag=Tag.IDENTITY_CONFIRMED, facts=noted(command, identifier=key, how="caseworker", factors=list[str](named))
    )
    known = state.identifiers.get(state.delivery_address) if state.delivery_address else None
    if known is None or known.standing == "proven":
        return [confirmed]
    return [Draft(tag=Tag.IDENTIFIER_PROVEN, facts={"identifier": key, "how": "caseworker"}), confirmed]


def _request_more(state: CaseState, command: RequestMoreIdentity, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    asked = Draft(tag=Tag.IDENTITY_MORE_REQUESTED, facts=noted(command))
    if command.doubt is None and state.doubts:
        return [asked]
    # I1: a doubt goes on record with the question, in the caseworker's own words where it has no name.
    return [_doubted(command, command.doubt or Doubt.STATED), asked]


def _record_doubt(_state: CaseState, command: RecordDoubt, _verdict: Verdict | None) -> list[Draft]:
    return [_doubted(command, command.doubt)]


def _doubted(command: CommandBase, doubt: Doubt) -> Draft:
    facts: dict[str, Fact] = noted(command, doubt=doubt.value)
    return Draft(tag=Tag.IDENTITY_DOUBTED, facts=facts)


def _dispute(state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
    if state.disputed:
        return []  # told twice is told once
    return [Draft(tag=Tag.IDENTITY_DISPUTED, facts=noted(command))]


IDENTITY_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.CONFIRM_IDENTITY_CODE: _confirm_identity_code,
    Action.CONFIRM_IDENTITY: _confirm_identity,
    Action.REQUEST_MORE_IDENTITY: _request_more,
    Action.RECORD_DOUBT: _record_doubt,
    Action.DISPUTE_IDENTITY: _dispute,
}
