"""The road of a request in plain words: the steps of the follow page, the present one open (Article 12(1)).

Next: api/portal/follow.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.database.case_reader import CaseView
from adapters.database.tables import CaseEventRow
from domain.case_parts import ANSWERED
from domain.consents import course_of
from domain.events import Tag
from domain.rights import Right, Status

_ORDER: Final = (Status.RECEIVED, Status.VERIFYING_IDENTITY, Status.COLLECTING, Status.IN_REVIEW, Status.DELIVERED)
_KNOWN_BY: Final = {
    "code": "By our mail to your address.",
    "assertion": "You were signed in to your account.",
    "moved_in": "You had shown it before we moved to this page.",
}
_FOLDED: Final = {Status.AWAITING_CLARIFICATION: Status.COLLECTING, Status.FULFILLING: Status.IN_REVIEW}


@dataclass(frozen=True)
class Step:
    """One step of a request, as the follow page lists it. `state`: done, now or coming."""

    title: str
    state: str
    at: datetime | None = None
    text: str = ""
    note: str = ""


def at_once(view: CaseView) -> bool:
    """Whether what was asked is done as soon as it is received, so that no date of ours needs waiting for."""
    return course_of(map(Right, view.receipt.rights), view.receipt.consents or ()) == "at_once"


def steps_of(view: CaseView, events: list[CaseEventRow]) -> list[Step]:
    """The road of a request, the present step open."""
    state = view.state
    at = {row.tag: row.at for row in events}
    status = _FOLDED.get(state.status, state.status)
    here = len(_ORDER) if state.status is Status.CLOSED else _ORDER.index(status)
    answered = [system for system in state.systems.values() if system.state in ANSWERED]
    searched = (
        f"{len(answered)} of our {len(state.systems)} systems have answered. " if state.systems and len(state.systems) > 1 else ""
    )
    how = {row.tag: str(row.facts.get("how", "")) for row in events}.get(Tag.IDENTITY_CONFIRMED, "")
    if state.item(state.copied) is None:
        return _steps_by_hand(view, at, how)
    rows = (
        ("We received your request", view.receipt.received_at, ""),
        (
            "We know that it is you" if state.identity_record else "You confirm that it is you",
            at.get(Tag.IDENTITY_CONFIRMED),
            "We sent you a mail with a code and a link. Use one of them.",
        ),
        (
            "We are collecting your data" if here <= 2 else "We collected your data",  # noqa: PLR2004 (its own place)
            at.get(Tag.COLLECTION_FINISHED),
            f"{searched}You need not wait here. We write when there is news.",
        ),
        (
            f"We {'check' if here <= 3 else 'checked'} it, so that nobody else\u2019s data is in it",  # noqa: PLR2004 (its own place)
            at.get(Tag.PACKAGE_APPROVED),
            "A person looks at everything.",
        ),
        ("You have our answer", at.get(Tag.PACKAGE_OPENED), "Our answer is waiting for you. The mail about it has the link."),
    )
    if state.status is Status.RECEIVED:
        here = 1
    return _marked(rows, here, how)


def _steps_by_hand(view: CaseView, at: dict[str, datetime], how: str) -> list[Step]:
    """The road of a request without a copy: nothing is collected for the person."""
    state = view.state
    rows: list[tuple[str, datetime | None, str]] = [("We received your request", view.receipt.received_at, "")]
    if state.needs_identity:
        title = "We know that it is you" if state.identity_record else "You confirm that it is you"
        rows.append((title, at.get(Tag.IDENTITY_CONFIRMED), "We sent you a mail with a code and a link. Use one of them."))
    doing, text = "A person looks at what you ask", "You need not wait here. We write when there is news."
    if at_once(view):
        doing, text = "The consent you named ends", "This is done at once. We write to you when it is."
    if state.erasure is not None and state.erasure.waiting_until is not None and state.erasure.carried_out_at is None:
        doing, text = "We delete your data", "Our mail about it says from which day on, and has the link that stops it."
    rows += [
        (doing, at.get(Tag.RIGHT_DECIDED), text),
        ("You have our answer", at.get(Tag.RIGHT_ANSWERED), "Our answer is in our newest mail."),
    ]
    waiting = {Status.RECEIVED, Status.VERIFYING_IDENTITY}
    told = state.status is Status.CLOSED or state.answered  # what still follows, as at a processor, is ours to do
    here = 1 if state.status in waiting else len(rows) if told else len(rows) - 2
    return _marked(rows, here, how if state.needs_identity else "")


def _marked(rows: Sequence[tuple[str, datetime | None, str]], here: int, how: str) -> list[Step]:
    return [
        Step(
            title,
            "done" if place < here else "now" if place == here else "coming",
            when if place < here else None,
            text,
            _KNOWN_BY.get(how, "") if place == 1 else "",
        )
        for place, (title, when, text) in enumerate(rows)
    ]
