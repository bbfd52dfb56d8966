"""Who a person of the provider is here: by issuer and subject, with the role that is in force here (`security.md` 6.8.1, R4).

A claim grants nothing by itself: without a mapped one nobody gets in, and what it maps to waits for a second person, as every
other account and role. Next: api/console/provider.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from adapters.database import staff_changes
from adapters.database.tables import AccessLog, Caseworker
from adapters.oidc import Identity
from domain.rights import Role

BY: Final = "provider"
_NO_ROLE: Final = "Your company account has no role in Habeas. Your administrator can tell you who gives it."
_TWO_ROLES: Final = "Your company account has more than one role in Habeas; one person has one. Tell your administrator."
_NO_ADDRESS: Final = "Your company account tells no e-mail address. Tell your administrator."
_WAITS: Final = "Your account or role waits for a privacy lead or data protection officer. You get a mail when it counts."
_CLOSED: Final = "Your account here is not open. Your administrator can tell you why."


@dataclass(frozen=True)
class Arrival:
    """Who came, or in words why nobody got in."""

    person: Caseworker | None
    told: str = ""


def arrive(session: Session, identity: Identity, roles: Mapping[str, Role], now: datetime) -> Arrival:
    """Find whoever the provider vouches for; propose what is new about them.

    Args:
        session: of a write transaction, which also keeps what is proposed.
        identity: as verified.
        roles: by the provider's name of a group.
        now: UTC.
    """
    mapped = {roles[group] for group in identity.groups if group in roles}
    query = select(Caseworker).where(Caseworker.issuer == identity.issuer, Caseworker.subject == identity.subject)
    person = session.exec(query).first()
    if person is not None and person.active and person.role in {role.value for role in mapped}:
        return Arrival(person)
    if person is not None and person.active:
        # Whatever the provider took away is gone at once.
        staff_changes.sign_out_everywhere(session, person.id, now)
        session.add(AccessLog(at=now, actor=f"caseworker:{person.id}", action="sign_in_role_gone"))
    if len(mapped) != 1:
        return Arrival(None, _TWO_ROLES if mapped else _NO_ROLE)
    (role,) = mapped
    if person is None:
        return _new(session, identity, role, now)
    if not person.active:
        waits = any(change.caseworker == person.id for change in staff_changes.waiting(session))
        return Arrival(None, _WAITS if waits else _CLOSED)
    if not any(change.caseworker == person.id and change.role == role for change in staff_changes.waiting(session)):
        staff_changes.propose_role(session, person.id, role.value, by=BY, now=now)
    return Arrival(None, _WAITS)


def _new(session: Session, identity: Identity, role: Role, now: datetime) -> Arrival:
    address = identity.email.strip().lower()
    if "@" not in address:
        return Arrival(None, _NO_ADDRESS)
    known = session.exec(select(Caseworker).where(col(Caseworker.email) == address)).first()
    if known is None:
        change = staff_changes.propose_account(session, email=address, name=identity.name, role=role.value, by=BY, now=now)
        person = session.get_one(Caseworker, change.caseworker)
        person.issuer, person.subject = identity.issuer, identity.subject
        session.add(person)
        return Arrival(None, _WAITS)
    # The same address is no proof of being the same person: somebody who knows both says so.
    if known.active and known.role == role and known.subject is None:
        same = [change for change in staff_changes.waiting(session) if change.subject == identity.subject]
        if not same:
            staff_changes.propose_sign_on(session, known.id, issuer=identity.issuer, subject=identity.subject, by=BY, now=now)
        return Arrival(None, _WAITS)
    return Arrival(None, _CLOSED)
