"""Keys and seals: the one door to every secret key of an installation (`security.md` 2.1-2.7).

Destroying a case's key is what "erased" means for everything sealed under it, in every backup of the data.

Next: adapters/case_vault.py
"""

import functools
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Self
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.exc import SQLAlchemyError

from adapters.canonical import canonical
from adapters.case_vault import CaseKeys, CaseVault
from adapters.key_cache import KeyCache
from adapters.keyring import KEY_BYTES, KeyRing
from adapters.keystore import KeyStore, WrappedKey
from adapters.ready_keys import ReadyKeys
from domain.errors import KeyMissingError, SealBrokenError, SettingsError
from domain.normal import normal_email, normal_phone, refuse_hidden

DossierPurpose = Literal["breach", "notice"]
_INSTALL_BYTES = 16
_NONCE = 12
# Three index keys, so that no list can be joined to another of its kind; lists (suppression, blocks); codes and tokens.
_SINGLETONS: Final = ("IK_email", "IK_phone", "IK_id", "SK", "MK")
_CODEC_KID = re.compile(r"DK_([1-9][0-9]{0,8})")


class Vault:
    """All keys of one installation. Thread-safe; web and worker open the same key store at once.

    No claim is made that the process wipes memory; what is opened is forgotten after five minutes.
    """

    install: bytes

    def __init__(self, store: KeyStore, ring: KeyRing) -> None:
        """Use `Vault.open`."""
        self._store = store
        self._ring = ring
        self._cases: KeyCache[CaseKeys] = KeyCache()
        self._ready = ReadyKeys(self._make_new)
        self._codec_keys: dict[str, bytes] = {}
        self._newest_codec_kid: KeyCache[str] = KeyCache()
        self.install = store.installation(secrets.token_bytes(_INSTALL_BYTES))
        self._singletons = {name: self._make_or_open(name, "index") for name in _SINGLETONS}
        self._codec_keys["DK_1"] = self._make_or_open("DK_1", "codec")

    @classmethod
    def open(cls, *, ring_file: Path, keystore_url: str) -> Self:
        """Open the vault; at the very first start make what an installation has once.

        Raises:
            SettingsError: ring missing, open to others, malformed, or not the one of this key store. One line.
        """
        ring = KeyRing.load(ring_file)
        store = KeyStore(keystore_url)
        try:
            return cls(store, ring)
        except (KeyMissingError, SealBrokenError):
            raise SettingsError(f"The key ring {ring_file} does not open this key store; use the one it was made with.") from None
        except SQLAlchemyError as failure:
            raise SettingsError(f"The key store cannot be read ({type(failure).__name__}).") from None

    def close(self) -> None:
        self._ready.close()
        self._store.close()

    def new_case(self) -> UUID:
        """Draw the id of a new case, whose key is durable before this returns. Keys are made in advance, many in one commit."""
        key = self._ready.take()
        case_id = UUID(key.object)
        self._cases.get((case_id, "case"), lambda: CaseKeys(self._unwrap(key), "case"))
        return case_id

    def return_case(self, case_id: UUID) -> None:
        """Give back a new case that nothing was received for; somebody else's request may have it."""
        if (key := self._store.find(str(case_id), "case")) is not None:
            self._ready.give_back(key)

    def make_case_key(self, case_id: UUID) -> None:
        """Make the key of a case, durable before this returns; a repetition keeps the first one.

        Raises:
            KeyMissingError: the case's key was destroyed; it is never made again.
        """
        self._store.add(self._fresh(str(case_id), "case"), once=True)

    def case(self, case_id: UUID) -> CaseVault:
        """What seals and opens for a case.

        Raises:
            KeyMissingError: never made, or destroyed.
        """
        return self._case_vault(case_id, "case")

    def destroy_case_key(self, case_id: UUID, *, rule: str, approver: str) -> None:
        """Destroy a case for good. Other processes forget the key within five minutes.

        Args:
            case_id: the case.
            rule: id of the retention rule that ended it.
            approver: id of the person who approved, never a name.

        Raises:
            TimeoutError: destroyed, but the key store's log is still held by a reader: call again.
        """
        self._destroy(case_id, "case", rule, approver)

    def make_evidence_key(self, case_id: UUID) -> None:
        """Make the key of a case's identity evidence. Unlike a case key it may be made anew after a decision destroyed it."""
        self._store.add(self._fresh(str(case_id), "evidence"))

    def evidence(self, case_id: UUID) -> CaseVault:
        """What seals and opens identity evidence.

        Raises:
            KeyMissingError: never made, or destroyed with the identity decision.
        """
        return self._case_vault(case_id, "evidence")

    def destroy_evidence_key(self, case_id: UUID, *, rule: str, approver: str) -> None:
        """As `destroy_case_key`, for identity evidence: with the decision, at the latest after 14 days."""
        self._destroy(case_id, "evidence", rule, approver)

    def make_mail_keys(self, keys: Sequence[UUID]) -> None:
        """Make one key for each incoming mail, all durable before this returns: mail comes before any case does."""
        if not keys:
            return
        fresh = {key: secrets.token_bytes(KEY_BYTES) for key in keys}
        self._store.add_new([self._wrap(str(key), "mail", secret) for key, secret in fresh.items()])
        for key, secret in fresh.items():  # each is used at once
            self._cases.get((key, "mail"), functools.partial(CaseKeys, secret, "mail"))

    def mail(self, key: UUID) -> CaseVault:
        """What seals and opens one incoming mail; KeyMissingError once it was destroyed."""
        return self._case_vault(key, "mail")

    def destroy_mail_key(self, key: UUID, *, rule: str, approver: str) -> None:
        """As `destroy_case_key`, for one incoming mail: with its case, its dismissal's period, or a document taken out of it."""
        self._destroy(key, "mail", rule, approver)

    def make_dossier_key(self, dossier_id: UUID, purpose: DossierPurpose) -> None:
        """Make the key of a breach (`BK`) or a notice (`NK`), durable before this returns; a repetition keeps the first one.

        Raises:
            KeyMissingError: it was destroyed; it is never made again.
        """
        self._store.add(self._fresh(str(dossier_id), purpose), once=True)

    def dossier(self, dossier_id: UUID, purpose: DossierPurpose) -> CaseVault:
        """What seals and opens for a breach or a notice.

        Raises:
            KeyMissingError: never made, or destroyed.
        """
        return self._case_vault(dossier_id, purpose)

    def destroy_dossier_key(self, dossier_id: UUID, purpose: DossierPurpose, *, rule: str, approver: str) -> None:
        """As `destroy_case_key`, for a breach or a notice, by their own retention."""
        self._destroy(dossier_id, purpose, rule, approver)

    def staff(self, person: UUID) -> CaseVault:
        """What seals and opens the seed of somebody's authenticator; its key is made at the first use."""
        self._make_or_open(str(person), "staff")
        return self._case_vault(person, "staff")

    def mails_with_keys(self, *, created_before: datetime) -> list[UUID]:
        """Keys of incoming mail older than an aware instant: the sweep looks among them for keys without a mail."""
        return [UUID(name) for name in self._store.names("mail", created_before=created_before)]

    def cases_with_keys(self, *, created_before: datetime) -> list[UUID]:
        """Cases whose key is older than an aware instant: the sweep looks among them for keys without a receipt."""
        return [UUID(name) for name in self._store.names("case", created_before=created_before)]

    def index_email(self, address: str) -> bytes:
        """Blind index of a mailbox, 32 bytes; InvalidInputError for what is no address, or has characters that nobody sees."""
        return self._index("IK_email", "email", normal_email(address))

    def index_phone(self, number: str) -> bytes:
        """Blind index of a telephone number in international form, 32 bytes; InvalidInputError for anything else."""
        return self._index("IK_phone", "phone", normal_phone(number))

    def index_id(self, kind: str, value: str) -> bytes:
        """Blind index of another identifier, of its exact bytes; InvalidInputError for characters that nobody sees."""
        refuse_hidden(value, field=kind)
        return self._index("IK_id", kind, value)

    def list_mac(self, kind: str, value: str) -> bytes:
        """The entry of a value in a suppression or block list, 32 bytes; cannot be joined to any blind index."""
        return hmac.digest(self._singletons["SK"], canonical("habeas/1/list", kind, value), "sha256")

    def code_mac(self, *parts: str) -> bytes:
        """`HMAC(MK, T(parts))`, 32 bytes, for codes, reply and VERP tokens (`security.md` 2.9)."""
        return hmac.digest(self._singletons["MK"], canonical(*parts), "sha256")

    def codec_key(self, kid: str | None = None) -> tuple[str, bytes]:
        """A payload key: the newest without `kid`, else that one; as (kid, 32 bytes).

        Raises:
            KeyMissingError: no such key.
        """
        if kid is None:
            kid = self._newest_codec_kid.get("newest", self._find_newest_codec_kid)
        if kid not in self._codec_keys:
            row = self._store.find(kid, "codec") if _CODEC_KID.fullmatch(kid) else None
            if row is None:
                raise KeyMissingError(purpose="codec")
            self._codec_keys[kid] = self._unwrap(row)
        return kid, self._codec_keys[kid]

    def rotate_codec_key(self) -> str:
        """Make the next payload key and use it from now on; other processes follow within five minutes."""
        kid = f"DK_{_serial(self._find_newest_codec_kid()) + 1}"
        self._codec_keys[kid] = self._make_or_open(kid, "codec")
        self._newest_codec_kid.forget("newest")
        return kid

    def rewrap(self, at_once: int = 500) -> int:
        """Put every key under the ring's primary root key; returns how many were not. May be stopped and repeated."""
        done = 0
        self._ring = self._ring.fresh()
        while old := self._store.not_under(self._ring.primary, at_once):
            self._store.replace([(row, self._wrap(row.object, row.purpose, self._unwrap(row))) for row in old])
            done += len(old)
        return done

    def _case_vault(self, case_id: UUID, purpose: str) -> CaseVault:
        def keys() -> CaseKeys:
            return self._cases.get((case_id, purpose), lambda: CaseKeys(self._open(str(case_id), purpose), purpose))

        keys()
        return CaseVault(case_id, keys)

    def _destroy(self, case_id: UUID, purpose: str, rule: str, approver: str) -> None:
        try:
            self._store.destroy(str(case_id), purpose, rule=rule, approver=approver)
        finally:
            self._cases.forget((case_id, purpose))

    def _index(self, key: str, kind: str, normal: str) -> bytes:
        return hmac.digest(self._singletons[key], canonical("habeas/1/index", kind, normal), "sha256")

    def _find_newest_codec_kid(self) -> str:
        return max((row.object for row in self._store.every("codec")), key=_serial)

    def _make_or_open(self, name: str, purpose: str) -> bytes:
        # Whoever comes second gets what the first one stored: `add` returns the row that won.
        return self._unwrap(self._store.find(name, purpose) or self._store.add(self._fresh(name, purpose)))

    def _open(self, name: str, purpose: str) -> bytes:
        row = self._store.find(name, purpose)
        if row is None:
            raise KeyMissingError(purpose=purpose)
        return self._unwrap(row)

    def _fresh(self, name: str, purpose: str) -> WrappedKey:
        return self._wrap(name, purpose, secrets.token_bytes(KEY_BYTES))

    def _make_new(self, count: int) -> list[WrappedKey]:
        made = [self._fresh(str(uuid4()), "case") for _ in range(count)]
        self._store.add_new(made)
        return made

    def _wrap(self, name: str, purpose: str, key: bytes) -> WrappedKey:
        self._ring = self._ring.fresh()
        kid, nonce = self._ring.primary, secrets.token_bytes(_NONCE)
        cipher = AESGCM(self._ring.wrapping_key(kid, self.install, purpose))
        return WrappedKey(name, purpose, kid, nonce + cipher.encrypt(nonce, key, self._wrapping(name, purpose, kid)))

    def _unwrap(self, row: WrappedKey) -> bytes:
        if row.kid not in self._ring.keys:
            self._ring = KeyRing.load(self._ring.path)  # another process rotated it
        cipher = AESGCM(self._ring.wrapping_key(row.kid, self.install, row.purpose))
        try:
            return cipher.decrypt(row.wrapped[:_NONCE], row.wrapped[_NONCE:], self._wrapping(row.object, row.purpose, row.kid))
        except (InvalidTag, ValueError):
            raise SealBrokenError from None

    def _wrapping(self, name: str, purpose: str, kid: str) -> bytes:
        return canonical("habeas/1/wrap", self.install, purpose, name, kid)


def _serial(codec_kid: str) -> int:
    return int(codec_kid.removeprefix("DK_"))
