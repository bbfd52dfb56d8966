"""Loads the recipients of a notice and writes its letters, each fixed by hash (Article 34).

Addresses come from a sealed CSV file or from a collection of the data map, are read in batches and sealed one by one: memory
stays flat. Next: `activities/notice_sending.py`
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from itertools import islice
from typing import Final
from uuid import UUID

from sqlmodel import Session, select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from adapters.blobs import BlobReader
from adapters.database.breach_reader import words_of
from adapters.database.breach_tables import Dossier, DossierEventRow, DossierFile, DossierRecord, NoticeSegment
from adapters.database.notice_recipients import Listed, Recipients
from adapters.letter_message import message_id
from adapters.mail import deliver, mailable
from adapters.notice_letters import NoticeLetter, filled, notice_template
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.breach import UNKNOWN_PLACE, Language
from domain.errors import InvalidInputError, UnknownObjectError
from domain.notice import NoticeState, Segment
from domain.notice_messages import LoadRecipients, NoticePrepared, NoticeRef, RecipientsLoaded, SendTestLetters
from domain.place_names import place_called

_BATCH = 2_000  # lines; a megabyte, and one commit
_LANGUAGES: tuple[Language, ...] = ("en", "de", "fr")
NOTICE: Final = "notice"


class Notices:
    """Prepares notices.

    Args:
        resources: opened once by the worker.
        systems: of the data map.
    """

    def __init__(self, resources: Resources, systems: Systems) -> None:
        self._resources = resources
        self._systems = systems

    @activity.defn
    @translated
    def load_recipients(self, message: LoadRecipients) -> RecipientsLoaded:
        """Load the list that was last wanted, each address once; a repetition begins anew.

        Raises:
            InvalidInputError: there is no column `email`, or no such collection.
        """
        with beating():
            with self._resources.database.read() as session:
                state = _state(session, message.notice_id)
                filtered = self._filter(session, state)
            people = Recipients(self._resources.database, self._resources.vault, message.notice_id)
            people.forget()
            lines = self._file(message.notice_id, state) if state.list_file else self._query(state, filtered)
            unusable = 0
            while batch := list(islice(lines, _BATCH)):
                unusable += people.add(batch)
            countries = people.countries()
        return RecipientsLoaded(recipients=sum(countries.values()), unusable=unusable, countries=countries)

    @activity.defn
    @translated
    def prepare_notice(self, message: NoticeRef) -> NoticePrepared:
        """Write the letter of each segment down with its places, and hash lists and letters."""
        resources = self._resources
        with beating():
            people = Recipients(resources.database, resources.vault, message.notice_id)
            with resources.database.read() as session:
                dossier = _dossier(session, message.notice_id)
                state = _state(session, message.notice_id)
                at = _prepared_at(session, message.notice_id)
                words = self._letters(session, state)
            prepared = {}
            for name, (number, list_sha256) in people.segments().items():
                template = self._template(dossier, state, words, name, at)
                digest = hashlib.sha256(template).hexdigest()
                prepared[name] = Segment(count=number, list_sha256=list_sha256, letter_sha256=digest)
                self._keep(message.notice_id, name, prepared[name], template)
        return NoticePrepared(segments=prepared)

    @activity.defn
    @translated
    def send_test_letters(self, message: SendTestLetters) -> None:
        """Send the letter of every segment to one address of ours, marked as a test."""
        resources, settings = self._resources, self._resources.settings
        with resources.database.read() as session:
            dossier, state = _dossier(session, message.notice_id), _state(session, message.notice_id)
            words = self._letters(session, state)
            address = words_of(session, resources, message.notice_id, [message.address], NOTICE)[message.address]
        with beating():
            for name in sorted(state.segments):
                template = self._template(dossier, state, words, name, datetime.now(UTC), mark="[Test] ")
                test = filled(
                    template,
                    recipient=mailable(address),
                    reply_to=settings.mail_from,
                    message_id=message_id(resources.vault, settings.mail_from, dossier.id, f"test/{name}", message.number),
                    person="test",
                )
                deliver(settings, test, parseaddr(settings.mail_from)[1], address)

    def _file(self, notice_id: UUID, state: NoticeState) -> Iterator[Listed]:
        with self._resources.database.read() as session:
            query = select(DossierFile).where(DossierFile.dossier_id == notice_id, DossierFile.subject == state.list_file)
            row = session.exec(query).first()
        if row is None:
            raise UnknownObjectError(list=str(state.list_file))
        vault = self._resources.vault.dossier(notice_id, NOTICE)
        with self._resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as reader:
            yield from _lines(reader)

    def _query(self, state: NoticeState, wanted: tuple[str, str] | None) -> Iterator[Listed]:
        assert state.list_system is not None
        connector = self._systems.connector(state.list_system)
        found = [part for part in connector.system.collections if part.name == state.list_collection]
        if not found or not isinstance(connector, SqlSystem):
            raise InvalidInputError("Only a collection of a database can be queried.", field="collection")
        (collection,) = found
        email = next((name for name, kind in collection.identities.items() if kind == "email"), None)
        if email is None:
            raise InvalidInputError("This collection holds no e-mail address.", field="collection")
        also = [name for name in ("country", "language") if name in collection.fields]
        for row in connector.everybody(collection, [email, *also], wanted):
            yield _listed(str(row[0] or ""), {name: str(value or "") for name, value in zip(also, row[1:], strict=True)})

    def _filter(self, session: Session, state: NoticeState) -> tuple[str, str] | None:
        if state.list_note is None:
            return None
        value = words_of(session, self._resources, state.notice_id, [state.list_note], NOTICE)[state.list_note]
        return (state.list_column or "", value)

    def _letters(self, session: Session, state: NoticeState) -> dict[Language, dict[str, str]]:
        notes = [note for parts in state.letters.values() for note in parts.values()]
        words = words_of(session, self._resources, state.notice_id, notes, NOTICE)
        return {language: {name: words[note] for name, note in parts.items()} for language, parts in state.letters.items()}

    def _template(
        self,
        dossier: Dossier,
        state: NoticeState,
        words: dict[Language, dict[str, str]],
        segment: str,
        at: datetime,
        *,
        mark: str = "",
    ) -> bytes:
        country, _, wanted = segment.partition("_")
        # Somebody whose language was not written gets the first one that was: told late in one's own is worse.
        language = next((each for each in words if each == wanted), next(each for each in _LANGUAGES if each in words))
        letter = NoticeLetter(
            purpose=state.purpose,
            language=language,
            country=country.upper(),
            reference=dossier.reference,
            parts=words[language],
            version=state.version,
            updated=state.updated,
        )
        settings, controller = self._resources.settings, self._resources.datamap.controller
        return notice_template(letter, controller, settings.mail_from, settings.public_url, at, mark=mark, own=settings.letters)

    def _keep(self, notice_id: UUID, name: str, segment: Segment, template: bytes) -> None:
        sealed = self._resources.vault.dossier(notice_id, NOTICE).seal("notice_segment", "letter", name, template)
        with self._resources.database.write() as session:
            row = session.get(NoticeSegment, (notice_id, name))
            fields = segment.model_dump() | {"letter": sealed}
            if row is None:
                session.add(NoticeSegment(notice_id=notice_id, name=name, **fields))
            else:
                row.sqlmodel_update(fields)
                session.add(row)


def _lines(reader: BlobReader) -> Iterator[Listed]:
    text = io.TextIOWrapper(reader, encoding="utf-8-sig", errors="replace", newline="")
    try:
        sample = text.readline()
        delimiter = ";" if sample.count(";") > sample.count(",") else "," if "\t" not in sample else "\t"
        names = [name.strip().strip('"').lower() for name in sample.rstrip("\r\n").split(delimiter)]
        if "email" not in names:
            raise InvalidInputError("The first line has to name a column `email`.", field="files")
        for row in csv.reader(text, delimiter=delimiter):
            line = dict(zip(names, row, strict=False))
            if any(row):
                yield _listed(line.get("email", ""), line)
    finally:
        text.detach()


def _listed(email: str, line: dict[str, str]) -> Listed:
    language = str(line.get("language") or "").strip().lower()[:2]
    return Listed(
        email=email.strip(),
        country=(place_called(line.get("country", "")) or UNKNOWN_PLACE).partition("-")[0],
        language=next((each for each in _LANGUAGES if each == language), "en"),
    )


def _dossier(session: Session, notice_id: UUID) -> Dossier:
    dossier = session.get(Dossier, notice_id)
    if dossier is None:
        raise UnknownObjectError(notice=str(notice_id))
    return dossier


def _state(session: Session, notice_id: UUID) -> NoticeState:
    record = session.get(DossierRecord, notice_id)
    if record is None:
        raise UnknownObjectError(notice=str(notice_id))
    return NoticeState.model_validate(record.state)


def _prepared_at(session: Session, notice_id: UUID) -> datetime:
    """When the preparation was asked for: the letters' own date, the same for every attempt."""
    tag = "notice:preparation:wanted"
    query = select(DossierEventRow.at).where(DossierEventRow.dossier_id == notice_id, DossierEventRow.tag == tag)
    return max(session.exec(query).all()).replace(microsecond=0)
