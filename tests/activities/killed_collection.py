"""Run by a test as a process of its own: collects for a case and is killed in the middle of writing its third blob."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from activities.collection import Collection
from activities.systems.registry import Systems
from adapters.blobs import Blobs, BlobWriter
from adapters.case_vault import CaseVault
from domain.messages import Collect
from tests import opened
from tests.activities.shop import DATAMAP

WRITER = 3


class DeadlyBlobs(Blobs):
    """Kills the process when the third writer has written something to disk."""

    made = 0

    def create(self, vault: CaseVault, kind: str) -> BlobWriter:
        writer = super().create(vault, kind)
        self.made += 1
        if self.made == WRITER:
            writer.write(b"x" * 3_000_000)
            writer._file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return writer


def main(home: str, database_url: str, environment: dict[str, str], case_id: str) -> None:
    with opened.resources(Path(home), database_url, DATAMAP) as resources:
        blobs = DeadlyBlobs.open(resources.settings.blobs_url)
        deadly: Any = type(resources)(**{**vars(resources), "blobs": blobs})
        systems = Systems(resources.datamap, resources.settings.home, environment)
        Collection(deadly, systems).collect(Collect(case_id=UUID(case_id), run=1))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4])
