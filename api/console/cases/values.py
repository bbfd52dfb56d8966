"""`/console/cases/{reference}/values`: what a correction is chosen from, with the person's own words beside it (Article 16).

The old value of a correction is taken from here, exactly as it is stored, and nobody types it. What is searched for is posted, so
that no word about a person stands in an address. Next: api/console/cases/deeds.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.correctable_values import HeldValue, HeldValues
from adapters.database.case_reader import CaseView
from api.console.cases import chosen, reading, shell
from api.console.cases.act_page import form_page
from api.console.cases.facts import CaseFacts
from api.console.cases.measure_fields import field_title
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.authority import ROLES, Action
from domain.datamap import DataMap
from domain.errors import InvalidInputError, NotPermittedError

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)

_SHOWN: Final = 150  # on one page; more is searched for
_CONTACT: Final = "contact"  # the category of the data map
_ADDRESS: Final = "address"
_SHORTEST: Final = 3  # letters: a shorter value stands in every sentence


@dataclass(frozen=True)
class Line:
    """One value on the page, under what it stands in; `key` names it until somebody looks anew, `named`: the person means it."""

    key: str
    group: str
    title: str
    value: str | None
    records: int
    named: bool
    contact: bool = False  # how the person is reached, as the data map sorts it


@router.get("/{reference}/values")
async def choose(web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Everything that could be corrected, what the person names first."""
    return await run_in_threadpool(lambda: _page(web, _worker(who), case, {}))


@router.post("/{reference}/values")
async def search(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Search among it; what was chosen before stays chosen."""
    given = {"q": field(form, "q")[:200], "system": field(form, "system"), "empty": field(form, "empty")}
    return await run_in_threadpool(lambda: _page(web, _worker(who), case, given, _picks(form)))


@router.post("/{reference}/actions/propose_rectification/chosen")
async def correct(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """The form of a correction, for the values that were chosen."""
    keys = _picks(form)

    def page() -> Response:
        try:
            chosen.picked(web, case, keys)
            typed = {name: field(form, name) for name in form if name not in {"key", "once", "pick"} and field(form, name)}
            return form_page(web, _worker(who), case, Action.PROPOSE_RECTIFICATION, typed | {"pick": keys})
        except InvalidInputError as refusal:
            return _page(web, who, case, {}, keys, refusal.message)

    return await run_in_threadpool(page)


def _picks(form: FormData) -> list[str]:
    return [str(each) for each in form.getlist("pick")]


def _worker(who: SignedIn) -> SignedIn:
    if who.role not in ROLES[Action.PROPOSE_RECTIFICATION]:
        raise NotPermittedError
    return who


def _page(  # noqa: PLR0917 (what the page remembers)
    web: Web, who: SignedIn, case: CaseView, given: Mapping[str, str], picks: list[str] | None = None, told: str = ""
) -> Response:
    read, found = reading.read(web, case), chosen.held(web, case)
    sealed = chosen.kept_by_legal(web.resources, case, found) if found else frozenset()
    every = _lines(web, read, found, sealed)
    fitting = [line for line in every if _fits(line, given, picks or [])]
    reached = {line.group for line in fitting if line.contact}  # what mostly is wrong is how the person is reached
    shown = sorted(fitting, key=lambda line: (not line.named, line.group not in reached))[:_SHOWN]
    others = (line for line in shown if not line.named)
    datamap = web.resources.datamap
    return shell.show_case(
        web,
        who,
        read,
        "cases/values.html",
        tab=None,
        status=422 if told else 200,
        given=given,
        chosen=picks or [],
        kept=[key for key in picks or [] if key not in {line.key for line in shown}],
        named=[line for line in shown if line.named],
        others=[(group, [*lines]) for group, lines in groupby(others, lambda line: line.group)],
        more=len(fitting) - len(shown),
        found=found,
        sealed=len(sealed),
        failed=[_title(web, name) for name in found.failed] if found else [],
        cut=[field_title(datamap, *place.split(".")) for place in found.cut] if found else [],
        systems=[("", "All systems"), *((name, _title(web, name)) for name in _systems(found))],
        errors={"pick": told} if told else {},
        possible=shell.possible(web, who, read.state, Action.PROPOSE_RECTIFICATION),
        looking_now=bool(read.state.usable_keys) and read.state.values is None,
    )


def _lines(web: Web, facts: CaseFacts, found: HeldValues | None, sealed: Collection[int]) -> list[Line]:
    if found is None:
        return []
    said = facts.correction[0] if facts.correction else ""
    datamap = web.resources.datamap
    lines = []
    for at, each in enumerate(found.values):
        if at in sealed:
            continue
        group, _, title = field_title(datamap, each.system, each.collection, each.field).rpartition(", ")
        named, contact = _named(each.value, said), _is_contact(datamap, each)
        lines.append(Line(chosen.key_of(found, at), group, title, each.value, each.records, named, contact))
    return lines


def _fits(line: Line, given: Mapping[str, str], picks: list[str]) -> bool:
    if line.key in picks:
        return True
    system, wanted = given.get("system", ""), given.get("q", "").casefold()
    if system and not line.key.startswith(f"{system}."):
        return False
    if line.value is None and not given.get("empty") and not wanted:
        return False
    if line.contact and _ADDRESS in wanted:  # its parts are called street or town
        return True
    return not wanted or wanted in (line.value or "").casefold() or wanted in f"{line.group}, {line.title}".casefold()


def _named(value: str | None, said: str) -> bool:
    """Whether the person's own words are about a value: one stands in the other."""
    one, other = (value or "").casefold().strip(), said.casefold().strip()
    return min(len(one), len(other)) >= _SHORTEST and (one in other or other in one)


def _is_contact(datamap: DataMap, held: HeldValue) -> bool:
    found = next((each for each in datamap.systems if each.name == held.system), None)
    one = next((each for each in found.collections if each.name == held.collection), None) if found else None
    known = one.fields.get(held.field) if one else None
    return known is not None and known.category == _CONTACT


def _systems(found: HeldValues | None) -> list[str]:
    return list(dict.fromkeys(each.system for each in found.values)) if found else []


def _title(web: Web, name: str) -> str:
    return next((system.title for system in web.resources.datamap.systems if system.name == name), name)
