"""Uploads: a multipart body (RFC 7578) that is sealed while it arrives, so that nothing of it lies on a disk in the clear.

One part `command` holds the command's JSON, any number of parts `files` the files. A framework's own parser would spool files
to the temporary folder first. What is whole is looked at for malware where a scanner is set; its type is believed where its first
bytes agree. Next: adapters/scanning.py
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

import structlog
from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool

from adapters.blobs import Blobs, BlobWriter
from adapters.case_vault import CaseVault
from adapters.resources import Resources
from adapters.scanning import looked_at
from api.authority import JSON_LIMIT
from domain.blobs import BlobRef
from domain.errors import InvalidInputError
from domain.first_bytes import ENOUGH, UNKNOWN, believed
from domain.incoming import Malware
from domain.normal import refuse_hidden

EVIDENCE_OF_BREACH: Final = "add_evidence"  # the kind of its blobs, which is the action's name
MOST_FILES: Final = 20  # more belong into one archive
# What is evidence because it is infected has a way in.
_SAMPLE = (
    "A scanner found malware in this file, so nothing of it was kept. If the malware is the evidence, put it in an archive with "
    "a password, so that nobody opens it by mistake, and write in the timeline what it is, where it was found, and who has the "
    "password."
)
_LONGEST_NAME = 255  # what file systems take
INFECTED = "A scanner found malware in this file, so nothing of it was kept. Send it anew from a machine that is clean."
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")  # stored unsealed, so nothing else gets in

_log = structlog.get_logger("uploads")


@dataclass(frozen=True)
class UploadedPart:
    """A file as it was sealed.

    Args:
        name: the sender's word, without folders.
        media_type: what the sender says it is, where the first bytes agree.
        malware: what a scanner said; nothing is clean that nobody scanned.
    """

    name: str
    media_type: str
    ref: BlobRef
    malware: Malware = "not_scanned"


@dataclass
class Upload:
    """A whole multipart body."""

    command: bytes = b""
    files: list[UploadedPart] = field(default_factory=list)

    def discard(self, blobs: Blobs) -> None:
        """Remove the files again: the command that they came with was not taken."""
        for part in self.files:
            blobs.delete(part.ref.blob_id)


async def read_upload(request: Request, resources: Resources, vault: CaseVault, kind: str, *, scanned: bool = True) -> Upload:
    """Read a multipart body to its end; on any failure no file of it is left.

    Args:
        request: whose body was not read yet; its length is limited by the route's guard.
        resources: with the place where the files go, and the scanner's.
        vault: of the case, or of its identity evidence.
        kind: of the blobs.
        scanned: False for mail, whose parts are scanned one by one and have a quarantine of their own.

    Raises:
        InvalidInputError: not multipart, cut off, a part of another name, too many files, an empty one, or an infected one.
    """
    _, options = parse_options_header(request.headers.get("content-type"))
    if b"boundary" not in options:
        raise InvalidInputError("The multipart boundary is missing.", field="body")
    reader = _Reader(options[b"boundary"], lambda: resources.blobs.create(vault, kind))
    try:
        async for chunk in request.stream():
            if chunk:
                await run_in_threadpool(reader.write, chunk)
        reader.end()
        if scanned:
            await run_in_threadpool(_scan, resources, vault, reader.upload)
    except BaseException:
        await run_in_threadpool(reader.give_up, resources.blobs)
        raise
    return reader.upload


def _scan(resources: Resources, vault: CaseVault, upload: Upload) -> None:
    upload.files = [replace(part, malware=looked_at(resources, vault, part.ref)) for part in upload.files]
    if any(part.malware == "infected" for part in upload.files):
        _log.warning("infected upload refused", kind=upload.files[0].ref.kind)
        raise InvalidInputError(_SAMPLE if upload.files[0].ref.kind == EVIDENCE_OF_BREACH else INFECTED, field="files")


class _Reader:
    """Takes chunks as they come and seals what belongs to a file."""

    def __init__(self, boundary: bytes, create: Callable[[], BlobWriter]) -> None:
        self.upload = Upload()
        self._create = create
        self._headers: dict[str, bytes] = {}
        self._name, self._value = b"", b""
        self._place, self._head = "", b""
        self._file: tuple[str, str, BlobWriter] | None = None
        self._complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise InvalidInputError("The multipart body is malformed.", field="body") from None

    def end(self) -> None:
        """Say that nothing more comes."""
        if not self._complete:
            raise InvalidInputError("The multipart body is cut off.", field="body")

    def give_up(self, blobs: Blobs) -> None:
        """Leave nothing behind."""
        if self._file:
            self._file[2].close()
        self.upload.discard(blobs)

    def _begin(self) -> None:
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition"))
        self._place = options.get(b"name", b"").decode("utf-8", "replace")
        if self._place == "files":
            if len(self.upload.files) == MOST_FILES:
                raise InvalidInputError(f"Send at most {MOST_FILES} files, or one archive.", field="files")
            self._head, self._chosen = b"", bool(options.get(b"filename"))
            self._file = (_file_name(options.get(b"filename", b"")), self._media_type(), self._create())
        elif self._place != "command":
            raise InvalidInputError("The parts of this body are `command` and `files`.", field="body")

    def _media_type(self) -> str:
        found, _ = parse_options_header(self._headers.get("content-type"))
        named = found.decode("ascii", "replace").lower()
        return named if _MEDIA_TYPE.fullmatch(named) else UNKNOWN

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file:
            self._file[2].write(data[start:end])
            if len(self._head) < ENOUGH:
                self._head += data[start : min(end, start + ENOUGH)]
            return
        self.upload.command += data[start:end]
        if len(self.upload.command) > JSON_LIMIT:
            raise InvalidInputError("This command is too long.", field="command")

    def _end(self) -> None:
        if self._file is None:
            return
        name, media_type, writer = self._file
        with writer:
            pass
        self._file = None
        self.upload.files.append(UploadedPart(name, believed(media_type, self._head), writer.ref))
        if not writer.ref.bytes:
            # A form that was sent without choosing a file has one without a name.
            raise InvalidInputError("This file is empty." if self._chosen else "Choose one file.", field="files")

    def _all(self) -> None:
        self._complete = True


def _file_name(sent: bytes) -> str:
    # Browsers send a name; other clients may send a path of their own machine, of either kind of system.
    name = PurePosixPath(sent.decode("utf-8", "replace").replace("\\", "/")).name or "file"
    refuse_hidden(name, field="files")
    if len(name) > _LONGEST_NAME:
        raise InvalidInputError("The name of this file is too long.", field="files")
    return name
