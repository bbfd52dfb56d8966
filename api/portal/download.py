"""`/collect/download`: the copy, streamed out of its sealed blob; it was fetched once its bytes have gone out (Article 15(3)).

The code opens the page for one visit and says nothing yet. The command that records the fetching is handed in with the code and
happens behind the last byte, so that a download that broke off leaves the request as it was (docs/decisions/0039).
Next: api/portal/collect.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from adapters.attempts import judge
from adapters.blobs import BlobReader
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import AccessLog, PackageRow
from api.answers import CommandUnansweredError
from api.dependencies import TheWeb, Web
from api.portal import deeds, pages, sessions
from domain.afterwards import check_time
from domain.authority import Action
from domain.blobs import BlobRef
from domain.commands import OpenPackage
from domain.decisions import allowed_actions
from domain.errors import CodeRefusedError, DomainError, NotAllowedNowError, UnknownObjectError
from domain.messages import CommandCall

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_TRIES: Final = 4  # times 15 seconds: a worker that was killed is back by then
_log = structlog.get_logger("web")


@dataclass
class Sending:
    """How far a copy has gone out."""

    package: UUID
    complete: bool = False


@router.get("/collect/download")
async def download(request: Request, web: TheWeb) -> Response:
    """The copy itself, to a visit that a fresh code opened."""
    session = await run_in_threadpool(sessions.current, request, web, "package")
    if not session.opened:
        return pages.away_to("/collect")
    return await run_in_threadpool(_streamed, web, session)


def unlock(web: Web, session: sessions.Visit, mark: str, code: str) -> str:
    """Judge the code to a copy; to be called in a thread. The same form sent twice is judged once.

    Returns:
        The command that says that the copy was fetched. It is handed in, and has not happened.

    Raises:
        NotAllowedNowError: there is no copy that a code opens now. InvalidInputError: not eight digits.
        CodeRefusedError: the code does not hold.
    """
    view = CaseReader(web.resources).get(session.case_id)
    if Action.OPEN_PACKAGE not in allowed_actions(view.state):
        raise NotAllowedNowError(status=view.state.status.value)
    check_time(view.state, Action.OPEN_PACKAGE, web.now())
    make = deeds.open_package(web, session.case_id, code)
    call = deeds.hand_in(web, session.case_id, mark, code, Action.OPEN_PACKAGE, make)
    assert isinstance(call.command, OpenPackage)
    with web.resources.database.write() as database:
        verdict = judge(database, session.case_id, call.command.attempt, web.now())
    if verdict.identifier is None or verdict.identifier != view.state.delivery_address:
        raise CodeRefusedError
    return call.command_id


def is_there(view: CaseView) -> bool:
    """Whether a copy can be fetched now."""
    return view.state.fetchable is not None and not view.state.held


def _streamed(web: Web, session: sessions.Visit) -> Response:
    view = CaseReader(web.resources).get(session.case_id)
    with web.resources.database.read() as database:
        copy = view.state.fetchable
        row = database.get(PackageRow, copy.id) if copy and is_there(view) else None
    if row is None:
        raise UnknownObjectError
    ref = BlobRef.model_validate(row.blob)
    blob = web.resources.blobs.read(web.resources.vault.case(session.case_id), ref)
    with web.resources.database.write() as database:
        database.add(AccessLog(at=web.now(), actor=deeds.SUBJECT.person, action="package", case_id=session.case_id))
    sending = Sending(row.id)
    headers = {
        "Content-Length": str(ref.bytes),
        "Content-Disposition": f'attachment; filename="{view.receipt.reference}.zip"',
    }
    after = BackgroundTask(_fetched, web, session, sending)
    return StreamingResponse(_pieces(blob, sending), media_type="application/zip", headers=headers, background=after)


def _pieces(blob: BlobReader, sending: Sending) -> Iterator[bytes]:
    # A segment that was changed raises in the middle: then the answer is shorter than its Content-Length, and is no zip.
    with blob:
        yield from blob
    sending.complete = True  # the last piece was taken by the connection


async def _fetched(web: Web, session: sessions.Visit, sending: Sending) -> None:
    """Record that the copy was fetched, if all of it went out and it is still the one that can be fetched."""
    if not sending.complete:
        return
    for _ in range(_TRIES):
        try:
            call = await run_in_threadpool(_call_of, web, session, sending.package)
            if call is not None:
                await web.cases.perform(session.case_id, call)
        except CommandUnansweredError:
            continue  # the same command again, so it happens once
        except DomainError as refusal:  # held or withdrawn meanwhile
            _log.info("fetching not recorded", case_id=str(session.case_id), reason=refusal.kind)
        return
    _log.warning("fetching not recorded", case_id=str(session.case_id), reason=CommandUnansweredError.kind)


def _call_of(web: Web, session: sessions.Visit, package: UUID) -> CommandCall | None:
    copy = CaseReader(web.resources).get(session.case_id).state.fetchable
    return deeds.handed_in(web, session.opened_by) if copy is not None and copy.id == package else None
