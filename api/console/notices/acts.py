"""An action on a notice as a form that posts: its fields, what they begin with, refusals in words beside the form.

Next: api/console/dossiers.py
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_reader import BreachReader
from adapters.database.notice_reader import NOTICE, NoticeReader, NoticeView
from adapters.resources import Resources
from api.console.breaches.pages import PATH as BREACHES
from api.console.dossiers import DossierForms, faults
from api.console.notices import words
from api.console.notices.fields import body_of, form_fields
from api.console.notices.pages import PATH, facts_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.days import zone
from api.v1.dossier_actions import DossierDeed
from api.v1.notice_bodies import NoticeBody
from api.v1.notices import begun, notice_deed
from domain.breach import Language
from domain.errors import DomainError
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
                "purpose": typed["purpose"],
                "breach": typed["breach"].strip().upper() or None,
                "exercise": typed["exercise"] == "yes",
            }
        )
        view, created = await run_in_threadpool(begun, web, who, body, typed["once"] or None)
    except (DomainError, ValidationError) as refusal:
        return await run_in_threadpool(_new, web, who, typed, faults(refusal, words.LABELS))
    if created:
        web.the_notices.start_soon(view.dossier.id)
    return away_to(f"{PATH}/{view.dossier.reference}")


class NoticeForms(DossierForms[NoticeView, NoticeAction]):
    """The forms of a notice."""

    path = PATH
    purpose = NOTICE
    actions = NoticeAction
    decisions = NOTICE_DECISIONS
    labels = words.LABELS
    unkept = frozenset({"key", "once", "sha256"})

    def find(self, web: Web, reference: str) -> NoticeView:
        return NoticeReader(web.resources).find(reference)

    def deed(self, act: NoticeAction, web: Web, who: SignedIn, view: NoticeView) -> DossierDeed:
        return notice_deed(act, None, web, who, view)

    def body(self, web: Web, act: NoticeAction, typed: Mapping[str, str]) -> dict[str, Any]:
        return body_of(act, typed, zone(web))

    def page(  # noqa: PLR0917 (what a form is made of)
        self, web: Web, who: SignedIn, view: NoticeView, act: NoticeAction, typed: dict[str, str], errors: dict[str, str]
    ) -> Response:
        return _form(web, who, view, act, typed, errors)


FORMS: Final = NoticeForms()


@router.get("/notices/{reference}/actions/{action}")
async def form(reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """The form of an action."""
    return await FORMS.ask(reference, action, request, web, who)


@router.post("/notices/{reference}/actions/{action}")
async def perform(  # noqa: PLR0917 (FastAPI's own)
    reference: str, action: str, request: Request, web: TheWeb, who: TheCaseworker, form: TheForm
) -> Response:
    """Do it, and go back to the notice."""
    return await FORMS.perform(reference, action, request, web, who, form)


@router.post("/notices/{reference}/list")
async def load(reference: str, request: Request, web: TheWeb, who: TheCaseworker) -> Response:
    """Take the people from a CSV file."""
    return await FORMS.take_file(reference, NoticeAction.LOAD_LIST, request, web, who)


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
