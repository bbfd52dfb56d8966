"""`/console/cases/{reference}`: the page of a case, its tabs as addresses, and what opens from them.

Next: api/console/cases/deeds.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from api.access import note_access
from api.console.cases import (
    content,
    coverage,
    desk_return,
    desk_rules,
    desk_said,
    history,
    package_places,
    reading,
    receipts,
    shell,
    systems,
)
from api.console.cases.done_lines import done_lines
from api.console.cases.facts import CaseFacts
from api.console.cases.measure_fields import withdrawn
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.rights import Role

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)

EVERY: Final = 5  # seconds between two looks while a search runs
_LINES: Final = 100  # of history on one page
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


@router.get("/{reference}")
async def overview(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What was asked, what was found, what was said: in ten lines."""

    def page(read: CaseFacts) -> Response:
        rows = systems.read(web, read)
        return shell.show_case(
            web,
            who,
            read,
            "cases/overview.html",
            tab="",
            done=done,
            systems=rows,
            tree=content.tree(web, read),
            done_lines=[*done_lines(read, web.resources.datamap)],
            consents=withdrawn(read, web.resources.datamap),
        )

    return await _shown(web, case, page)


@router.get("/{reference}/systems")
async def systems_tab(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """A row per system."""

    def page(read: CaseFacts) -> Response:
        rows = systems.read(web, read)
        return shell.show_case(web, who, read, "cases/systems.html", tab="systems", done=done, systems=rows, every=EVERY)

    return await _shown(web, case, page)


@router.get("/{reference}/systems/progress")
async def progress(request: Request, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The rows alone, or what waits for a system, for the script that renews it: it loads the page when the stage has moved."""
    stage = request.query_params.get("stage", "")

    def page(read: CaseFacts) -> Response:
        rows = systems.read(web, read)
        here = f"{read.state.status.value}.{read.state.sequence}"
        return show(
            web,
            "cases/_waiting.html" if request.query_params.get("card") else "cases/_systems.html",
            who,
            facts=read,
            path=f"{shell.BASE}/{read.reference}",
            systems=rows,
            every=EVERY,
            stage=here,
            moved=stage not in {"", here},
            may=shell.row_actions(web, who, read),
            once=shell.mark(),
        )

    return await _shown(web, case, page)


@router.get("/{reference}/coverage")
async def covered(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Every collection of the data map, those that were not searched first."""

    def page(read: CaseFacts) -> Response:
        found = coverage.read(web, read, content=who.role is not Role.AUDITOR)
        return shell.show_case(web, who, read, "cases/coverage.html", tab="systems", working=True, coverage=found)

    return await _shown(web, case, page)


@router.get("/{reference}/systems/{system}")
async def receipt(system: Name, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """What the search of one system left behind."""

    def page(read: CaseFacts) -> Response:
        named, rows = receipts.receipts_of(web, read, system)
        opens = who.role is not Role.AUDITOR and read.state.run > 0
        return shell.show_case(web, who, read, "cases/receipt.html", tab="systems", system=named, rows=rows, opens=opens)

    return await _shown(web, case, page)


@router.get("/{reference}/package")
async def package(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """The package as a tree."""

    def page(read: CaseFacts) -> Response:
        back = desk_return.rework(web, read, words=who.role is not Role.AUDITOR)
        tree = content.tree(web, read)
        questions, remarked = desk_said.asked(web, read, who)
        return shell.show_case(
            web,
            who,
            read,
            "cases/package.html",
            tab="package",
            done=done,
            tree=tree,
            rework=back,
            many=desk_rules.standing_of(web, read),
            questions=questions,
            remarked=remarked,
            leaks=package_places.standing_in(web, who, read, tree.row) if tree.row else [],
        )

    return await _shown(web, case, page)


@router.get("/{reference}/preview/{path:path}")
async def preview(path: str, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The package as the person will see it."""

    def page(read: CaseFacts) -> Response:
        _content(web, who, case, "preview", f"{shell.BASE}/{case.receipt.reference}/preview/{path}")
        return content.member(web, read, path)

    return await _shown(web, case, page)


@router.get("/{reference}/package.zip")
async def download(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The package as one file."""
    who.need_fresh(web.now(), f"{shell.BASE}/{case.receipt.reference}/package")

    def page(read: CaseFacts) -> Response:
        note_access(web, who, "package", case.receipt.case_id)
        return content.whole(web, read)

    return await _shown(web, case, page)


@router.get("/{reference}/messages")
async def messages(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """What was written in both directions, and every letter."""
    return await _shown(web, case, lambda read: shell.show_case(web, who, read, "cases/messages.html", tab="messages", done=done))


@router.get("/{reference}/letters/{letter}/print")
async def on_paper(letter: UUID, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """A letter as it is printed: for somebody without e-mail."""

    def page(read: CaseFacts) -> Response:
        subject, text = content.letter(web, read, letter, to_print=True)
        sent = next(each for each in read.sent if each.id == letter)
        path = f"{shell.BASE}/{read.reference}"
        return show(web, "cases/paper.html", who, subject=subject, text=text, sent=sent, facts=read, path=path)

    return await _shown(web, case, page)


@router.get("/{reference}/letters/{letter}")
async def letter(letter: UUID, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """A letter as it was sent."""

    def page(read: CaseFacts) -> Response:
        subject, text = content.letter(web, read, letter)
        return shell.show_case(web, who, read, "cases/letter.html", tab="messages", subject=subject, text=text)

    return await _shown(web, case, page)


@router.get("/{reference}/history")
async def history_tab(
    web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Response:
    """Everything that happened, in words."""

    def page(read: CaseFacts) -> Response:
        lines = history.told(web, read, content=who.role is not Role.AUDITOR)
        return shell.show_case(
            web,
            who,
            read,
            "cases/history.html",
            tab="history",
            lines=lines[start : start + _LINES],
            count_of=len(lines),
            following=start + _LINES if start + _LINES < len(lines) else None,
        )

    return await _shown(web, case, page)


@router.get("/{reference}/proofs/{evidence}")
async def proof(evidence: UUID, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """A proof of identity, for whoever decides about it."""
    who.need_fresh(web.now(), f"{shell.BASE}/{case.receipt.reference}")

    def page(read: CaseFacts) -> Response:
        note_access(web, who, "identity_evidence", case.receipt.case_id)
        return content.proof(web, read, evidence)

    return await _shown(web, case, page)


def _content(web: Web, who: SignedIn, case: CaseView, action: str, back: str) -> None:
    """Somebody looks at what was found: noted; the DPO after a fresh sign-in (`security.md` section 4)."""
    if who.role is Role.DPO:
        who.need_fresh(web.now(), back)
    note_access(web, who, action, case.receipt.case_id)


async def _shown(web: Web, case: CaseView, page: Callable[[CaseFacts], Response]) -> Response:
    return await run_in_threadpool(lambda: page(reading.read(web, case)))
