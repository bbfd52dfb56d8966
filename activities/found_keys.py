"""The values that lead from rows found to further rows: in memory as long as they are few, sealed on disk beyond that.

Serves the traversal of a search (design section 6): each collection is asked once for all keys, never once per row, and
memory stays bounded however many there are (mechanics 2.14). Next: activities/search.py
"""

import hashlib
import hmac
import itertools
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MOST_IN_MEMORY = 100_000  # about 10 MB; the heaviest person of the benchmark has 15,000 in one collection
_NONCE = 12
_SUM_BYTES = 32
_SUM_SPACE = 1 << 8 * _SUM_BYTES


class Keys:
    """A set of key texts (`adapters.row_text.key_text`) in the order in which they came. Thread-safe once filled.

    Beyond the limit they lie in a temporary database that SQLite deletes by itself: each sealed under a key that only this
    object has, found again by a MAC under another.

    Args:
        values: the first keys.
        most: how many are kept in memory.
    """

    def __init__(self, values: Iterable[str] = (), *, most: int = MOST_IN_MEMORY) -> None:
        self._memory: dict[str, None] = dict.fromkeys(values)
        self._most = most
        self._spool: _Spool | None = None
        self._spill()

    def update(self, values: Iterable[str | None]) -> None:
        """Add keys; None, which leads nowhere, is left out."""
        present = [value for value in values if value is not None]
        if self._spool:
            self._spool.add(present)
        else:
            self._memory.update(dict.fromkeys(present))
            self._spill()

    def __contains__(self, value: str) -> bool:
        return value in self._memory if self._spool is None else value in self._spool

    def __len__(self) -> int:
        return len(self._memory) if self._spool is None else len(self._spool)

    def batches(self, size: int) -> Iterator[list[str]]:
        """The keys, at most `size` at a time."""
        keys = iter(self._memory if self._spool is None else self._spool)
        while batch := list(itertools.islice(keys, size)):
            yield batch

    def digest(self) -> str:
        """A hash of the set, whatever the order: tells whether two searches ask for the same. Not for storing bare.

        Sets that are kept by the same limit compare: all that a search makes.
        """
        if self._spool is None:  # one long hash costs a tenth of one for each key
            whole = "\n".join(f"{len(key)} {key}" for key in sorted(self._memory))
            return f"{len(self)}:{hashlib.sha256(whole.encode(errors='surrogatepass')).hexdigest()}"
        total = 0
        for batch in self.batches(self._most):
            for key in batch:
                total += int.from_bytes(hashlib.sha256(key.encode(errors="surrogatepass")).digest())
        return f"{len(self)}:{total % _SUM_SPACE:0{2 * _SUM_BYTES}x}"

    def _spill(self) -> None:
        if len(self._memory) > self._most:
            self._spool = _Spool()
            self._spool.add(self._memory)
            self._memory = {}


class _Spool:
    """Keys on disk, unreadable without this object."""

    def __init__(self) -> None:
        # "": a private file that SQLite has unlinked already; rows go there when its small cache is full.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute("CREATE TABLE key (mac BLOB UNIQUE, sealed BLOB)")
        self._mac_key = secrets.token_bytes(_SUM_BYTES)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._lock = threading.Lock()
        self._count = 0

    def add(self, keys: Iterable[str]) -> None:
        rows = ((self._mac(key), self._seal(key)) for key in keys)
        with self._lock:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT OR IGNORE INTO key VALUES (?, ?)", rows)
            self._database.execute("COMMIT")
            (self._count,) = self._database.execute("SELECT max(rowid) FROM key").fetchone()

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return self._database.execute("SELECT 1 FROM key WHERE mac = ?", (self._mac(key),)).fetchone() is not None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        last = 0
        while True:
            with self._lock:
                statement = "SELECT rowid, sealed FROM key WHERE rowid > ? ORDER BY rowid LIMIT 1000"
                rows = self._database.execute(statement, (last,)).fetchall()
            if not rows:
                return
            for last, sealed in rows:  # noqa: B007 (read again above)
                yield self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode(errors="surrogatepass")

    def _mac(self, key: str) -> bytes:
        return hmac.digest(self._mac_key, key.encode(errors="surrogatepass"), "sha256")

    def _seal(self, key: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key.encode(errors="surrogatepass"), None)
