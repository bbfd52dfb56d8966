"""The decisions about what only a person can do: work items, systems that failed, rights carried out by hand.

Pure, like `domain/decisions.py`, of which this is a part. Next: `domain/clock_decisions.py`
"""

from collections.abc import Callable

from domain.authority import Action
from domain.case import CaseState
from domain.case_parts import AFTER_CHECK, GIVEN_ON_PAPER, LETTER_BY_POST, REFUND, WorkItem
from domain.commands import CompleteWorkItem, ContinueWithoutSystem, RetrySystem, SearchArchive
from domain.complaint import HANDLE
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.events import Draft, Fact, Tag
from domain.measure_standing import pending_of
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Right

WITH_COPY = frozenset({"package_ready", "partial_answer"})  # letters that a copy on paper goes with
SAFEGUARD = "safeguard_copy"  # kind of the work item: the copy of a safeguard that the person gets (Article 15(2))


def refusing(state: CaseState, right: Right) -> bool:
    """Whether a refusal of a right is proposed or on its way."""
    return state.refusal is not None and state.refusal.right in {None, right}


def _complete_work_item(state: CaseState, command: CompleteWorkItem, _verdict: Verdict | None) -> list[Draft]:
    if command.work_item not in state.open_work_items:
        raise InvalidInputError("There is no such open work item in this case.", field="work_item")
    if state.work_items[command.work_item].kind == HANDLE:
        raise InvalidInputError("Say what came of the complaint: that ends this work item.", field="work_item")
    if state.work_items[command.work_item].kind == AFTER_CHECK:
        raise InvalidInputError("Say what you found when you looked at it: that ends this work item.", field="work_item")
    right = state.work_items[command.work_item].right
    _posted(state, command)
    if (command.result == "done") != (right is not None):
        raise InvalidInputError("This result does not fit this work item.", field="result")
    if command.result == "exception" or state.work_items[command.work_item].kind == REFUND:
        need_reason(command)
    if state.work_items[command.work_item].kind == SAFEGUARD and command.result == "found" and not command.files:
        raise InvalidInputError("Add the copy, or say why the person does not get one.", field="files")
    facts = noted(command, work_item=str(command.work_item), result=command.result, files=command.files)
    if command.posted_on is not None:
        facts["posted_on"] = command.posted_on.isoformat()
    completed = Draft(tag=Tag.WORK_ITEM_COMPLETED, facts=facts)
    item = state.work_items[command.work_item]
    # Told in another way: now it was given.
    if item.letter == "identity_not_confirmed" and command.result in {
        "found",
        *GIVEN_ON_PAPER,
    }:
        given: dict[str, Fact] = {"given_on": facts["posted_on"]} if command.posted_on is not None else {}
        return [completed, Draft(tag=Tag.REFUSAL_NOTIFIED, facts=given)]
    return [completed] if right is None else [completed, _carried_out(state, command, right)]


def may_be_read_out(state: CaseState, item: WorkItem) -> bool:
    """Whether a letter may be given orally: never one that comes with a copy, and only to somebody proven to be the person.

    Source: Article 12(1), third sentence; that they asked for it is the reason that stands beside it.
    """
    return bool(state.identity_record) and item.letter not in WITH_COPY


def _posted(state: CaseState, command: CompleteWorkItem) -> None:
    """Refuse a letter on paper without its day, and a day for anything else."""
    on_paper = state.work_items[command.work_item].kind == LETTER_BY_POST
    given = command.result in GIVEN_ON_PAPER
    if (given and not on_paper) or (on_paper and not given and command.result != "not_found"):
        raise InvalidInputError("This result does not fit this work item.", field="result")
    if given != (command.posted_on is not None):
        raise InvalidInputError("Say on which day it was posted, handed over or read out.", field="posted_on")
    if command.result == "read_out":
        if not may_be_read_out(state, state.work_items[command.work_item]):
            words = "In writing is the rule. It is read out only where the person asks for that and is known (Article 12(1))."
            raise InvalidInputError(words, field="result")
        need_reason(command)


def _carried_out(state: CaseState, command: CompleteWorkItem, right: Right) -> Draft:
    if command.outcome is None:
        raise InvalidInputError("Say how it ended. To refuse it, propose a refusal.", field="outcome")
    if refusing(state, right):
        raise NotAllowedNowError("A refusal of this is proposed. Return it first.", status=state.status.value)
    if pending_of(state.measures, right) is not None:
        words = "Something is proposed for it and not carried out yet. Approve it or return it first."
        raise NotAllowedNowError(words, status=state.status.value)
    if right is Right.TRANSFER_INFORMATION and any(item.kind == SAFEGUARD for item in state.open_work_items.values()):
        words = "A copy of a safeguard is still to be added, or a reason why not."
        raise NotAllowedNowError(words, status=state.status.value)
    if right is Right.AUTOMATED_DECISION_REVIEW and not state.view_recorded:
        words = "Record what the person says about the decision first; if they did not want to say anything, record that."
        raise NotAllowedNowError(words, status=state.status.value)
    need_reason(command)  # the person reads what was done, and what was not
    return Draft(tag=Tag.RIGHT_DECIDED, facts=noted(command, right=right.value, outcome=command.outcome.value))


def _retry_system(state: CaseState, command: RetrySystem, _verdict: Verdict | None) -> list[Draft]:
    if command.system not in state.systems or state.systems[command.system].state != "failed":
        raise InvalidInputError("This system did not fail.", field="system")
    return [Draft(tag=Tag.SYSTEM_RETRIED, facts={"system": command.system})]


def _search_archive(state: CaseState, command: SearchArchive, _verdict: Verdict | None) -> list[Draft]:
    known = state.systems.get(command.system)
    if known is None or not known.archive:
        raise InvalidInputError("Nothing is imported into this system.", field="system")
    if known.state == "searching":
        raise NotAllowedNowError("It is being searched already.", status=state.status.value)
    drafts = [
        Draft(tag=Tag.WORK_ITEM_COMPLETED, facts={"work_item": str(key), "result": "found"})
        for key, item in state.open_work_items.items()
        if item.system == command.system
    ]
    return [*drafts, Draft(tag=Tag.SYSTEM_RETRIED, facts={"system": command.system, "scope": command.scope})]


def _continue_without(state: CaseState, command: ContinueWithoutSystem, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    if command.system not in state.systems or state.systems[command.system].state not in {"failed", "manual"}:
        raise InvalidInputError("This system is not waiting for anybody.", field="system")
    drafts = [Draft(tag=Tag.SYSTEM_SKIPPED, facts=noted(command, system=command.system))]
    drafts += [
        Draft(tag=Tag.WORK_ITEM_COMPLETED, facts=noted(command, work_item=str(key), result="exception"))
        for key, item in state.open_work_items.items()
        if item.system == command.system
    ]
    # Completing by hand would set the system to searched; left out must be what stands at the end.
    return [*drafts[1:], drafts[0]]


WORK_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.COMPLETE_WORK_ITEM: _complete_work_item,
    Action.RETRY_SYSTEM: _retry_system,
    Action.SEARCH_ARCHIVE: _search_archive,
    Action.CONTINUE_WITHOUT_SYSTEM: _continue_without,
}
