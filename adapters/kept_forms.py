"""Keeps what somebody typed while their sign-in grew too old for the command, until they gave the password again.

Reasons take longer than five minutes to write; losing them would punish care. Next: adapters/leftovers.py
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from adapters.case_vault import CaseVault
from adapters.database.tables import KeptForm
from domain.errors import SealBrokenError


def keep(session: Session, vault: CaseVault, caseworker: UUID, fields: Mapping[str, Any], now: datetime) -> UUID:
    """Seal the fields of a form; gives the id with which its page is asked for again.

    Args:
        session: of a write transaction.
        vault: holds the key of what the form is about.
        caseworker: who typed it; nobody else gets it back.
        fields: by name.
        now: UTC.
    """
    row = KeptForm(caseworker=caseworker, fields=b"", kept_at=now)
    row.fields = vault.seal("kept_form", "fields", str(row.id), json.dumps(dict(fields)).encode())
    session.add(row)
    return row.id


def kept(session: Session, vault: CaseVault, caseworker: UUID, form_id: str) -> dict[str, Any]:
    """The fields again; none where there are none, or they are somebody else's, or were about something else."""
    try:
        row = session.get(KeptForm, UUID(form_id))
    except ValueError:
        return {}
    if row is None or row.caseworker != caseworker:
        return {}
    try:
        fields: dict[str, Any] = json.loads(vault.open("kept_form", "fields", str(row.id), row.fields))
    except SealBrokenError:
        return {}
    return fields
