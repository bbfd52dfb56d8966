"""`GET /cases/{reference}/package`: the zip exactly as it will be delivered, streamed out of its sealed blob.

Noted in the access log before the first byte. Looking at it never counts as delivery. Next: adapters/blobs.py
"""
# ruff: noqa: FAST003  (TheCase takes the reference out of the path)

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse

from adapters.blobs import BlobReader
from adapters.database.item_decisions import referred_since
from adapters.database.tables import PackageRow
from adapters.found_by_hand import refuse_unscanned_files
from adapters.resources import Resources
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.presenting import possible_actions
from domain.blobs import BlobRef
from domain.case import CaseState, Package
from domain.errors import NotAllowedNowError, UnknownObjectError, WithLegalError
from domain.rights import Status

router = APIRouter(tags=["package"], route_class=GuardedRoute)

_ZIP = "application/zip"


@router.get(
    "/cases/{reference}/package",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}},
            "description": "The zip; `ETag` is its SHA-256",
        },
        304: {"description": "`If-None-Match` names this very zip"},
    },
)
def read_package(
    case: TheCase,
    who: TheCaller,
    web: TheWeb,
    *,
    part: Annotated[bool, Query(description="the partial answer instead of the whole")] = False,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The zip as it will be delivered, from in_review on; never counts as delivery."""
    package = _part(case.state) if part else None if case.state.status is Status.COLLECTING else case.state.package
    if package is None:
        actions = possible_actions(web.resources, who, case.state)
        raise NotAllowedNowError("There is no package yet.", status=case.state.status.value, allowed_actions=actions)
    refuse_unscanned_files(web.resources, case.state)
    ref = _blob(web.resources, package)
    headers = {"ETag": f'"{ref.sha256}"', "Content-Length": str(ref.bytes)}
    if if_none_match is not None and ref.sha256 in if_none_match:
        return Response(status_code=304, headers={"ETag": headers["ETag"]})
    blob = web.resources.blobs.read(web.resources.vault.case(case.receipt.case_id), ref)
    note_access(web, who, "package", case.receipt.case_id)
    name = f'attachment; filename="{case.receipt.reference}.zip"'
    return StreamingResponse(_pieces(blob), media_type=_ZIP, headers=headers | {"Content-Disposition": name})


def _pieces(blob: BlobReader) -> Iterator[bytes]:
    # A segment that was changed raises in the middle: then the answer is shorter than its Content-Length, and is no zip.
    with blob:
        yield from blob


def _part(state: CaseState) -> Package | None:
    return state.partial.package if state.partial else state.partial_given


def _blob(resources: Resources, package: Package) -> BlobRef:
    with resources.database.read() as session:
        row = session.get(PackageRow, package.id)
        late = row is not None and referred_since(session, row.case_id, row.revision)
    if row is None:
        raise UnknownObjectError
    if late:
        raise WithLegalError("Something in this package went to legal after it was built. Build it again, then look at it.")
    return BlobRef.model_validate(row.blob)
