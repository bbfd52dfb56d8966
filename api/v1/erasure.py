"""`GET /cases/{reference}/erasure-plan` and `/certificate`: what an erasure will do, and what it did (Article 17).

Looking is noted. The samples that belong to a plan are in the console alone. Next: adapters/database/erasure_tables.py
"""
# ruff: noqa: FAST003  (TheCase takes the reference out of the path)

from fastapi import APIRouter, Response
from sqlmodel import Session

from adapters.database.case_reader import CaseView
from adapters.database.erasure_tables import ErasurePlanRow
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.models import ErasureEntry, ErasurePlanLines
from domain.blobs import BlobRef
from domain.erasure import ErasurePlan
from domain.errors import UnknownObjectError

router = APIRouter(tags=["erasure"], route_class=GuardedRoute)

_PDF = "certificate.pdf"


@router.get("/cases/{reference}/erasure-plan")
def read_erasure_plan(case: TheCase, who: TheCaller, web: TheWeb) -> ErasurePlanLines:
    """The plan of an erasure, collection by collection, as a second person approves it."""
    note_access(web, who, "erasure-plan", case.receipt.case_id)
    with web.resources.database.read() as session:
        plan = ErasurePlan.model_validate(_row(session, case).plan)
    return ErasurePlanLines(
        sha256=plan.sha256,
        entries=[ErasureEntry.model_validate(entry.model_dump(include=set(ErasureEntry.model_fields))) for entry in plan.entries],
        instructed=[each.recipient for each in plan.addressees if each.track == "instruct"],
        informed=[each.recipient for each in plan.addressees if each.track == "inform"],
    )


@router.get(
    "/cases/{reference}/certificate",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
def read_certificate(case: TheCase, who: TheCaller, web: TheWeb) -> Response:
    """The certificate of an erasure as the person got it."""
    with web.resources.database.read() as session:
        row = _row(session, case)
    if row.certificate is None:
        raise UnknownObjectError
    note_access(web, who, "certificate", case.receipt.case_id)
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.blobs.read(vault, BlobRef.model_validate(row.certificate[_PDF])) as stored:
        content = b"".join(stored)
    name = f'attachment; filename="{case.receipt.reference}-certificate.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


def _row(session: Session, case: CaseView) -> ErasurePlanRow:
    plan = case.state.erasure.plan if case.state.erasure else None
    row = session.get(ErasurePlanRow, plan.id) if plan else None
    if row is None:
        raise UnknownObjectError
    return row
