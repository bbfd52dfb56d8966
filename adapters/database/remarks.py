"""What reviewers say to each other about items: flags, tags, notes, questions and answers. Nothing of it reaches the person.

Rows are only added: a flag that was taken away is a row that names it. Next: api/console/cases/desk_remarks.py
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from adapters.case_vault import CaseVault
from adapters.database.review_tables import ItemRemark
from domain.errors import NotAllowedNowError, UnknownObjectError

_FEW: Final = 500  # ids in one query


class Kind(StrEnum):
    """What a remark is."""

    FLAG = "flag"
    TAG = "tag"
    NOTE = "note"
    QUESTION = "question"
    ANSWER = "answer"
    REMOVED = "removed"


@dataclass(frozen=True)
class Remark:
    """One remark, opened.

    Args:
        to: whom a question is to, as commands name people.
        answer: what was answered, if it was.
    """

    id: UUID
    item: str
    position: int
    kind: Kind
    text: str
    to: str | None
    by: str
    at: datetime
    answer: "Remark | None" = None


def remark(  # noqa: PLR0917 (on which item, what, by whom)
    session: Session,
    vault: CaseVault,
    item: str,
    position: int,
    kind: Kind,
    text: str,
    by: str,
    at: datetime,
    *,
    to: str | None = None,
    about: UUID | None = None,
) -> None:
    """Add one, in a write transaction.

    Raises:
        UnknownObjectError: there is nothing to answer or to take away. NotAllowedNowError: that was done already.
    """
    if kind in {Kind.ANSWER, Kind.REMOVED}:
        row = session.get(ItemRemark, about) if about else None
        if row is None or row.case_id != vault.case_id or not _may_follow(kind, row, by):
            raise UnknownObjectError
        if session.exec(select(ItemRemark.id).where(ItemRemark.about == row.id)).first() is not None:
            raise NotAllowedNowError("A colleague did this already.")
        item, position = row.item, row.position
    new = uuid4()
    sealed = vault.seal("item_remark", "text", str(new), text.encode()) if text else None
    session.add(
        ItemRemark(
            id=new,
            case_id=vault.case_id,
            item=item,
            position=position,
            kind=kind.value,
            text=sealed,
            about=about,
            to=to,
            by=by,
            at=at,
        )
    )


def _may_follow(kind: Kind, row: ItemRemark, by: str) -> bool:
    """Whether a remark can be answered or taken away; a question is taken back by whoever asked it alone."""
    if row.kind == Kind.QUESTION:
        return kind is Kind.ANSWER or row.by == by
    return kind is Kind.REMOVED


def open_questions(session: Session, case_id: UUID) -> int:
    """How many questions of a case were neither answered nor taken back."""
    asked = select(func.count()).select_from(ItemRemark).where(ItemRemark.case_id == case_id, _open())
    return session.exec(asked).one()


def remarks_of(session: Session, vault: CaseVault, only: Iterable[str] | None = None) -> dict[str, list[Remark]]:
    """The remarks that stand, by item, in their order.

    Args:
        session: of a read.
        vault: of the case.
        only: about these items, for a page of a list.
    """
    query = select(ItemRemark).where(ItemRemark.case_id == vault.case_id)
    if only is not None:
        query = query.where(col(ItemRemark.item).in_(list(only)[:_FEW]))
    rows = session.exec(query.order_by(col(ItemRemark.at), col(ItemRemark.id))).all()
    opened = {row.id: _opened(row, vault) for row in rows}
    answers = {row.about: opened[row.id] for row in rows if row.kind == Kind.ANSWER}
    gone = {row.about for row in rows if row.kind == Kind.REMOVED}
    standing: dict[str, list[Remark]] = defaultdict(list)
    for row in rows:
        if row.kind not in {Kind.ANSWER, Kind.REMOVED} and row.id not in gone:
            standing[row.item].append(replace(opened[row.id], answer=answers.get(row.id)))
    return dict(standing)


def asked_of(person: str) -> ColumnElement[bool]:
    """The condition that a case has a question to somebody that nobody has answered; of `ItemRemark.case_id`."""
    return _open() & (col(ItemRemark.to) == person)


def _open() -> ColumnElement[bool]:
    answered = aliased(ItemRemark)
    answer = select(answered.id).where(col(answered.about) == col(ItemRemark.id)).exists()
    return (col(ItemRemark.kind) == Kind.QUESTION.value) & ~answer


def _opened(row: ItemRemark, vault: CaseVault) -> Remark:
    text = vault.open("item_remark", "text", str(row.id), row.text).decode() if row.text else ""
    return Remark(row.id, row.item, row.position, Kind(row.kind), text, row.to, row.by, row.at)
