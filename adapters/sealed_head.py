"""The sealed head of a search receipt: where a collection's rows and files are, and what is known about them.

A receipt's `blobs` cell is `{"ids": [...], "sealed": base64}`. The ids are all blobs of the collection, in clear, so that they
can be deleted when the case's key is gone. Everything else is sealed: a reference holds a bare SHA-256, and that of a row
with an address in it could be guessed back. Sealed is a `Head` as one line of JSON, then the rows kept inline.

Next: adapters/collected.py
"""

import base64
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from adapters.case_vault import CaseVault
from adapters.database.tables import SearchReceipt
from adapters.sealed_rows import RowsIndex
from domain.blobs import BlobRef
from domain.errors import KeyMissingError

# Columns that every row about a file ends with: where it is in the system, its size, when it was changed there (UTC), and
# what it is called in the package.
FILE_FIELDS = ("path", "bytes", "modified_at", "member")


class Head(BaseModel):
    """What is known about a collection's sealed rows.

    Args:
        rows: of the person.
        doubtful: rows whose identity value is not the same after normalisation (`security.md` I4); not for the package.
        primary_key: the fields that name a row.
        files: the sealed file of each row, in the order of the rows; empty where rows have no files.
        span: first and last value (ISO 8601) of the field that the retention period is counted from.
        from_snapshot: how many rows at the end only the copy taken at receipt still had.
        reason: why it was not searched.
        names: of a look for an erasure: a hash of what names its rows, whatever their order. Sealed like the rest.
    """

    model_config = ConfigDict(frozen=True)

    rows: RowsIndex = RowsIndex(fields=())
    doubtful: RowsIndex | None = None
    primary_key: tuple[str, ...] = ()
    files: tuple[BlobRef, ...] = ()
    span: tuple[str, str] | None = None
    from_snapshot: int = 0
    reason: str | None = None
    names: str | None = None


@dataclass(frozen=True)
class Sealable:
    """A head with the bytes kept inline."""

    head: Head
    inline: bytes = b""
    doubtful_inline: bytes = b""

    @property
    def blob_ids(self) -> list[UUID]:
        """Every blob that belongs to it."""
        indexes = [self.head.rows, *([self.head.doubtful] if self.head.doubtful else [])]
        return [ref.blob_id for ref in (*(index.ref for index in indexes), *self.head.files) if ref]

    def cell(self, vault: CaseVault, run: int, system: str, collection: str) -> dict[str, Any]:
        """The receipt's `blobs` cell."""
        plaintext = self.head.model_dump_json(exclude_defaults=True).encode() + b"\n" + self.inline + self.doubtful_inline
        sealed = vault.seal("search_receipt", "blobs", _row_id(run, system, collection), plaintext)
        return {"ids": [str(blob) for blob in self.blob_ids], "sealed": base64.b64encode(sealed).decode()}

    @classmethod
    def open(cls, vault: CaseVault, row: SearchReceipt) -> Self:
        """Read the receipt's `blobs` cell.

        Raises:
            SealBrokenError: it was changed, or belongs to another receipt.
            KeyMissingError: what was collected has been destroyed since.
        """
        if "sealed" not in row.blobs:
            raise KeyMissingError("What was collected for this case was destroyed when its period was over.")
        sealed = base64.b64decode(row.blobs["sealed"])
        plaintext = vault.open("search_receipt", "blobs", _row_id(row.run, row.system, row.collection), sealed)
        line, _, inline = plaintext.partition(b"\n")
        head = Head.model_validate_json(line)
        rows = head.rows.bytes if head.rows.ref is None else 0
        return cls(head, inline[:rows], inline[rows:])


def blob_ids(row: SearchReceipt) -> list[UUID]:
    """The blobs of a receipt; needs no key, so they can be deleted after it is destroyed."""
    return [UUID(blob) for blob in row.blobs.get("ids", [])]


def _row_id(run: int, system: str, collection: str) -> str:
    return f"{run}:{system}:{collection}"
