"""`/follow/evidence`: takes a photograph or PDF that proves who asks, sealed while it arrives (Article 12(6); `security.md` 2.3).

Its key dies with the decision about it, after 14 days at the latest. Next: activities/identity.py
"""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.case_vault import CaseVault
from adapters.database.case_reader import CaseReader
from adapters.evidence import MOST_BYTES
from api.dependencies import TheWeb, Web
from api.errors import TooLargeError
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.follow import follow_page
from api.portal.submit import receipt_page
from api.uploads import Upload, read_upload
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import DomainError, InvalidInputError, NotAllowedNowError
from domain.identity_decisions import mandate_awaited

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_AROUND: Final = 100_000  # bytes of the form besides the file


@router.post("/follow/evidence")
async def hand_in(request: Request, web: TheWeb) -> Response:
    """Take one proof of identity in."""
    # An agent has no link of the person's, and hands the mandate in where they asked.
    session = await run_in_threadpool(sessions.current, request, web, "follow", "verify")
    asked_here = session.purpose == "verify"
    declared = forms.number_in(request.headers.get("content-length", ""))
    if declared is None or declared > MOST_BYTES + _AROUND:
        raise TooLargeError(limit=MOST_BYTES)
    try:
        vault = await run_in_threadpool(_vault, web, session.case_id, mandate=asked_here)
        upload = await read_upload(request, web.resources, vault, "evidence")
        await _taken(web, session, upload)
    except InvalidInputError as refusal:
        told = refusal.message
        if asked_here:
            return await run_in_threadpool(lambda: receipt_page(web, session, mandate_error=told, status=422))
        return await run_in_threadpool(lambda: follow_page(web, session, errors={"files": told}, status=422))
    return pages.away_to("/receipt?done=mandate" if asked_here else "/follow?done=evidence")


def _vault(web: Web, case_id: UUID, *, mandate: bool) -> CaseVault:
    state = CaseReader(web.resources).get(case_id).state
    # Nobody else has a form for it: a proof that was not asked for is one more to guard (Article 5(1)(c)), and fills the disk.
    wanted = mandate_awaited(state) or (state.more_identity_asked and not mandate)
    if Action.SUBMIT_IDENTITY_EVIDENCE not in allowed_actions(state) or not wanted:
        raise NotAllowedNowError
    if len(state.evidence) >= deeds.MOST_PROOFS:
        raise InvalidInputError(deeds.ENOUGH_PROOFS, field="files")
    web.resources.vault.make_evidence_key(case_id)
    return web.resources.vault.evidence(case_id)


async def _taken(web: Web, session: sessions.Visit, upload: Upload) -> None:
    taken: list[UUID] = []
    try:
        # One field holds both marks: the reader of uploads knows a part for words and a part for files.
        key, _, mark = upload.command.decode("utf-8", "replace").partition(" ")
        sessions.check_form(web, session, key)
        if len(upload.files) != 1:
            raise InvalidInputError("Choose one file.", field="files")
        (file,) = upload.files
        make = deeds.evidence(web, session.case_id, file, taken)
        await deeds.do(web, session.case_id, mark, file.ref.sha256, Action.SUBMIT_IDENTITY_EVIDENCE, make)
    except DomainError as refusal:
        if not taken or refusal.kind != "unanswered":
            await run_in_threadpool(upload.discard, web.resources.blobs)
        raise
    if not taken:  # pressed twice: the first one counts
        await run_in_threadpool(upload.discard, web.resources.blobs)
