"""Three lists of keyed hashes, never one: who objected to marketing, who was erased, which credentials are blocked.

Serves Articles 17 and 21 and the policy's children section. `marketing` lasts as long as anything is sent; `restored` until the
last backup that could bring somebody back has expired; `abuse` has a date. None of them blocks a new sign-up or a later request.
The hashes are made with a key of their own: they cannot be turned back, nor joined to a blind index, nor list to list.

Next: adapters/database/erasure_tables.py
"""

from datetime import date, datetime
from typing import Literal, get_args

from sqlmodel import Session, col, delete, select

from adapters.database.erasure_tables import SuppressionEntry
from adapters.vault import Vault
from domain.normal import normal_email, normal_phone, refuse_hidden

List = Literal["marketing", "restored", "abuse"]
LISTS: tuple[List, ...] = get_args(List)


def suppress(
    session: Session, vault: Vault, which: List, kind: str, value: str, *, now: datetime, expires_on: date | None
) -> bool:
    """Put a value on a list; False when it stands there already, then the later end counts.

    Args:
        session: of a write transaction.
        vault: for the key of the lists.
        which: the list.
        kind: of the value: `email`, `phone`, or a kind that the data map names.
        value: as it was proven or stored.
        now: UTC.
        expires_on: last day; None: as long as anything is sent.

    Raises:
        InvalidInputError: not an address or number of this kind.
    """
    mac = _mac(vault, which, kind, value)
    entry = session.exec(select(SuppressionEntry).where(SuppressionEntry.list == which, SuppressionEntry.mac == mac)).first()
    if entry is None:
        session.add(SuppressionEntry(list=which, mac=mac, added_at=now, expires_on=expires_on))
        session.flush()
        return True
    if entry.expires_on is not None and (expires_on is None or expires_on > entry.expires_on):
        entry.expires_on = expires_on
        session.add(entry)
    return False


def lists_of(session: Session, vault: Vault, kind: str, value: str, *, today: date) -> dict[List, SuppressionEntry]:
    """The lists on which a value stands today.

    Raises:
        InvalidInputError: not an address or number of this kind.
    """
    found: dict[List, SuppressionEntry] = {}
    for which in LISTS:
        same = (SuppressionEntry.list == which, SuppressionEntry.mac == _mac(vault, which, kind, value))
        entry = session.exec(select(SuppressionEntry).where(*same)).first()
        if entry is not None and (entry.expires_on is None or entry.expires_on >= today):
            found[which] = entry
    return found


def expire(session: Session, today: date) -> int:
    """Delete what has ended; how many entries that were."""
    over = (col(SuppressionEntry.expires_on).is_not(None), col(SuppressionEntry.expires_on) < today)
    gone = session.exec(select(SuppressionEntry.id).where(*over)).all()
    session.execute(delete(SuppressionEntry).where(*over))
    return len(gone)


def _mac(vault: Vault, which: List, kind: str, value: str) -> bytes:
    if kind == "email":
        value = normal_email(value)
    elif kind == "phone":
        value = normal_phone(value)
    else:
        refuse_hidden(value, field=kind)
    return vault.list_mac(f"{which}/{kind}", value)
