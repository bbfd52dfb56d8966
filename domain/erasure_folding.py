"""How recorded events move an erasure: a part of `domain/folding.py`.

Next: domain/erasure_decisions.py
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from uuid import UUID

from domain.case import CaseState
from domain.clock_folding import prepared
from domain.erasure import Addressee, Edit, Track
from domain.erasure_standing import ErasureStanding, PlanStanding
from domain.events import CaseEvent, Fact, Tag
from domain.grounds import Ground
from domain.rights import Outcome, Status
from domain.rights_folding import stands

Rule = Callable[[CaseState, CaseEvent], None]


def _standing(state: CaseState) -> ErasureStanding:
    if state.erasure is None:
        state.erasure = ErasureStanding()
    return state.erasure


def _texts(value: Fact) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _number(event: CaseEvent, name: str) -> int:
    return cast("int", event.facts.get(name, 0))


def _planned(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.plans, erasure.looks = _number(event, "number"), erasure.looks + 1
    erasure.told_at = erasure.waiting_until = None
    addressees = (text.split(".") for text in _texts(event.facts.get("addressees")))
    erasure.plan = PlanStanding(
        id=UUID(str(event.facts["plan"])),
        number=erasure.plans,
        sha256=str(event.facts["sha256"]),
        datamap=str(event.facts["datamap"]),
        keys=[UUID(key) for key in _texts(event.facts["keys"])],
        erase=_number(event, "erase"),
        change=_number(event, "change"),
        keep=_number(event, "keep"),
        before=_texts(event.facts.get("before")),
        by_hand=_texts(event.facts.get("by_hand")),
        addressees=[Addressee(recipient=name, track=cast("Track", track)) for track, name in addressees],
        public=_texts(event.facts.get("public")),
        waiting_days=_number(event, "waiting_days"),
        second_look_days=_number(event, "second_look_days") or 30,
    )
    stands(state, state.erasing, Status.IN_REVIEW)


def _edited(state: CaseState, event: CaseEvent) -> None:
    erasure, until, letter = _standing(state), event.facts.get("until"), event.facts.get("ground")
    erasure.edits.append(
        Edit(
            system=str(event.facts["system"]),
            collection=str(event.facts["collection"]),
            keep=bool(event.facts["keep"]),
            ground=cast("Ground", f"17(3)({letter})") if letter else None,
            until=date.fromisoformat(str(until)) if until else None,
            note=UUID(str(event.facts["note"])),
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
    erasure.skipped = sorted({*erasure.skipped, str(event.facts["system"])})
    prepared(state, event)


def _interrupted(state: CaseState, _event: CaseEvent) -> None:
    _standing(state).looks += 1


def _approved(state: CaseState, event: CaseEvent) -> None:
    if (plan := _standing(state).plan) is not None:
        plan.binding, plan.approved_by = str(event.facts["binding"]), event.sequence
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
    erasure.waiting_until = datetime.fromisoformat(str(event.facts["until"]))


def _restricted(state: CaseState, event: CaseEvent) -> None:
    state.restricted_meanwhile = event.sequence


def _released(state: CaseState, _event: CaseEvent) -> None:
    state.restricted_meanwhile = 0


def _stopped(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.plan = None
    if (item := state.item(state.erasing)) is not None:
        item.outcome, item.decided = Outcome.WITHDRAWN, event.sequence


def _carried_out(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.carried_out_at, erasure.looks = event.at, erasure.looks + 1


def _looked(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.looks += 1
    erasure.looked_at = event.at
    erasure.leftovers, erasure.newer = _number(event, "leftovers"), _number(event, "newer")
    erasure.followed_up = bool(event.facts.get("last"))


def _certified(state: CaseState, event: CaseEvent) -> None:
    erasure = _standing(state)
    erasure.certified, erasure.pending = event.sequence, _texts(event.facts.get("pending"))


def _rest_told(state: CaseState, _event: CaseEvent) -> None:
    _standing(state).told_of_rest = True


def _chased(state: CaseState, event: CaseEvent) -> None:
    state.work_items[UUID(str(event.facts["work_item"]))].chased.append(_number(event, "days"))


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
    Tag.ERASURE_RELEASED: _released,
    Tag.ERASURE_STOPPED: _stopped,
    Tag.ERASURE_CARRIED_OUT: _carried_out,
    Tag.ERASURE_LOOKED: _looked,
    Tag.ERASURE_CERTIFIED: _certified,
    Tag.ERASURE_REST_TOLD: _rest_told,
    Tag.RECIPIENT_CHASED: _chased,
}
