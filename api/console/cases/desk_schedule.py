"""The controller's own schedule of decisions, complete: the person does not get it (design section 7).

Next: adapters/database/item_decisions.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.item_decisions import every_decision
from adapters.database.samples import samples_of
from adapters.row_text import csv_header, encode
from api.console.cases import reading, shell
from api.console.cases.desk import note_look
from api.console.cases.facts import CaseFacts
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.dependencies import TheWeb, Web
from domain.redaction import Span

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_SCHEDULE: Final = ("revision", "item", "decision", "basis", "person", "parts", "rule", "author", "decided_at")


@router.get("/{reference}/schedule.csv")
async def schedule(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Every decision, complete: the controller's own copy, which the person does not get."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package")
        facts = reading.read(web, case)
        rows = [*decided(web, facts), *samples_looked_at(web, facts)]
        body = b"".join(chain([csv_header(_SCHEDULE)], [encode(_SCHEDULE, rows)[1]] if rows else []))
        return Response(
            body,
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{case.receipt.reference}-schedule.csv"'},
        )

    return await run_in_threadpool(page)


def decided(web: Web, facts: CaseFacts) -> Iterator[tuple[Any, ...]]:
    """Every decision with who, when, why and what a rule covered: the controller's own copy, complete."""
    vault = web.resources.vault.case(facts.state.case_id)
    with web.resources.database.read() as session:
        for each in every_decision(session, vault):
            parts = "; ".join([*map(_said, each.parts.spans), *(f"covered in it: {_said(span)}" for span in each.parts.covers)])
            if each.parts.undoes is not None:
                parts = f"takes revision {each.parts.undoes} back"
            counts = f"{each.parts.before} to {each.parts.after}" if each.rule else ""
            person = each.parts.person.names[0] if each.parts.person else ""
            yield (
                each.revision,
                each.item,
                each.choice.value,
                each.basis,
                person,
                parts,
                counts,
                each.author,
                each.at.isoformat(),
            )


def samples_looked_at(web: Web, facts: CaseFacts) -> Iterator[tuple[Any, ...]]:
    """What approvers looked at before they approved, and what they found wrong, in the same columns."""
    with web.resources.database.read() as session:
        for sample, checks in samples_of(session, facts.state.case_id):
            chance = f"{sample.size} of {sample.included} included by seed {sample.seed}"
            drawn = f"number {sample.number}: {chance}, {len(sample.items)} in all"
            yield ("", "", "sample", None, "", drawn, "", sample.by, sample.at.isoformat())
            for each in checks:
                found = "found right" if each.right else "found wrong"
                yield ("", each.item, found, None, "", f"in sample {sample.number}", "", each.by, each.at.isoformat())


def _said(span: Span) -> str:
    if span.area is not None:
        area = span.area
        return f"page {area.page}: {area.width:g}% by {area.height:g}% at {area.left:g}%, {area.top:g}%"
    if span.about_file:
        return "what the file says of itself"
    if span.words is not None:
        return f"words in {span.field}" if span.field else "words"
    return f"{span.field or 'text'} {span.start}-{span.end}" if span.start is not None else str(span.field)
