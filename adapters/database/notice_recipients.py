"""The people of a notice: loaded once per address, claimed in windows, each with what became of their letter.

Next: `activities/notice_sending.py`
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, func, select, update

from adapters.database.breach_tables import NoticeRecipient, NoticeSegment
from adapters.database.session import Database
from adapters.vault import Vault
from domain.breach import Language
from domain.errors import InvalidInputError

TRIES = 5  # of somebody whose mail server puts the message off; with a quarter of an hour between them
_ROW = "address"
Outcome = Literal["sent", "refused", "deferred", "waiting"]


@dataclass(frozen=True)
class Listed:
    """One line of a list, as far as it can be used."""

    email: str
    country: str
    language: Language

    @property
    def segment(self) -> str:
        """Country and language."""
        return f"{self.country.lower()}_{self.language}"


@dataclass(frozen=True)
class Claimed:
    """Somebody whose letter is on its way now."""

    id: int
    segment: str
    address: str


@dataclass(frozen=True)
class Ended:
    """What became of one letter."""

    id: int
    outcome: Outcome
    code: int | None = None


class Recipients:
    """The recipients of one notice.

    Args:
        database: where they are.
        vault: holds the notice's key.
        notice_id: of the notice.
    """

    def __init__(self, database: Database, vault: Vault, notice_id: UUID) -> None:
        self._database = database
        self._vault = vault
        self._sealed = vault.dossier(notice_id, "notice")
        self._notice = notice_id

    def forget(self) -> None:
        """Take the list away, before another one is loaded."""
        with self._database.write() as session:
            session.execute(delete(NoticeRecipient).where(col(NoticeRecipient.notice_id) == self._notice))
            session.execute(delete(NoticeSegment).where(col(NoticeSegment.notice_id) == self._notice))

    def add(self, lines: Iterable[Listed]) -> int:
        """Add people, each address once; gives back how many lines hold none."""
        rows, unusable = [], 0
        for line in lines:
            try:
                index = self._vault.index_email(line.email)
            except InvalidInputError:
                unusable += 1
                continue
            address = self._sealed.seal("notice_recipient", _ROW, index.hex(), line.email.strip().encode())
            rows.append(
                {
                    "notice_id": self._notice,
                    "segment": line.segment,
                    "address": address,
                    "address_index": index,
                    "state": "waiting",
                    "tries": 0,
                }
            )
        if rows:
            with self._database.write() as session:
                session.execute(self._insert(session), rows)
        return unusable

    def countries(self) -> dict[str, int]:
        """How many people per country, `xx` where it is not known."""
        found: dict[str, int] = {}
        for segment, number in self._counted().items():
            country = segment.partition("_")[0]
            found[country] = found.get(country, 0) + number
        return found

    def segments(self) -> dict[str, tuple[int, str]]:
        """How many people per segment, and the hash of their list: over the keyed hashes of the addresses, in order."""
        return {segment: (number, self._list_sha256(segment)) for segment, number in self._counted().items()}

    def recover(self) -> None:
        """Whoever was under way when a worker died is tried again, under the same Message-ID."""
        with self._database.write() as session:
            session.execute(self._update().where(col(NoticeRecipient.state) == "under_way").values(state="waiting"))

    def try_again(self) -> None:
        """Those whose mail server put the letter off, unless that happened too often."""
        put_off = (col(NoticeRecipient.state) == "deferred", col(NoticeRecipient.tries) < TRIES)
        with self._database.write() as session:
            session.execute(self._update().where(*put_off).values(state="waiting"))

    def send_again(self) -> None:
        """Everybody who is not told: put off, refused, or come back. Somebody has looked at what kept the letters out."""
        out = col(NoticeRecipient.state).in_(["deferred", "refused", "bounced"])
        with self._database.write() as session:
            session.execute(self._update().where(out).values(state="waiting", tries=0))

    def claim(self, most: int) -> list[Claimed]:
        """Mark the next people as under way, in a commit of its own, and open their addresses."""
        query = (
            select(NoticeRecipient.id, NoticeRecipient.segment, NoticeRecipient.address, NoticeRecipient.address_index)
            .where(NoticeRecipient.notice_id == self._notice, NoticeRecipient.state == "waiting")
            .order_by(col(NoticeRecipient.id))
            .limit(most)
        )
        with self._database.write() as session:
            rows = session.execute(query).all()
            if rows:
                session.execute(_of([row[0] for row in rows]).values(state="under_way"))
        return [Claimed(row[0], row[1], self.open(row[2], row[3])) for row in rows]

    def ended(self, results: Sequence[Ended], now: datetime) -> None:
        """Write down what became of letters, in one commit: a statement for each outcome, of which there is mostly one."""
        alike: dict[tuple[Outcome, int | None], list[int]] = {}
        for result in results:
            alike.setdefault((result.outcome, result.code), []).append(result.id)
        with self._database.write() as session:
            for (outcome, code), rows in alike.items():
                tried = col(NoticeRecipient.tries) + int(outcome != "waiting")  # PostgreSQL adds no truth to a number
                values = {"state": outcome, "code": code, "at": now, "tries": tried}
                session.execute(_of(rows).values(values))

    def tally(self) -> dict[str, int]:
        """How many people in each state; `given_up` are put off for the last time."""
        query = (
            select(NoticeRecipient.state, func.count())
            .where(NoticeRecipient.notice_id == self._notice)
            .group_by(NoticeRecipient.state)
        )
        gone = select(func.count()).where(
            NoticeRecipient.notice_id == self._notice, NoticeRecipient.state == "deferred", col(NoticeRecipient.tries) >= TRIES
        )
        with self._database.read() as session:
            found: dict[str, int] = {row[0]: row[1] for row in session.execute(query).all()}
            found["given_up"] = session.execute(gone).scalar_one()
        found["deferred"] = found.get("deferred", 0) - found["given_up"]
        return found

    def open(self, sealed: bytes, index: bytes) -> str:
        """An address."""
        return self._sealed.open("notice_recipient", _ROW, index.hex(), sealed).decode()

    def _counted(self) -> dict[str, int]:
        query = (
            select(NoticeRecipient.segment, func.count())
            .where(NoticeRecipient.notice_id == self._notice)
            .group_by(NoticeRecipient.segment)
        )
        with self._database.read() as session:
            return {row[0]: row[1] for row in session.execute(query).all()}

    def _list_sha256(self, segment: str) -> str:
        digest = hashlib.sha256()
        query = (
            select(NoticeRecipient.address_index)
            .where(NoticeRecipient.notice_id == self._notice, NoticeRecipient.segment == segment)
            .order_by(col(NoticeRecipient.address_index))
        )
        with self._database.read() as session:
            for index in session.execute(query, execution_options={"yield_per": 1_000}).scalars():
                digest.update(index)
        return digest.hexdigest()

    def _insert(self, session: Session) -> Any:  # noqa: ANN401 (either dialect's own)
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        return dialect.insert(NoticeRecipient).on_conflict_do_nothing(index_elements=["notice_id", "address_index"])

    def _update(self) -> Any:  # noqa: ANN401 (SQLModel's own type)
        return update(NoticeRecipient).where(col(NoticeRecipient.notice_id) == self._notice)


def _of(rows: list[int]) -> Any:  # noqa: ANN401 (SQLModel's own type)
    """By their numbers alone: with the notice beside them SQLite reads its whole list for each window."""
    return update(NoticeRecipient).where(col(NoticeRecipient.id).in_(rows))
