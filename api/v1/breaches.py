"""Breaches by API: report one, read it, act on it, its reports and its evidence, the register (Articles 33, 34).

Next: `api/v1/breach_bodies.py`
"""
# ruff: noqa: FAST003  (TheBreach takes the reference out of the path)

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, TypeAdapter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_intake import IncomingBreach, open_breach
from adapters.database.breach_reader import BREACH, BreachFilter, BreachReader, BreachView
from adapters.database.breach_register import register_csv
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import CaseIdentifierRow, PackageRow
from adapters.letter_words import contents, in_words
from adapters.resources import Resources
from api.access import note_access
from api.dependencies import TheCaller, TheWeb, Web, web_of
from api.guard import GuardedRoute
from api.idempotency import keyed_hash, sent_key
from api.security import Caller
from api.v1.breach_bodies import BREACH_SHAPES
from api.v1.breach_models import (
    BreachAnswer,
    BreachBody,
    BreachLines,
    DossierEventLines,
    RangeBody,
)
from api.v1.breach_presenting import breach_answer, breach_line, possible
from api.v1.dossier_actions import DossierDeed, file_of, person_of
from api.v1.dossier_reading import command_answered, dossier_events
from api.v1.models import CommandAnswer
from domain.breach import BreachStatus, Count
from domain.breach_authority import BreachAction
from domain.breach_commands import BreachCommand
from domain.breach_forms import FIELDS
from domain.breach_messages import BreachCall, BreachSnapshot
from domain.errors import InvalidInputError, UnknownObjectError
from domain.rights import Role

router = APIRouter(tags=["breaches"], route_class=GuardedRoute)

_AT_ONCE = 100
_COMMAND: TypeAdapter[BreachCommand] = TypeAdapter(BreachCommand)


async def breach_view(request: Request, reference: Annotated[str, Path(description="`HAB-B` and 7 characters.")]) -> BreachView:
    """The breach that the path names.

    Raises:
        UnknownObjectError: there is none.
    """
    return await run_in_threadpool(BreachReader(web_of(request).resources).find, reference.upper())


TheBreach = Annotated[BreachView, Depends(breach_view)]


@router.post("/breaches", status_code=201)
async def report_breach(body: BreachBody, request: Request, who: TheCaller, web: TheWeb) -> BreachAnswer:
    """Report a breach: its clocks run from the first alert, whatever the engine does meanwhile."""
    view, created = await run_in_threadpool(reported, web, who, body, sent_key(request))
    if created:
        web.the_breaches.start_soon(view.dossier.id)
    return await run_in_threadpool(breach_answer, web.resources, who, view, web.now())


@router.get("/breaches")
def list_breaches(
    web: TheWeb,
    status: BreachStatus | None = None,
    since: Annotated[AwareDatetime | None, Query(description="reported at or after this instant")] = None,
    cursor: Annotated[AwareDatetime | None, Query(description="`next` of the page before")] = None,
    *,
    exercises: Annotated[bool, Query(description="rehearsals instead of breaches")] = False,
) -> BreachLines:
    """Breaches, newest first; rehearsals only when asked for."""
    wanted = BreachFilter(status=status, exercises=exercises, since=since)
    views = BreachReader(web.resources).page(wanted, before=cursor, limit=_AT_ONCE + 1)
    more = views[_AT_ONCE - 1].dossier.opened_at.isoformat() if len(views) > _AT_ONCE else None
    lines = [breach_line(web.resources, view, web.now()) for view in views[:_AT_ONCE]]
    return BreachLines(items=lines, next=more)


@router.get("/breaches/register.csv", response_class=Response)
def breach_register(web: TheWeb, who: TheCaller) -> Response:
    """The register of Article 33(5): every breach, notified or not; rehearsals are not in it."""
    note_access(web, who, "breach-register")
    text = register_csv(web.resources, web.now(), words=who.role is not Role.AUDITOR)
    headers = {"Content-Disposition": 'attachment; filename="breach-register.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/breaches/{reference}")
def read_breach(breach: TheBreach, who: TheCaller, web: TheWeb) -> BreachAnswer:
    """One breach as it stands."""
    note_access(web, who, "view-breach")
    return breach_answer(web.resources, who, breach, web.now())


@router.get("/breaches/{reference}/events")
def read_breach_events(breach: TheBreach, web: TheWeb, cursor: Annotated[int, Query(ge=0, le=2**31)] = 0) -> DossierEventLines:
    """The history of a breach in its own order."""
    return dossier_events(BreachReader(web.resources), breach.dossier.id, cursor)


@router.get("/breaches/{reference}/reports/{report}", response_class=Response)
def read_report(breach: TheBreach, report: UUID, who: TheCaller, web: TheWeb, form: Literal["text", "pdf"] = "pdf") -> Response:
    """A frozen report, as PDF or as the text in the order of the authority's form."""
    note_access(web, who, "breach-report")
    row = BreachReader(web.resources).file(breach.dossier.id, f"report_{form}", report)
    answer = file_of(web.resources, row, BREACH)
    name = f"{breach.dossier.reference}-report.{'txt' if form == 'text' else 'pdf'}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get("/breaches/{reference}/evidence/{evidence}", response_class=Response)
def read_evidence(breach: TheBreach, evidence: UUID, who: TheCaller, web: TheWeb) -> Response:
    """A file kept as evidence."""
    note_access(web, who, "breach-evidence")
    return file_of(web.resources, BreachReader(web.resources).file(breach.dossier.id, "evidence", evidence), BREACH)


@router.get("/breaches/{reference}/commands/{command}", response_model=BreachAnswer, responses={202: {"model": CommandAnswer}})
async def read_breach_command(breach: TheBreach, command: str, who: TheCaller, web: TheWeb) -> Any:  # noqa: ANN401
    """The answer to a command that was not answered at once: the breach after it, its refusal, or 202 while there is none."""
    reader = BreachReader(web.resources)

    def answer() -> BreachAnswer:
        return breach_answer(web.resources, who, reader.get(breach.dossier.id), web.now())

    return await command_answered(web.resources, web.the_breaches, reader, command, breach.dossier.id, answer)


@dataclass
class BreachDeed(DossierDeed):
    """One action on a breach."""

    snapshot: BreachSnapshot | None = field(default=None, init=False)

    async def perform(self, facts: dict[str, Any], command_id: str) -> BreachSnapshot:
        command = _COMMAND.validate_python(facts)
        call = BreachCall(command_id=command_id, command=command)
        self.snapshot = await self.web.the_breaches.perform(self.dossier_id, call)
        return self.snapshot

    def answer(self) -> BreachAnswer:
        view = BreachReader(self.web.resources).get(self.dossier_id)
        return breach_answer(self.web.resources, self.who, view, self.web.now())

    def standing(self) -> dict[str, Any]:
        state = BreachReader(self.web.resources).get(self.dossier_id).state
        return {"status": state.status.value, "allowed_actions": [each.value for each in possible(self.who, state)]}

    def special(self, session: Session, given: dict[str, Any]) -> dict[str, Any]:
        people = {name: person_of(session, given[name]) for name in ("lead", "deputy", "owner") if given.get(name)}
        given = given | people
        if self.action is BreachAction.ADD_EVIDENCE:
            given |= self.keep_file(session, "evidence")
        elif self.action is BreachAction.PREPARE_REPORT:
            given |= {"report": str(uuid4())}
        elif self.action is BreachAction.SET_FIELDS:
            given |= {"fields": [self._sealed(session, each) for each in given["fields"]]}
        elif self.action is BreachAction.LINK_CASE:
            given |= {"case": str(the_case(self.web.resources, given["case"]).receipt.case_id)}
        return given

    def _sealed(self, session: Session, field: dict[str, Any]) -> dict[str, Any]:
        named = {name: field[name] for name in ("field", "standing")}
        return named | ({"note": str(self.note(session, field["value"]))} if field["value"] else {})

    async def act(self, body: dict[str, Any], command_id: str) -> Any:  # noqa: ANN401
        if self.action is BreachAction.SET_FIELD:
            _check_choice(body)
        for each in body["fields"] if self.action is BreachAction.SET_FIELDS else ():
            _check_choice(each)
        return await super().act(body, command_id)


def breach_deed(action: BreachAction, request: Request | None, web: Web, who: Caller, breach: BreachView) -> BreachDeed:
    """One action on a breach, by API or by the console."""
    return BreachDeed(
        action=action,
        shape=BREACH_SHAPES[action],
        request=request,
        web=web,
        who=who,
        dossier_id=breach.dossier.id,
        reference=breach.dossier.reference,
        purpose=BREACH,
        folder="breaches",
    )


def _endpoint(action: BreachAction) -> Callable[..., Awaitable[Any]]:
    async def endpoint(request: Request, breach: TheBreach, who: TheCaller, web: TheWeb) -> Any:  # noqa: ANN401
        return await breach_deed(action, request, web, who, breach).answered()

    return endpoint


for _action, _shape in BREACH_SHAPES.items():
    router.add_api_route(
        f"/breaches/{{reference}}/actions/{_action.value}",
        _endpoint(_action),
        methods=["POST"],
        name=f"breach_{_action.value}",
        summary=_action.value,
        description=_shape.body.__doc__,
        response_model=BreachAnswer,
        responses={202: {"model": CommandAnswer, "description": "Not answered yet, and not accepted before it is"}},
    )


def reported(web: Web, who: Caller, body: BreachBody, key: str | None) -> tuple[BreachView, bool]:
    """Write a report down; says whether it is a new one.

    Raises:
        InvalidInputError: nothing said of what happened, an instant in the future, a place that does not exist.
    """
    now, vault, resources = web.now(), web.resources.vault, web.resources
    case = the_case(resources, body.case) if body.case else None
    summary = body.summary or (wrong_person(resources, case) if case else None)
    if summary is None:
        raise InvalidInputError("Say what happened, in a few words.", field="summary")
    incoming = IncomingBreach(
        summary=summary,
        first_alert_at=(body.first_alert_at or now).astimezone(UTC),
        aware_at=body.aware_at.astimezone(UTC) if body.aware_at else None,
        affected={place: _range(people) for place, people in body.affected.items()},
        role=body.role,
        contract_hours=body.contract_hours,
        exercise=body.exercise,
        case=case.receipt.case_id if case else None,
        caller=who.person,
        idempotency_key=key and keyed_hash(vault, "breaches", who.key_id, key),
        body_hash=key and keyed_hash(vault, "body", "breaches", body.model_dump_json()),
    )
    opened = open_breach(resources, incoming, now)
    return opened.view, opened.created


def _range(people: int | RangeBody) -> Count:
    return Count(low=people, high=people) if isinstance(people, int) else Count(low=people.low, high=people.high)


def the_case(resources: Resources, reference: str) -> CaseView:
    """The case that a report names.

    Raises:
        InvalidInputError: there is none.
    """
    try:
        return CaseReader(resources).find(reference.upper())
    except UnknownObjectError:
        raise InvalidInputError("There is no such case.", field="case") from None


def wrong_person(resources: Resources, case: CaseView) -> str:
    """What a report says of an answer that reached somebody else: whose it was, what, and its hash."""
    package = case.state.package
    held = f"{_held(resources, case)}, SHA-256 of the copy {package.sha256}" if package else "no copy was built yet"
    return f"The answer to {case.receipt.reference}, meant for {_recipient(resources, case)}, reached somebody else ({held})."


def _held(resources: Resources, case: CaseView) -> str:
    package = case.state.package
    assert package is not None
    with resources.database.read() as session:
        row = session.get(PackageRow, package.id)
    return in_words(*(contents(row.summary) if row else (package.records, 0)))


def _recipient(resources: Resources, case: CaseView) -> str:
    address = case.state.delivery_address
    with resources.database.read() as session:
        row = session.get(CaseIdentifierRow, address) if address else None
    if row is None or row.value is None:
        return "an unknown address"
    return resources.vault.case(row.case_id).open("case_identifier", "value", str(row.id), row.value).decode()


def _check_choice(body: dict[str, Any]) -> None:
    known = FIELDS.get(body["field"])
    if known is None or not known.choices or not body.get("value"):
        return
    if any(part.strip() not in known.choices for part in body["value"].split(",")):
        raise InvalidInputError("The form gives these choices.", field="value", of=body["field"], choices=list(known.choices))
