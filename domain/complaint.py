"""A complaint to the controller (s.164A DPA 2018): who may say what of it, and what the events make of it.

Anybody may complain, without showing who they are, in every country. The law's thirty days are of the acknowledgement; there is
no fixed day for the outcome. That whoever worked on the case complained of cannot handle it is asked where the record is
(`adapters/database/complaints.py`). Pure, like `domain/decisions.py` and `domain/folding.py`, of which this is a part.
Next: `workflows/rights/complaint.py`
"""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from domain.authority import Action
from domain.case import CaseState, Finding
from domain.clock_folding import tasks_done
from domain.commands import CommandBase, DecideComplaint, LinkComplaint
from domain.errors import InvalidInputError
from domain.event_facts import uuid_of
from domain.events import CaseEvent, Draft, Tag
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Outcome, Right

HANDLE, ACKNOWLEDGE, PROGRESS = "handle_complaint", "acknowledge_complaint", "complaint_progress"  # kinds of work items
# The law wants progress told "without undue delay"; two weeks is what a person waits before they ask (practice.md 3.12).
PROGRESS_EVERY = timedelta(days=14)


def complaint_actions(state: CaseState) -> list[Action]:
    """What may be done about the complaint in a case now, whoever asks."""
    item = state.item(Right.COMPLAINT)
    if item is None or item.outcome is not None:
        return []
    return [Action.LINK_COMPLAINT, Action.SEND_PROGRESS, Action.DECIDE_COMPLAINT]


def _link(state: CaseState, command: LinkComplaint, _verdict: Verdict | None) -> list[Draft]:
    if command.about == state.case_id:
        raise InvalidInputError("A complaint is not about itself.", field="about")
    if command.about in state.complaint.about:
        return []
    return [Draft(tag=Tag.COMPLAINT_LINKED, facts={"about": str(command.about)})]


def _progress(_state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    return [Draft(tag=Tag.COMPLAINT_PROGRESS, facts=noted(command))]


def _decide(_state: CaseState, command: DecideComplaint, _verdict: Verdict | None) -> list[Draft]:
    need_reason(command)
    return [Draft(tag=Tag.COMPLAINT_DECIDED, facts=noted(command, finding=command.finding, text=str(command.text)))]


COMPLAINT_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.LINK_COMPLAINT: _link,
    Action.SEND_PROGRESS: _progress,
    Action.DECIDE_COMPLAINT: _decide,
}


def _linked(state: CaseState, event: CaseEvent) -> None:
    state.complaint.about.append(uuid_of(event, "about"))


def _acknowledged(state: CaseState, event: CaseEvent) -> None:
    state.complaint.acknowledged = True
    _told(state, event)
    tasks_done(state, ACKNOWLEDGE)


def _told(state: CaseState, event: CaseEvent) -> None:
    state.complaint.told_at = event.at
    tasks_done(state, PROGRESS)


def _decided(state: CaseState, event: CaseEvent) -> None:
    state.complaint.finding = cast("Finding", event.facts["finding"])
    if (item := state.item(Right.COMPLAINT)) is not None:
        # What was asked is that we look into it and answer; what we found is the finding.
        item.outcome, item.decided, item.text = Outcome.FULFILLED, event.sequence, uuid_of(event, "text")
    for kind in (HANDLE, PROGRESS):
        tasks_done(state, kind)


COMPLAINT_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.COMPLAINT_LINKED: _linked,
    Tag.COMPLAINT_ACKNOWLEDGED: _acknowledged,
    Tag.COMPLAINT_PROGRESS: _told,
    Tag.COMPLAINT_DECIDED: _decided,
}
