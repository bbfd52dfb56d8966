"""`/console/cases/{reference}/erasure`: the plan of an erasure as a second person approves it (Article 17; mockup 04).

Next: api/console/cases/erasure_cards.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from dataclasses import dataclass

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.erasure_tables import ErasurePlanRow
from api.access import note_access
from api.console.cases import reading, shell
from api.console.cases.facts import CaseFacts
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.dependencies import TheWeb, Web
from api.face.days import day_near, zone
from domain.datamap import ErasureAction
from domain.erasure import Entry, ErasurePlan
from domain.errors import UnknownObjectError

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)


@dataclass(frozen=True)
class PlanLine:
    """One collection of the plan in words."""

    title: str
    system: str
    said: str
    rows: int
    doubtful: int


@router.get("/{reference}/erasure")
async def erasure(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What is erased in which order, what is made anonymous, what is kept and why, and who else is told."""

    def page() -> Response:
        read = reading.read(web, case)
        plan = _plan(web, read)
        note_access(web, who, "erasure-plan", case.receipt.case_id)
        groups = {
            "Erase": [_line(web, entry) for entry in plan.entries if entry.action is ErasureAction.DELETE and _shown(entry)],
            "Anonymise": [_line(web, entry) for entry in plan.entries if not entry.kept and _changes(entry) and _shown(entry)],
            "Keep": [_line(web, entry) for entry in plan.entries if entry.kept and _shown(entry)],
        }
        others = [(web.resources.datamap.recipient(each.recipient).name, each.track) for each in plan.addressees]
        return shell.show_case(web, who, read, "cases/erasure.html", tab="erasure", done=done, groups=groups, others=others)

    return await run_in_threadpool(page)


def _plan(web: Web, read: CaseFacts) -> ErasurePlan:
    standing = read.state.erasure.plan if read.state.erasure else None
    with web.resources.database.read() as session:
        row = session.get(ErasurePlanRow, standing.id) if standing else None
    if row is None:
        raise UnknownObjectError
    return ErasurePlan.model_validate(row.plan)


def _changes(entry: Entry) -> bool:
    return entry.action in {ErasureAction.ANONYMISE, ErasureAction.NULL, ErasureAction.HASH}


def _shown(entry: Entry) -> bool:
    return bool(entry.rows or entry.doubtful or entry.by_hand)


def _line(web: Web, entry: Entry) -> PlanLine:
    datamap, today = web.resources.datamap, web.now().astimezone(zone(web)).date()
    collection, erasure = datamap.collection(*entry.place), datamap.collection(*entry.place).erasure
    said = []
    if entry.kept:
        reason = f"{erasure.reason}." if erasure.reason and entry.note is None else ""
        until = f"Until {day_near(entry.until, today)}." if entry.until else ""
        said += [reason, f"Article {entry.ground}.", until]
    elif _changes(entry):
        said.append(f"Emptied: {', '.join(erasure.fields).replace('_', ' ')}.")
    if entry.by_hand and not entry.kept:
        said.append("By a person: no program may change it.")
    if entry.before and erasure.before:
        said.append(f"First: {erasure.before.task}.")
    return PlanLine(
        collection.title, datamap.system(entry.system).title, " ".join(filter(None, said)), entry.rows, entry.doubtful
    )
