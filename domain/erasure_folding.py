"""How recorded events move an erasure: a part of `domain/folding.py`.

Next: domain/erasure_decisions.py
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from domain.case import CaseState
from domain.clock_folding import prepared
from domain.erasure import Addressee, Edit, Track
from domain.erasure_standing import ErasureStanding, PlanStanding
from domain.event_facts import number_of, text_of, texts_of, uuid_of, uuids_of
from domain.events import CaseEvent, Tag
from domain.grounds import Ground
from domain.rights import Outcome, Status
from domain.rights_folding import stands

Rule = Callable[[CaseState, CaseEvent], None]


def _standing(state: CaseState) -> ErasureStanding:
    if state.erasure is None:
        state.erasure = ErasureStanding()
    return state.erasure


def _planned(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.plans, erasure.looks = number_of(event, "number"), erasure.looks + 1
    erasure.told_at = erasure.waiting_until = erasure.stopped = None
    addressees = (text.split(".") for text in texts_of(event, "addressees"))
    erasure.plan = PlanStanding(
        id=uuid_of(event, "plan"),
        number=erasure.plans,
        sha256=text_of(event, "sha256"),
        datamap=text_of(event, "datamap"),
        keys=uuids_of(event, "keys"),
        erase=number_of(event, "erase"),
        change=number_of(event, "change"),
        keep=number_of(event, "keep"),
        before=texts_of(event, "before"),
        by_hand=texts_of(event, "by_hand"),
        addressees=[Addressee(recipient=name, track=cast("Track", track)) for track, name in addressees],
        public=texts_of(event, "public"),
        waiting_days=number_of(event, "waiting_days"),
        second_look_days=number_of(event, "second_look_days") or 30,
    )
    stands(state, state.erasing, Status.IN_REVIEW)


def _edited(state: CaseState, event: CaseEvent) -> None:
    erasure, until, letter = _standing(state), event.facts.get("until"), event.facts.get("ground")
    erasure.edits.append(
        Edit(
            system=text_of(event, "system"),
            collection=text_of(event, "collection"),
            keep=bool(event.facts["keep"]),
            ground=cast("Ground", f"17(3)({letter})") if letter else None,
            until=date.fromisoformat(str(until)) if until else None,
            note=uuid_of(event, "note"),
        )
    )
    _void(state, event)
    prepared(state, event)


def _void(state: CaseState, _event: CaseEvent) -> None:
    _standing(state).plan = None
    stands(state, state.erasing, Status.COLLECTING)


def _voided(state: CaseState, event: CaseEvent) -> None:
    _standing(state).looks += 1
    _void(state, event)


def _skipped(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.skipped = sorted({*erasure.skipped, text_of(event, "system")})
    prepared(state, event)


def _interrupted(state: CaseState, _event: CaseEvent) -> None:
    _standing(state).looks += 1


def _approved(state: CaseState, event: CaseEvent) -> None:
    if (plan := _standing(state).plan) is not None:
        plan.binding, plan.approved_by = text_of(event, "binding"), event.sequence
    stands(state, state.erasing, Status.FULFILLING)


def _returned(state: CaseState, _event: CaseEvent) -> None:
    state.preparers = []
    if (plan := _standing(state).plan) is not None:
        plan.binding = None
    stands(state, state.erasing, Status.IN_REVIEW)


def _announced(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.told_at = event.at
    state.holders_told_at = event.at
    for identifier in state.identifiers.values():
        identifier.told = identifier.told or bool(identifier.found)
    erasure.waiting_until = datetime.fromisoformat(text_of(event, "until"))


def _restricted(state: CaseState, event: CaseEvent) -> None:
    state.restricted_meanwhile = event.sequence


def _lifted(state: CaseState, _event: CaseEvent) -> None:
    if state.lifting_meanwhile is not None:
        state.lifting_meanwhile.lifted = True


def _released(state: CaseState, _event: CaseEvent) -> None:
    state.restricted_meanwhile = 0


def _stopped(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.stopped, erasure.plan = erasure.plan, None
    if (item := state.item(state.erasing)) is not None:
        item.outcome, item.decided = Outcome.WITHDRAWN, event.sequence


def _carried_out(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.carried_out_at, erasure.looks = event.at, erasure.looks + 1


def _looked(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.looks += 1
    erasure.looked_at = event.at
    erasure.leftovers, erasure.newer = number_of(event, "leftovers"), number_of(event, "newer")
    erasure.followed_up = bool(event.facts.get("last"))


def _certified(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.certified, erasure.pending = event.sequence, texts_of(event, "pending")


def _rest_told(state: CaseState, _event: CaseEvent) -> None:
    _standing(state).told_of_rest = True


def _chased(state: CaseState, event: CaseEvent) -> None:
    state.work_items[uuid_of(event, "work_item")].chased.append(number_of(event, "days"))


ERASURE_RULES: dict[Tag, Rule] = {
    Tag.ERASURE_PLANNED: _planned,
    Tag.ERASURE_EDITED: _edited,
    Tag.ERASURE_VOIDED: _voided,
    Tag.ERASURE_INTERRUPTED: _interrupted,
    Tag.ERASURE_SYSTEM_SKIPPED: _skipped,
    Tag.ERASURE_APPROVED: _approved,
    Tag.ERASURE_RETURNED: _returned,
    Tag.ERASURE_ANNOUNCED: _announced,
    Tag.ERASURE_RESTRICTED: _restricted,
    Tag.ERASURE_LIFTED: _lifted,
    Tag.ERASURE_RELEASED: _released,
    Tag.ERASURE_STOPPED: _stopped,
    Tag.ERASURE_CARRIED_OUT: _carried_out,
    Tag.ERASURE_LOOKED: _looked,
    Tag.ERASURE_CERTIFIED: _certified,
    Tag.ERASURE_REST_TOLD: _rest_told,
    Tag.RECIPIENT_CHASED: _chased,
}
