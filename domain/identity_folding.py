"""How recorded events change what is known of who asks: factors, doubts, held contacts. A part of `domain/folding.py`.

Next: workflows/holders.py
"""

from collections.abc import Callable
from uuid import UUID, uuid5

from domain.case import NOT_ME, CaseState, Identifier, WorkItem
from domain.clock_folding import LOOK_AGAIN, prepared, tasks_done
from domain.event_facts import text_of, texts_of, uuid_of
from domain.events import CaseEvent, Tag
from domain.identity import Doubt, Factor, risk_of
from domain.rights import Right, Risk, Status
from domain.rights_folding import stands

# Events say how an identifier was proven; from before factors were named, this is what that showed.
_SHOWN = {"code": Factor.MAILBOX, "assertion": Factor.SIGN_IN}


def shown(state: CaseState, event: CaseEvent) -> None:
    """Remember what an event showed of who asks."""
    how = str(event.facts.get("how", ""))
    named = [Factor(name) for name in texts_of(event, "factors")]
    if not named and how in _SHOWN:
        named = [_SHOWN[how]]
    elif not named and event.tag is Tag.IDENTITY_CONFIRMED:
        named = [Factor.JUDGED]
    state.factors = sorted({*state.factors, *named})


def doubted(state: CaseState, event: CaseEvent, *doubts: Doubt) -> None:
    """Put doubts on record; what was approved by an identity that no longer suffices is void."""
    state.doubts = sorted({*state.doubts, *doubts})
    risk = risk_of(state.doubts, state.risk)
    if risk is Risk.HIGH and state.risk is not Risk.HIGH:
        state.high_since = event.at
    state.risk = risk
    if not state.knows(state.copied) or state.disputed:
        void_release(state)
    if not state.knows(Right.ERASURE) or state.disputed:
        _void_erasure(state)


def void_release(state: CaseState) -> None:
    """Whatever was approved to leave is approved no more."""
    if state.package is not None:
        state.package.binding = None
        state.package.published = False
        state.delivered_at = None
    if state.partial is not None and state.partial.package is not None:
        state.partial.package.binding = None
    item = state.item(state.copied)
    if item is not None and item.status in {Status.FULFILLING, Status.DELIVERED, Status.CLOSED}:
        item.status, item.outcome, item.answered = Status.IN_REVIEW, None, False  # it has to be approved anew


def _void_erasure(state: CaseState) -> None:
    plan = state.erasure.plan if state.erasure and state.erasure.carried_out_at is None else None
    if plan is not None and plan.binding is not None:
        plan.binding = None
        stands(state, Right.ERASURE, Status.IN_REVIEW)


def _confirmed(state: CaseState, event: CaseEvent) -> None:
    state.identity_record = event.sequence
    state.identity_by_hand = event.facts.get("how") not in _SHOWN
    state.closing_proposed = False
    tasks_done(state, LOOK_AGAIN)
    prepared(state, event)
    shown(state, event)
    for item in state.rights:
        if item.status in {Status.RECEIVED, Status.VERIFYING_IDENTITY} and state.knows(item.right):
            item.status = Status.COLLECTING if item.right is state.copied else Status.FULFILLING


def _doubted(state: CaseState, event: CaseEvent) -> None:
    doubted(state, event, Doubt(text_of(event, "doubt")))


def _disputed(state: CaseState, event: CaseEvent) -> None:
    # The task is part of the event: nobody who says "this was not me" can be forgotten between the two.
    state.work_items[uuid5(state.case_id, f"{NOT_ME}/{event.sequence}")] = WorkItem(kind=NOT_ME, opened_at=event.at)
    doubted(state, event, Doubt.DISOWNED)


def _found(state: CaseState, event: CaseEvent) -> None:
    key = uuid_of(event, "identifier")
    known = state.identifiers.setdefault(key, Identifier(kind=text_of(event, "kind"), standing="found"))
    known.found, known.held = event.sequence, not event.facts.get("recent")


def _told(state: CaseState, event: CaseEvent) -> None:
    state.holders_told_at = event.at
    for key in texts_of(event, "identifiers"):
        state.identifiers[UUID(key)].told = True


IDENTITY_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.IDENTITY_CONFIRMED: _confirmed,
    Tag.IDENTITY_DOUBTED: _doubted,
    Tag.IDENTITY_DISPUTED: _disputed,
    Tag.IDENTIFIER_FOUND: _found,
    Tag.HOLDERS_TOLD: _told,
}
