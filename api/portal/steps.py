"""The road of a request in plain words: the steps of the follow page, the present one open (Article 12(1)).

Next: api/portal/follow.py
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.database.case_reader import CaseView
from adapters.database.tables import CaseEventRow
from api.dependencies import Web
from api.face.days import day_near, zone
from api.portal.languages import current, say
from api.portal.reading import at_once
from domain.authority import Action
from domain.case import CaseState
from domain.case_parts import heard_from
from domain.events import Tag
from domain.rights import Outcome, Right, Status

_ORDER: Final = (Status.RECEIVED, Status.VERIFYING_IDENTITY, Status.COLLECTING, Status.IN_REVIEW, Status.DELIVERED)
_KNOWN_BY: Final = {
    "code": "By our mail to your address.",
    "assertion": "You were signed in to your account.",
    "moved_in": "You had shown it before we moved to this page.",
}
_FOLDED: Final = {Status.AWAITING_CLARIFICATION: Status.COLLECTING, Status.FULFILLING: Status.IN_REVIEW}


_STOPPED: Final = {Outcome.WITHDRAWN, Outcome.NOT_THE_REQUESTER, Outcome.IDENTITY_NOT_CONFIRMED, Outcome.DUPLICATE}


@dataclass(frozen=True)
class Step:
    """One step of a request, as the follow page lists it. `state`: done, now or coming."""

    title: str
    state: str
    at: datetime | None = None
    text: str = ""
    note: str = ""


def steps_of(web: Web, view: CaseView, events: list[CaseEventRow]) -> list[Step]:
    """The road of a request, the present step open; of one that stopped, what happened and that it is closed."""
    at = {row.tag: row.at for row in events}
    steps, outcome = _steps(web, view, events, at), view.state.outcome
    if outcome in _STOPPED:
        return [each for each in steps if each.at] + [Step(say("This request is closed"), "done", at.get(Tag.REQUEST_CLOSED))]
    return [each for each in steps if each.at or each is steps[-1]] if outcome is Outcome.REFUSED else steps


def stage_of(steps: Sequence[Step], facts: Mapping[str, Any]) -> str:
    """Where a request is, in a few words: for the title of its page and the line below; what the person has to do goes first.

    Args:
        steps: its road.
        facts: what its page shows of it.
    """
    if facts["outcome"]:
        return say("This request is closed")
    if facts["wants_code"]:
        return say("Please confirm that it is you")
    if Action.ANSWER_CLARIFICATION.value in facts["may"]:
        return say("We have a question for you")
    if facts["wants_more"]:
        return say("We need one more thing from you")
    if facts["ready"] and not facts["fetched"]:
        return say("Your copy is ready") if facts["answered"] else say("A part of our answer is ready")
    return next((each.title for each in steps if each.state == "now"), say("You have our answer"))


def _steps(web: Web, view: CaseView, events: list[CaseEventRow], at: dict[str, datetime]) -> list[Step]:
    state = view.state
    status = _FOLDED.get(state.status, state.status)
    here = len(_ORDER) if state.status is Status.CLOSED else _ORDER.index(status)
    answered, every = heard_from(state.systems, (system.name for system in web.resources.datamap.systems))
    searched = ""
    if state.systems and not state.needs_search and every > 1:
        searched = say("%(answered)s of the %(all)s systems that we ask have answered.", answered=answered, all=every) + " "
    how = {row.tag: str(row.facts.get("how", "")) for row in events}.get(Tag.IDENTITY_CONFIRMED, "")
    if state.item(state.copied) is None:
        return _steps_by_hand(web, view, at, how)
    title, proof = _knowing(state)
    waits = state.clarification_open
    there = here >= _ORDER.index(Status.DELIVERED) or _is_announced(state)  # a copy comes before an erasure
    rows: list[tuple[str, datetime | None, str]] = [
        (say("We received your request"), view.receipt.received_at, ""),
        (title, at.get(Tag.IDENTITY_CONFIRMED), proof),
        (
            say("We are collecting your data") if here <= 2 else say("We collected your data"),  # noqa: PLR2004 (its own place)
            at.get(Tag.COLLECTION_FINISHED),
            say("We wait for your answer to our question.")
            if waits
            else searched + say("You need not wait here. We write when there is news."),
        ),
        (
            say("We check it for the data of other people")
            if here <= 3  # noqa: PLR2004 (its own place)
            else say("We checked it for the data of other people"),
            at.get(Tag.PACKAGE_APPROVED),
            say("A person approves it before you get it."),
        ),
        (
            say("You have our answer") if there else say("You get our answer"),
            at.get(Tag.PACKAGE_OPENED),
            _answered(state),
        ),
    ]
    if state.status is Status.RECEIVED:
        here = 1
    if _is_announced(state):
        title, text = _erasing(web, state)
        rows.append((title, None, text))
        here = len(rows) - 1
    return _marked(rows, here, how)


def _steps_by_hand(web: Web, view: CaseView, at: dict[str, datetime], how: str) -> list[Step]:
    """The road of a request without a copy: nothing is collected for the person."""
    state = view.state
    rows: list[tuple[str, datetime | None, str]] = [(say("We received your request"), view.receipt.received_at, "")]
    if state.needs_identity:
        title, proof = _knowing(state)
        rows.append((title, at.get(Tag.IDENTITY_CONFIRMED), proof))
    doing, text = say("A person looks at what you ask"), say("You need not wait here. We write when there is news.")
    if view.receipt.rights == [Right.COMPLAINT.value]:
        doing = say("Somebody who had nothing to do with what you complain about looks into it.").rstrip(".")
    if at_once(view):
        doing, text = say("The consent you named ends"), say("This is done at once. We write to you when it is.")
    if _is_announced(state):
        doing, text = _erasing(web, state)
    told = state.status is Status.CLOSED or state.answered  # what still follows, as at a processor, is ours to do
    answer = say("You have our answer") if told else say("You get our answer")
    rows += [
        (doing, at.get(Tag.RIGHT_DECIDED), text),
        (answer, at.get(Tag.RIGHT_ANSWERED), say("Our answer is in our newest mail.")),
    ]
    waiting = {Status.RECEIVED, Status.VERIFYING_IDENTITY}
    here = 1 if state.status in waiting else len(rows) if told else len(rows) - 2
    return _marked(rows, here, how if state.needs_identity else "")


def _knowing(state: CaseState) -> tuple[str, str]:
    """The step in which it becomes known who asks."""
    if state.identity_record:
        return say("We know that it is you"), ""
    delivery = state.identifiers.get(state.delivery_address) if state.delivery_address else None
    if delivery is None or delivery.standing != "proven":
        return say("You confirm that it is you"), say("We sent you a mail with a code and a link. Use one of them.")
    text = (
        "Your address is confirmed. We have asked you by mail for one more thing."
        if state.more_identity_asked
        else ("Your address is confirmed. A person looks at the rest.")
    )
    return say("We look at who is asking"), say(text)


def _answered(state: CaseState) -> str:
    """What is to be done about an answer that went out."""
    copy = state.fetchable
    if copy is None or not copy.records:
        return say("Our answer is in our newest mail.")
    return (
        say("You have fetched your copy.")
        if copy.opened
        else say("Our answer is waiting for you. The mail about it has the link.")
    )


def _is_announced(state: CaseState) -> bool:
    """Whether the person was told of a day on which data are deleted, and nothing is deleted or stopped yet."""
    erasure, item = state.erasure, state.item(state.erasing)
    if erasure is None or item is None or item.outcome is not None:
        return False
    return erasure.waiting_until is not None and erasure.carried_out_at is None


def _erasing(web: Web, state: CaseState) -> tuple[str, str]:
    """From which day on data are deleted, and what the person can do until it is done."""
    assert state.erasure is not None
    assert state.erasure.waiting_until is not None
    until, place = state.erasure.waiting_until, zone(web)
    if until <= web.now():
        come = "Our mail about it named the day, and it has come. Until it is done, the link in that mail stops it."
        return say("We delete your data"), say(come)
    first, today = until.astimezone(place).date(), web.now().astimezone(place).date()
    stop = "Until then you can stop it with the link in our mail about it, without a code. That mail says what goes and stays."
    return say("We delete your data on or after %(day)s", day=day_near(first, today, current().language)), say(stop)


def _marked(rows: Sequence[tuple[str, datetime | None, str]], here: int, how: str) -> list[Step]:
    return [
        Step(
            title,
            "done" if place < here else "now" if place == here else "coming",
            when if place < here else None,
            text,
            say(_KNOWN_BY[how]) if place == 1 and how in _KNOWN_BY else "",
        )
        for place, (title, when, text) in enumerate(rows)
    ]
