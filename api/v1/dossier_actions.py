"""One command on a breach or a notice, from the request to the answer: the manner of `api/v1/actions.py` for dossiers.

Words are sealed first and only their ids leave; a repetition under the same Idempotency-Key is the same update. 202 means that
nobody answered within 15 seconds, and that the command does not count as accepted before it is answered under its id.
Next: `api/breaches.py`
"""

import hashlib
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from adapters.database.breach_intake import seal_note
from adapters.database.breach_tables import DossierCommand, DossierFile
from adapters.database.tables import Caseworker
from adapters.quotas import refuse_too_much
from adapters.resources import Resources
from adapters.scanning import HANDED_IN, refuse_unscanned
from adapters.vault import DossierPurpose
from api.answers import CommandUnansweredError
from api.authority import API
from api.dependencies import Web
from api.idempotency import keyed_hash, sent_key
from api.security import Caller
from api.uploads import Upload, read_upload
from api.v1.dossier_bodies import DossierShape
from api.v1.models import CommandAnswer
from domain.blobs import BlobRef
from domain.errors import FourEyesError, IdempotencyMismatchError, InvalidInputError, NotAllowedNowError, StaleHashError

ABOUT_THE_STAGE = (NotAllowedNowError, StaleHashError, FourEyesError)


@dataclass
class DossierDeed(ABC):
    """One action as it arrives.

    Args:
        purpose: whose key seals its words.
        folder: of the API's addresses, `breaches` or `notices`.
    """

    action: StrEnum
    shape: DossierShape
    request: Request | None
    web: Web
    who: Caller
    dossier_id: UUID
    reference: str
    purpose: DossierPurpose
    folder: str
    upload: Upload = field(default_factory=Upload)

    @abstractmethod
    async def perform(self, facts: dict[str, Any], command_id: str) -> Any:  # noqa: ANN401 (each kind's own answer)
        """Hand the command to the workflow; gives back its snapshot."""

    @abstractmethod
    def answer(self) -> Any:  # noqa: ANN401
        """The dossier as it stands, as a client reads it."""

    @abstractmethod
    def standing(self) -> dict[str, Any]:
        """What a refusal about the stage says: the status, and what the caller may do instead."""

    def special(self, session: Session, given: dict[str, Any]) -> dict[str, Any]:
        """Fields of a command that a client cannot know, from what it sent in their place."""
        del session
        return given

    async def answered(self) -> Any:  # noqa: ANN401
        """Act on the request's body, and answer with the dossier as it is afterwards."""
        assert self.request is not None
        body = await self._read(self.request)
        key = sent_key(self.request)
        vault = self.web.resources.vault
        command_id = keyed_hash(vault, "command", self.who.key_id, self.action.value, key) if key else uuid.uuid4().hex
        try:
            return await self.act(body, command_id)
        except CommandUnansweredError:
            place = f"{API}/{self.folder}/{self.reference}/commands/{command_id}"
            return JSONResponse(CommandAnswer(command=command_id).model_dump(), 202, headers={"Location": place})

    async def act(self, body: dict[str, Any], command_id: str) -> Any:  # noqa: ANN401
        """Act on a body that was checked; the console's forms come here too.

        Raises:
            DomainError: refused; about the stage it says what is possible instead.
        """
        try:
            facts, fresh = await run_in_threadpool(self._hand_in, body, command_id)
            if not fresh:
                await self._discard()  # the first try's files count
            await self.perform(facts | {"actor": self.who.actor.model_dump(mode="json")}, command_id)
        except ABOUT_THE_STAGE as refusal:
            await self._discard()
            refusal.facts |= await run_in_threadpool(self.standing)
            raise
        return await run_in_threadpool(self.answer)

    async def _read(self, request: Request) -> dict[str, Any]:
        multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
        raw = b""
        if multipart and self.shape.files:
            vault = await run_in_threadpool(self.web.resources.vault.dossier, self.dossier_id, self.purpose)
            self.upload = await read_upload(request, self.web.resources, vault, self.action.value)
            raw = self.upload.command
        else:
            raw = await request.body()
        try:
            return self.shape.body.model_validate_json(raw or b"{}").model_dump(mode="json")
        except ValidationError as failure:
            await self._discard()
            raise RequestValidationError(failure.errors()) from None

    async def _discard(self) -> None:
        await run_in_threadpool(self.upload.discard, self.web.resources.blobs)

    def _hand_in(self, body: dict[str, Any], command_id: str) -> tuple[dict[str, Any], bool]:
        files = [part for file in self.upload.files for part in (file.name, file.ref.sha256)]
        told = hashlib.sha256(repr((sorted(body.items(), key=str), files)).encode()).hexdigest()
        body_hash = keyed_hash(self.web.resources.vault, "body", self.action.value, told)
        try:
            return self._written(body, body_hash, command_id)
        except IntegrityError:
            return self._written(body, body_hash, command_id)  # two of the same at once: the other one is there now

    def _written(self, body: dict[str, Any], body_hash: str, command_id: str) -> tuple[dict[str, Any], bool]:
        with self.web.resources.database.write() as session:
            row = session.get(DossierCommand, command_id)
            if row is not None:
                if (row.dossier_id, row.action, row.body_hash) != (self.dossier_id, self.action.value, body_hash):
                    raise IdempotencyMismatchError
                return row.payload, False
            facts = self._facts(session, body)
            self.shape.command.model_validate(facts | {"actor": self.who.actor})  # nothing is kept that no command can be
            session.add(
                DossierCommand(
                    id=command_id,
                    dossier_id=self.dossier_id,
                    action=self.action.value,
                    body_hash=body_hash,
                    payload=facts,
                    created_at=self.web.now(),
                ),
            )
            session.flush()
            return facts, True

    def _facts(self, session: Session, body: dict[str, Any]) -> dict[str, Any]:
        words = {self.shape.words: "note"} if self.shape.words else {}
        words |= {name: name for name in self.shape.also}
        facts = self.special(session, {name: value for name, value in body.items() if name not in words})
        notes = {to: str(self.note(session, body[name])) for name, to in words.items() if body.get(name)}
        facts = {name: value for name, value in facts.items() if value is not None}
        return facts | notes | {"action": self.action.value}

    def note(self, session: Session, text: str) -> UUID:
        """Seal words of this action."""
        vault, now = self.web.resources.vault, self.web.now()
        return seal_note(session, vault, self.dossier_id, self.purpose, author=self.who.person, text=text, now=now)

    def keep_file(self, session: Session, kind: str) -> dict[str, Any]:
        """Keep the one file that came with the action; gives back what its command says of it.

        Raises:
            InvalidInputError: none, or several.
        """
        if len(self.upload.files) != 1:
            raise InvalidInputError("Send one file as multipart, in a part named `files`.", field="files")
        (file,) = self.upload.files
        kept = select(DossierFile.blob).where(DossierFile.dossier_id == self.dossier_id)
        refuse_too_much(session.exec(kept), [file.ref])
        subject = uuid4()
        row = DossierFile(
            dossier_id=self.dossier_id,
            kind=kind,
            subject=subject,
            name=b"",
            media_type=file.media_type,
            malware=file.malware,
            blob=file.ref.model_dump(mode="json"),
            added_by=self.who.person,
            added_at=self.web.now(),
        )
        vault = self.web.resources.vault.dossier(self.dossier_id, self.purpose)
        row.name = vault.seal("dossier_file", "name", str(row.id), file.name.encode())
        session.add(row)
        return {kind: str(subject), "sha256": file.ref.sha256, "bytes": file.ref.bytes}


def person_of(session: Session, who: str) -> str:
    """The id of a caseworker, by address or by the id that answers name.

    Raises:
        InvalidInputError: nobody active is called so.
    """
    if who.startswith("caseworker:"):
        return who
    row = session.exec(select(Caseworker).where(Caseworker.email == who.strip().lower())).first()
    if row is None or not row.active:
        raise InvalidInputError("Nobody of the staff has this address.", field="lead")
    return f"caseworker:{row.id}"


def file_of(resources: Resources, row: DossierFile, purpose: DossierPurpose) -> Response:
    """A sealed file, opened for whoever may see it, as an attachment that a browser does not run.

    Raises:
        NotAllowedNowError: it is infected, or waits to be scanned.
    """
    if row.kind in HANDED_IN:
        refuse_unscanned(resources.settings, row.malware)
    vault = resources.vault.dossier(row.dossier_id, purpose)
    name = vault.open("dossier_file", "name", str(row.id), row.name).decode()
    with resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as reader:
        content = reader.read()
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "Content-Security-Policy": "sandbox"}
    return Response(content, media_type=row.media_type, headers=headers)
