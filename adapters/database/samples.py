"""Samples that approvers of large packages look at: drawn, checked, and asked for in the transaction that records an approval.

Next: domain/sampling.py
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Standing
from adapters.database.review_tables import ReviewSample, SampleCheck
from adapters.database.session import Database
from adapters.database.tables import PackageRow
from domain.errors import UnknownObjectError
from domain.item_rules import SAMPLE
from domain.redaction import Span, cover_row
from domain.sampling import drawn, size_of
from domain.withholding import ItemChoice

SINGLE: Final = "single"
OF_MANY: Final = "many"
CHANCE: Final = "chance"
AGAIN: Final = "again"
_ORDER: Final = (AGAIN, SINGLE, OF_MANY, CHANCE)
_SEED_BYTES: Final = 8
_FILES: Final = -1  # the files, where a third person is covered; decisions have revisions from 1 on, people the 0


@dataclass
class _Drawing:
    """What a pass over everything that was found leaves behind."""

    included: list[str] = field(default_factory=list)
    single: list[str] = field(default_factory=list)
    many: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    places: dict[str, int] = field(default_factory=dict)


def sample_of(session: Session, package: UUID) -> ReviewSample | None:
    """The sample of a package, if it was drawn."""
    return session.exec(select(ReviewSample).where(ReviewSample.package == package)).first()


def draw(  # noqa: PLR0917 (of what, under which decisions, by whom)
    database: Database, row: PackageRow, found: Sequence[CollectedCollection], standing: Standing, by: str, at: datetime
) -> ReviewSample:
    """Draw the sample of a package and keep it, or find it. Everything is gone through outside any transaction.

    Args:
        database: of the installation.
        row: the package.
        found: what it was built of.
        standing: the decisions of its revision.
        by: person id of whoever is about to look.
        at: UTC.
    """
    with database.read() as session:
        if (known := sample_of(session, row.id)) is not None:
            return known
        wrong = _wrong(session, row.case_id)
        number = len(session.exec(select(ReviewSample.id).where(ReviewSample.case_id == row.case_id)).all()) + 1
    drawing, seed = _gone_through(found, standing), secrets.token_hex(_SEED_BYTES)
    size = size_of(len(drawing.included), len({sample for sample, _ in wrong}))
    chosen = {SINGLE: drawing.single, CHANCE: drawn(drawing.included, seed, size)}
    chosen[OF_MANY] = [item for ids in drawing.many.values() for item in drawn(ids, seed, SAMPLE)]
    chosen[AGAIN] = sorted({item for _, item in wrong if item in drawing.places})
    why = {item: name for name in reversed(_ORDER) for item in chosen[name]}  # each item once
    sample = ReviewSample(
        case_id=row.case_id,
        package=row.id,
        sha256=row.sha256,
        number=number,
        seed=seed,
        size=size,
        included=len(drawing.included),
        items=[[name, item, drawing.places[item]] for name in _ORDER for item in chosen[name] if why[item] == name],
        by=by,
        at=at,
    )
    try:
        with database.write() as session:
            session.add(sample)
    except IntegrityError:
        with database.read() as session:
            found_meanwhile = sample_of(session, row.id)  # a colleague opened the page at the same moment
        assert found_meanwhile is not None
        return found_meanwhile
    return sample


def _gone_through(found: Sequence[CollectedCollection], standing: Standing) -> _Drawing:
    drawing = _Drawing()
    people = tuple(Span(words=name) for each in standing.people if each.parts.person for name in each.parts.person.names)
    for item in _items(found):
        if item.id in standing.legal:
            continue  # what legal decides about is nobody else's to look at
        drawing.places[item.id] = item.position
        decision = standing.of(item.id, item.row)
        if decision is None or decision.choice is ItemChoice.INCLUDE:
            covered = people and cover_row(item.row, people).removed
            unsure = people and item.file is not None  # nobody can look for a name in a picture or a scan
            (drawing.many[0] if covered else drawing.many[_FILES] if unsure else drawing.included).append(item.id)
        elif decision.rule:
            drawing.many[decision.revision].append(item.id)
        else:
            drawing.single.append(item.id)
    return drawing


def _items(found: Sequence[CollectedCollection]) -> Iterator[Item]:
    for each in found:
        yield from each.items()


def check(  # noqa: PLR0917 (of which item, what, by whom)
    session: Session, vault: CaseVault, sample: ReviewSample, item: str, by: str, at: datetime, *, right: bool, note: str
) -> None:
    """Write down what somebody found of an item.

    Raises:
        UnknownObjectError: the sample does not have it.
    """
    if item not in {each[1] for each in sample.items}:
        raise UnknownObjectError
    sealed = vault.seal("sample_check", "note", f"{sample.id}/{item}", note.encode()) if note else None
    session.add(SampleCheck(case_id=sample.case_id, sample=sample.id, item=item, right=right, note=sealed, by=by, at=at))


def found_by(session: Session, sample: UUID, person: str) -> dict[str, bool]:
    """What somebody found so far: by item, whether it is right."""
    query = select(SampleCheck).where(SampleCheck.sample == sample, SampleCheck.by == person).order_by(col(SampleCheck.id))
    return {row.item: row.right for row in session.exec(query).all()}


def is_looked_at(session: Session, row: PackageRow, person: str) -> bool:
    """Whether somebody looked at the whole sample of a package, and nobody found anything wrong in it."""
    sample = sample_of(session, row.id)
    if sample is None or sample.sha256 != row.sha256:
        return False
    mine = found_by(session, sample.id, person)
    return all(mine.get(each[1]) for each in sample.items) and not has_wrong(session, row)


def has_wrong(session: Session, row: PackageRow) -> bool:
    """Whether somebody found something wrong in the sample of a package, so that nobody can approve it."""
    sample = sample_of(session, row.id)
    return sample is not None and any(of == sample.id for of, _ in _wrong(session, row.case_id))


def samples_of(session: Session, case_id: UUID) -> list[tuple[ReviewSample, list[SampleCheck]]]:
    """Every sample of a case, in order, each with what was found; for the controller's own schedule."""
    rows = session.exec(select(ReviewSample).where(ReviewSample.case_id == case_id).order_by(col(ReviewSample.number))).all()
    checks = session.exec(select(SampleCheck).where(SampleCheck.case_id == case_id).order_by(col(SampleCheck.id))).all()
    return [(row, [each for each in checks if each.sample == row.id]) for row in rows]


def _wrong(session: Session, case_id: UUID) -> set[tuple[UUID, str]]:
    """The samples of a case in which somebody found something wrong, and what; the newest word of each person counts."""
    newest: dict[tuple[UUID, str, str], bool] = {}
    for row in session.exec(select(SampleCheck).where(SampleCheck.case_id == case_id).order_by(col(SampleCheck.id))).all():
        newest[row.sample, row.item, row.by] = row.right
    return {(sample, item) for (sample, item, _), right in newest.items() if not right}
