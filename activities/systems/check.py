"""Compare the data map with the systems themselves: for `habeas datamap check`, before a person's answer depends on it.

Reported, not raised: what does not answer, tables and columns that are missing, columns that no answer will show, searches that
will be slow. Nothing is read but the shape of things: no row, no file's content.
"""

import os

from activities.systems.base import Complaint
from activities.systems.registry import Systems
from adapters.secret_files import Variables
from adapters.settings import Settings
from domain.datamap import DataMap, Finding, System
from domain.datamap_text import Document, Path, read
from domain.errors import SystemFailedError


def check_live(datamap: DataMap, text: str, settings: Settings) -> list[Finding]:
    """What is wrong or doubtful between the data map and its systems, by line.

    Args:
        datamap: what was read.
        text: what it was read from.
        settings: say where connection settings find their variables, and files their folder.
    """
    document = read(text)
    systems = Systems(datamap, settings.home, Variables(os.environ, settings.secrets))
    try:
        for number, system in enumerate(datamap.systems):
            _check(document, systems, system, ("systems", number))
    finally:
        systems.close()
    return sorted(document.findings, key=lambda finding: (finding.line, finding.severity))


def _check(document: Document, systems: Systems, system: System, path: Path) -> None:
    try:
        complaints = list(systems.connector(system.name).check())
    except SystemFailedError:
        document.add(
            (*path, "connection"), "This connection cannot be used: a variable is not set, or no driver is installed for it."
        )
        return
    for complaint in complaints:
        document.add(_place(system, path, complaint), complaint.sentence, complaint.severity)


def _place(system: System, path: Path, complaint: Complaint) -> Path:
    names = [collection.name for collection in system.collections]
    if complaint.collection is None:
        return (*path, "connection")
    place: Path = (*path, "collections", names.index(complaint.collection))
    return (*place, "fields", complaint.field) if complaint.field else place
