"""An action on a notice as a form that posts: through the same road as the JSON API, refusals in words beside the form.

Next: api/v1/notices.py
"""

import secrets
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from adapters import kept_forms
from adapters.database.breach_reader import BreachReader
from adapters.database.notice_reader import NOTICE, NoticeReader, NoticeView
from adapters.resources import Resources
from api.answers import CommandUnansweredError
from api.console.breaches.acts import faults, typed_of
from api.console.breaches.pages import PATH as BREACHES
from api.console.notices import words
from api.console.notices.fields import body_of, form_fields
from api.console.notices.pages import PATH, facts_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn, SignedOutError
from api.console.uploading import handed_in
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.days import zone
from api.idempotency import keyed_hash
from api.v1.notice_bodies import NOTICE_SHAPES, NoticeBody
from api.v1.notices import begun, notice_deed
from domain.breach import Language
from domain.errors import DomainError, UnknownObjectError
from domain.notice_commands import NOTICE_DECISIONS, NoticeAction

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)


@router.get("/notices/new")
def blank(web: TheWeb, who: TheCaseworker, breach: str = "") -> Response:
    """Begin a notice: what it is about; the rest follows on its page."""
    return _new(web, who, {"breach": breach}, {})


@router.post("/notices/new")
async def begin(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Nothing leaves before a list and letters are approved by somebody else."""
    typed = {name: forms.field(form, name) for name in ("title", "purpose", "breach", "exercise", "once")}
    try:
        body = NoticeBody.model_validate(
            {
                "title": typed["title"].strip(),
                "purpose": typed["purpose"] or "breach",
                "breach": typed["breach"].strip().upper() or None,
                "exercise": typed["exercise"] == "yes",
            }
        )
        view, created = await run_in_threadpool(begun, web, who, body, typed["once"] or None)
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_new, web, who, typed, faults(refusal))
    if created:
        web.the_notices.start_soon(view.dossier.id)
    return away_to(f"{PATH}/{view.dossier.reference}")


@router.get("/notices/{reference}/actions/{action}")
async def form(reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """The form of an action."""
    view = await run_in_threadpool(NoticeReader(web.resources).find, reference.upper())
    act = _action_of(action)
    _be_fresh(web, who, act, request)
    typed = dict(request.query_params)
    if form_id := typed.pop("kept", ""):
        typed = await run_in_threadpool(_kept, web, who, view, form_id)
    return await run_in_threadpool(_form, web, who, view, act, typed, {})


@router.post("/notices/{reference}/actions/{action}")
async def perform(  # noqa: PLR0917 (FastAPI's own)
    reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker, form: TheForm
) -> Response:
    """Do it, and go back to the notice."""
    view = await run_in_threadpool(NoticeReader(web.resources).find, reference.upper())
    act, typed = _action_of(action), typed_of(form)
    if act in NOTICE_DECISIONS and not who.is_fresh(web.now()):
        form_id = await run_in_threadpool(_keep, web, who, view, typed)
        who.need_fresh(web.now(), f"{request.url.path}?kept={form_id}")
    try:
        given = body_of(act, typed, zone(web))
        body = NOTICE_SHAPES[act].body.model_validate(given).model_dump(mode="json")
        key = typed.get("once") or secrets.token_urlsafe(16)
        command_id = keyed_hash(web.resources.vault, "command", who.key_id, act.value, key)
        await notice_deed(act, None, web, who, view).act(body, command_id)
    except CommandUnansweredError:
        return away_to(f"{PATH}/{view.dossier.reference}")
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_form, web, who, view, act, typed, faults(refusal))
    return away_to(f"{PATH}/{view.dossier.reference}?done={act.value}")


@router.post("/notices/{reference}/list")
async def load(reference: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """Take the people from a CSV file, sealed while it arrives."""
    view, act = await run_in_threadpool(NoticeReader(web.resources).find, reference.upper()), NoticeAction.LOAD_LIST
    try:
        await handed_in(request, who, notice_deed(act, None, web, who, view))
    except CommandUnansweredError:
        return away_to(f"{PATH}/{view.dossier.reference}")
    except SignedOutError:
        raise
    except DomainError as refusal:
        return await run_in_threadpool(_form, web, who, view, act, {}, faults(refusal))
    return away_to(f"{PATH}/{view.dossier.reference}?done={act.value}")


def _new(web: Web, who: SignedIn, typed: dict[str, str], errors: dict[str, str]) -> Response:
    breach = typed.get("breach", "").strip().upper()
    rehearsed = False
    if breach and not errors:
        rehearsed = BreachReader(web.resources).find(breach).state.exercise
    return show(
        web, "notices/new.html", who, status=422 if errors else 200, at=BREACHES, given=typed, errors=errors, breach=breach,
        rehearsed=rehearsed, purposes=list(words.PURPOSES.items()), once=typed.get("once") or secrets.token_urlsafe(16),
    )  # fmt: skip


def _form(  # noqa: PLR0917 (what a form is made of)
    web: Web, who: SignedIn, view: NoticeView, act: NoticeAction, typed: dict[str, str], errors: dict[str, str]
) -> Response:
    facts = facts_of(web, who, view)
    given = _written(web.resources, view, act, typed.get("language", "")) | {name: text for name, text in typed.items() if text}
    return show(
        web,
        "notices/act.html",
        who,
        status=422 if errors else 200,
        at=BREACHES,
        act=words.ACTS[act],
        action=act,
        fields=form_fields(web.resources, view.state, act),
        given=given,
        errors=errors,
        once=typed.get("once") or secrets.token_urlsafe(16),
        zone_name=f"{datetime.now(zone(web)):%Z}",
        possible=act in facts["actions"],
        **facts,
    )


def _written(resources: Resources, view: NoticeView, act: NoticeAction, language: str) -> dict[str, str]:
    """What is there already, to be changed: the letter in a language, the speed."""
    state, reader = view.state, NoticeReader(resources)
    chosen: Language | None = next((each for each in words.LANGUAGES if each == language), None)
    if act is NoticeAction.SET_LETTER:
        parts = state.letters.get(chosen or "en", {})
        said = reader.words(view.dossier.id, parts.values())
        return {"language": chosen or "en"} | {name: said.get(note, "") for name, note in parts.items()}
    if act is NoticeAction.PUBLISH and chosen in state.published:
        note = state.published[chosen]
        return {"text": reader.words(view.dossier.id, [note]).get(note, "")}
    if act is NoticeAction.SET_RATE:
        return {"rate": str(state.rate or 0)}
    if act is NoticeAction.SET_POLICY and state.version and state.updated:
        return {"version": state.version, "updated": state.updated.isoformat()}
    return {}


def _action_of(name: str) -> NoticeAction:
    try:
        return NoticeAction(name)
    except ValueError:
        raise UnknownObjectError from None


def _be_fresh(web: Web, who: SignedIn, act: NoticeAction, request: Request) -> None:
    if act in NOTICE_DECISIONS:
        query = f"?{request.url.query}" if request.url.query else ""
        who.need_fresh(web.now(), request.url.path + query)


def _keep(web: Web, who: SignedIn, view: NoticeView, typed: dict[str, str]) -> UUID:
    """Keep what was typed until the password was given again; what is approved then is what stands there then."""
    words_typed = {name: text for name, text in typed.items() if name not in {"key", "once", "sha256"}}
    vault = web.resources.vault.dossier(view.dossier.id, NOTICE)
    with web.resources.database.write() as session:
        return kept_forms.keep(session, vault, who.caseworker, words_typed, web.now())


def _kept(web: Web, who: SignedIn, view: NoticeView, form_id: str) -> dict[str, str]:
    with web.resources.database.read() as session:
        return kept_forms.kept(session, web.resources.vault.dossier(view.dossier.id, NOTICE), who.caseworker, form_id)
