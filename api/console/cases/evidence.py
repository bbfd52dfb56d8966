"""What leaves the house about a case: its evidence pack in one click, after a fresh sign-in, and its coverage; both are noted.

Next: api/console/cases/evidence_pack.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from api.access import note_access
from api.console.cases import coverage, reading
from api.console.cases.evidence_pack import build, csv_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.rights import Role

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)


@router.get("/{reference}/coverage.csv")
async def coverage_table(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """What was searched and what was not, as a table for an authority; that it left the house is noted."""
    return await run_in_threadpool(_coverage, web, who, case)


@router.post("/{reference}/evidence")
async def evidence_pack(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Everything about a case as a zip; without content for an auditor."""
    who.need_fresh(web.now(), f"/console/cases/{case.receipt.reference}/history")
    return await run_in_threadpool(_pack, web, who, case)


def _pack(web: Web, who: SignedIn, case: CaseView) -> Response:
    note_access(web, who, "evidence_pack", case.receipt.case_id)
    packed = build(web, reading.read(web, case), content=who.role is not Role.AUDITOR)
    headers = {"Content-Disposition": f'attachment; filename="{case.receipt.reference}-evidence.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


def _coverage(web: Web, who: SignedIn, case: CaseView) -> Response:
    note_access(web, who, "coverage", case.receipt.case_id)
    covered = coverage.read(web, reading.read(web, case), content=who.role is not Role.AUDITOR)
    headers = {"Content-Disposition": f'attachment; filename="{case.receipt.reference}-coverage.csv"'}
    table = csv_of(coverage.HEAD, covered.table(case.receipt.reference))
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
