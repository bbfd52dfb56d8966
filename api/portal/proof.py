"""`/follow/evidence`: takes a photograph or PDF that proves who asks, sealed while it arrives (Article 12(6); `security.md` 2.3).

`/mandate` takes the proof that an agent may act, by the link that they were sent; it says nothing of the person or the case.
Its key dies with the decision about it, after 14 days at the latest. Next: activities/identity.py
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.case_vault import CaseVault
from adapters.database.case_reader import CaseReader
from adapters.evidence import MOST_BYTES
from adapters.quotas import ENOUGH_PROOFS, MOST_PROOFS
from api.dependencies import TheWeb, Web
from api.errors import TooLargeError
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.follow import follow_page
from api.portal.languages import told_of
from api.portal.reading import link_of
from api.portal.submit import receipt_page
from api.uploads import Upload, read_upload
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import DomainError, InvalidInputError, NotAllowedNowError
from domain.identity_decisions import mandate_awaited

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_AROUND: Final = 100_000  # bytes of the form besides the file
_GONE: Final = 410


@router.post("/follow/evidence")
async def hand_in(request: Request, web: TheWeb) -> Response:
    """Take one proof of identity in."""
    # An agent has no link of the person's, and hands the mandate in where they asked.
    session = await run_in_threadpool(sessions.current, request, web, "follow", "verify")
    asked_here = session.purpose == "verify"
    try:
        upload = await _read(request, web, session.case_id, mandate=asked_here)
        await _taken(web, session.case_id, upload, lambda key: sessions.check_form(web, session, key))
    except InvalidInputError as refusal:
        told = told_of(refusal)
        if asked_here:
            return await run_in_threadpool(lambda: receipt_page(web, session, mandate_error=told, status=422))
        return await run_in_threadpool(lambda: follow_page(web, session, errors={"files": told}, status=422))
    return pages.away_to("/receipt?done=mandate" if asked_here else "/follow?done=evidence")


@router.get("/mandate/{token}")
async def ask_mandate(token: str, web: TheWeb, done: str = "") -> Response:
    """Where an agent hands in the proof that they may act; changes nothing."""
    return await run_in_threadpool(lambda: _mandate_page(web, token, handed_in=done == "mandate"))


@router.post("/mandate/{token}")
async def hand_in_mandate(token: str, request: Request, web: TheWeb) -> Response:
    """Take it in. The link alone admits to this and to nothing else, so no visit begins with it."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "mandate", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    try:
        upload = await _read(request, web, link.case_id, mandate=True)
        await _taken(web, link.case_id, upload, lambda _key: None)
    except InvalidInputError as refusal:
        told = told_of(refusal)
        return await run_in_threadpool(lambda: _mandate_page(web, token, error=told, status=422))
    return pages.away_to(f"/mandate/{token}?done=mandate")


def _mandate_page(web: Web, token: str, *, handed_in: bool = False, error: str = "", status: int = 200) -> Response:
    link, alive = link_of(web.resources, token, "mandate", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    awaited = mandate_awaited(CaseReader(web.resources).get(link.case_id).state)
    return pages.show(
        web,
        "mandate.html",
        status=status,
        here=f"/mandate/{token}",
        token=token,
        awaited=awaited,
        handed_in=handed_in,
        error=error,
    )


async def _read(request: Request, web: Web, case_id: UUID, *, mandate: bool) -> Upload:
    declared = forms.number_in(request.headers.get("content-length", ""))
    if declared is None or declared > MOST_BYTES + _AROUND:
        raise TooLargeError(limit=MOST_BYTES)
    vault = await run_in_threadpool(_vault, web, case_id, mandate=mandate)
    return await read_upload(request, web.resources, vault, "evidence")


def _vault(web: Web, case_id: UUID, *, mandate: bool) -> CaseVault:
    state = CaseReader(web.resources).get(case_id).state
    # Nobody else has a form for it: a proof that was not asked for is one more to guard (Article 5(1)(c)), and fills the disk.
    wanted = mandate_awaited(state) or (state.more_identity_asked and not mandate)
    if Action.SUBMIT_IDENTITY_EVIDENCE not in allowed_actions(state) or not wanted:
        raise NotAllowedNowError
    if len(state.evidence) >= MOST_PROOFS:
        raise InvalidInputError(ENOUGH_PROOFS, field="files")
    web.resources.vault.make_evidence_key(case_id)
    return web.resources.vault.evidence(case_id)


async def _taken(web: Web, case_id: UUID, upload: Upload, admit: Callable[[str], None]) -> None:
    taken: list[UUID] = []
    try:
        # One field holds both marks: the reader of uploads knows a part for words and a part for files.
        key, _, mark = upload.command.decode("utf-8", "replace").partition(" ")
        admit(key)
        if len(upload.files) != 1:
            raise InvalidInputError("Choose one file.", field="files")
        (file,) = upload.files
        make = deeds.evidence(web, case_id, file, taken)
        await deeds.do(web, case_id, mark, file.ref.sha256, Action.SUBMIT_IDENTITY_EVIDENCE, make)
    except DomainError as refusal:
        if not taken or refusal.kind != "unanswered":
            await run_in_threadpool(upload.discard, web.resources.blobs)
        raise
    if not taken:  # pressed twice: the first one counts
        await run_in_threadpool(upload.discard, web.resources.blobs)
