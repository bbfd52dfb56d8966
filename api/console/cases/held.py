"""`/console/cases/{reference}/held`: what stays under a legal hold or a ground of Article 17(3), and until when (P50).

For the restricted role, and for who places and lifts holds. Whoever worked on the case sees that something is held, no more.
Next: adapters/database/held_content.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.held_content import held_cases, holds_of, is_held
from adapters.database.tables import CaseReceipt
from adapters.found_by_hand import everything_found
from api.access import note_access
from api.console.cases import content, shell
from api.console.cases.erasure_tab import seen_of_plan
from api.console.holds import GROUNDS
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.erasure import ErasurePlan
from domain.errors import UnknownObjectError
from domain.rights import Role

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_SHOWN: Final = 20  # records of one collection: what is there, not all of it


@dataclass(frozen=True)
class Kept:
    """One collection that the plan keeps: the ground, and its last day."""

    title: str
    ground: str
    until: date | None
    rows: int


@dataclass(frozen=True)
class Held:
    """One collection of which something is here: what of it, and a few records."""

    title: str
    rows: int
    records: list[list[tuple[str, str]]]


@router.get("/{reference}/held")
async def held(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """What is held, on which ground, until when; and what was collected of it here."""
    if who.role is Role.DPO:
        who.need_fresh(web.now(), f"{shell.BASE}/{case.receipt.reference}/held")
    return await run_in_threadpool(_page, web, who, case)


def references(session: Session, web: Web, who: SignedIn) -> list[str]:
    """The cases of which something is held, for the list of the restricted role."""
    theirs = held_cases(session, web.now()) - who.sight.hidden
    query = select(CaseReceipt.reference).where(col(CaseReceipt.case_id).in_(theirs)).order_by(col(CaseReceipt.received_at))
    return list(session.exec(query))


def _page(web: Web, who: SignedIn, case: CaseView) -> Response:
    note_access(web, who, "held", case.receipt.case_id)
    with web.resources.database.read() as session:
        if not is_held(session, case.receipt.case_id, web.now()):
            raise UnknownObjectError
        holds: list[tuple[str, date]] = [
            (GROUNDS.get(hold.ground, hold.ground), hold.review_on) for hold in holds_of(session, case.receipt.case_id, web.now())
        ]
        plan = case.state.erasure.plan if case.state.erasure else None
        row = session.get(ErasurePlanRow, plan.id) if plan else None
    return show(
        web,
        "held.html",
        who,
        reference=case.receipt.reference,
        holds=holds,
        kept=list(_kept(web, row)) if row else [],
        samples=list(_samples(web, row)) if row else [],
        collected=list(_collected(web, case)) if case.state.run else [],
    )


def _kept(web: Web, row: ErasurePlanRow) -> Iterator[Kept]:
    """As the plan says it, also where the data map has another collection there by now."""
    for entry in ErasurePlan.model_validate(row.plan).entries:
        if entry.kept and (entry.rows or entry.by_hand):
            yield Kept(content.title_of(web, *entry.place), entry.ground or "", entry.until, entry.rows)


def _samples(web: Web, row: ErasurePlanRow) -> Iterator[Held]:
    """Of what the plan keeps; they go with the last look."""
    samples = seen_of_plan(web, row).get("samples", {})
    for entry in ErasurePlan.model_validate(row.plan).entries:
        rows = samples.get(".".join(entry.place), [])
        if rows and entry.kept:
            yield Held(content.title_of(web, *entry.place), entry.rows, [_said(each) for each in rows])


def _collected(web: Web, case: CaseView) -> Iterator[Held]:
    for found in everything_found(web.resources, case.state, case.state.run).collections:
        if found.rows:
            records = [_said(item.row) for item in itertools.islice(found.items(), _SHOWN)]
            yield Held(content.title_of(web, found.system, found.name), found.rows, records)


def _said(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), str(value)) for name, value in row.items() if value is not None]
