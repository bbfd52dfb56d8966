"""Stores mail before anything else is done with it: sealed, durable, once, at its earliest arrival (design section 8).

The message is not parsed here, so no message can make this fail. Keys are durable before the rows that need them; rows,
arrivals and cursor are one transaction, so that a crash repeats a batch and never skips one.
Next: `activities/mailroom.py`
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy import select as select_columns
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from adapters.database.mail_tables import IncomingMail, MailArrival, MailCursor
from adapters.incoming.authentication import MOST_HEAD
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.triage import Standing, TriageReason

INLINE_BYTES: Final = 256 * 1024  # most mail; a row is one write, a blob three
_TRIES: Final = 3  # two mailboxes may store the same mail at the same instant
_SAME = re.compile(rb"^(message-id|from|date|subject):[ \t]*((?:.*)(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


class Place(NamedTuple):
    """Where a message lies in a mailbox."""

    mailbox: str
    uidvalidity: int
    uid: int


class Arrived(NamedTuple):
    """A message and when it reached the controller, UTC; `place` is None for what did not come from a mailbox."""

    raw: bytes
    arrived_at: datetime
    place: Place | None = None


def store(resources: Resources, origin: str, arrivals: Sequence[Arrived], now: datetime) -> list[UUID]:
    """Store messages in one transaction; returns the id of each, which is an older one for a copy of a known mail.

    Args:
        resources: of the process.
        origin: `imap`, `command`, `upload` or `letter`.
        arrivals: what came. Those of one mailbox move its cursor to the highest UID among them.
        now: UTC.
    """
    marks = [mark_of(resources, arrived.raw) for arrived in arrivals]
    for attempt in range(_TRIES):
        try:
            return _stored(resources, origin, arrivals, marks, now)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


def mark_of(resources: Resources, raw: bytes) -> bytes:
    """A keyed hash by which copies of one mail are the same: sender's own headers and body, without the traces of its way."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    head = head[:MOST_HEAD]  # a pattern keeps every line of a folded field in memory
    digest = hashlib.sha256()
    for name, value in sorted((name.lower(), b" ".join(value.split())) for name, value in _SAME.findall(head)):
        digest.update(b"%s:%s\n" % (name, value))
    digest.update(b"\n" + body.rstrip())
    return resources.vault.list_mac("mail", digest.hexdigest())


def unfetched(resources: Resources, place: Place, arrived_at: datetime, now: datetime) -> UUID:
    """Note a message that the mailbox does not give out: it stays there, and a person is told in triage."""
    mark = resources.vault.list_mac("mail", f"{place.mailbox}/{place.uidvalidity}/{place.uid}")
    row = IncomingMail(
        key=uuid4(),
        origin="imap",
        arrived_at=arrived_at,
        stored_at=now,
        size=0,
        content_mac=mark,
        kind="unreadable",
        standing=Standing.TRIAGE.value,
        reason=TriageReason.UNREADABLE.value,
    )
    resources.vault.make_mail_keys([row.key])  # whatever a person writes about it is sealed
    with resources.database.write() as session:
        session.add(row)
        session.flush()
        session.execute(insert(MailArrival), [_arrival(row.id, place, arrived_at)])
        _advance(session, place, now)
    return row.id


def open_raw(resources: Resources, mail: IncomingMail) -> bytes:
    """The message as it came, except for parts that were destroyed.

    Raises:
        KeyMissingError: it was destroyed. SealBrokenError: it was changed.
    """
    vault = resources.vault.mail(mail.key)
    if mail.blob is not None:
        with resources.blobs.read(vault, BlobRef.model_validate(mail.blob)) as blob:
            return blob.read()
    return vault.open("incoming_mail", "raw", str(mail.id), mail.raw) if mail.raw is not None else b""


def sealed_raw(resources: Resources, key: UUID, mail: UUID, raw: bytes) -> dict[str, Any]:
    """The columns `raw` and `blob` of a mail: its message sealed under a key, inline when it is small, as a stream otherwise."""
    vault = resources.vault.mail(key)
    if len(raw) <= INLINE_BYTES:
        return {"raw": vault.seal("incoming_mail", "raw", str(mail), raw), "blob": None}
    with resources.blobs.create(vault, "mail") as blob:
        blob.write(raw)
    return {"raw": None, "blob": blob.ref.model_dump(mode="json")}


def _stored(resources: Resources, origin: str, arrivals: Sequence[Arrived], marks: Sequence[bytes], now: datetime) -> list[UUID]:
    with resources.database.read() as session:
        known = _known(session, marks)
    fresh: dict[bytes, dict[str, Any]] = {}
    raws: dict[bytes, bytes] = {}
    for arrived, mark in zip(arrivals, marks, strict=True):
        if mark in fresh:
            fresh[mark]["arrived_at"] = min(fresh[mark]["arrived_at"], arrived.arrived_at)
        elif mark not in known:
            raws[mark] = arrived.raw
            fresh[mark] = _row(origin, mark, arrived, now)
    resources.vault.make_mail_keys([row["key"] for row in fresh.values()])
    for mark, row in fresh.items():
        row.update(sealed_raw(resources, row["key"], row["id"], raws[mark]))
    try:
        with resources.database.write() as session:
            # Rows go in as they are: making an object of each costs more than sealing it.
            if fresh:
                session.execute(insert(IncomingMail), list(fresh.values()))
            known |= {mark: row["id"] for mark, row in fresh.items()}
            ids = [known[mark] for mark in marks]
            _note_arrivals(session, ids, {row["id"] for row in fresh.values()}, arrivals, now)
    except BaseException:
        for row in fresh.values():
            if row.get("blob"):
                resources.blobs.delete(BlobRef.model_validate(row["blob"]).blob_id)
        raise
    return ids


def _row(origin: str, mark: bytes, arrived: Arrived, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "key": uuid4(),
        "origin": origin,
        "arrived_at": min(arrived.arrived_at, now),
        "stored_at": now,
        "size": len(arrived.raw),
        "content_mac": mark,
        "aligned": False,
        "standing": Standing.STORED.value,
        "cases": [],
        "documents": 0,
        "attempts": 0,
        "told": True,
    }


def _known(session: Session, marks: Sequence[bytes]) -> dict[bytes, UUID]:
    rows = session.execute(
        select_columns(col(IncomingMail.content_mac), col(IncomingMail.id)).where(col(IncomingMail.content_mac).in_(marks))
    )
    return {bytes(mark): key for mark, key in rows}


def _note_arrivals(session: Session, ids: Sequence[UUID], fresh: set[UUID], arrivals: Sequence[Arrived], now: datetime) -> None:
    seen = _seen(session, [arrived.place for arrived in arrivals if arrived.place is not None])
    new: list[dict[str, Any]] = []
    for key, arrived in zip(ids, arrivals, strict=True):
        if key not in fresh:
            _bring_forward(session, key, arrived)
        if arrived.place is not None and arrived.place not in seen:
            seen.add(arrived.place)
            new.append(_arrival(key, arrived.place, arrived.arrived_at))
    if new:
        session.execute(insert(MailArrival), new)
    places = [arrived.place for arrived in arrivals if arrived.place is not None]
    if places:
        _advance(session, max(places), now)


def _bring_forward(session: Session, key: UUID, arrived: Arrived) -> None:
    """The same mail reached another mailbox first: the month runs from there."""
    mail = session.get(IncomingMail, key, with_for_update=True)
    if mail is not None and arrived.arrived_at < mail.arrived_at:
        mail.arrived_at = arrived.arrived_at
        if mail.case_id is not None:
            mail.told = False
        session.add(mail)


def _seen(session: Session, places: Sequence[Place]) -> set[Place]:
    if not places:
        return set()
    mailbox, uidvalidity, _ = places[0]  # a batch comes from one mailbox
    same = (
        col(MailArrival.mailbox) == mailbox,
        col(MailArrival.uidvalidity) == uidvalidity,
        col(MailArrival.uid).in_([place.uid for place in places]),
    )
    return {Place(mailbox, uidvalidity, uid) for uid in session.exec(select(MailArrival.uid).where(*same)).all()}


def _arrival(key: UUID, place: Place, arrived_at: datetime) -> dict[str, Any]:
    return {**place._asdict(), "mail": key, "arrived_at": arrived_at, "settled": False, "remove": False}


def _advance(session: Session, place: Place, now: datetime) -> None:
    cursor = session.get(MailCursor, place.mailbox) or MailCursor(mailbox=place.mailbox)
    if cursor.uidvalidity != place.uidvalidity:
        cursor.uidvalidity, cursor.last_uid = place.uidvalidity, 0
    cursor.last_uid = max(cursor.last_uid, place.uid)
    cursor.failed_uid, cursor.failures, cursor.seen_at, cursor.trouble = None, 0, now, None
    session.add(cursor)
