"""One file on the review desk: its pages as pictures that were drawn here, with areas and words to cover (Article 15(4)).

Nothing of a file reaches the browser but drawn anew, or as letters; the file itself is only ever a download (`security.md`
section 1). Areas are four numbers in percent, by keyboard or without a script; `static/areas.js` draws them with a pointer.
Next: api/console/cases/desk_file_reading.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from api.console.cases import content, desk_file_reading, desk_reading, desk_seen, reading, shell
from api.console.cases.act_page import Refused
from api.console.cases.desk import Name, attempt, note_look, seen_in, shown_on_desk
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from domain.authority import Action
from domain.redaction import Span
from domain.withholding import ItemChoice

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

Position = Annotated[int, Path(ge=0, le=2**31 - 1)]
PageNumber = Annotated[int, Query(ge=1, le=5_000)]
_SANDBOX: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_AREA: Final = ("left", "top", "width", "height")
_NO_AREA: Final = "Give all four numbers of an area, in percent of the page: from 0 to 100, and at most the page."
_NOTHING: Final = "Say what to cover: an area, words, or what the file says of itself."


@router.get("/{reference}/package/{system}/{collection}/files/{position}")
async def file(  # noqa: PLR0917
    system: Name, collection: Name, position: Position, web: TheWeb, who: TheCaseworker, case: TheOpenedCase
) -> Response:
    """A file as it was found, as a download."""

    def page() -> Response:
        note_look(web, who, case, _here(case, system, collection))
        facts = reading.read(web, case)
        found, item = desk_file_reading.file_at(web, facts, system, collection, position, who.role)
        assert item.file is not None
        with found.read(item.file.ref) as reader:
            whole = b"".join(reader)
        desk_seen.note_opened(web, who, facts, found, [item])
        name = {"Content-Disposition": f'attachment; filename="{collection}-{position + 1}.bin"'}
        return Response(whole, media_type="application/octet-stream", headers=_SANDBOX | name)

    return await run_in_threadpool(page)


@router.get("/{reference}/package/{system}/{collection}/files/{position}/picture")
async def picture(  # noqa: PLR0917
    system: Name,
    collection: Name,
    position: Position,
    web: TheWeb,
    who: TheCaseworker,
    case: TheOpenedCase,
    page: PageNumber = 1,
) -> Response:
    """A page of a PDF, or a picture, drawn anew with what is covered in black."""

    def drawn() -> Response:
        note_look(web, who, case, _here(case, system, collection))
        png = desk_file_reading.drawn_page(web, reading.read(web, case), system, collection, position, page, who.role)
        return Response(png, media_type="image/png", headers=_SANDBOX)

    return await run_in_threadpool(drawn)


@router.get("/{reference}/package/{system}/{collection}/files/{position}/look")
async def look(  # noqa: PLR0917
    system: Name,
    collection: Name,
    position: Position,
    web: TheWeb,
    who: TheCaseworker,
    case: TheOpenedCase,
    page: PageNumber = 1,
    done: str = "",
) -> Response:
    """A file, page by page, and what can be decided about it."""

    def shown() -> Response:
        note_look(web, who, case, _here(case, system, collection))
        return _looked(web, who, case, system, collection, position, page, done=done)

    return await run_in_threadpool(shown)


@router.post("/{reference}/package/{system}/{collection}/files/{position}/look")
async def decide(  # noqa: PLR0917
    system: Name, collection: Name, position: Position, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """Cover one part more or one less, withhold the file, or release it after the look."""
    page = number_in(field(form, "page")) or 1
    given = await run_in_threadpool(_given, web, who, case, system, collection, position, form)
    refused = given if isinstance(given, Refused) else await attempt(web, who, case, Action.SET_ITEM_DECISION, given, form)
    if refused is not None:
        return await run_in_threadpool(
            lambda: _looked(web, who, case, system, collection, position, page, refused=refused, form=form)
        )
    here = f"{_here(case, system, collection)}/files/{position}/look"
    return away_to(f"{here}?page={page}&done={Action.SET_ITEM_DECISION.value}#told")


def _here(case: CaseView, system: str, collection: str) -> str:
    return f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}"


def _given(  # noqa: PLR0917 (which file, and what was pressed)
    web: Web, who: SignedIn, case: CaseView, system: str, collection: str, position: int, form: FormData
) -> dict[str, Any] | Refused:
    """The decision that was asked for. What a colleague covered meanwhile stays: parts are added to those that stand now."""
    facts = reading.read(web, case)
    _, item = desk_file_reading.file_at(web, facts, system, collection, position, who.role)
    decision = desk_file_reading.decision_of(web, facts, item)
    spans = list(desk_file_reading.own_spans(decision))
    pressed = field(form, "press")
    base: dict[str, Any] = {"item": item.id, "position": position, "reason": field(form, "reason") or None, "seen": seen_in(form)}
    looked = field(form, "looked") == "yes"
    if pressed in {ItemChoice.INCLUDE.value, ItemChoice.WITHHOLD.value}:
        basis = (field(form, "basis") or None) if pressed == ItemChoice.WITHHOLD.value else None
        return base | {"decision": pressed, "basis": basis, "looked": looked}
    if pressed.startswith("uncover-"):
        at = number_in(pressed.removeprefix("uncover-"))
        left = [span for number, span in enumerate(spans) if number != at]
        if not left or decision is None:
            return base | {"decision": ItemChoice.INCLUDE.value}
        told = {"basis": decision.basis, "reason": base["reason"] or "One part less is covered.", "looked": decision.parts.looked}
        return base | told | {"decision": ItemChoice.REDACT.value, "spans": _plain(left)}
    added = _added(form)
    if isinstance(added, Refused):
        return added
    together = list(dict.fromkeys([*spans, *added]))
    basis = field(form, "basis") or None
    return base | {"decision": ItemChoice.REDACT.value, "basis": basis, "looked": looked, "spans": _plain(together)}


def _added(form: FormData) -> list[Span] | Refused:
    spans = []
    numbers = [field(form, name).replace(",", ".").strip() for name in _AREA]
    try:
        if any(numbers):
            left, top, width, height = map(float, numbers)
            area = {"page": field(form, "page") or 1, "left": left, "top": top, "width": width, "height": height}
            spans.append(Span.model_validate({"area": area}))
        words = [line.strip() for line in field(form, "words").splitlines() if line.strip()]
        words += [str(each) for each in form.getlist("suggested")]
        spans += [Span(words=each) for each in dict.fromkeys(words)]
    except ValueError:
        return Refused("area", _NO_AREA, 422)
    if field(form, "about_file") == "yes":
        spans.append(Span(about_file=True))
    return spans or Refused("area", _NOTHING, 422)


def _plain(spans: list[Span]) -> list[dict[str, Any]]:
    return [span.model_dump(mode="json", exclude_defaults=True) for span in spans]


def _looked(  # noqa: PLR0917 (which file, and what was said of it)
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    collection: str,
    position: int,
    page: int,
    *,
    done: str = "",
    refused: Refused | None = None,
    form: FormData | None = None,
) -> Response:
    facts = reading.read(web, case)
    looked = desk_file_reading.looked_at(web, facts, system, collection, position, page, who.role)
    if looked.shown:
        desk_seen.note_opened(web, who, facts, desk_reading.collection_of(web, facts, system, collection), [looked.item])
    return shown_on_desk(
        web,
        who,
        facts,
        "cases/look.html",
        refused,
        done=done,
        title=content.title_of(web, system, collection),
        looked=looked,
        here=_here(case, system, collection),
        basis=field(form, "basis") if form else looked.based,
        told_at=1,  # where the file is shown, and not at the head of the page
        typed={name: field(form, name) if form else "" for name in (*_AREA, "words", "reason")},
    )
