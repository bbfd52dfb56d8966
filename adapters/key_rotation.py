"""Changes the root key and the payload key while everything runs (`security.md` 2.3): yearly, or on suspicion.

A rotation puts a new primary key into the ring; running processes see the changed file before they wrap the next key. Then every
wrapped key is put under it, some hundred in a commit; stopped anywhere, the next call carries on. The old key leaves the ring in
a step of its own, when it wraps nothing and no backup of the key store needs it any more.

Next: adapters/keyring.py
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.keyring import KeyRing
from adapters.keystore import KeyStore
from adapters.vault import Vault
from domain.errors import SettingsError
from domain.retention import KEYSTORE_BACKUP_DAYS

_OTHERS_FOLLOW = timedelta(minutes=10)  # a payload key is known for five minutes; twice that for a process that was busy

Count = Callable[[datetime], Awaitable[int]]
"""How many executions the engine still has that were started before an instant."""


@dataclass(frozen=True)
class RootKey:
    """One key of the ring. `wraps` counts by purpose; an old one leaves at zero."""

    kid: str
    primary: bool
    old_since: datetime | None
    wraps: dict[str, int]


@dataclass(frozen=True)
class PayloadKey:
    """One key of the engine's payloads. `executions` may hold some of them; None when the engine was not asked."""

    kid: str
    newest: bool
    created: datetime
    executions: int | None


class Rotation:
    """The keys of one installation.

    Args:
        vault: open.
        store: of the same installation.
        ring: as the file was.
    """

    def __init__(self, vault: Vault, store: KeyStore, ring: KeyRing) -> None:
        self._vault = vault
        self._store = store
        self._ring = ring

    def root_keys(self) -> list[RootKey]:
        """Every key of the ring, and what it wraps; the primary first. A kid that only the key store knows is listed too."""
        self._ring = self._ring.fresh()
        counts = self._store.counts()
        known = [self._ring.primary, *sorted({*self._ring.keys, *(kid for kid, _ in counts)} - {self._ring.primary})]
        return [
            RootKey(
                kid=kid,
                primary=kid == self._ring.primary,
                old_since=self._ring.old_since.get(kid),
                wraps={purpose: number for (other, purpose), number in sorted(counts.items()) if other == kid},
            )
            for kid in known
        ]

    async def payload_keys(self, count: Count | None) -> list[PayloadKey]:
        """Every payload key, the newest first.

        Args:
            count: asks the engine; None when it is not there.
        """
        made = sorted(self._store.created("codec").items(), key=lambda item: int(item[0].removeprefix("DK_")), reverse=True)
        found = []
        successor: datetime | None = None
        for kid, created in made:
            # What was started after the next key came holds nothing under this one.
            executions = 0 if successor is None or count is None else await count(successor + _OTHERS_FOLLOW)
            found.append(PayloadKey(kid, successor is None, created, None if count is None else executions))
            successor = created
        return found

    def rotate(self) -> tuple[str, str, int]:
        """Make a new primary key and a new payload key, unless a rotation was interrupted; then put every key under the primary.

        Returns:
            kid of the primary, kid of the newest payload key, and how many keys were wrapped anew.
        """
        if not any(key.wraps for key in self.root_keys() if not key.primary):
            self._ring = self._ring.rotate()
            payload = self._vault.rotate_codec_key()
        else:
            payload = self._vault.codec_key()[0]
        return self._ring.primary, payload, self._vault.rewrap()

    async def retire(self, count: Count, now: datetime, *, at_once: bool = False) -> tuple[list[str], list[str]]:
        """Take out of the ring what wraps nothing, and destroy payload keys under which the engine holds nothing.

        Args:
            count: asks the engine.
            now: UTC.
            at_once: also a key that backups of the key store from the last 30 days still need; for one that is compromised.

        Returns:
            kids that left the ring, and kids of payload keys that were destroyed.

        Raises:
            SettingsError: an old key still wraps something: `habeas keys rotate` carries on.
        """
        old = [key for key in self.root_keys() if not key.primary]
        if busy := [key for key in old if key.wraps]:
            number = sum(sum(key.wraps.values()) for key in busy)
            raise SettingsError(f"{number} keys are still under an old root key. `habeas keys rotate` carries on.")
        since = {key.kid: key.old_since or now for key in old if key.kid in self._ring.keys}
        gone = [kid for kid, at in since.items() if at_once or now - at >= timedelta(days=KEYSTORE_BACKUP_DAYS)]
        if gone:
            self._ring = self._ring.without(gone)
        dead = [key.kid for key in await self.payload_keys(count) if not key.newest and key.executions == 0]
        for kid in dead:
            self._store.destroy(kid, "codec", rule="payload-key-unused", approver="system")
        return gone, dead
