"""`/console/cases/{reference}/actions/{action}`: one command of a case as a form; its refusals stand beside the fields.

The same road as the JSON API's: words are sealed first and only their ids leave. A form's mark makes a second press the same
command. What needs a fresh sign-in asks for it before anything is typed. Next: api/v1/preparation.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import json
import uuid
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters import kept_forms
from adapters.database.case_reader import CaseView
from api.answers import CommandUnansweredError
from api.console import sessions
from api.console.cases import chosen, looked
from api.console.cases.act_page import ABOUT_THE_CASE, UPLOADS, beside, form_page
from api.console.cases.acts import FRESH, act_of
from api.console.cases.desk_words import AGAIN, ANSWERED
from api.console.cases.form_fields import COMPOSED, MANY, STARTS_WITH, TARGETS, composed
from api.console.cases.measure_fields import uses_chosen
from api.console.cases.task_forms import asked_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.console.turned_away import SignedOutError
from api.dependencies import TheWeb, Web
from api.face.forms import field
from api.idempotency import keyed_hash
from api.uploads import Upload, read_upload
from api.v1.bodies import SHAPES
from api.v1.deciding_many import DESK
from api.v1.desk_bodies import ActionBody
from api.v1.preparation import Deed, hand_in
from domain.authority import ROLES, Action
from domain.errors import DomainError, InvalidInputError, NotAllowedNowError, NotPermittedError, UnknownObjectError
from domain.rights import Status

router = APIRouter(prefix="/console/cases", route_class=ConsoleRoute, include_in_schema=False)

TheAction = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]


@router.get("/{reference}/actions/{action}")
async def ask(request: Request, action: TheAction, web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """The form of one command, if it is possible now."""
    wanted = _action(action, who)
    if wanted is Action.PROPOSE_RECTIFICATION and not request.query_params.keys() & {"typed", "kept"}:
        return away_to(f"/console/cases/{case.receipt.reference}/values")  # the old value is chosen from what stands there
    target = {name: value[:200] for name, value in request.query_params.items() if name in TARGETS | STARTS_WITH}
    if wanted in FRESH:
        who.need_fresh(web.now(), f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}")
    return await run_in_threadpool(lambda: form_page(web, who, case, wanted, _kept(request, web, who, case) | target))


@router.post("/{reference}/actions/{action}")
async def act(action: TheAction, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Do it, and come back to the case; or say beside the form why not."""
    wanted = _action(action, who)
    path = f"/console/cases/{case.receipt.reference}"
    given = _given(wanted, form) | looked.given_in(wanted, form)
    if wanted in FRESH:
        back = f"{path}?done={AGAIN}" if given.keys() <= TARGETS else f"{path}/actions/{wanted.value}"
        if not given.keys() <= TARGETS and not who.is_fresh(web.now()):
            back += f"?kept={await run_in_threadpool(_keep, web, who, case, given)}"
        who.need_fresh(web.now(), back)
    try:
        told = await run_in_threadpool(looked.told, web, who, case, wanted, given)
        done = await carry_out(web, who, case, wanted, told, field(form, "once"), Upload())
    except DomainError as refusal:
        given |= {"pick": []} if refusal.facts.get("field") == "pick" else {}
        return await run_in_threadpool(form_page, web, who, case, wanted, given, beside(refusal))
    name = ANSWERED if given.get("result") == "done" else wanted.value
    back = field(form, "back")
    asked = asked_of(wanted, case.state, given)
    tab = (asked.act if asked else act_of(wanted)).tab if done else ""
    here = back if back.startswith(f"{path}/") and "//" not in back else f"{path}/{tab}".rstrip("/")
    return away_to(f"{here}{'&' if '?' in here else '?'}done={name if done else 'waiting'}")


@router.post("/{reference}/files/{kind}")
async def upload(
    request: Request,
    kind: Annotated[str, Path(pattern=r"^(work_item|evidence)$")],
    web: TheWeb,
    who: TheCaseworker,
    case: TheOpenedCase,
) -> Response:
    """Take files in, sealed while they arrive: what a person found, or a proof of identity."""
    action, path = UPLOADS[kind], f"/console/cases/{case.receipt.reference}"
    if who.role not in ROLES[action]:
        raise NotPermittedError
    vault = web.resources.vault
    if action is Action.SUBMIT_IDENTITY_EVIDENCE:
        if case.state.identity_record or case.state.status is Status.CLOSED:
            raise NotAllowedNowError
        await run_in_threadpool(vault.make_evidence_key, case.receipt.case_id)
        sealer = await run_in_threadpool(vault.evidence, case.receipt.case_id)
    else:
        sealer = await run_in_threadpool(vault.case, case.receipt.case_id)
    given: dict[str, Any] = {}
    sent = Upload()
    try:
        sent = await read_upload(request, web.resources, sealer, "evidence" if kind == "evidence" else "upload")
        # One field holds everything that is not a file: the reader of uploads knows a part for words and a part for files.
        command = dict(json.loads(sent.command or b"{}"))
        sessions.check_form(who, str(command.get("key", "")))
        given = {name: command[name] for name in SHAPES[action].body.model_fields if name in command}
        if not sent.files:
            raise InvalidInputError("Choose a file first.", field="files")
        await carry_out(web, who, case, action, given, str(command.get("once", "")), sent)
    except (DomainError, ValueError, TypeError, RecursionError) as failure:
        await run_in_threadpool(sent.discard, web.resources.blobs)
        if not isinstance(failure, DomainError) or isinstance(failure, SignedOutError):
            raise
        return await run_in_threadpool(form_page, web, who, case, action, given, beside(failure))
    return away_to(f"{path}/systems?done={action.value}" if kind == "work_item" else f"{path}?done={action.value}")


def _action(name: str, who: SignedIn) -> Action:
    try:
        action = Action(name)
    except ValueError:
        raise UnknownObjectError from None
    if action not in SHAPES or who.role not in ROLES[action]:
        raise NotPermittedError
    return action


def _keep(web: Web, who: SignedIn, case: CaseView, given: Mapping[str, Any]) -> UUID:
    with web.resources.database.write() as session:
        return kept_forms.keep(session, web.resources.vault.case(case.receipt.case_id), who.caseworker, given, web.now())


def _kept(request: Request, web: Web, who: SignedIn, case: CaseView) -> dict[str, Any]:
    """What was typed before the password was asked for again."""
    if not (form_id := request.query_params.get("kept", "")):
        return {}
    with web.resources.database.read() as session:
        return kept_forms.kept(session, web.resources.vault.case(case.receipt.case_id), who.caseworker, form_id) | {AGAIN: "yes"}


def _given(action: Action, form: FormData) -> dict[str, Any]:
    """What was filled in; what was left empty was not given."""
    names = SHAPES[action].body.model_fields
    if action in COMPOSED:
        typed = {name: field(form, name) for name in form if name not in {"key", "once", "back", "pick"} and field(form, name)}
        return typed | ({"pick": [str(each) for each in form.getlist("pick")]} if "pick" in form else {})
    several = {name: [str(each) for each in form.getlist(name)] for name in names if name in MANY}
    return several | {name: field(form, name) for name in names if name not in MANY and field(form, name)}


async def carry_out(  # noqa: PLR0917 (a command, who gives it, and what came with it)
    web: Web, who: SignedIn, case: CaseView, action: Action, given: Mapping[str, Any], once: str, sent: Upload
) -> bool:
    """Let it happen; False when nobody answered in time, and it counts only once it is answered.

    Raises:
        DomainError: it was refused.
    """
    filled = await run_in_threadpool(chosen.with_old_values, web, case, given) if given.get("pick") else given
    body = _body(action, filled)
    deed = await run_in_threadpool(_deed, web, who, case, action, body, once, sent)
    if action in DESK:
        await run_in_threadpool(DESK[action], deed)
        return True
    call, fresh = await run_in_threadpool(hand_in, deed)
    if not fresh:
        await run_in_threadpool(sent.discard, web.resources.blobs)  # pressed twice: the first one's files count
    try:
        await web.cases.perform(case.receipt.case_id, call)
    except CommandUnansweredError:
        return False
    return True


def _body(action: Action, given: Mapping[str, Any]) -> ActionBody:
    """What was filled in, as the API takes it.

    Raises:
        InvalidInputError: something is missing or wrong; its fact `others` (`field=words`) has whatever else is.
    """
    wrong: dict[str, str] = {}
    if action is Action.RESTRICT_PROCESSING:
        try:
            given = uses_chosen(given)
        except InvalidInputError as refusal:
            wrong["purposes"] = refusal.message
    try:
        body = SHAPES[action].body.model_validate(composed(action, given))
        if not wrong:
            return body
    except ValidationError as failure:
        for each in failure.errors():
            name = str(each["loc"][0]) if each["loc"] else ABOUT_THE_CASE
            wrong.setdefault(name, _told(str(each["type"]), name))
    (name, words), *others = wrong.items()
    raise InvalidInputError(words, field=name, others=[f"{field}={told}" for field, told in others])


def _deed(  # noqa: PLR0917
    web: Web, who: SignedIn, case: CaseView, action: Action, body: ActionBody, once: str, sent: Upload
) -> Deed:
    vault, words = web.resources.vault, body.model_dump_json()
    files = [part for file in sent.files for part in (file.name, file.ref.sha256)]
    mark = (
        keyed_hash(vault, "console", who.person, case.receipt.reference, action.value, once, words) if once else uuid.uuid4().hex
    )
    return Deed(
        resources=web.resources,
        caller=who,
        view=case,
        action=action,
        body=body,
        command_id=mark,
        body_hash=keyed_hash(vault, "body", action.value, words, *files),
        files=tuple(sent.files),
        now=web.now(),
    )


def _told(kind: str, field: str) -> str:
    if kind in {"missing", "string_too_short"} and field != "ground":
        return "Fill this in."
    if kind in {"enum", "literal_error", "missing"}:
        return "Choose one."
    return "Shorten this." if kind == "string_too_long" else "This is not in the form that is needed here."
