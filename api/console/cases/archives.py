"""Mail archives and chat exports of a case: imported, estimated, agreed about, and what of them could not be read.

Three steps on one page: import, estimate (counts alone, nothing is opened), agree; then the search is asked for as of any system.
Next: api/archiving.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.archives.searching import Estimate
from adapters.archives.store import Archives
from adapters.database.case_reader import CaseView
from api import archiving
from api.access import note_access
from api.console import sessions
from api.console.authority import may
from api.console.cases import act_page, deeds, reading, shell
from api.console.cases.act_page import Refused
from api.console.cases.archive_corners import KINDS, STATES, corners
from api.console.cases.content import pieces
from api.console.cases.desk import note_look
from api.console.cases.reading import people_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.console.turned_away import SignedOutError
from api.console.words import KIND
from api.dependencies import TheWeb, Web
from api.face.forms import field
from api.uploads import Upload, read_upload
from domain.archives import STOPPED, UNREADABLE, UNSEARCHED
from domain.authority import Action
from domain.errors import DomainError, UnknownObjectError

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = 50
_EMPTY: Final = FormData()


@router.get("/{reference}/archives")
async def overview(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What was imported, and the scope that holds."""
    return await run_in_threadpool(_page, web, who, case, done=done)


@router.post("/{reference}/archives/import")
async def begin(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Say whose it is; then the file is asked for, or taken from the server."""
    system, custodian, name = field(form, "system"), field(form, "custodian").strip(), field(form, "laid_down")

    def page() -> Response:
        try:
            archiving.archives_of(web, case).system(system)
            if not custodian:
                return _page(web, who, case, refused=Refused("custodian", "Say whose mailbox or chat this is.", 422), filled=form)
            if not name:
                return _page(web, who, case, asked={"system": system, "custodian": custodian})
            archiving.take_in_laid_down(web, case, system=system, custodian=custodian, name=name, by=who.person)
        except DomainError as refusal:
            return _page(web, who, case, refused=act_page.beside(refusal), filled=form)
        return away_to(f"{_base(case)}?done=imported")

    return await run_in_threadpool(page)


@router.post("/{reference}/archives/upload")
async def upload(request: Request, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Take the file in, sealed while it arrives. Its parts are scanned one by one when it is read."""
    vault = await run_in_threadpool(web.resources.vault.case, case.receipt.case_id)
    sent = Upload()
    try:
        sent = await read_upload(request, web.resources, vault, archiving.KIND, scanned=False)
        command = dict(json.loads(sent.command or b"{}"))
        sessions.check_form(who, str(command.get("key", "")))
        given = {name: str(command.get(name, "")) for name in ("system", "custodian")}
        await run_in_threadpool(lambda: archiving.take_in(web, case, sent, by=who.person, **given))
    except (DomainError, ValueError, TypeError, RecursionError) as failure:
        await run_in_threadpool(sent.discard, web.resources.blobs)
        if not isinstance(failure, DomainError) or isinstance(failure, SignedOutError):
            raise
        refused = act_page.beside(failure)
        return await run_in_threadpool(lambda: _page(web, who, case, refused=refused))
    return away_to(f"{_base(case)}?done=imported")


@router.post("/{reference}/archives/estimate")
async def estimate(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Count what a scope would give; nothing is written and nothing is opened."""

    def page() -> Response:
        note_access(web, who, "archive_estimate", case.receipt.case_id)
        try:
            _, counted = archiving.estimate(web, case, scope(form))
        except DomainError as refusal:
            return _page(web, who, case, refused=act_page.beside(refusal), filled=form)
        return _page(web, who, case, filled=form, counted=counted)

    return await run_in_threadpool(page)


@router.post("/{reference}/archives/agree")
async def agree(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Record the scope with who agreed and why, and have it searched."""
    system = field(form, "system")
    given = scope(form) | {name: field(form, name) for name in ("agreed_with", "reason")}
    try:
        await run_in_threadpool(archiving.agree, web, case, system, given, who.person)
        if archiving.searches(case, system):
            await deeds.carry_out(web, who, case, Action.SEARCH_ARCHIVE, {"system": system}, field(form, "once"), Upload())
    except DomainError as refusal:
        refused = act_page.beside(refusal)
        return await run_in_threadpool(lambda: _page(web, who, case, refused=refused, filled=form))
    return away_to(f"{_base(case)}?done=agreed")


@router.get("/{reference}/archives/{archive}")
async def one(
    archive: UUID, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> Response:
    """One import: how it came, its hash, and what of it could not be read and why."""
    return await run_in_threadpool(lambda: _one(web, who, case, archive, start))


@router.get("/{reference}/archives/{archive}/unreadable/{number}")
async def unread(
    archive: UUID, number: Annotated[int, Path(ge=0, le=2**31)], web: TheWeb, who: TheCaseworker, case: TheOpenedCase
) -> Response:
    """Something that could not be read, as it came: a download, never a page."""

    def file() -> Response:
        note_look(web, who, case, f"{_base(case)}/{archive}")
        _, content = archiving.archives_of(web, case).unread(archive, number)
        return StreamingResponse(
            pieces(content),
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="unread-{number}.bin"', "X-Content-Type-Options": "nosniff"},
        )

    return await run_in_threadpool(file)


@router.post("/{reference}/archives/{archive}/again")
async def again(archive: UUID, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:  # noqa: ARG001
    """Have an import read again whose reading was given up."""
    try:
        await run_in_threadpool(archiving.read_again, web, case, archive, who.person)
    except UnknownObjectError:
        raise
    except DomainError as refusal:
        refused = act_page.beside(refusal)
        return await run_in_threadpool(lambda: _one(web, who, case, archive, 0, refused))
    return away_to(f"{_base(case)}?done=again")


@router.post("/{reference}/archives/{archive}/remove")
async def remove(archive: UUID, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Destroy an import before the case is."""

    def page() -> Response:
        reason = field(form, "reason").strip()
        try:
            if not reason:
                return _one(web, who, case, archive, 0, Refused("reason", "Say why it is removed.", 422))
            archiving.archives_of(web, case).remove(archive, reason, who.person, web.now())
        except UnknownObjectError:
            raise
        except DomainError as refusal:
            return _one(web, who, case, archive, 0, act_page.beside(refusal))
        return away_to(f"{_base(case)}?done=removed")

    return await run_in_threadpool(page)


def scope(form: FormData) -> dict[str, Any]:
    """A scope as it was typed."""
    period = {name: field(form, name).strip() or None for name in ("first", "last")}
    terms = [line.strip() for line in field(form, "terms").splitlines() if line.strip()]
    return {"archives": [str(each) for each in form.getlist("archives")], "period": period, "terms": terms}


_DONE: Final = {
    "imported": "It was taken in and is being read. How far it is shows below; load the page again.",
    "agreed": "The scope is on record, and holds for every search from now on.",
    "again": "It is being read again. How far it is shows below; load the page again.",
    "removed": "The import was destroyed. That it was there, and why it is gone, stays on record.",
}


# Of an attached file it is said that it is one: it is held, and only its words may be missed.
_REASONS: Final = dict(UNREADABLE) | {reason: f"an attached file, {words}" for reason, words in UNSEARCHED.items()}


def _agreeing(archives: Archives) -> list[str]:
    return [agreed.by for system in archives.systems() if (agreed := archives.agreed(system.name))]


def _names(web: Web, actors: list[str]) -> dict[str, str]:
    with web.resources.database.read() as session:
        return people_of(session, actors)


def _base(case: CaseView) -> str:
    return f"{shell.BASE}/{case.receipt.reference}/archives"


def _page(
    web: Web,
    who: SignedIn,
    case: CaseView,
    *,
    done: str = "",
    refused: Refused | None = None,
    filled: FormData = _EMPTY,
    asked: dict[str, str] | None = None,
    counted: Estimate | None = None,
) -> Response:
    archives = archiving.archives_of(web, case)
    facts = reading.read(web, case)
    return shell.show_case(
        web,
        who,
        facts,
        "cases/archives.html",
        tab="systems",
        working=True,
        status=refused.status if refused else 200,
        refused=refused,
        corners=corners(web, archives, case),
        told_here=_DONE.get(done, ""),
        filled=filled,
        chosen=[str(each) for each in filled.getlist("archives")],
        asked=asked,
        counted=counted,
        kinds=KINDS,
        states=STATES,
        people=_names(web, [*(each.row.imported_by for each in archives.imports()), *_agreeing(archives)]),
        acts=may(who.role, "POST", "/console/cases/{reference}/archives/agree"),
        keys=sorted({KIND(kind).lower() for kind, _ in archives.identifiers(case.state)}),
    )


def _one(web: Web, who: SignedIn, case: CaseView, archive: UUID, start: int, refused: Refused | None = None) -> Response:  # noqa: PLR0917
    archives = archiving.archives_of(web, case)
    found = archives.find(archive)
    rows: Sequence[tuple[int, str, str, bool]] = archives.unreadable(archive, start, _PAGE + 1)
    facts = reading.read(web, case)
    return shell.show_case(
        web,
        who,
        facts,
        "cases/archive.html",
        tab="systems",
        status=refused.status if refused else 200,
        refused=refused,
        imported=found,
        rows=rows[:_PAGE],
        following=rows[_PAGE][0] if len(rows) > _PAGE else None,
        reasons=_REASONS,
        stopped=STOPPED,
        unsearched=UNSEARCHED,
        kinds=KINDS,
        states=STATES,
        people=_names(web, [found.row.imported_by, found.row.removed_by or ""]),
        why=archives.why(found),
        acts=may(who.role, "POST", "/console/cases/{reference}/archives/{archive}/remove"),
    )
