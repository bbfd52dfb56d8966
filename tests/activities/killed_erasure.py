"""Run by a test as a process of its own: carries out an erasure and is killed in the middle of a table."""

import json
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from activities import erasure_run
from activities.erasure import Erasure
from activities.systems.base import Change
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from domain.datamap import Collection
from domain.erasure_messages import CarryOutErasure
from tests import opened

BATCHES = 3


def main(home: str, database_url: str, datamap: str, environment: dict[str, str], order: str) -> None:
    case_id, plan, sha256, run = order.split(",")
    done = 0
    erase = SqlSystem.erase

    def deadly(self: SqlSystem, collection: Collection, change: Change) -> int:
        nonlocal done
        changed = erase(self, collection, change)
        done += collection.name == "drafts"
        if done == BATCHES:
            os.kill(os.getpid(), signal.SIGKILL)
        return changed

    SqlSystem.erase = deadly  # type: ignore[method-assign]
    erasure_run.WRITE_DOWN_SECONDS = 0.0
    with opened.resources(Path(home), database_url, Path(datamap)) as resources:
        systems = Systems(resources.datamap, resources.settings.home, environment)
        message = CarryOutErasure(case_id=UUID(case_id), plan=UUID(plan), sha256=sha256, run=int(run))
        Erasure(resources, systems).carry_out_erasure(message)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]), sys.argv[5])
