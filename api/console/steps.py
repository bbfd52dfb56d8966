"""The next step of a case in a few words, as the queue's last column says it (mockup 01).

Next: api/console/queue.py
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.console.words import RIGHTS
from domain.next_step import Step

_STEPS: Final[dict[str, str]] = {
    Step.START: "Nothing, being opened",
    Step.LOOK: "Open the case",
    Step.RETRY_SYSTEM: "Decide about {about}",
    Step.SEARCH_BY_HAND: "Search {about}",
    Step.MEND_LETTER: "Mend a letter",
    Step.POST_LETTER: "Post a letter",
    Step.NAME_KEY: "Say what to search with",
    Step.ASK_OPERATOR: "Ask the administrator",
    Step.ANSWER_LATE: "Answer, it is late",
    Step.CONSIDER_EXTENSION: "Answer or extend",
    Step.CONSIDER_PARTIAL_ANSWER: "Answer a part or not",
    Step.CARRY_OUT: "Carry out: {about}",
    Step.DO_TASK: "{task}",
    Step.AWAIT_CODE: "Nothing, code is out",
    Step.AWAIT_PROOF: "Nothing, proof asked",
    Step.LOOK_AT_PROOF: "Look at the proof",
    Step.CONFIRM_IDENTITY: "Decide who it is",
    Step.DECIDE_CLOSING: "Close it or go on",
    Step.AWAIT_ANSWER: "Nothing, they answer",
    Step.SEARCHING: "Nothing, being searched",
    Step.BUILDING: "Nothing, being built",
    Step.ON_HOLD: "Release or keep on hold",
    Step.APPROVE_PACKAGE: "Approve the package",
    Step.BUILD_AGAIN: "Build the package again",
    Step.MEND_PACKAGE: "Cover what still stands",
    Step.ANSWER_QUESTION: "Answer a colleague",
    Step.APPROVE_PARTIAL_ANSWER: "Approve the part",
    Step.APPROVE_ERASURE: "Approve the erasure",
    Step.APPROVE_RECTIFICATION: "Approve the correction",
    Step.CHANGING: "Nothing, being changed",
    Step.RESTRICTED: "Nothing, restricted",
    Step.APPROVE_REFUSAL: "Approve the refusal",
    Step.WAITING_DAYS: "Nothing, waiting days",
    Step.TELLING: "Nothing, they are told",
    Step.ERASING: "Nothing, being erased",
    Step.FOLLOW_UP: "Nothing, looked at again",
    Step.SENDING: "Nothing, being sent",
    Step.AWAIT_FETCH: "Nothing, they fetch it",
    Step.ANSWER_MESSAGE: "Answer their message",
    Step.NOTHING: "Nothing",
}
# A task by what there is to do; a kind that a newer release opened is "Do a task".
_TASKS: Final[dict[str, str]] = {
    "find_account": "Find the reported account",
    "decide_account": "Decide about the account",
    "account_overdue": "Decide about the account now",
    "account_objection": "The account holder objects",
    "refund_payments": "Refund what a child paid",
    "suspend_by_hand": "Suspend an account by hand",
    "suspension_failed": "A system could not be suspended",
    "not_me": "Somebody says: this was not me",
    "public_copies": "Copies of what was public",
    "handle_complaint": "Look into the complaint",
    "acknowledge_complaint": "Acknowledge it",
    "complaint_progress": "Say how far it is",
    "letter_bounced": "Find another address",
    "mail_after_end": "Read the reply",
    "before_erasure": "Do what comes first",
    "erase_by_hand": "Erase by hand",
    "erasure_failed": "Mend the erasure",
    "legal_hold": "Look at the legal hold",
    "leftover": "Look at what is left",
    "newer_account": "Look at a new account",
    "instruct_processor": "Instruct a processor",
    "processor_confirmation": "Record a confirmation",
    "inform_recipient": "Tell a recipient",
    "recipient_silent": "Ask a recipient again",
}
WAITS: Final[dict[str, str]] = {"us": "Us", "them": "Them", "system": "A system", "nobody": "Nobody"}
READ_THE_REPLY: Final = "Read the reply"


def step_in_words(step: str, about: str | None, tasks: int = 0, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """What comes next, and how many tasks there are; a step that a newer release wrote is "Open the case".

    Args:
        step: as the queue keeps it.
        about: a system, a right or a kind of task; empty for the only right of a case, which stands beside it anyway.
        tasks: how many are open.
        titles: of systems, by name.
    """
    name = RIGHTS.get(about or "", titles.get(about or "", (about or "").replace("_", " ")))
    task = _TASKS.get(about or "", "Do a task")
    if step == Step.CARRY_OUT and not about:
        return "Carry it out"
    more = f", {tasks - 1} more" if tasks > 1 else ""
    return _STEPS.get(step, _STEPS[Step.LOOK]).format(about=name, task=task) + more


def is_ours(step: str) -> bool:
    """Whether there is something to press for."""
    return not step_in_words(step, None).startswith("Nothing")
