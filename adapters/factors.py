"""The second factor of staff: an authenticator (RFC 6238) and ten recovery codes (`security.md` 2.9; ASVS 6.5, 6.6).

A code counts once, also for two requests at the same time: the row moves on only once. The seed is sealed under a key of its
person, and a recovery code is stored as Argon2id: with fewer rounds than a password, since 80 random bits cannot be guessed.
Next: adapters/staff_post.py
"""

import base64
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session, col, delete, func, select, update

from adapters.codes import changed
from adapters.database.session import Database
from adapters.database.staff_tables import RecoveryCode, StaffFactor, StaffPasskey
from adapters.vault import Vault

STEP: Final = 30  # seconds
RECOVERY_CODES: Final = 10
_AROUND: Final = (0, -1, 1)  # steps: a clock may be half a minute off
_RECOVERY_BYTES: Final = 10  # 80 bits
_HASHER: Final = Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1)  # KiB; OWASP's least
_ISSUER: Final = "Habeas"
_NUMBERS: Final = frozenset(map(str, range(RECOVERY_CODES)))
_LIKE: Final = str.maketrans("018", "OIB")  # base32 has no 0, 1 and 8: what looks like one was a letter


class Factors:
    """What people show beside their password.

    Args:
        database: where the rows are.
        vault: seals the seeds.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def has(self, person: UUID) -> bool:
        """Whether this person has an authenticator that counts."""
        with self._database.read() as session:
            row = session.get(StaffFactor, person)
        return row is not None and row.seed is not None

    def begun(self, person: UUID) -> str:
        """The seed of an authenticator that is being set up, in base32: the one shown before, until a code confirms it."""
        with self._database.read() as session:
            row = session.get(StaffFactor, person)
        if row is not None and row.next_seed is not None:
            return self._opened(person, "next_seed", row.next_seed)
        seed = pyotp.random_base32()
        sealed = self._vault.staff(person).seal("staff_factor", "next_seed", str(person), seed.encode())
        with self._database.write() as session:
            row = session.get(StaffFactor, person) or StaffFactor(caseworker=person)
            row.next_seed = sealed
            session.add(row)
        return seed

    def drop_begun(self, person: UUID) -> None:
        """Forget what was shown and never confirmed: whoever saw it in another session must not know the next authenticator."""
        with self._database.write() as session:
            here = (col(StaffFactor.caseworker) == person, col(StaffFactor.next_seed).is_not(None))
            session.execute(update(StaffFactor).where(*here).values(next_seed=None))

    def confirm(self, person: UUID, code: str, now: datetime) -> list[str] | None:
        """Let the new authenticator count, if the code is its own; the ten new recovery codes, or None.

        The old authenticator and the old recovery codes are gone with it.
        """
        with self._database.read() as session:
            row = session.get(StaffFactor, person)
        if row is None or row.next_seed is None:
            return None
        seed = self._opened(person, "next_seed", row.next_seed)
        step = _step_of(seed, code, now)
        if step is None:
            return None
        codes = [_recovery_code(number) for number in range(RECOVERY_CODES)]
        hashes = [_HASHER.hash(code) for code in codes]
        sealed = self._vault.staff(person).seal("staff_factor", "seed", str(person), seed.encode())
        values = {"seed": sealed, "next_seed": None, "since": now, "last_step": step}
        with self._database.write() as session:
            # Two tabs at once: one of them wins, and only its codes count.
            here = (col(StaffFactor.caseworker) == person, col(StaffFactor.next_seed) == row.next_seed)
            if not changed(session, update(StaffFactor).where(*here).values(**values)):
                return None
            session.execute(delete(RecoveryCode).where(col(RecoveryCode.caseworker) == person))
            session.add_all(RecoveryCode(caseworker=person, number=number, code=it) for number, it in enumerate(hashes))
        return codes

    def accepts(self, person: UUID, code: str, now: datetime) -> bool:
        """Whether this is a code of the authenticator that was not shown before; from now on it was."""
        with self._database.read() as session:
            row = session.get(StaffFactor, person)
        if row is None or row.seed is None:
            return False
        step = _step_of(self._opened(person, "seed", row.seed), code, now)
        if step is None:
            return False
        here = (col(StaffFactor.caseworker) == person, col(StaffFactor.seed) == row.seed, col(StaffFactor.last_step) < step)
        with self._database.write() as session:
            return changed(session, update(StaffFactor).where(*here).values(last_step=step))

    def accepts_recovery(self, person: UUID, code: str, now: datetime) -> bool:
        """Whether this is a recovery code that was not used before; from now on it was."""
        number, _, rest = "".join(code.split()).upper().partition("-")
        with self._database.read() as session:
            row = session.get(RecoveryCode, (person, int(number))) if number in _NUMBERS else None
        if row is None or row.used_at is not None or not _HASHER.verify(f"{number}-{_readable(rest)}", row.code):
            return False
        here = (col(RecoveryCode.caseworker) == person, col(RecoveryCode.number) == row.number)
        with self._database.write() as session:
            unused = update(RecoveryCode).where(*here, col(RecoveryCode.used_at).is_(None), col(RecoveryCode.code) == row.code)
            return changed(session, unused.values(used_at=now))

    def recovery_codes_left(self, person: UUID) -> int:
        """How many recovery codes were not used."""
        query = select(func.count()).where(col(RecoveryCode.caseworker) == person, col(RecoveryCode.used_at).is_(None))
        with self._database.read() as session:
            return session.exec(query).one()

    def _opened(self, person: UUID, column: str, sealed: bytes) -> str:
        return self._vault.staff(person).open("staff_factor", column, str(person), sealed).decode()


def uri(seed: str, email: str) -> str:
    """What an authenticator reads from the picture."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=_ISSUER)


def code_at(seed: str, now: datetime) -> str:
    """What an authenticator with this seed shows; for the demo, whose seeds are made up, and for tests."""
    return pyotp.TOTP(seed).at(now)


def remove_factor(session: Session, person: UUID) -> None:
    """Forget authenticator, recovery codes and passkeys of a person; at the next sign-in they set up a new authenticator."""
    session.execute(delete(StaffPasskey).where(col(StaffPasskey.caseworker) == person))
    session.execute(delete(StaffFactor).where(col(StaffFactor.caseworker) == person))
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.caseworker) == person))


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, near now."""
    typed = "".join(code.split())
    totp, present = pyotp.TOTP(seed), int(now.timestamp()) // STEP
    found = None
    for around in _AROUND:  # all of them, so that time tells nothing
        step = present + around
        if secrets.compare_digest(totp.at(step * STEP).encode(), typed.encode()):
            found = step
    return found


def _recovery_code(number: int) -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join([str(number), *(text[at : at + 4] for at in range(0, len(text), 4))])


def _readable(written: str) -> str:
    return written.translate(_LIKE)
