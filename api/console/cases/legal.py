"""`/console/legal`: the queue of legal reviewers, and what of one case was given to them; nothing else of any case.

A restricted role: nobody who works on a case sees these items, and a legal reviewer sees no other (practice.md (b) 8).
Next: api/v1/deciding_again.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.collected import Collected, Item
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing, decisions_about, live, referred_items, waiting_for_legal
from adapters.database.tables import CaseReceipt, QueueEntry
from adapters.found_by_hand import everything_found
from api.access import note_access
from api.console.cases import content, desk_lines, held, shell
from api.console.cases.act_page import Refused
from api.console.cases.desk import attempt, seen_in
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.navigation import BADGES
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from domain.authority import Action
from domain.item_rules import Referral
from domain.rights import Role, Status
from domain.withholding import ItemChoice

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/legal"
CHOICES: Final = (
    (ItemChoice.WITHHOLD.value, "Privileged: withhold it whole"),
    (ItemChoice.REDACT.value, "Privileged in part: cover the chosen parts"),
    (ItemChoice.INCLUDE.value, "Not privileged: back to the review"),
)


@dataclass(frozen=True)
class Waiting:
    """A case with items that wait."""

    reference: str
    items: int
    since: datetime
    due: date


@dataclass(frozen=True)
class Given:
    """One item that was given to legal.

    Args:
        referral: why; None where the row was made before reasons were kept.
        waits: nobody has decided yet.
    """

    line: desk_lines.Line
    system: str
    collection: str
    title: str
    referral: Referral | None
    waits: bool


@router.get("/legal")
async def queue(web: TheWeb, who: TheCaseworker) -> Response:
    """The cases with items that wait, the nearest date first."""

    def page() -> Response:
        with web.resources.database.read() as session:
            only_held = held.references(session, web, who)
        return show(web, "legal.html", who, at=PATH, cases=_cases(web, who), held=only_held)

    return await run_in_threadpool(page)


@router.get("/cases/{reference}/legal")
async def given_to_legal(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What of a case was given to legal, whole, and what was decided of it."""
    return await run_in_threadpool(lambda: _page(web, who, case, done=done))


@router.post("/cases/{reference}/legal")
async def decide(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Decide about one item."""
    parts = field(form, "decision") == ItemChoice.REDACT.value
    words = dict.fromkeys(line.strip() for line in field(form, "typed").splitlines() if line.strip())
    spans: list[dict[str, Any]] = [{"field": str(each)} for each in form.getlist("field")] + [{"words": each} for each in words]
    given = {
        "item": field(form, "item"),
        "position": number_in(field(form, "position")),
        "decision": field(form, "decision"),
        "reason": field(form, "reason"),
        "spans": spans if parts else [],
        "seen": seen_in(form),
    }
    refused = await attempt(web, who, case, Action.DECIDE_PRIVILEGE, given, form)
    if refused is not None:
        return await run_in_threadpool(lambda: _page(web, who, case, refused=refused, at=field(form, "item"), filled=form))
    return away_to(f"/console/cases/{case.receipt.reference}/legal?done={Action.DECIDE_PRIVILEGE.value}")


def _cases(web: Web, who: SignedIn) -> list[Waiting]:
    with web.resources.database.read() as session:
        waiting = waiting_for_legal(session)
        query = select(CaseReceipt, QueueEntry).join(QueueEntry, col(QueueEntry.case_id) == col(CaseReceipt.case_id))
        query = query.where(col(CaseReceipt.case_id).in_(waiting), *who.sight.conditions()).order_by(col(QueueEntry.safe_due))
        return [Waiting(receipt.reference, *waiting[receipt.case_id], entry.safe_due) for receipt, entry in session.exec(query)]


def _page(
    web: Web,
    who: SignedIn,
    case: CaseView,
    *,
    done: str = "",
    refused: Refused | None = None,
    at: str = "",
    filled: Any = None,  # noqa: ANN401 (the form as it came)
) -> Response:
    note_access(web, who, "privileged", case.receipt.case_id)
    items = list(_given(web, case)) if case.state.run else []
    return show(
        web,
        "legal_case.html",
        who,
        at=PATH,
        status=refused.status if refused else 200,
        reference=case.receipt.reference,
        due=case.clock.safe_due,
        items=items,
        choices=CHOICES,
        decides=case.state.status is Status.IN_REVIEW,
        once=shell.mark(),
        told=shell.told_of(done),
        refused=refused,
        refused_item=at,
        filled=filled,
    )


def _given(web: Web, case: CaseView) -> Iterator[Given]:
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.read() as session:
        ids = referred_items(session, case.receipt.case_id)
        standing = Standing.read(session, vault, only=ids)
        rows = {item: live(decisions_about(session, vault, item)) for item in ids if item in standing.legal}
    collected = everything_found(web.resources, case.state, case.state.run)
    own = own_words(web, case.receipt, case.state)
    for item in _items(collected, set(rows)):
        found = next(one for one in collected.collections if (one.system, one.name) == (item.system, item.collection))
        line = desk_lines.line_of(
            web, found, item, standing, own, Role.LEGAL_REVIEWER, known_names(web, standing, found, [item.row])
        )
        (line,) = desk_lines.with_authors(web, case.receipt.case_id, Role.LEGAL_REVIEWER, standing, [item], [line])
        referral = next((row.parts.referral for row in reversed(rows[item.id]) if row.parts.referral), None)
        waits = standing.legal[item.id].choice is ItemChoice.WITH_LEGAL
        title = content.title_of(web, item.system, item.collection)
        yield Given(line, item.system, item.collection, title, referral, waits)


def _items(collected: Collected, wanted: set[str]) -> Iterator[Item]:
    """The items themselves: ids are keyed hashes without an index, so their collections are gone through."""
    for found in collected.collections:
        left = {item for item in wanted if item.startswith(f"{found.system}.{found.name}.")}
        for item in found.items() if left else ():
            if item.id in left:
                left.discard(item.id)
                yield item
            if not left:
                break


def _badge(web: Web) -> str:
    with web.resources.database.read() as session:
        waiting = waiting_for_legal(session)
    return str(sum(number for number, _ in waiting.values())) if waiting else ""


BADGES[PATH] = _badge
