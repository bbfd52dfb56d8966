"""`/cases/{reference}/walls`: who of the staff is kept away from a case, and `/remarks`: what reviewers say of its items.

Neither reaches the person whose case it is. A colleague is named by their work address. Next: api/walling.py
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session, select

from adapters.database import walls
from adapters.database.item_decisions import Standing
from adapters.database.remarks import Kind, Remark, remarks_of
from adapters.database.tables import Caseworker
from api import remarking, walling
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.deciding import item_of
from api.v1.desk_bodies import ItemId
from api.v1.models import Address, Body
from domain.errors import InvalidInputError
from domain.rights import Role
from domain.withholding import KEPT_BACK

router = APIRouter(tags=["review desk"], route_class=GuardedRoute)
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="kept sealed")]


class WallBody(Body):
    """Keep one of the staff away from a case."""

    person: Annotated[Address, Field(description="work address of whoever is kept away; it may be one's own")]
    reason: Why


class WallAnswer(BaseModel):
    """A wall that stands, or stood until it was lifted."""

    id: UUID
    person: Annotated[str, Field(description="name of whoever is kept away")]
    reason: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class WallsAnswer(BaseModel):
    """Every wall that a case has or had."""

    walls: list[WallAnswer]


class RemarkBody(Body):
    """Say something about an item."""

    item: ItemId
    position: Annotated[int | None, Field(ge=0, le=2**31, description="as `GET /items` gives it: found faster with it")] = None
    kind: Kind
    text: Annotated[str, Field(max_length=2_000, description="kept sealed; a tag has 40 letters at most, a flag needs none")] = ""
    to: Annotated[Address | None, Field(description="work address of the colleague whom a `question` is to")] = None
    about: Annotated[UUID | None, Field(description="the question that an `answer` is to, or the remark that is `removed`")] = (
        None
    )


class RemarkAnswer(BaseModel):
    """A remark that stands."""

    id: UUID
    item: str
    position: int
    kind: Kind
    text: str
    to: str | None
    by: str
    at: datetime
    answer: "RemarkAnswer | None"


class RemarksAnswer(BaseModel):
    """The remarks that stand, item by item; none about what is with legal, but to a legal reviewer."""

    remarks: list[RemarkAnswer]


MODELS: dict[str, type[BaseModel]] = {
    "`GET /cases/{reference}/walls` and every change of them, answer": WallsAnswer,
    "`POST /cases/{reference}/walls`, body": WallBody,
    "`GET /cases/{reference}/remarks`, answer": RemarksAnswer,
    "`POST /cases/{reference}/remarks`, body": RemarkBody,
    "`POST /cases/{reference}/remarks`, answer": RemarksAnswer,
}


@router.get("/cases/{reference}/walls")  # noqa: FAST003 (TheCase takes the reference)
def read_walls(case: TheCase, web: TheWeb) -> WallsAnswer:
    """Who is kept away from a case, and who was."""
    with web.resources.database.read() as session:
        found = walls.walls_of(session, web.resources.vault.case(case.receipt.case_id))
    return WallsAnswer(walls=[_wall(each) for each in found])


@router.post("/cases/{reference}/walls", status_code=204)  # noqa: FAST003
def put_up_wall(body: WallBody, case: TheCase, who: TheCaller, web: TheWeb) -> Response:
    """Keep somebody away from now on. For them the case is not there any more, so nothing of it is answered."""
    with web.resources.database.read() as session:
        person = _person(session, body.person, "person")
    walling.put_up(web, case, person, body.reason, who.person)
    return Response(status_code=204)


@router.post("/cases/{reference}/walls/{wall}/lift")  # noqa: FAST003
def lift_wall(wall: UUID, case: TheCase, who: TheCaller, web: TheWeb) -> WallsAnswer:
    """Let somebody see the case again."""
    walling.lift(web, case, wall, who.person)
    return read_walls(case, web)


@router.get("/cases/{reference}/remarks")  # noqa: FAST003
def read_remarks(case: TheCase, who: TheCaller, web: TheWeb) -> RemarksAnswer:
    """Flags, tags, notes and questions about the items of a case; noted in the access log."""
    note_access(web, who, "remarks", case.receipt.case_id)
    return RemarksAnswer(remarks=_standing(case, who, web))


@router.post("/cases/{reference}/remarks", status_code=201)  # noqa: FAST003
def add_remark(body: RemarkBody, case: TheCase, who: TheCaller, web: TheWeb) -> RemarksAnswer:
    """Say something about an item while its case is in review; answers with what stands about that item now."""
    item = item_of(web.resources, case, body.item, body.position)
    to = ""
    if body.to:
        with web.resources.database.read() as session:
            to = f"caseworker:{_person(session, body.to, 'to')}"
    remarking.say(web, case, item, body.kind, body.text, who.person, to=to, about=body.about)
    return RemarksAnswer(remarks=_standing(case, who, web, only=item.id))


def _standing(case: TheCase, who: TheCaller, web: TheWeb, only: str | None = None) -> list[RemarkAnswer]:
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.read() as session:
        said = remarks_of(session, vault, None if only is None else [only])
        legal = Standing.read(session, vault).legal if said else {}
    hidden = {item for item, decision in legal.items() if decision.choice in KEPT_BACK and who.role is not Role.LEGAL_REVIEWER}
    return [_remark(each) for item, several in said.items() if item not in hidden for each in several]


def _wall(wall: walls.Wall) -> WallAnswer:
    return WallAnswer(
        id=wall.id,
        person=wall.whom,
        reason=wall.reason,
        by=wall.by,
        at=wall.at,
        lifted_by=wall.lifted_by,
        lifted_at=wall.lifted_at,
    )


def _remark(each: Remark) -> RemarkAnswer:
    return RemarkAnswer(
        id=each.id,
        item=each.item,
        position=each.position,
        kind=each.kind,
        text=each.text,
        to=each.to,
        by=each.by,
        at=each.at,
        answer=_remark(each.answer) if each.answer else None,
    )


def _person(session: Session, address: str, field: str) -> UUID:
    row = session.exec(select(Caseworker).where(Caseworker.email == address.strip().lower())).first()
    if row is None:
        raise InvalidInputError("Nobody of the staff has this address.", field=field)
    return row.id
