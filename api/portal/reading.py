"""What the pages of a case show of it: the dates, what of the answer is there, and the messages for whoever proved the mailbox.

Next: api/portal/steps.py
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.case_reader import CaseView
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, Code, Link, Note
from adapters.links import TOKEN, LinkPurpose, look_up
from adapters.resources import Resources
from api.dependencies import Web
from api.face.days import zone
from api.portal.languages import current, say
from domain.afterwards import days_of_copy
from domain.authority import Action
from domain.case import CaseState
from domain.consents import course_of
from domain.deadline import Clock
from domain.deadline_period import add_months
from domain.decisions import allowed_actions
from domain.events import Tag
from domain.identity import Doubt
from domain.rights import NO_IDENTITY_CHECK, Outcome, Right

_TELLING: Final = (
    Tag.MESSAGE_SENT,
    Tag.DELIVERY_INCOMPLETE,
    Tag.IDENTITY_MORE_REQUESTED,
    Tag.CLARIFICATION_ASKED,
    Tag.CLARIFICATION_ANSWERED,
    Tag.COMPLAINT_PROGRESS,
)
_ANSWERS: Final = {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD, Outcome.REFUSED}


@dataclass(frozen=True)
class Said:
    """A message; `by_us` for the controller's, `asks` for a question about the request, `request` for what came with it."""

    by_us: bool
    at: datetime
    text: str
    asks: bool = False
    request: bool = False


def answer_by(clock: Clock, today: date) -> date:
    """The day we name to the person: what letters promise, until it passed while the law let the clock stand still."""
    return clock.promised if clock.promised and clock.promised >= today else clock.safe_due


@dataclass(frozen=True)
class Counting:
    """How the day of an answer was found, for whoever counts the days themselves.

    Args:
        period: what the law gives, as the sum names it.
        ends: the day on which that ends, before anything moves it.
        why: why we answer on another day than `ends`; empty where it is the same.
    """

    period: str
    ends: date
    why: str


def counting(rights: Sequence[str], received: date, clock: Clock, due: date) -> Counting:
    """How `due` follows from the day of receipt: “one month” alone does not say why it is 32 days away.

    Args:
        rights: of the case; a complaint alone has thirty days instead of a month.
        received: the day in the zone in which we name days.
        clock: of the case.
        due: the day we name to the person.
    """
    if set(rights) == {Right.COMPLAINT.value}:
        return Counting(say("30 days"), received + timedelta(days=30), "")
    ends = add_months(received, 3 if clock.extended else 1)
    period = say("three months, as we told you") if clock.extended else say("one month")
    if due < ends:
        why = say("It can be counted in two ways, and we keep to the earlier day.")
    elif due > ends and clock.promised not in {None, due}:
        why = say("Days on which we waited for something from you do not count.")
    else:
        month = say("That month ends on a day off, so the next working day counts.")
        months = say("Those three months end on a day off, so the next working day counts.")
        why = (months if clock.extended else month) if due > ends else ""
    return Counting(period, ends, why)


def dates_of(web: Web, view: CaseView) -> dict[str, Any]:
    """The day that a page names, and how it was found; `dated` where the law gives one for what was asked.

    A complaint has none for its outcome, and what is done at once has no period (s.164A DPA 2018, Article 7(3)).
    """
    place, receipt = zone(web), view.receipt
    due = answer_by(view.clock, web.now().astimezone(place).date())
    received = receipt.received_at.astimezone(place).date()
    rights = set(receipt.rights)
    dated = not (rights <= {Right.COMPLAINT.value, Right.MINOR_REPORT.value} or at_once(view))
    counted = counting(receipt.rights, received, view.clock, due)
    report = not dated and Right.MINOR_REPORT.value in rights
    complaint = rights == {Right.COMPLAINT.value}
    return {"answer_by": due, "counting": counted, "dated": dated, "complaint": complaint, "report": report}


def at_once(view: CaseView) -> bool:
    """Whether what was asked is done as soon as it is received, so that no date of ours needs waiting for."""
    return course_of(map(Right, view.receipt.rights), view.receipt.consents or ()) == "at_once"


def by_agent(view: CaseView) -> bool:
    """Whether somebody else asked in the person's name."""
    return Doubt.AGENT.value in (view.receipt.doubts or ())


def first_mailbox(session: Session, case_id: UUID) -> UUID | None:
    """The address that the person gave as their own."""
    query = select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == case_id, CaseIdentifierRow.kind == "email")
    return session.exec(query.order_by(col(CaseIdentifierRow.added_at))).first()


def link_of(resources: Resources, token: str, purpose: LinkPurpose, now: datetime) -> tuple[Link | None, bool]:
    """The link behind a token, and whether it is alive; one that ended is given back too, so that a new mail can be sent."""
    with resources.database.read() as session:
        link = look_up(session, token, purpose, now)
        if link is None and not TOKEN.fullmatch(token):
            return None, False
        alive = link is not None
        if link is None:
            digest = hashlib.sha256(token.encode()).hexdigest()
            link = session.exec(select(Link).where(Link.token_sha256 == digest, Link.purpose == purpose)).first()
        if link is not None:  # the letter that it stood in was in this language
            current().written_in(session.exec(select(CaseReceipt.language).where(CaseReceipt.case_id == link.case_id)).one())
        return link, alive


def masked_address(resources: Resources, case_id: UUID, identifier: UUID | None) -> str:
    """An address that its owner recognises: r•••@example.com."""
    return address_of(resources, case_id, identifier, masked=True)


def address_of(resources: Resources, case_id: UUID, identifier: UUID | None, *, masked: bool) -> str:
    """An address of a case in full, or as its owner recognises it."""
    with resources.database.read() as session:
        row = session.get(CaseIdentifierRow, identifier) if identifier else None
    if row is None or row.case_id != case_id or row.value is None:
        return say("your address")
    value = resources.vault.case(case_id).open("case_identifier", "value", str(row.id), row.value).decode()
    if not masked:
        return value
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}\u2022\u2022\u2022@{domain}"


def code_is_sent(web: Web, view: CaseView, identifier: UUID | None) -> bool:
    """Whether a mail with a code went to an address of the case, or goes there at once, so that a page may ask for the code.

    What nobody has to prove sends none (Article 7(3): to withdraw a consent is as easy as to give it), until somebody asks.
    """
    if identifier is None:
        return False
    if any(Right(right) not in NO_IDENTITY_CHECK for right in view.receipt.rights):
        return True
    alive = Code.case_id == view.receipt.case_id, Code.identifier == identifier, col(Code.expires_at) > web.now()
    with web.resources.database.read() as session:
        further = first_mailbox(session, view.receipt.case_id) != identifier  # its owner is asked whether it is theirs
        return further or session.exec(select(Code.id).where(*alive, col(Code.used_at).is_(None))).first() is not None


def answer_of(state: CaseState) -> dict[str, bool]:
    """What of the answer is there.

    `ready` and `fetched` are of a copy, `part` says that it is a first part of one, `copies` whether one is made at all;
    `answered`, that the person was told about everything they asked; `told`, that our answer went out, so that nothing of it is
    still to come.
    """
    answered = state.answered and not state.held
    copy = state.fetchable if state.fetchable and state.fetchable.records else None  # where nothing is held the letter is all
    return {
        "ready": copy is not None and not state.held,
        "fetched": copy is not None and copy.opened,
        "part": copy is not None and copy == state.partial_given,
        "copies": state.item(state.copied) is not None,
        "answered": answered,
        "told": answered or state.outcome in _ANSWERS,
    }


def fetching_of(events: list[CaseEventRow]) -> dict[str, Any]:
    """When the copy was fetched."""
    return {"fetched_at": max((row.at for row in events if row.tag in {Tag.PACKAGE_OPENED, Tag.PARTIAL_OPENED}), default=None)}


def copy_days(web: Web, state: CaseState) -> dict[str, Any]:
    """Until when the copy can be fetched, and until when it is opened again on request; None where that is over."""
    offered, delivered = state.offered_at, state.delivered_at
    until, again = days_of_copy(offered, delivered, web.now(), zone(web)) if offered and delivered else (None, None)
    return {"until": until, "again_until": again}


def may_withdraw(state: CaseState) -> bool:
    """Whether the person may still take the request back: nothing of an answer is left to stop once all of it is out."""
    return Action.WITHDRAW in allowed_actions(state) and not state.answered


def messages_of(resources: Resources, receipt: CaseReceipt, events: list[CaseEventRow]) -> list[Said]:
    """What was written in both directions, the request itself last. For whoever proved the mailbox in this visit."""
    case_id = receipt.case_id
    told = {tag.value for tag in _TELLING}
    notes = {UUID(str(row.facts["note"])): row for row in events if row.tag in told and row.facts.get("note")}
    vault = resources.vault.case(case_id)
    with resources.database.read() as session:
        rows = session.exec(select(Note).where(Note.case_id == case_id, col(Note.id).in_(notes))).all()
    said = [
        Said(
            by_us=notes[row.id].actor != "subject",
            at=notes[row.id].at,
            text=vault.open("note", "text", str(row.id), row.text).decode(),
            asks=notes[row.id].tag == Tag.CLARIFICATION_ASKED,
        )
        for row in rows
    ]
    if receipt.message:
        words = vault.open("case_receipt", "message", str(case_id), receipt.message).decode()
        said.append(Said(by_us=False, at=receipt.received_at, text=words, request=True))
    return sorted(said, key=lambda each: each.at, reverse=True)
