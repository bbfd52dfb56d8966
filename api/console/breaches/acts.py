"""An action on a breach as a form that posts: through the same road as the JSON API, refusals in words beside the form.

Next: api/v1/breaches.py
"""

import secrets
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters import kept_forms
from adapters.database.breach_reader import BREACH, BreachReader, BreachView
from api.answers import CommandUnansweredError
from api.console.authority import OFFICE, may
from api.console.breaches import words
from api.console.breaches.fields import body_of, context_help, form_fields
from api.console.breaches.pages import PATH, action_of, facts_of, staff_choices
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn, SignedOutError
from api.console.uploading import handed_in
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.days import zone
from api.idempotency import keyed_hash
from api.own_case import refuse_own_case
from api.v1.breach_bodies import BREACH_SHAPES
from api.v1.breach_models import BreachBody
from api.v1.breaches import breach_deed, reported, the_case, wrong_person
from domain.breach import Step
from domain.breach_authority import DECISIONS, BreachAction
from domain.breach_checklist import STEPS
from domain.breach_forms import FIELDS
from domain.errors import DomainError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
_TARGETS: Final = ("report", "sha256", "task", "other", "step", "field", "authority")


@router.get("/breaches/new")
def blank(web: TheWeb, who: TheCaseworker, case: str = "", reported: str = "") -> Response:
    """Report a breach: one field is needed, everything else can follow. Whoever may not read it is told that it arrived."""
    return _new(web, who, {"case": case, "reported": reported} | _from_case(web, who, case), {})


@router.post("/breaches/new")
async def report(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Its clocks run from the first alert."""
    typed = {
        name: forms.field(form, name)
        for name in ("summary", "first_alert_at", "aware_at", "affected", "case", "exercise", "once")
    }
    try:
        given = body_of(["summary", "first_alert_at", "aware_at", "affected", "case"], typed, zone(web))
        body = BreachBody.model_validate(given | {"exercise": typed["exercise"] == "yes"})
        view, created = await run_in_threadpool(reported, web, who, body, typed["once"] or None)
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_new, web, who, typed, faults(refusal))
    if created:
        web.the_breaches.start_soon(view.dossier.id)
    reads = may(who.role, "GET", f"{PATH}/{{reference}}")
    return away_to(f"{PATH}/{view.dossier.reference}" if reads else f"{PATH}/new?reported={view.dossier.reference}")


@router.get("/breaches/{reference}/actions/{action}")
async def form(reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """The form of an action."""
    view = await run_in_threadpool(BreachReader(web.resources).find, reference.upper())
    act, target = action_of(action), {name: request.query_params.get(name, "") for name in _TARGETS}
    _be_fresh(web, who, act, request)
    if form_id := request.query_params.get("kept", ""):
        target = await run_in_threadpool(_kept, web, who, view, form_id) | {name: text for name, text in target.items() if text}
    return await run_in_threadpool(_form, web, who, view, act, target, {})


@router.post("/breaches/{reference}/actions/{action}")
async def perform(  # noqa: PLR0917 (FastAPI's own)
    reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker, form: TheForm
) -> Response:
    """Do it, and go back to the breach."""
    view = await run_in_threadpool(BreachReader(web.resources).find, reference.upper())
    act, typed = action_of(action), typed_of(form)
    if act in DECISIONS and not who.is_fresh(web.now()):
        form_id = await run_in_threadpool(_keep, web, who, view, typed)
        who.need_fresh(web.now(), f"{request.url.path}?kept={form_id}")
    shape = BREACH_SHAPES[act]
    try:
        body = shape.body.model_validate(body_of(list(shape.body.model_fields), typed, zone(web))).model_dump(mode="json")
        key = typed.get("once") or secrets.token_urlsafe(16)
        command_id = keyed_hash(web.resources.vault, "command", who.key_id, act.value, key)
        await breach_deed(act, None, web, who, view).act(body, command_id)
    except CommandUnansweredError:
        return away_to(f"{PATH}/{view.dossier.reference}")
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_form, web, who, view, act, typed, faults(refusal))
    back = f"{PATH}/{view.dossier.reference}"
    if act is BreachAction.SET_FIELD and typed.get("back"):
        return away_to(f"{back}/report/{typed['back']}#{typed['field']}")
    return away_to(f"{back}?done={act.value}")


@router.post("/breaches/{reference}/evidence")
async def keep_evidence(reference: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """Keep a file as evidence: sealed while it arrives; whoever may add facts may add it."""
    view, act = await run_in_threadpool(BreachReader(web.resources).find, reference.upper()), BreachAction.ADD_EVIDENCE
    try:
        await handed_in(request, who, breach_deed(act, None, web, who, view))
    except CommandUnansweredError:
        return away_to(f"{PATH}/{view.dossier.reference}")
    except SignedOutError:
        raise
    except DomainError as refusal:
        return await run_in_threadpool(_form, web, who, view, act, {}, faults(refusal))
    return away_to(f"{PATH}/{view.dossier.reference}?done={act.value}")


def _new(web: Web, who: SignedIn, typed: dict[str, str], errors: dict[str, str]) -> Response:
    now = web.now().astimezone(zone(web))
    given = {"first_alert_at": now.strftime("%Y-%m-%dT%H:%M")} | typed
    once = typed.get("once") or secrets.token_urlsafe(16)
    status = 422 if errors else 200
    at = PATH if may(who.role, "GET", PATH) else f"{PATH}/new"
    return show(
        web, "breaches/new.html", who, status=status, at=at, given=given, errors=errors, once=once, zone_name=f"{now:%Z}",
        reads=at == PATH,
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
    given = _defaults(view, act, now.strftime("%Y-%m-%dT%H:%M"), typed.get("step", "")) | {
        name: text for name, text in typed.items() if text
    }
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
        back=typed.get("back", ""),
        about=_about(view, typed, facts["notes"]),
        choices=list(FIELDS[typed["field"]].choices) if typed.get("field") in FIELDS else [],
        context=context_help() if act is BreachAction.ASSESS else [],
        zone_name=f"{now:%Z}",
        possible=act in facts["actions"],
        **facts,
    )


def _defaults(view: BreachView, act: BreachAction, now: str, step: str) -> dict[str, str]:
    """What a form begins with: what stands already, so that whoever changes one thing changes no other."""
    state = view.state
    people = [
        f"{place} {each.low if each.low == each.high else f'{each.low}-{each.high}'}" for place, each in state.affected.items()
    ]
    texts = {"affected": "\n".join(people), "zone": "Europe/London", "happened_at": now, "told_at": now, "sent_at": now}
    if act is BreachAction.CHANGE_STEP:
        present = state.steps.get(step, Step())
        texts |= {"state": present.state, "owner": present.owner or ""}
    if act is BreachAction.ASSESS and state.severity:
        texts |= {name: str(value).lower() for name, value in state.severity.inputs.model_dump().items()}
    elif act is BreachAction.ASSESS and state.affected:
        texts["individuals"] = str(sum(each.high for each in state.affected.values()))
    return texts


def _about(view: BreachView, typed: dict[str, str], said: dict[Any, str]) -> str:
    names = {str(key): text for key, text in said.items()}
    if typed.get("field") in FIELDS:
        return FIELDS[typed["field"]].label("en")
    for name in ("task", "other"):
        if typed.get(name) in names:
            return names[typed[name]].partition("\n")[0]
    return words_of_step(typed.get("step", "")) or view.dossier.reference


def words_of_step(step: str) -> str:
    """A step of containment in words."""
    return STEPS.get(step, "")


def _be_fresh(web: Web, who: SignedIn, act: BreachAction, request: Request) -> None:
    if act in DECISIONS:
        query = f"?{request.url.query}" if request.url.query else ""
        who.need_fresh(web.now(), request.url.path + query)


def _keep(web: Web, who: SignedIn, view: BreachView, typed: dict[str, str]) -> UUID:
    """Keep what was typed until the password was given again; the marks of the old form are no part of it."""
    words = {name: text for name, text in typed.items() if name not in {"key", "once"}}
    with web.resources.database.write() as session:
        return kept_forms.keep(session, web.resources.vault.dossier(view.dossier.id, BREACH), who.caseworker, words, web.now())


def _kept(web: Web, who: SignedIn, view: BreachView, form_id: str) -> dict[str, str]:
    with web.resources.database.read() as session:
        return kept_forms.kept(session, web.resources.vault.dossier(view.dossier.id, BREACH), who.caseworker, form_id)


def typed_of(form: FormData) -> dict[str, str]:
    """What was typed, files aside."""
    return {str(name): value for name, value in form.multi_items() if isinstance(value, str)}


def faults(refusal: DomainError | ValidationError) -> dict[str, str]:
    """A refusal beside the field it is about."""
    if isinstance(refusal, ValidationError):
        first = refusal.errors()[0]
        field = str(first["loc"][-1]) if first["loc"] else "form"
        return {field: "This is needed." if first["type"] == "missing" else "This cannot be read as it stands."}
    return {str(refusal.facts.get("field") or "form"): refusal.message}
