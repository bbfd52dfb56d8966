"""Notices to many people by API: begin one, load its list, write its letters, approve, watch, prove (Article 34).

Next: `api/v1/notice_bodies.py`
"""
# ruff: noqa: FAST003  (TheNotice takes the reference out of the path)

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import TypeAdapter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_reader import BreachReader, BreachView
from adapters.database.notice_reader import NOTICE, IncomingNotice, NoticeReader, NoticeView, open_notice
from adapters.resources import Resources
from api.access import note_access
from api.dependencies import TheCaller, TheWeb, Web, web_of
from api.guard import GuardedRoute
from api.guards import hosts_of
from api.idempotency import keyed_hash, sent_key
from api.security import Caller
from api.v1.breach_models import DossierEventLines
from api.v1.dossier_actions import DossierDeed
from api.v1.dossier_reading import command_answered, dossier_events
from api.v1.models import CommandAnswer
from api.v1.notice_bodies import (
    NOTICE_SHAPES,
    PARTS,
    BannerAnswer,
    NoticeAnswer,
    NoticeBody,
    NoticeLines,
    ProofAnswer,
    ProofBody,
    SegmentAnswer,
)
from domain.errors import InvalidInputError, UnknownObjectError
from domain.notice import NoticeState
from domain.notice_commands import NOTICE_DECISIONS, NOTICE_ROLES, NoticeAction, NoticeCall, NoticeCommand
from domain.notice_decisions import allowed_notice_actions, check_words

router = APIRouter(tags=["notices"], route_class=GuardedRoute)
_COMMAND: TypeAdapter[NoticeCommand] = TypeAdapter(NoticeCommand)


async def notice_view(request: Request, reference: Annotated[str, Path(description="`HAB-N` and 7 characters.")]) -> NoticeView:
    """The notice that the path names.

    Raises:
        UnknownObjectError: there is none.
    """
    return await run_in_threadpool(NoticeReader(web_of(request).resources).find, reference.upper())


TheNotice = Annotated[NoticeView, Depends(notice_view)]


@router.post("/notices", status_code=201)
async def begin_notice(body: NoticeBody, request: Request, who: TheCaller, web: TheWeb) -> NoticeAnswer:
    """Begin a notice; nothing leaves before a list and letters are approved."""
    view, created = await run_in_threadpool(begun, web, who, body, sent_key(request))
    if created:
        web.the_notices.start_soon(view.dossier.id)
    return await run_in_threadpool(notice_answer, web.resources, who, view)


@router.get("/notices")
def list_notices(
    web: TheWeb, who: TheCaller, breach: Annotated[str | None, Query(max_length=20, description="reference of a breach")] = None
) -> NoticeLines:
    """Notices, newest first."""
    about = BreachReader(web.resources).find(breach.upper()).dossier.id if breach else None
    views = NoticeReader(web.resources).page(breach=about)
    return NoticeLines(items=[notice_answer(web.resources, who, view) for view in views])


@router.get("/notices/{reference}")
def read_notice(notice: TheNotice, who: TheCaller, web: TheWeb) -> NoticeAnswer:
    """One notice as it stands, with its progress."""
    return notice_answer(web.resources, who, notice)


@router.get("/notices/{reference}/events")
def read_notice_events(notice: TheNotice, web: TheWeb, cursor: Annotated[int, Query(ge=0, le=2**31)] = 0) -> DossierEventLines:
    """The history of a notice in its own order."""
    return dossier_events(NoticeReader(web.resources), notice.dossier.id, cursor)


@router.post("/notices/{reference}/proof")
def prove(body: ProofBody, notice: TheNotice, who: TheCaller, web: TheWeb) -> ProofAnswer:
    """What became of the letter to one person: was I affected, and was I told?"""
    note_access(web, who, "search-person")
    proof = NoticeReader(web.resources).proof(notice.dossier.id, body.email)
    if proof is None:
        return ProofAnswer(affected=False, segment=None, state=None, at=None, code=None, replied_at=None)
    return ProofAnswer(
        affected=True, segment=proof.segment, state=proof.state, at=proof.at, code=proof.code, replied_at=proof.replied_at
    )


@router.get("/notices/{reference}/banner")
def read_banner(notice: TheNotice, web: TheWeb) -> BannerAnswer:
    """The public notice, for the banner of the controller's own platform."""
    return BannerAnswer(reference=notice.dossier.reference, texts=public_texts(web.resources, notice))


@router.get("/notices/{reference}/commands/{command}", response_model=NoticeAnswer, responses={202: {"model": CommandAnswer}})
async def read_notice_command(notice: TheNotice, command: str, who: TheCaller, web: TheWeb) -> Any:  # noqa: ANN401
    """The answer to a command that was not answered at once: the notice after it, its refusal, or 202 while there is none."""
    reader = NoticeReader(web.resources)

    def answer() -> NoticeAnswer:
        return notice_answer(web.resources, who, reader.get(notice.dossier.id))

    return await command_answered(web.resources, web.the_notices, reader, command, notice.dossier.id, answer)


@dataclass
class NoticeDeed(DossierDeed):
    """One action on a notice."""

    async def perform(self, facts: dict[str, Any], command_id: str) -> Any:  # noqa: ANN401
        call = NoticeCall(command_id=command_id, command=_COMMAND.validate_python(facts))
        return await self.web.the_notices.perform(self.dossier_id, call)

    def answer(self) -> NoticeAnswer:
        return notice_answer(self.web.resources, self.who, NoticeReader(self.web.resources).get(self.dossier_id))

    def standing(self) -> dict[str, Any]:
        state = NoticeReader(self.web.resources).get(self.dossier_id).state
        return {"status": state.status.value, "allowed_actions": [each.value for each in possible(self.who, state)]}

    def special(self, session: Session, given: dict[str, Any]) -> dict[str, Any]:
        if self.action is NoticeAction.LOAD_LIST:
            kept = self.keep_file(session, "list")
            given |= {"list": kept["list"]}
        elif self.action is NoticeAction.QUERY_LIST:
            self.web.resources.datamap.collection(given["system"], given["collection"])  # known, or refused at the door
        return given

    async def act(self, body: dict[str, Any], command_id: str) -> Any:  # noqa: ANN401
        hosts = hosts_of(self.web.resources.settings.public_url)
        for name in (*PARTS, "text"):
            if body.get(name) and self.action in {NoticeAction.SET_LETTER, NoticeAction.PUBLISH}:
                check_words(body[name], hosts)
        if len(str(body.get("subject") or "").splitlines()) > 1:
            raise InvalidInputError("A subject is one line.", field="subject")
        return await super().act(body, command_id)


def notice_deed(action: NoticeAction, request: Request | None, web: Web, who: Caller, notice: NoticeView) -> NoticeDeed:
    """One action on a notice, by API or by the console."""
    return NoticeDeed(
        action=action,
        shape=NOTICE_SHAPES[action],
        request=request,
        web=web,
        who=who,
        dossier_id=notice.dossier.id,
        reference=notice.dossier.reference,
        purpose=NOTICE,
        folder="notices",
    )


def _endpoint(action: NoticeAction) -> Callable[..., Awaitable[Any]]:
    async def endpoint(request: Request, notice: TheNotice, who: TheCaller, web: TheWeb) -> Any:  # noqa: ANN401
        return await notice_deed(action, request, web, who, notice).answered()

    return endpoint


for _action, _shape in NOTICE_SHAPES.items():
    router.add_api_route(
        f"/notices/{{reference}}/actions/{_action.value}",
        _endpoint(_action),
        methods=["POST"],
        name=f"notice_{_action.value}",
        summary=_action.value,
        description=_shape.body.__doc__,
        response_model=NoticeAnswer,
        responses={202: {"model": CommandAnswer, "description": "Not answered yet, and not accepted before it is"}},
    )


def possible(who: Caller, state: NoticeState) -> list[NoticeAction]:
    """What the caller may do now; four eyes are asked when they do."""
    actions = allowed_notice_actions(state)
    return [each for each in actions if who.role in NOTICE_ROLES[each] and (who.decides or each not in NOTICE_DECISIONS)]


def notice_answer(resources: Resources, who: Caller, view: NoticeView) -> NoticeAnswer:
    """One notice as a client reads it."""
    state, reader = view.state, NoticeReader(resources)
    words = reader.words(state.notice_id, [state.title])
    loaded = "loading" if state.list_wanted else "failed" if state.list_failed else "loaded" if state.recipients else "none"
    return NoticeAnswer(
        **state.model_dump(
            include={
                "notice_id", "status", "purpose", "breach", "exercise", "recipients", "unusable", "countries", "version",
                "updated", "sha256", "tested_at", "approved_by", "approved_at", "start_at", "rate", "finished_at",
            }
        ),
        reference=view.dossier.reference,
        opened_at=view.dossier.opened_at,
        title=words.get(state.title) if state.title else None,
        list_state=loaded,
        languages=sorted(state.letters),
        segments=[SegmentAnswer(name=name, **segment.model_dump()) for name, segment in sorted(state.segments.items())],
        progress=reader.tally(state.notice_id),
        published=sorted(state.published),
        allowed_actions=possible(who, state),
    )  # fmt: skip


def public_texts(resources: Resources, view: NoticeView) -> dict[Any, str]:
    """What was published, by language."""
    words = NoticeReader(resources).words(view.dossier.id, view.state.published.values())
    return {language: words[note] for language, note in view.state.published.items()}


def begun(web: Web, who: Caller, body: NoticeBody, key: str | None) -> tuple[NoticeView, bool]:
    """Write a notice down; says whether it is a new one. A notice about an exercise is one itself: no mail leaves.

    Raises:
        InvalidInputError: there is no such breach.
    """
    vault, resources = web.resources.vault, web.resources
    about = _breach(resources, body.breach) if body.breach else None
    incoming = IncomingNotice(
        title=body.title,
        purpose=body.purpose,
        breach=about.dossier.id if about else None,
        exercise=body.exercise or bool(about and about.state.exercise),
        caller=who.person,
        idempotency_key=key and keyed_hash(vault, "notices", who.key_id, key),
        body_hash=key and keyed_hash(vault, "body", "notices", body.model_dump_json()),
    )
    return open_notice(resources, incoming, web.now())


def _breach(resources: Resources, reference: str) -> BreachView:
    try:
        return BreachReader(resources).find(reference.upper())
    except UnknownObjectError:
        raise InvalidInputError("There is no such breach.", field="breach") from None
