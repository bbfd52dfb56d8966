"""Bearer keys: `hk1_` + 8 hexadecimal digits of id + 32 random bytes (`security.md` 2.9). A key acts as its owner.

What is stored is a hash; a key that was looked up is remembered for three seconds, so that intake costs no query, and a
revocation, a lost role or a changed network acts within five. The role is the one of the moment, never the one of the day
the key was made. Next: api/guard.py
"""

import asyncio
import hashlib
import hmac
import ipaddress
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, or_, update
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State

from adapters.database.case_access import EVERY_CASE, PlatformSight, Sight, platform_sight_of, sight_of
from adapters.database.case_reader import CaseView
from adapters.database.session import Database
from adapters.database.tables import ApiKey, Caseworker
from adapters.settings import Settings
from adapters.vault import Vault
from api.authority import LIFE_OF_A_DECIDING_KEY, SCOPES_OF_ROLES, Rule, Scope
from api.errors import UnauthenticatedError
from domain.commands import Actor
from domain.errors import NotPermittedError, UnknownObjectError
from domain.rights import Role

REMEMBERED_SECONDS = 3.0  # a revocation has to act within five
USE_NOTED_EVERY = timedelta(minutes=1)
_KEY = re.compile(r"Bearer (hk1_([0-9a-f]{8})[A-Za-z0-9_-]{43})", re.IGNORECASE)
_log = structlog.get_logger()


@dataclass(frozen=True)
class Caller:
    """Whoever calls, as the key's owner.

    Args:
        key_id: each key has an Idempotency-Key space of its own.
        person: one id per human being (R2).
        role: the owner's at this moment.
        decides: whether this key may take decisions (R5).
        sight: which cases they see; without it, all.
        platform: which cases a key of the platform sees.
    """

    key_id: str
    person: str
    role: Role
    decides: bool
    sight: Sight = field(default=EVERY_CASE, kw_only=True)
    platform: PlatformSight = field(default=PlatformSight(), kw_only=True)

    @property
    def actor(self) -> Actor:
        """As commands carry it."""
        return Actor(person=self.person, role=self.role)

    def see(self, view: CaseView) -> CaseView:
        """The case, if it may be seen: the platform sees those that came in by it.

        Raises:
            UnknownObjectError: the answer is the same as for a case that does not exist.
        """
        if not self._opens(view):
            raise UnknownObjectError
        return view

    def sees(self, view: CaseView) -> bool:
        """Whether the case may stand in a list; of one that is about them, whoever opens it is told so instead."""
        return self._opens(view) and view.receipt.case_id not in self.sight.about

    def _opens(self, view: CaseView) -> bool:
        if self.role is Role.PLATFORM:
            return self.platform.opens(view.receipt.caller)
        return self.sight.opens(view.receipt.case_id, view.assignee)


@dataclass(frozen=True)
class _StoredKey:
    sha256: str
    person: str
    role: Role | None  # None: its owner is not active
    scopes: frozenset[str]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    created_at: datetime
    expires_at: datetime
    revoked: bool
    sight: Sight
    platform: PlatformSight


class ApiKeys:
    """Looks keys up and says who calls.

    Args:
        database: where keys and people are kept.
        vault: finds the cases that are about a key's owner.
        settings: whether and where keys may take decisions.
    """

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._remembered: dict[str, tuple[float, _StoredKey]] = {}
        self._notes: set[asyncio.Task[None]] = set()

    async def admit(self, authorization: str | None, address: str | None, rule: Rule, now: datetime, told: State) -> Caller:
        """Say who calls, if the key holds and the rule lets them.

        Args:
            authorization: the header as it came.
            address: of the client.
            rule: of the route.
            now: UTC.
            told: of the request; gets who it is before the rule is asked, so that the line of a refusal names them.

        Raises:
            UnauthenticatedError: no key, or one that does not hold here and now.
            NotPermittedError: scope, role, or a decision where keys take none.
        """
        match = _KEY.fullmatch(authorization or "")
        if match is None:
            raise UnauthenticatedError
        key, role = await self._held(match[1], match[2], address, now)
        told.person = key.person
        if rule.scope not in key.scopes or rule.scope not in SCOPES_OF_ROLES.get(role, frozenset[Scope]()):
            raise NotPermittedError("This key does not have the scope that this needs.", scope=rule.scope.value)
        if role not in rule.roles:
            raise NotPermittedError(role=role.value)
        caller = Caller(
            key_id=match[2], person=key.person, role=role, decides=self._decides(key), sight=key.sight, platform=key.platform
        )
        if rule.decision and not caller.decides:
            raise NotPermittedError("Decisions are not taken by API key here.", setting="HABEAS_API_DECISIONS")
        return caller

    async def settled(self) -> None:
        """Wait until every use is written down; for the end of the process and for tests."""
        await asyncio.gather(*self._notes)

    async def _held(self, presented: str, key_id: str, address: str | None, now: datetime) -> tuple[_StoredKey, Role]:
        key = await self._find(key_id, now)
        same = key is not None and hmac.compare_digest(hashlib.sha256(presented.encode()).hexdigest(), key.sha256)
        if key is None or not same or key.revoked or key.role is None or now >= key.expires_at:
            raise UnauthenticatedError
        if key.networks and not _inside(address, key.networks):
            raise UnauthenticatedError
        return key, key.role

    async def _find(self, key_id: str, now: datetime) -> _StoredKey | None:
        until, key = self._remembered.get(key_id, (0.0, None))
        if key is None or time.monotonic() >= until:
            found = await run_in_threadpool(self._read, key_id)
            if found is None:
                self._remembered.pop(key_id, None)
                return None
            key, last_used = found
            self._remembered[key_id] = (time.monotonic() + REMEMBERED_SECONDS, key)
            if last_used is None or last_used < now - USE_NOTED_EVERY:
                self._note_soon(key_id, now)
        return key

    def _read(self, key_id: str) -> tuple[_StoredKey, datetime | None] | None:
        with self._database.read() as session:
            row = session.get(ApiKey, key_id)
            if row is None:
                return None
            owner = session.get(Caseworker, row.caseworker) if row.caseworker else None
            sight = sight_of(session, self._vault, self._settings.case_access, owner) if owner else EVERY_CASE
            platform = PlatformSight() if row.caseworker else platform_sight_of(session, row)
        return _stored(row, owner, sight, platform), row.last_used_at

    def _note_soon(self, key_id: str, now: datetime) -> None:
        # Nobody waits for this: a busy database must not slow a call down.
        task = asyncio.get_running_loop().create_task(run_in_threadpool(self._note, key_id, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    def _note(self, key_id: str, now: datetime) -> None:
        unnoted = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < now - USE_NOTED_EVERY)
        try:
            with self._database.write() as session:
                session.execute(update(ApiKey).where(col(ApiKey.id) == key_id, unnoted).values(last_used_at=now))
        except SQLAlchemyError:
            _log.warning("use of a key not noted", key=key_id)

    def _decides(self, key: _StoredKey) -> bool:
        if self._settings.environment != "production":
            return self._settings.api_decisions
        brief = key.expires_at - key.created_at <= LIFE_OF_A_DECIDING_KEY
        return self._settings.api_decisions and bool(key.networks) and brief


def _stored(row: ApiKey, owner: Caseworker | None, sight: Sight, platform: PlatformSight) -> _StoredKey:
    role: Role | None = Role.PLATFORM
    person = f"platform:{row.id}"
    if row.caseworker is not None:
        person = f"caseworker:{row.caseworker}"
        role = Role(owner.role) if owner is not None and owner.active else None
    return _StoredKey(
        sha256=row.sha256,
        person=person,
        role=role,
        scopes=frozenset(row.scopes),
        networks=tuple(ipaddress.ip_network(network) for network in row.networks),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked=row.revoked_at is not None or bool(row.pending),
        sight=sight,
        platform=platform,
    )


def _inside(address: str | None, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped  # a dual-stack socket writes 10.0.0.1 as ::ffff:10.0.0.1
    return any(found in network for network in networks)
