"""An action on a breach as a form that posts: its fields, what they begin with, refusals in words beside the form.

Next: api/console/dossiers.py
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_reader import BREACH, BreachReader, BreachView
from api.console.authority import OFFICE, may
from api.console.breaches import words
from api.console.breaches.fields import body_of, context_help, form_fields
from api.console.breaches.pages import PATH, facts_of, staff_choices
from api.console.breaches.people import HINT, people_as_typed, people_read
from api.console.breaches.reported import text_before
from api.console.dossiers import DossierForms, faults
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.days import zone
from api.own_case import refuse_own_case
from api.v1.breach_bodies import BREACH_SHAPES
from api.v1.breach_models import BreachBody
from api.v1.breaches import breach_deed, reported, the_case, wrong_person
from api.v1.dossier_actions import DossierDeed
from domain.breach import Step
from domain.breach_authority import DECISIONS, BreachAction
from domain.breach_checklist import STEPS
from domain.errors import DomainError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
_REFERENCE: Final = re.compile(r"HAB-B[0-9A-Z]{7}")  # what the page repeats stands in its address
_TARGETS: Final = ("report", "sha256", "task", "other", "step", "authority")
_ON_THE_FORM: Final = {"summary": "What happened", "affected": "Where the people live", "case": "The case"}
_MAY_FOLLOW: Final = {
    "first_alert_at": "First alert",
    "affected": "Where the people live",
    "case": "Case whose answer reached the wrong person",
}
_ON_THE_REPORT: Final = frozenset({BreachAction.SET_FIELD, BreachAction.SET_FIELDS})  # its page is their form


@router.get("/breaches/new")
def blank(web: TheWeb, who: TheCaseworker, case: str = "", reported: str = "", unread: str = "") -> Response:
    """Report a breach: one field is needed, everything else can follow. Whoever may not read it is told that it arrived."""
    if _REFERENCE.fullmatch(reported):
        return show(web, "breaches/reported.html", who, at=f"{PATH}/new", reported=reported, unread=unread)
    return _new(web, who, {"case": case} | _from_case(web, who, case), {})


@router.post("/breaches/new")
async def report(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Its clocks run from the first alert."""
    typed = {
        name: forms.field(form, name)
        for name in ("summary", "first_alert_at", "aware_at", "affected", "case", "exercise", "once")
    }
    try:
        view, created, unread = await run_in_threadpool(_reported, web, who, typed)
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_new, web, who, typed, faults(refusal, _ON_THE_FORM))
    if created:
        web.the_breaches.start_soon(view.dossier.id)
    asked = {"unread": "yes"} if unread else {}
    if may(who.role, "GET", f"{PATH}/{{reference}}"):
        return away_to(f"{PATH}/{view.dossier.reference}{'?' if asked else ''}{urlencode(asked)}")
    return away_to(f"{PATH}/new?{urlencode({'reported': view.dossier.reference} | asked)}")


def _reported(web: Web, who: SignedIn, typed: dict[str, str]) -> tuple[BreachView, bool, bool]:
    """Report what can be read; what cannot, and may follow, stays in the words of whoever wrote it, below what happened.

    Raises:
        DomainError, ValidationError: what cannot follow is wrong: nobody said what happened.
    """
    told, left = dict(typed), list(_MAY_FOLLOW)
    while True:
        try:
            given = body_of(["summary", "first_alert_at", "aware_at", "affected", "case"], told, zone(web))
            body = BreachBody.model_validate(given | {"exercise": typed["exercise"] == "yes"})
            view, created = reported(web, who, body, typed["once"] or None)
        except (DomainError, ValidationError) as refusal:
            wrong = [name for name in faults(refusal, _MAY_FOLLOW) if name in left and told.get(name)]
            if not wrong or not typed["summary"].strip():
                raise
            for name in wrong:
                left.remove(name)
                lost, told[name] = people_read(told[name]) if name == "affected" else (told[name], "")
                told["summary"] += f"\n\n{_MAY_FOLLOW[name]}, not read yet: {lost}"
        else:
            return view, created, len(left) < len(_MAY_FOLLOW)


class BreachForms(DossierForms[BreachView, BreachAction]):
    """The forms of a breach."""

    path = PATH
    purpose = BREACH
    actions = BreachAction
    decisions = DECISIONS
    labels = words.LABELS
    unkept = frozenset({"key", "once"})

    def find(self, web: Web, reference: str) -> BreachView:
        return BreachReader(web.resources).find(reference)

    def deed(self, act: BreachAction, web: Web, who: SignedIn, view: BreachView) -> DossierDeed:
        return breach_deed(act, None, web, who, view)

    def body(self, web: Web, act: BreachAction, typed: Mapping[str, str]) -> dict[str, Any]:
        return body_of(list(BREACH_SHAPES[act].body.model_fields), typed, zone(web))

    def page(  # noqa: PLR0917 (what a form is made of)
        self, web: Web, who: SignedIn, view: BreachView, act: BreachAction, typed: dict[str, str], errors: dict[str, str]
    ) -> Response:
        if act in _ON_THE_REPORT:
            rows = BreachReader(web.resources).clocks(view.state, web.now()).rows
            return away_to(f"{PATH}/{view.dossier.reference}/report/{rows[0].key if rows else 'controller'}")
        return _form(web, who, view, act, typed, errors)


FORMS: Final = BreachForms()


@router.get("/breaches/{reference}/actions/{action}")
async def form(reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """The form of an action."""
    return await FORMS.ask(reference, action, request, web, who)


@router.post("/breaches/{reference}/actions/{action}")
async def perform(  # noqa: PLR0917 (FastAPI's own)
    reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker, form: TheForm
) -> Response:
    """Do it, and go back to the breach."""
    return await FORMS.perform(reference, action, request, web, who, form)


@router.post("/breaches/{reference}/evidence")
async def keep_evidence(reference: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """Keep a file as evidence; whoever may add facts may add it."""
    return await FORMS.take_file(reference, BreachAction.ADD_EVIDENCE, request, web, who)


def _new(web: Web, who: SignedIn, typed: dict[str, str], errors: dict[str, str]) -> Response:
    now = web.now().astimezone(zone(web))
    given = {"first_alert_at": now.strftime("%Y-%m-%dT%H:%M")} | typed
    once = typed.get("once") or secrets.token_urlsafe(16)
    status = 422 if errors else 200
    at = PATH if may(who.role, "GET", PATH) else f"{PATH}/new"
    return show(
        web, "breaches/new.html", who, status=status, at=at, given=given, errors=errors, once=once, zone_name=f"{now:%Z}",
        reads=at == PATH, people_hint=HINT,
    )  # fmt: skip


def _from_case(web: Web, who: SignedIn, case: str) -> dict[str, str]:
    """What a report of a wrong recipient begins with, for whoever may see the case."""
    if not case or who.role not in OFFICE:
        return {}
    try:
        return {
            "summary": wrong_person(web.resources, refuse_own_case(web.resources, who, who.see(the_case(web.resources, case))))
        }
    except DomainError:
        return {}


def _form(  # noqa: PLR0917 (what a form is made of)
    web: Web, who: SignedIn, view: BreachView, act: BreachAction, typed: dict[str, str], errors: dict[str, str]
) -> Response:
    shape, facts = BREACH_SHAPES[act], facts_of(web, who, view)
    now = web.now().astimezone(zone(web))
    fields = form_fields(web.resources, view.state, list(shape.body.model_fields), staff_choices(web))
    authorities: list[tuple[str, str]] = []
    if act is BreachAction.PREPARE_REPORT:  # what is frozen is for the authority whose report is shown: it is no field here
        authorities = next(each.options for each in fields if each.name == "authority")
        fields = [each for each in fields if each.name != "authority" or not authorities]
        typed = ({"authority": authorities[0][0]} if authorities else {}) | {name: text for name, text in typed.items() if text}
    given = _defaults(view, act, now, typed.get("step", "")) | {name: text for name, text in typed.items() if text}
    return show(
        web,
        "breaches/act.html",
        who,
        status=422 if errors else 200,
        at=PATH,
        act=words.ACTS[act],
        action=act,
        fields=fields,
        given=given,
        errors=errors,
        target={name: typed.get(name, "") for name in _TARGETS if typed.get(name) and name not in {each.name for each in fields}},
        once=typed.get("once") or secrets.token_urlsafe(16),
        about=_about(typed, facts["notes"], facts["title"]),
        authorities=authorities,
        preview=text_before(web, view, typed.get("authority", "")) if act is BreachAction.PREPARE_REPORT else "",
        context=context_help() if act is BreachAction.ASSESS else [],
        zone_name=f"{now:%Z}",
        possible=act in facts["actions"],
        **facts,
    )


def _defaults(view: BreachView, act: BreachAction, at: datetime, step: str) -> dict[str, str]:
    """What a form begins with: what stands already, so that whoever changes one thing changes no other."""
    state, here, now = view.state, at.tzinfo, at.strftime("%Y-%m-%dT%H:%M")
    texts = {
        "affected": people_as_typed(state.affected),
        "zone": "Europe/London",
        "happened_at": now,
        "told_at": now,
        "sent_at": now,
    }
    if act is BreachAction.CONFIRM_AWARENESS and (since := (state.awareness and state.awareness.at) or state.first_alert_at):
        texts["aware_at"] = since.astimezone(here).strftime("%Y-%m-%dT%H:%M")
    if act is BreachAction.CHANGE_STEP:
        present = state.steps.get(step, Step())
        texts |= {"state": present.state, "owner": present.owner or ""}
    if act is BreachAction.ASSESS and state.severity:
        texts |= {name: str(value).lower() for name, value in state.severity.inputs.model_dump().items()}
    elif act is BreachAction.ASSESS and state.affected:
        texts["individuals"] = str(sum(each.high for each in state.affected.values()))
    return texts


def _about(typed: dict[str, str], said: dict[Any, str], title: str) -> str:
    names = {str(key): text for key, text in said.items()}
    for name in ("task", "other"):
        if typed.get(name) in names:
            return names[typed[name]].partition("\n")[0]
    return STEPS.get(typed.get("step", ""), "") or title
