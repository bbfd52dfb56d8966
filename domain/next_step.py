"""What comes next in a case, and who it waits for: one answer for the queue and the case page. Pure.

Open work and failures come first, since they stop the rest; then what the stage itself asks for.
Next: `adapters/database/queue_projection.py`
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.case import CaseState
from domain.case_parts import LETTER_BY_POST, WorkItem
from domain.conclusion import all_ended
from domain.measure_standing import restriction_of
from domain.recipients import FIRST
from domain.rights import Right, Status


class WaitsFor(StrEnum):
    """Who has the next move."""

    US = "us"
    THEM = "them"
    SYSTEM = "system"
    NOBODY = "nobody"


class Step(StrEnum):
    """The next move, named for whoever makes it."""

    START = "start"
    LOOK = "look"  # nothing more exact is known
    RETRY_SYSTEM = "retry_system"
    SEARCH_BY_HAND = "search_by_hand"
    MEND_LETTER = "mend_letter"
    POST_LETTER = "post_letter"  # on paper, for somebody without e-mail
    NAME_KEY = "name_key"  # it is known who asks, and not what to search with
    ASK_OPERATOR = "ask_operator"
    ANSWER_LATE = "answer_late"
    CONSIDER_EXTENSION = "consider_extension"
    CONSIDER_PARTIAL_ANSWER = "consider_partial_answer"
    CARRY_OUT = "carry_out"
    DO_TASK = "do_task"
    AWAIT_CODE = "await_code"
    AWAIT_PROOF = "await_proof"
    LOOK_AT_PROOF = "look_at_proof"
    CONFIRM_IDENTITY = "confirm_identity"
    DECIDE_CLOSING = "decide_closing"
    AWAIT_ANSWER = "await_answer"
    SEARCHING = "searching"
    BUILDING = "building"
    ON_HOLD = "on_hold"
    APPROVE_PACKAGE = "approve_package"
    BUILD_AGAIN = "build_again"  # returned, or older than what is decided now
    MEND_PACKAGE = "mend_package"  # something that was covered stands in it elsewhere
    ANSWER_QUESTION = "answer_question"  # a colleague was asked about an item
    APPROVE_PARTIAL_ANSWER = "approve_partial_answer"
    APPROVE_ERASURE = "approve_erasure"
    APPROVE_RECTIFICATION = "approve_rectification"
    CHANGING = "changing"  # a correction, restriction or withdrawal is being made in the systems
    RESTRICTED = "restricted"  # nothing but storage, until it is lifted after notice
    APPROVE_REFUSAL = "approve_refusal"
    WAITING_DAYS = "waiting_days"  # the person may still stop the erasure
    TELLING = "telling"  # approved: every proven address is told before anything is erased
    ERASING = "erasing"  # the waiting days are over: erased, searched again, certified
    FOLLOW_UP = "follow_up"  # erased and certified; looked at once more after a month
    SENDING = "sending"
    AWAIT_FETCH = "await_fetch"
    ANSWER_MESSAGE = "answer_message"  # all that was asked is done, and the person wrote: the case closes with the answer
    NOTHING = "nothing"


class Hindrance(StrEnum):
    """What keeps a package from being approved and stands in rows beside the case's state."""

    OUTDATED = "outdated"
    LEAKING = "leaking"
    ASKED = "asked"


@dataclass(frozen=True)
class NextStep:
    """The next move.

    Args:
        about: the system, the right or the kind of task that it concerns, as a name.
        attention: something went another way than planned, and somebody has to decide.
        tasks: how many are open; the step is the most urgent of them.
    """

    step: Step
    waits_for: WaitsFor
    about: str | None = None
    attention: bool = False
    tasks: int = 0


# The most urgent first. A kind that is not here is a task like any other.
_WORK: dict[str, tuple[Step, bool]] = {
    "find_account": (Step.DO_TASK, True),
    "account_objection": (Step.DO_TASK, True),
    "account_overdue": (Step.DO_TASK, True),
    "not_me": (Step.DO_TASK, True),
    "needs_operator": (Step.ASK_OPERATOR, True),
    "letter_failed": (Step.MEND_LETTER, True),
    LETTER_BY_POST: (Step.POST_LETTER, False),
    "deadline_passed": (Step.ANSWER_LATE, True),
    "system_failed": (Step.RETRY_SYSTEM, True),
    "import_stopped": (Step.DO_TASK, True),
    "search_by_hand": (Step.SEARCH_BY_HAND, False),
    "import_archive": (Step.SEARCH_BY_HAND, False),
    "carry_out_right": (Step.CARRY_OUT, False),
    "consider_extension": (Step.CONSIDER_EXTENSION, False),
    "consider_partial_answer": (Step.CONSIDER_PARTIAL_ANSWER, False),
}
_STOPS = frozenset({Right.RESTRICTION, Right.WITHDRAW_CONSENT})  # Articles 7(3) and 18
_THEM, _US, _SYSTEM = WaitsFor.THEM, WaitsFor.US, WaitsFor.SYSTEM


def next_step(state: CaseState, hindrance: Hindrance | None = None) -> NextStep:  # noqa: PLR0911 (one return per kind of move)
    """The next move in a case as it stands, `hindrance` what keeps its package from being approved."""
    if state.status is Status.CLOSED:
        return _work(state) if state.open_work_items else NextStep(Step.NOTHING, WaitsFor.NOBODY)
    failed = sorted(name for name, system in state.systems.items() if system.state == "failed")
    if failed and state.status is Status.COLLECTING:
        return NextStep(Step.RETRY_SYSTEM, _US, failed[0], attention=True)
    if state.closing_proposed:
        return NextStep(Step.DECIDE_CLOSING, _US, attention=True)
    if state.partial is not None and state.partial.package is not None and not state.partial.approved and not state.held:
        return NextStep(Step.APPROVE_PARTIAL_ANSWER, _US)  # what is still searched by hand does not hold a part up
    if any(each.kind == "correct" and each.pending and not each.approved and each.found is not None for each in state.measures):
        return NextStep(Step.APPROVE_RECTIFICATION, _US)
    if _changing(state):
        return NextStep(Step.CHANGING, _SYSTEM)
    if state.open_work_items:
        return _work(state)
    if state.held:
        return NextStep(Step.ON_HOLD, _US, attention=True)
    if state.refusal is not None and not state.refusal.approved:
        return NextStep(Step.APPROVE_REFUSAL, _US)
    return _of_stage(state, hindrance)


def _changing(state: CaseState) -> bool:
    """Whether Habeas makes a change in the systems now, or looks where it would be made, and nobody is asked anything."""
    under_way = any(each.pending and (each.approved or each.found is None) for each in state.measures)
    return under_way and not state.held and all(item.kind == "carry_out_right" for item in state.open_work_items.values())


def _urgency(state: CaseState, item: WorkItem) -> int:
    order = list(_WORK)
    stopping = item.kind == "carry_out_right" and item.right in _STOPS
    if stopping or (item.kind in FIRST.values() and _stops(state, item.measure)):
        # The data are used until somebody stops it, here or at a recipient; what is searched for a copy can wait for that.
        return order.index("search_by_hand") - 1
    return order.index(item.kind) if item.kind in _WORK else len(order)


def _stops(state: CaseState, number: int) -> bool:
    """Whether a measure stops a use of the data."""
    return any(each.number == number and each.kind in {"stop", "restrict", "withdraw"} for each in state.measures)


def _work(state: CaseState) -> NextStep:
    items = state.open_work_items.values()
    first = min(items, key=lambda item: _urgency(state, item))
    step, attention = _WORK.get(first.kind, (Step.DO_TASK, False))
    about = first.kind if step is Step.DO_TASK else first.system or first.right or first.kind
    return NextStep(step, _US, about, attention=attention, tasks=len(items))


def _of_stage(state: CaseState, hindrance: Hindrance | None) -> NextStep:  # noqa: PLR0911 (one return per stage)
    if state.clarification_open:
        return NextStep(Step.AWAIT_ANSWER, _THEM)
    if state.status is Status.RECEIVED:
        return NextStep(Step.START, _SYSTEM)
    if state.status is Status.VERIFYING_IDENTITY:
        return _identity(state)
    if state.status is Status.COLLECTING:
        if state.identity_record and state.copied in state.unsure:  # it goes on with what is new once somebody looked
            return NextStep(Step.CONFIRM_IDENTITY, _US, attention=True)
        return NextStep(Step.SEARCHING, _SYSTEM) if state.usable_keys else NextStep(Step.NAME_KEY, _US)
    if state.status in {Status.IN_REVIEW, Status.FULFILLING} and state.identity_record and state.unsure:
        return NextStep(Step.CONFIRM_IDENTITY, _US, attention=True)  # a doubt came up after identity was confirmed
    if (erasing := _erasing(state)) is not None:
        return erasing
    if state.status is Status.IN_REVIEW:
        return _reviewed(state, hindrance)
    return _delivered(state) if state.status is Status.DELIVERED else NextStep(Step.SENDING, _SYSTEM)


def _reviewed(state: CaseState, hindrance: Hindrance | None) -> NextStep:
    """What a package asks for: to be built, mended or approved."""
    if state.package is None or state.package_wanted is not None or state.needs_search:
        return NextStep(Step.BUILDING, _SYSTEM)
    if state.package.returned or hindrance is Hindrance.OUTDATED:
        return NextStep(Step.BUILD_AGAIN, _US)
    if hindrance is not None:
        return NextStep(Step.MEND_PACKAGE if hindrance is Hindrance.LEAKING else Step.ANSWER_QUESTION, _US)
    return NextStep(Step.APPROVE_PACKAGE, _US)


def _delivered(state: CaseState) -> NextStep:
    """What is left once the person has an answer."""
    if (following := _following(state)) is not None:
        return following
    if state.unanswered is not None and all_ended(state):
        return NextStep(Step.ANSWER_MESSAGE, _US, attention=True)
    return NextStep(Step.AWAIT_FETCH, _THEM)


def _erasing(state: CaseState) -> NextStep | None:
    """What an erasure asks for, where it is the least advanced right of the case."""
    erasure = state.erasure
    if erasure is None or state.stage(state.erasing) is not state.status:
        return None
    if state.status is Status.IN_REVIEW and state.stage(state.copied) is not Status.IN_REVIEW and erasure.plan is not None:
        return NextStep(Step.APPROVE_ERASURE, _US)
    if state.status is Status.DELIVERED and erasure.certified:
        return NextStep(Step.FOLLOW_UP, _SYSTEM)
    if state.status is not Status.FULFILLING or erasure.certified:
        return None
    if erasure.carried_out_at is not None:
        return NextStep(Step.ERASING, _SYSTEM)
    return NextStep(Step.TELLING if erasure.waiting_until is None else Step.WAITING_DAYS, _SYSTEM)


def _following(state: CaseState) -> NextStep | None:
    """What is still open of an answer that the person has, where no copy waits to be fetched."""
    if not any(item.following for item in state.rights) or state.stage(state.copied) is Status.DELIVERED:
        return None
    if (lasting := restriction_of(state.measures)) is not None:
        return NextStep(Step.RESTRICTED, _US if lasting.told_at else WaitsFor.NOBODY)  # it may last as long as a claim
    return NextStep(Step.FOLLOW_UP, _SYSTEM)


def _identity(state: CaseState) -> NextStep:
    if state.evidence:
        return NextStep(Step.LOOK_AT_PROOF, _US)
    if state.more_identity_asked:
        return NextStep(Step.AWAIT_PROOF, _THEM)
    by_mail = any(item.kind == "email" and item.standing == "claimed" for item in state.identifiers.values())
    proven = any(item.usable for item in state.identifiers.values())
    if by_mail and not proven:
        return NextStep(Step.AWAIT_CODE, _THEM)
    return NextStep(Step.CONFIRM_IDENTITY, _US)
