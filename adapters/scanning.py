"""Has what people hand in looked at for malware: when it arrives, and later again what the scanner could not look at then.

While a scanner is set and has not looked, nobody opens the file; without one it opens, and says that nobody scanned it
(`security.md` section 6). Called with an upload and by the web process's sweep. Next: adapters/malware.py
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlmodel import Session, SQLModel, col, select, update

from adapters.case_vault import CaseVault
from adapters.database.breach_tables import Dossier, DossierFile
from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import Alarm, IdentityEvidence, UploadedFile
from adapters.incoming.reader import MailReader
from adapters.incoming.removal import keep_reading, opened
from adapters.incoming.store import open_raw
from adapters.malware import place_of, scan, scan_pieces
from adapters.resources import Resources
from adapters.settings import Settings
from domain.blobs import BlobRef
from domain.errors import DomainError, NotAllowedNowError
from domain.incoming import Malware

HANDED_IN: Final = ("evidence", "list")  # of a dossier; its other files are written here
ALARM: Final = "malware-found"
NOT_SCANNED: Final = "This file was not scanned for malware yet: the scanner did not answer. It is tried again every minute."
MALWARE_FOUND: Final = "A scanner found malware in this file, so nobody opens it. Ask for it once more, or leave it out."
_AT_ONCE: Final = 50

_log = structlog.get_logger("scanning")


def looked_at(resources: Resources, vault: CaseVault, ref: BlobRef) -> Malware:
    """What the scanner says of a sealed file; opened piece by piece, never on a disk in the clear."""
    place = place_of(resources.settings.clamd)
    if place is None:
        return "not_scanned"
    with resources.blobs.read(vault, ref) as blob:
        return scan_pieces(blob, ref.bytes, place)


def is_closed(settings: Settings, malware: str) -> bool:
    """Whether nobody may open a file: it is infected, or waits for the scanner that is set."""
    return malware == "infected" or (malware == "not_scanned" and settings.clamd is not None)


def refuse_unscanned(settings: Settings, malware: str) -> None:
    """Let a file be opened that was scanned, or that nobody here can scan.

    Raises:
        NotAllowedNowError: it is infected, or waits to be scanned.
    """
    if is_closed(settings, malware):
        raise NotAllowedNowError(MALWARE_FOUND if malware == "infected" else NOT_SCANNED)


@dataclass(frozen=True)
class _Waiting:
    """A sealed file that nobody scanned."""

    table: type[SQLModel]
    key: UUID
    vault: CaseVault
    ref: BlobRef
    case_id: UUID | None


def scan_again(resources: Resources, now: datetime) -> int:
    """Scan what waits, some of it at a time, the oldest first; how much was scanned. Nothing while the scanner is silent.

    What is found infected is told to the privacy leads, who see it among the alerts.

    Args:
        resources: opened once by the process.
        now: UTC.
    """
    if place_of(resources.settings.clamd) is None:
        return 0
    done = 0
    for waiting in _waiting(resources):
        found: Malware = "not_scanned"
        try:
            found = looked_at(resources, waiting.vault, waiting.ref)
        except DomainError as failure:  # its key or its bytes went in this moment
            _log.warning("not scanned", file=str(waiting.key), reason=failure.kind)
            continue
        if found == "not_scanned":
            return done
        with resources.database.write() as session:
            table: Any = waiting.table
            session.execute(update(table).where(table.id == waiting.key).values(malware=found))
            _tell(session, found, waiting.case_id, {"file": str(waiting.key)}, now)
        done += 1
    return done + _scan_mail_again(resources, now)


def _waiting(resources: Resources) -> Iterator[_Waiting]:
    vault = resources.vault
    with resources.database.read() as session:
        proofs = session.exec(
            select(IdentityEvidence)
            .where(IdentityEvidence.malware == "not_scanned", col(IdentityEvidence.destroyed_at).is_(None))
            .order_by(col(IdentityEvidence.received_at))
            .limit(_AT_ONCE)
        ).all()
        found = session.exec(
            select(UploadedFile)
            .where(UploadedFile.malware == "not_scanned")
            .order_by(col(UploadedFile.uploaded_at))
            .limit(_AT_ONCE)
        ).all()
        kept = session.exec(
            select(DossierFile, Dossier.kind)
            .join(Dossier, col(Dossier.id) == DossierFile.dossier_id)
            .where(DossierFile.malware == "not_scanned", col(DossierFile.kind).in_(HANDED_IN))
            .order_by(col(DossierFile.added_at))
            .limit(_AT_ONCE)
        ).all()
    with_keys = suppress(DomainError)  # a key that is gone leaves nothing to scan
    for proof in proofs:
        with with_keys:
            ref = BlobRef.model_validate(proof.blob)
            yield _Waiting(IdentityEvidence, proof.id, vault.evidence(proof.case_id), ref, proof.case_id)
    for file in found:
        with with_keys:
            ref = BlobRef.model_validate(file.blob)
            yield _Waiting(UploadedFile, file.id, vault.case(file.case_id), ref, file.case_id)
    for one, kind in kept:
        with with_keys:
            sealer = vault.dossier(one.dossier_id, "breach" if kind == "breach" else "notice")
            yield _Waiting(DossierFile, one.id, sealer, BlobRef.model_validate(one.blob), None)


def _scan_mail_again(resources: Resources, now: datetime) -> int:
    waits = (
        col(IncomingMail.unscanned).is_(True),
        col(IncomingMail.destroyed_at).is_(None),
        col(IncomingMail.content).is_not(None),
    )
    query = select(IncomingMail.id).where(*waits).order_by(col(IncomingMail.arrived_at)).limit(_AT_ONCE)
    with resources.database.read() as session:
        keys = session.exec(query).all()
    done = 0
    if not keys:
        return 0
    with closing(MailReader()) as reader:
        for key in keys:
            with suppress(DomainError):  # somebody takes a part out of it at this moment, or it was destroyed
                if not _scan_mail(resources, reader, key, now):
                    return done
                done += 1
    return done


def _scan_mail(resources: Resources, reader: MailReader, key: UUID, now: datetime) -> bool:
    """Scan the parts of one mail that nobody scanned; False when the scanner is silent."""
    with resources.database.read() as session:
        row, read = opened(resources, session.get(IncomingMail, key))
    place = place_of(resources.settings.clamd)
    places = [each.index for each in read.attachments if each.malware == "not_scanned" and not each.removed]
    contents = reader.parts(open_raw(resources, row), places)
    if contents is None:
        return True  # nobody gets them out within the limits, and nobody opens them
    said: dict[int, Malware] = {index: scan(content, place) for index, content in zip(places, contents, strict=True)}
    if "not_scanned" in said.values():
        return False
    with resources.database.write() as session:
        row, read = opened(resources, session.get(IncomingMail, key, with_for_update=True))
        files = [each.model_copy(update={"malware": said.get(each.index, each.malware)}) for each in read.attachments]
        keep_reading(resources, row, read.model_copy(update={"attachments": files}))
        row.unscanned = False
        session.add(row)
        if "infected" in said.values():
            _tell(session, "infected", row.case_id, {"mail": str(key)}, now)
    return True


def _tell(session: Session, found: Malware, case_id: UUID | None, facts: dict[str, str], now: datetime) -> None:
    if found == "infected":
        session.add(Alarm(at=now, kind=ALARM, case_id=case_id, facts=facts))
