"""`/console/cases/{reference}/erasure`: the plan of an erasure as a second person approves it (Article 17; mockup 04).

Next: api/console/cases/erasure_cards.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.held_content import MAY_OPEN, is_held
from api.access import note_access
from api.console import words
from api.console.cases import reading, shell
from api.console.cases.facts import CaseFacts
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.dependencies import TheWeb, Web
from api.face.days import day_near, zone
from domain.datamap import ErasureAction, SystemKind
from domain.erasure import Entry, ErasurePlan
from domain.errors import UnknownObjectError

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)


@dataclass(frozen=True)
class PlanLine:
    """One collection of the plan in words.

    Args:
        place: in the order in which it is erased; 0 where there is none.
        said: what is done, or why it is kept; `until` when that ends.
        sample: a few of the records as fields and values.
    """

    title: str
    system: str
    said: str
    rows: int
    doubtful: int
    place: int = 0
    until: str = ""
    sample: tuple[list[tuple[str, str]], ...] = ()


@router.get("/{reference}/erasure")
async def erasure(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What is erased in which order, what is made anonymous, what is kept and why, and who else is told."""

    def page() -> Response:
        read = reading.read(web, case)
        row = _row(web, read)
        with web.resources.database.read() as session:
            held = is_held(session, case.receipt.case_id, web.now())
        opens = not held or who.role in MAY_OPEN
        plan, seen = ErasurePlan.model_validate(row.plan), seen_of_plan(web, row)
        note_access(web, who, "erasure-plan", case.receipt.case_id)
        shown = [entry for entry in plan.entries if _shown(entry)]
        rows = seen.get("samples", {}) if opens else {}  # the ids are for whoever instructs the processors
        erased = [entry for entry in shown if entry.action is ErasureAction.DELETE]
        groups = [
            ("Erase", "in this order", [_line(web, entry, rows, place) for place, entry in enumerate(erased, start=1)]),
            (
                "Anonymise",
                "kept as figures, without the person",
                [_line(web, entry, rows) for entry in shown if not entry.kept and _changes(entry)],
            ),
            ("Keep", "each with its ground and its end", [_line(web, entry, rows) for entry in shown if entry.kept]),
        ]
        others = [
            (web.resources.datamap.recipient(each.recipient).name, each.track, seen.get("ids", {}).get(each.recipient, []))
            for each in plan.addressees
        ]
        parts: dict[str, Any] = {"groups": groups, "others": others, "unlooked": _unlooked(web, plan)}
        parts |= {"held": held, "opens": opens}
        return shell.show_case(web, who, read, "cases/erasure.html", tab="erasure", done=done, **parts)

    return await run_in_threadpool(page)


def _row(web: Web, read: CaseFacts) -> ErasurePlanRow:
    standing = read.state.erasure.readable if read.state.erasure else None
    with web.resources.database.read() as session:
        row = session.get(ErasurePlanRow, standing.id) if standing else None
    if row is None or not row.plan:  # emptied when the case was destroyed
        raise UnknownObjectError
    return row


def seen_of_plan(web: Web, row: ErasurePlanRow) -> dict[str, Any]:
    """The sealed part: a few rows of each collection, and the ids at recipients; gone after the last look."""
    if row.sealed is None:
        return {}
    vault = web.resources.vault.case(row.case_id)
    seen: dict[str, Any] = json.loads(vault.open("erasure_plan", "sealed", str(row.id), row.sealed))
    return seen


def _sample(samples: dict[str, Any], entry: Entry) -> tuple[list[tuple[str, str]], ...]:
    """A few of the records, as fields and values; none once what was read is gone."""
    return tuple([*_said(row)] for row in samples.get(".".join(entry.place), []))


def _said(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((words.FIELD(name), str(value)) for name, value in row.items() if value is not None)


def _unlooked(web: Web, plan: ErasurePlan) -> list[str]:
    """Collections into which no program can look: nothing is known of how many rows there are."""
    return [_title(web, entry) for entry in plan.entries if entry.by_hand and entry.kept and not entry.rows]


def _title(web: Web, entry: Entry) -> str:
    datamap = web.resources.datamap
    return f"{datamap.system(entry.system).title}: {datamap.collection(*entry.place).title}"


def _changes(entry: Entry) -> bool:
    return entry.action in {ErasureAction.ANONYMISE, ErasureAction.NULL, ErasureAction.HASH}


def _shown(entry: Entry) -> bool:
    return bool(entry.rows or entry.doubtful or (entry.by_hand and not entry.kept))


def _line(web: Web, entry: Entry, samples: dict[str, Any], place: int = 0) -> PlanLine:
    datamap, today = web.resources.datamap, web.now().astimezone(zone(web)).date()
    collection, erasure = datamap.collection(*entry.place), datamap.collection(*entry.place).erasure
    system = datamap.system(entry.system)
    said, until = [], ""
    if entry.kept:
        reason = f"{erasure.reason}." if erasure.reason and entry.note is None else ""
        said += [reason, f"Article {entry.ground}."]
        until = f"Until {day_near(entry.until, today)}." if entry.until else ""
    elif _changes(entry):
        said.append(f"Emptied: {', '.join(collection.fields[name].called(name) for name in erasure.fields)}.")
    if entry.because:
        said.append(f"Article {entry.because}.")
    if entry.before and erasure.before:
        said.append(f"First: {erasure.before.task}.")
    if entry.by_hand and not entry.kept:
        said.append("By a person: no program may change it.")
    elif entry.action is ErasureAction.DELETE:
        said.append("Files and what is kept about them." if system.kind is SystemKind.FILES else "Deleted.")
    words_of = " ".join(filter(None, said))
    return PlanLine(collection.title, system.title, words_of, entry.rows, entry.doubtful, place, until, _sample(samples, entry))
