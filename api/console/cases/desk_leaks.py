"""Cover it there too: one press for the places of a package in which covered or withheld words still stand (Article 15(4)).

What is decided of each item stays and is added to; nothing is given that was not given before. Next: api/v1/deciding.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.collected import Item
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Decision, Standing
from adapters.database.tables import PackageRow
from api.console.cases import desk_reading, package_places, reading, shell
from api.console.cases.desk import attempt
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.authority import Action
from domain.errors import UnknownObjectError
from domain.redaction import Span
from domain.rights import Status
from domain.withholding import EXCLUSIONS, KEPT_BACK, Basis, ItemChoice

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_WHY = "What is covered or withheld elsewhere in this case stands here too."


@router.post("/{reference}/package/cover")
async def cover(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Cover or keep back what still stands at the places that were ticked, and come back to the case."""
    chosen = {str(each) for each in form.getlist("place")}
    done, left = 0, 0
    for number, each in enumerate(await run_in_threadpool(_places, web, who, case)):
        if str(number) not in chosen:
            continue
        given = await run_in_threadpool(_decision, web, case, each)
        if given is None:
            left += 1
            continue
        once = f"{form.get('once', '')}.{number}"
        refused = await attempt(web, who, case, Action.SET_ITEM_DECISION, given, form, once=once)
        done, left = (done, left + 1) if refused else (done + 1, left)
    told = "covered_in_part" if left else "covered_there" if done else "covered_nothing"
    return away_to(f"{shell.BASE}/{case.receipt.reference}?done={told}")


def _places(web: Web, who: SignedIn, case: CaseView) -> list[dict[str, Any]]:
    """The list as the case page has it; empty where the package has no such place any more."""
    facts = reading.read(web, case)
    package = package_places.in_question(facts.state)
    if package is None or facts.state.status is not Status.IN_REVIEW:
        return []
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package)
        words = package_places.words_shown(session, facts.state.case_id, who.role)
    found = package_places.listed(facts, row) if row else []
    # Whoever must not see the words covers the fields that hold them.
    return found if words else [each | {"covers": [{"field": name} for name in each["fields"]]} for each in found]


def _decision(web: Web, case: CaseView, place: dict[str, Any]) -> dict[str, Any] | None:
    """What to decide of the item; None where it is not there any more, or nothing of it is given."""
    facts = reading.read(web, case)
    try:
        found = desk_reading.collection_of(web, facts, place["system"], place["collection"])
    except UnknownObjectError:
        return None
    position = place["position"]
    item = next(found.items(position), None) if position < found.rows else None
    if item is None or item.id != place["item"]:
        return None
    with web.resources.database.read() as session:
        standing = Standing.read(session, web.resources.vault.case(facts.state.case_id), only=[item.id])
    stands = standing.of(item.id, item.row)
    if stands is not None and (stands.choice in KEPT_BACK or stands.choice in EXCLUSIONS):
        return None
    return _added_to(item, stands, place)


def _added_to(item: Item, stands: Decision | None, place: dict[str, Any]) -> dict[str, Any]:
    covers = [Span.model_validate(each) for each in place["covers"]]
    given = {
        "item": item.id,
        "position": item.position,
        "seen": stands.revision if stands else 0,
        "reason": _WHY,
        "basis": (stands.basis if stands else None) or place["basis"] or Basis.THIRD_PARTY.value,
        "looked": bool(stands and stands.parts.looked and stands.choice is not ItemChoice.INCLUDE),
    }
    if not covers:
        return given | {"decision": ItemChoice.WITHHOLD.value}
    if stands is not None and stands.choice is ItemChoice.EXTRACT:
        return given | {
            "decision": ItemChoice.EXTRACT.value,
            "spans": _dumped(stands.parts.spans),
            "covers": _dumped((*stands.parts.covers, *covers)),
        }
    before = stands.parts.spans if stands and stands.choice is ItemChoice.REDACT else ()
    return given | {"decision": ItemChoice.REDACT.value, "spans": _dumped((*before, *covers))}


def _dumped(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [span.model_dump(mode="json", exclude_defaults=True) for span in dict.fromkeys(spans)]
