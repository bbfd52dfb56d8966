"""What the console and the JSON API do with remarks alike: say something about an item on the review desk.

Next: adapters/database/remarks.py
"""

from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.collected import Item
from adapters.database.case_access import may_know
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from adapters.database.queue_projection import reconsider
from adapters.database.remarks import Kind, remark
from adapters.database.tables import Caseworker
from api.authority import ROUTES
from api.dependencies import Web
from domain.errors import InvalidInputError, NotAllowedNowError, WithLegalError
from domain.rights import Status

_LONGEST: Final = 2_000  # letters
_LONGEST_TAG: Final = 40


def say(  # noqa: PLR0917 (on which item, what was said, by whom)
    web: Web, case: CaseView, item: Item, kind: Kind, text: str, by: str, *, to: str = "", about: UUID | None = None
) -> None:
    """Keep a remark about an item; a question is to a colleague who sees the case.

    Raises:
        InvalidInputError: nothing was written, too much, or a question is to nobody. WithLegalError: the item is with legal.
        NotAllowedNowError: the case is not in review, or a colleague did this already. UnknownObjectError: nothing to answer.
    """
    if case.state.status is not Status.IN_REVIEW:
        raise NotAllowedNowError
    text = text.strip()
    if len(text) > (_LONGEST_TAG if kind is Kind.TAG else _LONGEST):
        raise InvalidInputError("That is too long.", field="text")
    if not text and kind not in {Kind.FLAG, Kind.REMOVED}:
        raise InvalidInputError("Write something.", field="text")
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.write() as session:
        if item.id in Standing.read(session, vault, only=[item.id]).legal:
            raise WithLegalError
        person = _colleague(session, web, vault.case_id, to) if kind is Kind.QUESTION else None
        remark(session, vault, item.id, item.position, kind, text, by, web.now(), to=person, about=about)
        session.flush()
        reconsider(session, case.state)  # an open question keeps the package from being approved


def colleagues_of(session: Session, web: Web, case_id: UUID) -> list[Caseworker]:
    """Whom a question about a case can be to: everybody of the office who may know of it."""
    working = [role.value for role in ROUTES["POST", "/cases/{reference}/remarks"].roles]
    query = select(Caseworker).where(Caseworker.active, col(Caseworker.role).in_(working)).order_by(Caseworker.name)
    return may_know(session, web.resources.vault, case_id, session.exec(query).all())


def _colleague(session: Session, web: Web, case_id: UUID, person: str) -> str:
    people = {f"caseworker:{each.id}" for each in colleagues_of(session, web, case_id)}
    if person not in people:
        raise InvalidInputError("Choose a colleague who sees this case.", field="to")
    return person
