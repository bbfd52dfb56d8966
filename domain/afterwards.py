"""What may still happen once a copy was delivered, also after the case is closed (docs/decisions/0018).

The copy can be fetched for 30 days and is offered again on request for six months, without a new case. Whoever finds that it
reached the wrong person, or that something is missing, is heard at any time; that opens a task, and the first stops every way to
the copy at once. Pure; the times are asked in `workflows/case_ledger.py`, which knows the clock.
Next: `domain/conclusion.py`
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from uuid import uuid5

from domain.authority import Action
from domain.case import CaseState, WorkItem
from domain.case_parts import AFTER_CHECK
from domain.commands import CommandBase
from domain.deadline_period import add_months
from domain.errors import NotAllowedNowError
from domain.events import CaseEvent, Draft, Tag
from domain.measure_standing import lifting_actions
from domain.messages import Verdict
from domain.reasons import need_reason, noted
from domain.rights import Outcome, Status

OFFERED_FOR = timedelta(days=30)
OFFERED_AGAIN_FOR_MONTHS = 6
BETWEEN_OFFERS = timedelta(minutes=10)  # anybody with an old link can ask for a mail to its owner
SENT_BEFORE = "A new link was sent a few minutes ago. Please look in the mailbox."
WRONG_PERSON, SOMETHING_MISSING = "wrong_person", "something_missing"
AFTER_CHECK_DISPUTED = "after_check_disputed"  # a colleague found that one person should not have approved it alone
MAIL_AFTER_END = "mail_after_end"  # the task of a mail that came when the case was closed

_GAVE = {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD}
_ON_ITS_WAY = {Status.FULFILLING, Status.DELIVERED, Status.CLOSED}
_UNANSWERED = {Outcome.IDENTITY_NOT_CONFIRMED, Outcome.WITHDRAWN}


def reported(state: CaseState) -> bool:
    """Whether somebody said that a delivery was wrong, or wrote after the end, and nobody has dealt with it yet."""
    return any(
        item.kind in {WRONG_PERSON, SOMETHING_MISSING, MAIL_AFTER_END, AFTER_CHECK_DISPUTED}
        for item in state.open_work_items.values()
    )


def offered_actions(state: CaseState) -> list[Action]:
    """What may be done about a copy that was delivered, whether the case is open or closed."""
    if state.delivered_at is None and state.fetchable is None:
        return []
    actions = [Action.REPORT_MISSING, Action.REPORT_WRONG_PERSON]
    if state.delivered_at is not None and _offered(state):
        actions.append(Action.REISSUE_PACKAGE)
    return actions


def closed_actions(state: CaseState) -> list[Action]:
    """What may be done about a closed case."""
    actions = [*(offered_actions(state) if state.outcome in _GAVE else []), *lifting_actions(state.measures)]
    if state.outcome in _GAVE and _offered(state):
        actions += [Action.REQUEST_CODE, Action.OPEN_PACKAGE]
    if any(item.kind != AFTER_CHECK for item in state.open_work_items.values()):
        actions += [Action.COMPLETE_WORK_ITEM, Action.SEND_MESSAGE]
    # A case that ended without an answer comes back at its original date of receipt; an answer that was wrong, to be mended.
    if state.outcome in _UNANSWERED or reported(state):
        actions.append(Action.REOPEN)
    return sorted(actions)


def check_time(state: CaseState, action: Action, now: datetime) -> None:
    """Refuse what comes too late, or too often.

    Raises:
        NotAllowedNowError: says what to do instead.
    """
    if state.delivered_at is None:
        return
    if action is Action.REISSUE_PACKAGE:
        if now.date() > add_months(state.delivered_at.date(), OFFERED_AGAIN_FOR_MONTHS):
            words = "The copy was kept for six months after it was delivered. You can ask for a new one at any time."
            raise NotAllowedNowError(words, status=state.status.value)
        if state.offered_at is not None and state.reissued and now - state.offered_at < BETWEEN_OFFERS:
            raise NotAllowedNowError(SENT_BEFORE, status=state.status.value)
    if action is Action.OPEN_PACKAGE and state.offered_at is not None and now > state.offered_at + OFFERED_FOR:
        raise NotAllowedNowError("The copy waited for 30 days. Ask for a new link to it first.", status=state.status.value)


def days_of_copy(offered_at: datetime, delivered_at: datetime, now: datetime, place: tzinfo) -> tuple[date | None, date | None]:
    """The days that a person is told about their copy: each page and each letter names these two, and no others.

    Args:
        offered_at: since when it can be fetched: the notice, or a new link since.
        delivered_at: the notice.
        now: of the telling; a day that has passed is not told.
        place: the zone in which days are named.

    Returns:
        Until when it can be fetched, and until when it is opened again for whoever asks; None where that is over, or no later.
    """
    last = add_months(delivered_at.date(), OFFERED_AGAIN_FOR_MONTHS)  # then it is destroyed (docs/decisions/0023)
    until, today = min((offered_at + OFFERED_FOR).astimezone(place).date(), last), now.astimezone(place).date()
    return until if until >= today else None, last if last >= today and last > until else None


def _offered(state: CaseState) -> bool:
    package = state.package
    return package is not None and package.published and package.records > 0 and not state.held


def _told(tag: Tag, *, words: bool) -> Callable[[CaseState, CommandBase, Verdict | None], list[Draft]]:
    def rule(_state: CaseState, command: CommandBase, _verdict: Verdict | None) -> list[Draft]:
        if words:
            need_reason(command)
        return [Draft(tag=tag, facts=noted(command))]

    return rule


def _reissued(state: CaseState, event: CaseEvent) -> None:
    state.offered_at, state.reissued = event.at, True


def _task(state: CaseState, event: CaseEvent, kind: str) -> None:
    # The task is part of the event: nobody who reports something can be forgotten between the two.
    state.work_items[uuid5(state.case_id, f"{kind}/{event.sequence}")] = WorkItem(kind=kind)


def _incomplete(state: CaseState, event: CaseEvent) -> None:
    _task(state, event, SOMETHING_MISSING)


def _misdirected(state: CaseState, event: CaseEvent) -> None:
    _task(state, event, WRONG_PERSON)
    # Whatever is still out there opens nothing any more; in an open case the release has to be approved anew.
    state.partial_given = None
    if state.package is not None:
        state.package.binding, state.package.published = None, False
    item = state.item(state.copied)
    if state.status is not Status.CLOSED and item is not None and item.status in _ON_ITS_WAY:
        item.status, item.outcome, item.answered = Status.IN_REVIEW, None, False
        state.delivered_at = None


def search_again(state: CaseState) -> None:
    """A case that was answered and is reopened looks again, with everything that is known by now."""
    if state.outcome not in _GAVE or (item := state.item(state.copied)) is None:
        return
    item.outcome, item.answered = None, False
    state.searched_keys, state.delivered_at = [], None
    if state.package is not None:
        state.package.binding, state.package.published = None, False


AFTERWARDS_DECISIONS: dict[Action, Callable[..., list[Draft]]] = {
    Action.REISSUE_PACKAGE: _told(Tag.PACKAGE_REISSUED, words=False),
    Action.REPORT_WRONG_PERSON: _told(Tag.DELIVERY_MISDIRECTED, words=False),
    Action.REPORT_MISSING: _told(Tag.DELIVERY_INCOMPLETE, words=True),
}
AFTERWARDS_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.PACKAGE_REISSUED: _reissued,
    Tag.DELIVERY_MISDIRECTED: _misdirected,
    Tag.DELIVERY_INCOMPLETE: _incomplete,
}
