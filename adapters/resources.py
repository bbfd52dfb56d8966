"""What activities and routes reach for: opened once by a composition root, passed down, never looked up.

Next: worker.py
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from adapters.blobs import Blobs
from adapters.database.session import Database
from adapters.documents.reader import DocumentReader
from adapters.settings import Settings
from adapters.signing import Signer
from adapters.vault import Vault
from domain.datamap import DataMap
from domain.errors import SettingsError


@dataclass(frozen=True)
class Resources:
    """The open doors to everything outside the process. Thread-safe, as each of its parts is."""

    settings: Settings
    database: Database
    vault: Vault
    blobs: Blobs
    datamap: DataMap
    signer: Signer
    documents: DocumentReader = field(default_factory=DocumentReader)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open everything, or nothing.

        Raises:
            SettingsError: a key, a store or a setting is missing or unsafe.
            DataMapError: the data map is malformed or unlawful; names the line.
        """
        datamap = read_datamap(settings.datamap)
        signer = Signer.open(settings.signing_key)
        vault = Vault.open(ring_file=settings.keys, keystore_url=settings.keystore_url)
        return cls(
            settings=settings,
            database=Database(settings.database_url),
            vault=vault,
            blobs=Blobs.open(settings.blobs_url),
            datamap=datamap,
            signer=signer,
        )

    def close(self) -> None:
        """Let go of connections; keys are forgotten with the process."""
        self.database.close()
        self.vault.close()
        self.documents.close()


def read_datamap(path: Path) -> DataMap:
    """Read the controller's data map.

    Raises:
        SettingsError: there is no such file.
        DataMapError: it is malformed or unlawful; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "not UTF-8"
        raise SettingsError(f"HABEAS_DATAMAP: {path} cannot be read: {reason}.", setting="datamap") from None
    return DataMap.parse(text)
