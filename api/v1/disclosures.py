"""The log of disclosures to authorities (Article 15(1)(c); P20): written by a privacy lead, found by address.

Next: adapters/disclosures.py
"""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import col, select

from adapters.database.erasure_tables import Disclosure
from adapters.disputes import disputed_of
from api.access import note_access
from api.dependencies import TheCaller, TheWeb
from api.guard import GuardedRoute
from api.v1.models import Body
from domain.errors import InvalidInputError
from domain.texts import Name

router = APIRouter(tags=["lists"], route_class=GuardedRoute)

_Value = Annotated[str, Field(min_length=1, max_length=320)]
Basis = Literal["court_order", "investigation", "legal_obligation", "vital_interests"]


class DisclosureBody(Body):
    """Data of a person went to an authority, or to another occasional recipient of the data map."""

    email: _Value
    recipient: Annotated[Name, Field(description="of the data map, one that is `occasional`")]
    basis: Basis
    categories: Annotated[list[Name], Field(min_length=1, max_length=50, description="categories of the data map")]
    disclosed_on: dt.date
    silent: Annotated[bool, Field(description="telling the person would defeat the purpose")] = False
    silent_until: Annotated[dt.date | None, Field(description="needed for `silent`: when it is looked at again")] = None


class DisclosureSearch(Body):
    """Whose disclosures to look for."""

    email: _Value


class DisclosureAnswer(BaseModel):
    """One disclosure; it says nothing of whom it is about."""

    id: UUID
    recipient: str
    basis: str
    categories: list[str]
    disclosed_on: dt.date
    silent: bool
    silent_until: dt.date | None
    disputed: Annotated[list[str], Field(description="what the person says is wrong: the recipient has to be told")] = []


class DisclosureLines(BaseModel):
    """Disclosures, the newest first."""

    items: list[DisclosureAnswer]


@router.post("/disclosures")
def record(body: DisclosureBody, who: TheCaller, web: TheWeb) -> DisclosureAnswer:
    """Write a disclosure down; an answer to the person names it, unless it is silent."""
    datamap, today = web.resources.datamap, web.now().date()
    known = {each.id: each for each in datamap.recipients}
    if body.recipient not in known or not known[body.recipient].occasional:
        raise InvalidInputError("Name an occasional recipient of the data map.", field="recipient")
    if unknown := [name for name in body.categories if name not in {each.id for each in datamap.categories}]:
        raise InvalidInputError("The data map has no such category.", field="categories", categories=unknown)
    if body.disclosed_on > today:
        raise InvalidInputError("A disclosure is written down after it happened.", field="disclosed_on")
    if body.silent != (body.silent_until is not None):
        raise InvalidInputError("What is silent is looked at again on a day, and nothing else is.", field="silent_until")
    row = Disclosure(
        subject_index=web.resources.vault.index_email(body.email),
        recorded_by=who.person,
        recorded_at=web.now(),
        **body.model_dump(exclude={"email"}),
    )
    note_access(web, who, "disclosure-recorded")
    with web.resources.database.write() as session:
        session.add(row)
        disputed = disputed_of(session, web.resources.vault, [row.subject_index])
    said = [f"{each.system}.{each.collection}: {each.says or 'disputed'}" for each in disputed]
    return _answer(row).model_copy(update={"disputed": said})


@router.post("/disclosures/search")
def find(body: DisclosureSearch, who: TheCaller, web: TheWeb) -> DisclosureLines:
    """The disclosures about a person, silent ones included; by POST, so that no address stands in a URL."""
    note_access(web, who, "disclosures")
    index = web.resources.vault.index_email(body.email)
    query = select(Disclosure).where(Disclosure.subject_index == index).order_by(col(Disclosure.disclosed_on).desc())
    with web.resources.database.read() as session:
        return DisclosureLines(items=[_answer(row) for row in session.exec(query)])


def _answer(row: Disclosure) -> DisclosureAnswer:
    return DisclosureAnswer.model_validate(row, from_attributes=True)
