"""Notes: what somebody wrote about a case, sealed before its id travels in a command (`security.md` 2.4).

Next: adapters/database/tables.py
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from adapters.database.tables import Note
from adapters.vault import Vault


def write_note(session: Session, vault: Vault, case_id: UUID, *, author: str, text: str, now: datetime) -> UUID:
    """Seal words that somebody wrote; gives back the id that travels.

    Args:
        session: of a write transaction, the one of the command that names the note.
        vault: holds the case's key.
        case_id: the case.
        author: who wrote it, as events name them.
        text: the words.
        now: UTC.
    """
    note = Note(case_id=case_id, author=author, text=b"", created_at=now)
    note.text = vault.case(case_id).seal("note", "text", str(note.id), text.encode())
    session.add(note)
    return note.id
