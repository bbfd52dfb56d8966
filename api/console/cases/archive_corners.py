"""What the page of imports shows of each archive of the data map: imports, the scope that holds, what may be done.

Next: adapters/archives/store.py
"""

from dataclasses import dataclass
from typing import Final

from adapters.archives.sealing import laid_down
from adapters.archives.store import Agreed, Archives, Import
from adapters.database.case_reader import CaseView
from api import archiving
from api.dependencies import Web
from domain.archives import ArchiveKind, ArchiveState

KINDS: Final[dict[str, str]] = {
    ArchiveKind.PST: "Outlook file",
    ArchiveKind.MBOX: "Mailbox (mbox)",
    ArchiveKind.MAIL: "Single mails",
    ArchiveKind.SLACK: "Slack export",
    ArchiveKind.TEAMS: "Teams export",
    ArchiveKind.GOOGLE_CHAT: "Google Chat export",
    ArchiveKind.WHATSAPP: "WhatsApp export",
    ArchiveKind.MIXED: "Several kinds",
    ArchiveKind.UNKNOWN: "",
}
STATES: Final[dict[str, tuple[str, str]]] = {  # mark, words
    ArchiveState.RECEIVED: ("waiting", "Waits to be read"),
    ArchiveState.READING: ("running", "Being read"),
    ArchiveState.READ: ("done", "Read"),
    ArchiveState.FAILED: ("failed", "Nothing in it could be read"),
    ArchiveState.STOPPED: ("failed", "Reading it was given up"),
    ArchiveState.REMOVED: ("skipped", "Removed"),
}


@dataclass(frozen=True)
class Corner:
    """One archive of the data map with what was imported into it.

    Args:
        laid_down: exports that lie on the server.
        searches: its search can be asked for now.
    """

    name: str
    title: str
    instructions: str
    imports: list[Import]
    agreed: Agreed | None
    laid_down: list[str]
    searches: bool

    @property
    def read(self) -> list[Import]:
        """What a scope can name."""
        return [each for each in self.imports if each.row.state == ArchiveState.READ]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Where an export may come from."""
        return [("", "I send the file"), *((name, f"On the server: {name}") for name in self.laid_down)]

    @property
    def busy(self) -> bool:
        """Something is being read."""
        return any(each.row.state in {ArchiveState.RECEIVED, ArchiveState.READING} for each in self.imports)

    @property
    def left_out(self) -> int:
        """Imports that were read and that the agreed scope does not name."""
        return sum(not each.agreed for each in self.read) if self.agreed else 0


def corners(web: Web, archives: Archives, case: CaseView) -> list[Corner]:
    """The archives of the data map, as they stand for a case."""
    return [
        Corner(
            name=system.name,
            title=system.title,
            instructions=system.instructions or "",
            imports=archives.imports(system.name),
            agreed=archives.agreed(system.name),
            laid_down=laid_down(web.resources, system),
            searches=archiving.searches(case, system.name),
        )
        for system in archives.systems()
    ]
