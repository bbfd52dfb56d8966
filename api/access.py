"""Notes who looked at what (`security.md` 2.8). The row is committed before anything is shown."""

from uuid import UUID

from adapters.database.tables import AccessLog
from api.dependencies import Web
from api.security import Caller


def note_access(web: Web, who: Caller, action: str, case_id: UUID | None = None) -> None:
    """Write down that somebody looks.

    Args:
        web: of the process.
        who: looks.
        action: what at, as a name of ours.
        case_id: of which case; None for a search over all.
    """
    with web.resources.database.write() as session:
        session.add(AccessLog(at=web.now(), actor=who.person, action=action, case_id=case_id))
