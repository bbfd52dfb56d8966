"""Staff, their passwords and API keys (design section 10): made by the command line and the demo, read by `api/security.py`.

A key is printed once and stored as a hash; it acts as its owner with the owner's role of the moment, so that four eyes are
counted by person (`security.md` R2).
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from adapters.database.session import Database
from adapters.database.tables import ApiKey, Caseworker
from adapters.factors import STEP, Factors, code_at
from adapters.passwords import hash_password, random_password
from adapters.staff_post import tell
from adapters.vault import Vault
from domain.errors import InvalidInputError
from domain.rights import Role
from domain.staffing import CONFIRMERS, one_line

SCOPES = (
    *("requests:write", "cases:read", "cases:write", "packages:read", "suppression:check"),
    *("breaches:read", "breaches:write", "retention:read", "retention:write"),
)
KEY_DAYS = 90  # the default life of a key (`security.md` 2.9)
KEY_DAYS_AT_MOST = 365

# One person per role, as design section 11 promises to whoever tries the demo.
_DEMO = {
    "caseworker": Role.CASEWORKER,
    "reviewer": Role.REVIEWER,
    "lead": Role.PRIVACY_LEAD,
    "dpo": Role.DPO,
    "responder": Role.BREACH_RESPONDER,
    "administrator": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
    "legal": Role.LEGAL_REVIEWER,
}


@dataclass(frozen=True)
class DemoSignIn:
    """A made-up member of staff, their password, the seed of their authenticator and a key to act as them."""

    email: str
    role: str
    password: str
    seed: str
    api_key: str


def add_caseworker(database: Database, *, email: str, name: str, role: Role) -> UUID:
    """Add a member of staff whose role counts at once, or find the one with this address.

    For the first two, the demo and tests; everybody else is proposed (`adapters/database/staff_changes.py`).

    Raises:
        InvalidInputError: not a role of staff.
    """
    if role in {Role.PLATFORM, Role.DATA_SUBJECT, Role.SYSTEM}:
        raise InvalidInputError("This is not a role of staff.", field="role")
    with database.write() as session:
        known = session.exec(select(Caseworker).where(Caseworker.email == email)).first()
        if known is not None:
            return known.id
        person = Caseworker(email=email, name=name, role=role.value)
        session.add(person)
        return person.id


def first_two(database: Database, *, administrator: tuple[str, str], confirmer: tuple[str, str], role: Role) -> tuple[UUID, UUID]:
    """Make the first administrator and the first privacy lead or DPO together: afterwards every account needs both.

    Args:
        database: of an installation without staff.
        administrator: address and name.
        confirmer: address and name of whoever confirms from now on.
        role: of the confirmer.

    Raises:
        InvalidInputError: there is staff already, one person twice, or not a role that confirms.
    """
    if role not in CONFIRMERS:
        raise InvalidInputError("The second of the two is a privacy lead or a data protection officer.", field="role")
    if administrator[0].lower() == confirmer[0].lower():
        raise InvalidInputError("These are two persons: whoever proposes does not confirm.", field="confirmer")
    with database.read() as session:
        if session.exec(select(Caseworker).limit(1)).first() is not None:
            raise InvalidInputError("There is staff already. Propose further people with `habeas caseworker add`.", field="email")
    first = add_caseworker(database, email=administrator[0].lower(), name=administrator[1], role=Role.ADMINISTRATOR)
    return first, add_caseworker(database, email=confirmer[0].lower(), name=confirmer[1], role=role)


def set_password(
    database: Database, *, email: str, password: str, about: Iterable[str] = (), spend: Callable[[Session], None] | None = None
) -> None:
    """Give a member of staff a new password; every session begun before is over, and they are told by mail.

    Args:
        database: where people are kept.
        email: theirs.
        password: the new one.
        about: names that it may not be made of, beside their own: the controller's.
        spend: what is used up by it, in the same transaction.

    Raises:
        InvalidInputError: nobody has this address, or the password will not do.
    """
    with database.read() as session:
        known = session.exec(select(Caseworker).where(Caseworker.email == email)).first()
    if known is None:
        raise InvalidInputError("There is no caseworker with this address.", field="email")
    stored, now = hash_password(password, [known.name, email, *about]), datetime.now(UTC)
    with database.write() as session:
        person = session.get_one(Caseworker, known.id)
        if spend is not None:
            spend(session)
        if person.password is not None:
            tell(session, "password_changed", person.id, at=now)
        person.password = stored
        person.password_changed_at = now
        session.add(person)


_ORIGIN = 60  # characters


def create_api_key(
    database: Database,
    *,
    email: str | None,
    scopes: list[str],
    days: int = KEY_DAYS,
    networks: list[str] | None = None,
    pending: bool = False,
    origin: str = "",
) -> str:
    """Make a key and return it; it cannot be shown again.

    Args:
        database: where people and keys are kept.
        email: whose key it is; None for the controller's own platform.
        scopes: what it may do at most; cut with its owner's role at every call.
        days: how long it lives, 365 at most.
        networks: CIDR ranges it may come from; empty means any.
        origin: of the platform's: which of several platforms it is for; its keys see its cases and no other's.
        pending: without effect until a second person confirms it.

    Raises:
        InvalidInputError: unknown scope, person or network, or a life out of range.
    """
    for network in networks or []:
        _check_network(network)
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise InvalidInputError("There is no such scope.", field="scope", scopes=unknown)
    if not 0 < days <= KEY_DAYS_AT_MOST:
        raise InvalidInputError("A key lives between 1 and 365 days.", field="days")
    key_id = secrets.token_hex(4)
    key = f"hk1_{key_id}{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    with database.write() as session:
        owner = None
        if email is not None:
            owner = session.exec(select(Caseworker).where(Caseworker.email == email)).first()
            if owner is None:
                raise InvalidInputError("There is no caseworker with this address.", field="for")
        session.add(
            ApiKey(
                id=key_id,
                sha256=hashlib.sha256(key.encode()).hexdigest(),
                caseworker=owner.id if owner else None,
                scopes=sorted(set(scopes)),
                networks=networks or [],
                created_at=now,
                expires_at=now + timedelta(days=days),
                pending=pending,
                origin=one_line(origin, "origin")[:_ORIGIN] or None,
            ),
        )
    return key


def key_id_of(key: str) -> str:
    """The public part of a key, under which it is kept."""
    return key[len("hk1_") :][:8]


def _check_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError:
        raise InvalidInputError("Write networks as 192.0.2.0/24 or 2001:db8::/32.", field="network") from None


def seed_demo_people(database: Database, vault: Vault) -> list[DemoSignIn]:
    """The demo's staff, one per role, with fresh passwords, authenticators and keys; nothing of it is a constant (test 30)."""
    signins, factors = [], Factors(database, vault)
    for name, role in _DEMO.items():
        email = f"{name}@demo.example"
        person = add_caseworker(database, email=email, name=f"Demo {name}", role=role)
        password, now = random_password(), datetime.now(UTC)
        set_password(database, email=email, password=password)
        key = create_api_key(database, email=email, scopes=list(SCOPES))
        seed = factors.begun(person)
        factors.confirm(person, code_at(seed, now - timedelta(seconds=STEP)), now)  # so that the present one still counts
        signins.append(DemoSignIn(email=email, role=role.value, password=password, seed=seed, api_key=key))
    return signins
