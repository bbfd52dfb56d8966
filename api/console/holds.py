"""`/console/holds`: which legal holds stand, on what ground, until when, by whom; placed, confirmed, lifted (P49, P50).

Everything changes through the API's own door. The page names cases, never the address that a hold is about.
Next: adapters/legal_holds.py
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import ValidationError
from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_access import out_of_sight
from adapters.database.erasure_tables import LegalHold
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, Caseworker
from adapters.legal_holds import ALONE, lasts
from api.access import note_access
from api.console.authority import may
from api.console.navigation import BADGES
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.errors import STATUSES
from api.face.forms import field
from api.v1 import lists
from domain.errors import DomainError, InvalidInputError

router = APIRouter(prefix="/console/holds", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/holds"
GROUNDS: Final = {
    "law": "a law or tax duty to keep it",
    "dispute": "a dispute, or a claim",
    "abuse": "fraud, abuse or safety",
}
_DONE: Final = {
    "placed": "The hold stands for a week. Somebody else has to confirm it before it lasts to its review day.",
    "confirmed": "Confirmed. The hold stands to its review day.",
    "reviewed": "The hold goes on. Somebody else has to confirm it anew within a week.",
    "lifted": "Lifted. An erasure that waited for it can go on.",
}
_ERRORS: Final = {
    "email": "Write the e-mail address of the person.",
    "ground": "Choose one of the three grounds.",
    "review_on": "Name the day on which it is looked at again.",
}
_LIFTED_SHOWN: Final = 50
TheHold = Annotated[UUID, Path()]


@dataclass(frozen=True)
class HoldRow:
    """One hold as it is shown. `stands`: against an erasure, now; `until`: the day on which that ends by itself."""

    id: UUID
    cases: Sequence[str]
    ground: str
    review_on: date
    placed: tuple[str, datetime]
    confirmed: tuple[str, datetime] | None
    lifted: tuple[str, datetime] | None
    stands: bool
    until: date
    confirmable: bool


@router.get("")
async def overview(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """The holds that were not lifted, the next review first, and those that were lifted lately."""
    return await run_in_threadpool(lambda: _page(web, who, told=_DONE.get(done, "")))


@router.post("")
async def place(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Place a hold on the data of a person."""
    given = {name: field(form, name) for name in ("email", "ground", "review_on")}
    return await _changed(web, who, "placed", lambda: lists.place(lists.HoldBody.model_validate(given), who, web), given)


@router.post("/{hold}/confirm")
async def confirm(web: TheWeb, who: TheCaseworker, hold: TheHold) -> Response:
    """Confirm as a second person."""
    return await _changed(web, who, "confirmed", lambda: lists.confirm(hold, who, web))


@router.post("/{hold}/review")
async def review(web: TheWeb, who: TheCaseworker, form: TheForm, hold: TheHold) -> Response:
    """Go on with a hold until another day."""
    given = {"review_on": field(form, "review_on")}
    return await _changed(web, who, "reviewed", lambda: lists.review(hold, lists.HoldReview.model_validate(given), who, web))


@router.post("/{hold}/lift")
async def lift(web: TheWeb, who: TheCaseworker, hold: TheHold) -> Response:
    """Lift a hold."""
    return await _changed(web, who, "lifted", lambda: lists.lift(hold, who, web))


async def _changed(
    web: Web, who: SignedIn, done: str, act: Callable[[], object], given: dict[str, str] | None = None
) -> Response:
    who.need_fresh(web.now(), PATH)
    try:
        await run_in_threadpool(act)
    except ValidationError as wrong:
        names = [str(error["loc"][0]) for error in wrong.errors()]
        if given is None:
            raise InvalidInputError(_ERRORS["review_on"], field="review_on") from None
        told = {name: _ERRORS[name] for name in names}
        return await run_in_threadpool(lambda: _page(web, who, status=422, errors=told, given=given))
    except DomainError as refusal:
        if given is None:
            raise
        status, told = STATUSES.get(refusal.kind, 422), {str(refusal.facts.get("field", "email")): refusal.message}
        return await run_in_threadpool(lambda: _page(web, who, status=status, errors=told, given=given))
    return away_to(f"{PATH}?done={done}")


def _page(web: Web, who: SignedIn, *, status: int = 200, **facts: Any) -> Response:  # noqa: ANN401 (the template's)
    note_access(web, who, "holds")
    with web.resources.database.read() as session:
        standing = select(LegalHold).where(col(LegalHold.lifted_at).is_(None)).order_by(col(LegalHold.review_on))
        ended = select(LegalHold).where(col(LegalHold.lifted_at).is_not(None)).order_by(col(LegalHold.lifted_at).desc())
        rows = [*session.exec(standing), *session.exec(ended.limit(_LIFTED_SHOWN))]
        shown = _rows(session, web, rows, who)
    return show(
        web,
        "holds.html",
        who,
        status=status,
        at=PATH,
        holds=[row for row in shown if row.lifted is None],
        lifted=[row for row in shown if row.lifted],
        grounds=list(GROUNDS.items()),
        may_place=may(who.role, "POST", PATH),
        **{"told": "", "errors": {}, "given": {"email": "", "ground": "", "review_on": ""}} | facts,
    )


def _rows(session: Session, web: Web, holds: Sequence[LegalHold], who: SignedIn) -> list[HoldRow]:
    names = {f"caseworker:{person.id}": person.name for person in session.exec(select(Caseworker))}
    names["system"] = "the case itself"
    cases = _cases(session, {hold.subject_index for hold in holds}, who)

    def signed(person: str | None, at: datetime | None) -> tuple[str, datetime] | None:
        return (names.get(person, "a key of the platform"), at) if person and at else None

    return [
        HoldRow(
            id=hold.id,
            cases=cases.get(hold.subject_index, []),
            ground=GROUNDS.get(hold.ground, hold.ground),
            review_on=hold.review_on,
            placed=(names.get(hold.placed_by, "a key of the platform"), hold.placed_at),
            confirmed=signed(hold.confirmed_by, hold.confirmed_at),
            lifted=signed(hold.lifted_by, hold.lifted_at),
            stands=lasts(hold, web.now()),
            until=hold.review_on if hold.confirmed_at else min(hold.review_on, (hold.placed_at + ALONE).date()),
            confirmable=hold.confirmed_at is None and hold.placed_by != who.person,
        )
        for hold in holds
    ]


def _cases(session: Session, indexes: set[bytes], who: SignedIn) -> dict[bytes, list[str]]:
    """References of the cases that name the person and that somebody sees, by blind index."""
    query = (
        select(CaseIdentifierRow.value_index, CaseReceipt.case_id, CaseReceipt.reference)
        .join(CaseReceipt, col(CaseReceipt.case_id) == col(CaseIdentifierRow.case_id))
        .where(col(CaseIdentifierRow.value_index).in_(indexes))
        .order_by(col(CaseReceipt.received_at))
    )
    rows = session.exec(query).all()
    named = {case_id for _, case_id, _ in rows}
    hidden = out_of_sight(session, named, who.sight)
    found: dict[bytes, dict[str, None]] = {}
    for index, case_id, reference in rows:
        if case_id not in hidden:
            found.setdefault(index, {})[reference] = None
    return {index: list(references) for index, references in found.items()}


def _badge(web: Web) -> str:
    with web.resources.database.read() as session:
        alone = (col(LegalHold.lifted_at).is_(None), col(LegalHold.confirmed_at).is_(None))
        waiting = session.exec(select(func.count()).select_from(LegalHold).where(*alone)).one()
    return str(waiting) if waiting else ""


BADGES[PATH] = _badge
