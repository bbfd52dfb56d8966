"""Chains the access log, and anchors every stream once a day: what case events have from the start, in the same format (2.8).

Rows of the access log are inserted without waiting for each other; they are linked a little later, in the order of their ids,
into one stream per day. A day's head is signed with a key of its own over the last entry of every stream that went on.

Next: domain/audit.py
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from adapters.database.breach_tables import DossierEventRow, DossierNote
from adapters.database.desk_periods import ended_days
from adapters.database.retention_tables import AccessSeal, AuditHead, AuditLeaf, Destruction
from adapters.database.session import Database, insert
from adapters.database.tables import AccessLog, CaseEventRow, Note
from adapters.signing import Signer
from domain.audit import HEAD_TYPE, NO_HEAD, Anchor, Leaf, Linked, head_document, merkle_root
from domain.chain import Entry, detail_of, genesis, link_entry, rfc3339
from domain.retention import Kept

SETTLED = timedelta(seconds=10)  # longer than any transaction of ours: no row with a smaller id comes later
_AT_ONCE = 2_000
_IN_ONE_QUERY = 400  # ids; SQLite takes 999 values at most


def seal_access_log(database: Database, install: bytes, now: datetime) -> int:
    """Link what was written since the last time; returns how many rows. May be called at any time, by one process at a time."""
    sealed = 0
    while number := _seal_some(database, install, now):
        sealed += number
    return sealed


def _seal_some(database: Database, install: bytes, now: datetime) -> int:
    with database.write() as session:
        linked = select(AccessSeal.access).where(AccessSeal.access == AccessLog.id)
        query = select(AccessLog).where(col(AccessLog.at) < now - SETTLED, ~linked.exists()).order_by(col(AccessLog.id))
        rows = session.exec(query.limit(_AT_ONCE)).all()
        ends: dict[str, tuple[int, str]] = {}
        seals = []
        for row in rows:
            stream = f"access/{row.at.date().isoformat()}"
            sequence, previous = ends.get(stream) or _end(session, stream, install)
            entry = access_entry(row, stream, sequence + 1)
            ends[stream] = entry.sequence, link_entry(previous, entry)
            assert row.id is not None
            seals.append(
                AccessSeal(access=row.id, stream=stream, sequence=entry.sequence, previous=previous, hash=ends[stream][1])
            )
        insert(session, seals)
    return len(rows)


def _end(session: Session, stream: str, install: bytes) -> tuple[int, str]:
    query = select(AccessSeal).where(AccessSeal.stream == stream).order_by(col(AccessSeal.sequence).desc()).limit(1)
    row = session.exec(query).first()
    return (row.sequence, row.hash) if row else (0, genesis(install, stream))


def access_entry(row: AccessLog, stream: str, sequence: int) -> Entry:
    """A row of the access log as the chain sees it."""
    detail = detail_of({"access": row.id, "case": str(row.case_id) if row.case_id else None}, None)
    return Entry(stream, sequence, rfc3339(row.at), row.actor, row.action, detail)


def entries(session: Session, *, streams: str | None = None) -> Iterator[Linked]:
    """Every entry of every stream, by stream and sequence: cases, then breaches and notices, then the access log.

    Args:
        session: a reader.
        streams: the access log of one day alone, by its stream; None is everything.
    """
    if streams is None:
        yield from _events(session, CaseEventRow, "case_id", Note)
        yield from _events(session, DossierEventRow, "dossier_id", DossierNote)
    query = select(AccessLog, AccessSeal).join(AccessSeal, col(AccessSeal.access) == col(AccessLog.id))
    query = query.where(AccessSeal.stream == streams) if streams else query
    ordered = query.order_by(col(AccessSeal.stream), col(AccessSeal.sequence)).execution_options(yield_per=1_000)
    for row, seal in session.exec(ordered):
        yield Linked(access_entry(row, seal.stream, seal.sequence), seal.previous, seal.hash)


def _events(session: Session, model: Any, owner: str, notes: Any) -> Iterator[Linked]:  # noqa: ANN401 (two tables alike)
    column = getattr(model, owner)
    query = select(model).order_by(column, col(model.sequence), col(model.id)).execution_options(yield_per=1_000)
    for batch in session.execute(query).scalars().partitions(1_000):
        named = [row.facts["note"] for row in batch if row.facts.get("note")]
        hashes = _note_hashes(session, notes, named)
        for row in batch:
            # Without its note an entry cannot be what was recorded; the check says so.
            detail = detail_of(row.facts, hashes.get(str(row.facts.get("note"))))
            entry = Entry(str(getattr(row, owner)), row.sequence, rfc3339(row.at), row.actor, row.tag, detail)
            yield Linked(entry, row.previous, row.hash)


def _note_hashes(session: Session, notes: Any, ids: list[str]) -> dict[str, str]:  # noqa: ANN401
    found: dict[str, str] = {}
    for start in range(0, len(ids), _IN_ONE_QUERY):
        some = [UUID(each) for each in ids[start : start + _IN_ONE_QUERY]]
        for row in session.exec(select(notes).where(notes.id.in_(some))).all():
            found[str(row.id)] = row.text_sha256 or hashlib.sha256(row.text).hexdigest()
    return found


def make_head(session: Session, install: bytes, signer: Signer, day: date, now: datetime) -> AuditHead:
    """Anchor a day: sign the last entry of every stream that went on since the day before. Asked again, it is found.

    Args:
        session: of a write transaction.
        install: the installation's public id.
        signer: of heads, with a key of its own.
        day: that is over, UTC.
        now: UTC.
    """
    known = session.get(AuditHead, day)
    if known is not None:
        return known
    before = session.exec(select(AuditHead).order_by(col(AuditHead.day).desc()).limit(1)).first()
    leaves = _went_on(session)
    anchor = Anchor(
        day=day.isoformat(),
        root=merkle_root(leaves),
        previous=before.root if before else NO_HEAD,
        streams=len(leaves),
        entries=_number_of_entries(session),
    )
    document = head_document(install.hex(), anchor)
    head = AuditHead(
        day=day,
        root=anchor.root,
        document=document.decode(),
        signature=signer.sign(HEAD_TYPE, document).hex(),
        kid=signer.kid,
        made_at=now,
    )
    session.add(head)
    session.add_all(AuditLeaf(stream=leaf.stream, sequence=leaf.sequence, day=day, hash=leaf.hash) for leaf in leaves)
    session.flush()
    return head


def _went_on(session: Session) -> list[Leaf]:
    anchored = dict(session.exec(select(AuditLeaf.stream, func.max(AuditLeaf.sequence)).group_by(col(AuditLeaf.stream))).all())
    found = []
    for model, owner in ((CaseEventRow, "case_id"), (DossierEventRow, "dossier_id"), (AccessSeal, "stream")):
        table = sa.inspect(model).local_table
        last = sa.select(table.c[owner].label("owner"), sa.func.max(table.c.sequence).label("sequence")).group_by(table.c[owner])
        newest = last.subquery()
        query = sa.select(table.c[owner], table.c.sequence, table.c.hash).join(
            newest, sa.and_(table.c[owner] == newest.c.owner, table.c.sequence == newest.c.sequence)
        )
        for stream, sequence, digest in session.execute(query):
            if sequence > anchored.get(str(stream), 0):
                found.append(Leaf(str(stream), sequence, digest))
    return sorted(found, key=lambda leaf: leaf.stream)


def _number_of_entries(session: Session) -> int:
    return sum(
        session.exec(select(func.count()).select_from(model)).one() for model in (CaseEventRow, DossierEventRow, AccessSeal)
    )


def leaves_by_day(session: Session) -> dict[date, list[Leaf]]:
    """Every day's list of streams."""
    found: dict[date, list[Leaf]] = defaultdict(list)
    for leaf in session.exec(select(AuditLeaf).order_by(col(AuditLeaf.stream))).all():
        found[leaf.day].append(Leaf(leaf.stream, leaf.sequence, leaf.hash))
    return found


def ended_streams(session: Session) -> list[str]:
    """Cases of which nothing is left, and days of the access log that are over, each by their rule."""
    cases = session.exec(select(Destruction.object).where(Destruction.kept == Kept.STUB.value)).all()
    return [*(str(each) for each in cases), *ended_days(session)]
