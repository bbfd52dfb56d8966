"""Suppression lists and legal holds (Articles 17, 21; P49, P50): asked and changed by address, never listed.

Asking is an oracle, so it has a scope of its own, is noted, and is limited. None of the lists blocks a sign-up or a request.
Next: adapters/suppression.py
"""

import datetime as dt
import ipaddress
from datetime import timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from adapters import restrictions
from adapters.database.erasure_tables import LegalHold
from adapters.disputes import disputed_of
from adapters.legal_holds import lasts
from adapters.rates import Rate, one_too_many
from adapters.suppression import lists_of, suppress
from api.access import note_access
from api.dependencies import TheCaller, TheWeb
from api.errors import RateLimitedError
from api.guard import GuardedRoute
from api.v1.models import Body
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, UnknownObjectError
from domain.texts import Name

router = APIRouter(tags=["lists"], route_class=GuardedRoute)

CHECKS: Final = Rate(most=1_000, within=timedelta(hours=1))  # per key: a campaign sends by the platform's own list, not by asking
LONGEST_IP_BLOCK: Final = timedelta(days=30)  # a family shares one, the parent who reports among them
LONGEST_HOLD: Final = timedelta(days=365)  # to its review; it can be renewed, with a look
_Value = Annotated[str, Field(min_length=1, max_length=320)]


class ListedBody(Body):
    """A value to look for."""

    kind: Name = "email"
    value: _Value


class ListBody(ListedBody):
    """A value to be put on a list."""

    list: Literal["marketing", "abuse"]
    expires_on: Annotated[dt.date | None, Field(description="needed for `abuse`; a marketing objection lasts")] = None


class ListedAnswer(BaseModel):
    """On which lists a value stands today.

    `may_send_marketing` is False where somebody objected (Article 21(3)), is restricted, or ended a consent to marketing.
    `disputed`: collections with a record of which the person says that it is wrong; say so to whoever gets it (Article 16).
    `restricted`: nothing but storage for this person (Article 18(2)); `consents_ended`: by purpose, from when (Article 7(3)).
    """

    marketing: bool
    restored: bool
    abuse: bool
    may_send_marketing: bool
    restricted: bool
    disputed: list[str] = []
    consents_ended: dict[str, dt.datetime]


class HoldBody(Body):
    """Hold back the erasure of a person's data, on one of the three grounds of the privacy policy, until a review."""

    email: _Value
    ground: Literal["law", "dispute", "abuse"]
    review_on: dt.date


class HoldReview(Body):
    """Go on with a hold until another review; somebody else has to confirm it again."""

    review_on: dt.date


class HoldAnswer(BaseModel):
    """A hold; it says nothing of whom it is about. `overdue`: its review day is over, and it stands against nothing any more."""

    id: UUID
    ground: str
    review_on: dt.date
    overdue: bool
    lifted: bool
    confirmed: Annotated[bool, Field(description="by a second person; without that it lasts a week")]
    lasts: Annotated[bool, Field(description="it stands against an erasure now")]


class HoldLines(BaseModel):
    """The holds that last, the next review first."""

    items: list[HoldAnswer]


@router.post("/suppression/check")
def check(body: ListedBody, who: TheCaller, web: TheWeb) -> ListedAnswer:
    """Whether a value stands on a suppression list; noted and limited."""
    key = web.resources.vault.code_mac("habeas/1/rate", "suppression", who.key_id).hex()
    with web.resources.database.write() as session:
        if one_too_many(session, key, CHECKS, web.now()):
            raise RateLimitedError
    note_access(web, who, "suppression-check")
    with web.resources.database.read() as session:
        vault = web.resources.vault
        found = lists_of(session, vault, body.kind, body.value, today=web.now().date())
        index = vault.index_email(body.value) if body.kind == "email" else vault.index_id(body.kind, body.value)
        lasting = restrictions.restrictions(session, [index])
        ended = restrictions.ended_consents(session, index)
        disputed = disputed_of(session, vault, [index])
    marketing = {purpose.id for purpose in web.resources.datamap.purposes if purpose.direct_marketing}
    stopped = any(not each.purposes or marketing & {*each.purposes} for each in lasting)
    return ListedAnswer(
        marketing="marketing" in found,
        restored="restored" in found,
        abuse="abuse" in found,
        may_send_marketing="marketing" not in found and not stopped,
        restricted=bool(lasting),
        disputed=sorted({f"{each.system}.{each.collection}" for each in disputed}),
        consents_ended=ended,
    )


@router.post("/suppression")
def add(body: ListBody, who: TheCaller, web: TheWeb) -> ListedAnswer:
    """Put a value on a list: a marketing objection for good, a block for abuse until a day."""
    if (body.list == "abuse") != (body.expires_on is not None):
        raise InvalidInputError("A block for abuse has a last day; a marketing objection has none.", field="expires_on")
    if _of_network(body) and body.expires_on is not None and body.expires_on > web.now().date() + LONGEST_IP_BLOCK:
        raise InvalidInputError("A network address is shared: it is blocked for 30 days at most.", field="expires_on")
    note_access(web, who, f"suppression-{body.list}")
    with web.resources.database.write() as session:
        vault = web.resources.vault
        suppress(session, vault, body.list, body.kind, body.value, now=web.now(), expires_on=body.expires_on)
    return check(ListedBody(kind=body.kind, value=body.value), who, web)


def _of_network(body: ListBody) -> bool:
    """Whether it is a network address, whatever the caller calls it."""
    try:
        ipaddress.ip_network(body.value.strip(), strict=False)
    except ValueError:
        return body.kind == "ip"
    return True


@router.post("/holds")
def place(body: HoldBody, who: TheCaller, web: TheWeb) -> HoldAnswer:
    """Place a hold: nothing of this person is erased until it is lifted."""
    _check_review(body.review_on, web.now().date())
    hold = LegalHold(
        subject_index=web.resources.vault.index_email(body.email),
        ground=body.ground,
        review_on=body.review_on,
        placed_by=who.person,
        placed_at=web.now(),
    )
    note_access(web, who, "hold-placed")
    with web.resources.database.write() as session:
        session.add(hold)
    return _answer(hold, web.now())


@router.post("/holds/{hold}/confirm")
def confirm(hold: UUID, who: TheCaller, web: TheWeb) -> HoldAnswer:
    """Confirm a hold as a second person; without that it lasts a week."""
    note_access(web, who, "hold-confirmed")
    with web.resources.database.write() as session:
        row = _lasting(session, hold)
        if row.placed_by == who.person:
            raise FourEyesError("You placed this hold. Somebody else has to confirm it.")
        row.confirmed_by, row.confirmed_at = who.person, web.now()
        session.add(row)
    return _answer(row, web.now())


@router.post("/holds/{hold}/review")
def review(hold: UUID, body: HoldReview, who: TheCaller, web: TheWeb) -> HoldAnswer:
    """Look at a hold again and go on with it; somebody else confirms it anew."""
    _check_review(body.review_on, web.now().date())
    note_access(web, who, "hold-reviewed")
    with web.resources.database.write() as session:
        row = _lasting(session, hold)
        row.review_on, row.placed_by, row.placed_at = body.review_on, who.person, web.now()
        row.confirmed_by = row.confirmed_at = None
        session.add(row)
    return _answer(row, web.now())


@router.get("/holds")
def holds(who: TheCaller, web: TheWeb) -> HoldLines:
    """The holds that last, the next review first; noted in the access log."""
    note_access(web, who, "holds")
    lasting = select(LegalHold).where(col(LegalHold.lifted_at).is_(None)).order_by(col(LegalHold.review_on))
    with web.resources.database.read() as session:
        return HoldLines(items=[_answer(hold, web.now()) for hold in session.exec(lasting)])


@router.post("/holds/{hold}/lift")
def lift(hold: UUID, who: TheCaller, web: TheWeb) -> HoldAnswer:
    """Lift a hold; an erasure that waited for it can go on."""
    note_access(web, who, "hold-lifted")
    with web.resources.database.write() as session:
        row = _lasting(session, hold)
        row.lifted_by, row.lifted_at = who.person, web.now()
        session.add(row)
    return _answer(row, web.now())


def _lasting(session: Session, hold: UUID) -> LegalHold:
    row = session.get(LegalHold, hold)
    if row is None:
        raise UnknownObjectError
    if row.lifted_at is not None:
        raise NotAllowedNowError("This hold was lifted before.")
    return row


def _check_review(day: dt.date, today: dt.date) -> None:
    if not today < day <= today + LONGEST_HOLD:
        raise InvalidInputError("A hold is looked at again within a year: name that day.", field="review_on")


def _answer(hold: LegalHold, now: dt.datetime) -> HoldAnswer:
    return HoldAnswer(
        id=hold.id,
        ground=hold.ground,
        review_on=hold.review_on,
        overdue=hold.lifted_at is None and hold.review_on < now.date(),
        lifted=hold.lifted_at is not None,
        confirmed=hold.confirmed_at is not None,
        lasts=lasts(hold, now),
    )
