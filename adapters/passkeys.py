"""Passkeys of staff: a key on a device of theirs, which asks for a finger or a number and answers our own name alone (WebAuthn).

A passkey proves two things at once, what somebody has and who they are, and cannot be typed into a look-alike page. A challenge
counts once, for five minutes and for the session or browser that asked for it. Verification is the library's (`webauthn`); here
is whose, for what, and how often (docs/decisions/0038). Next: api/console/passkeys.py
"""

import json
import secrets
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog
from sqlmodel import Session, col, delete, func, select, update

from adapters.codes import changed
from adapters.database.session import Database
from adapters.database.staff_tables import PasskeyChallenge, StaffPasskey
from adapters.database.tables import AccessLog, Caseworker
from adapters.passkey_site import Site
from adapters.staff_post import tell
from domain.errors import InvalidInputError
from domain.staffing import one_line

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

MOST: Final = 10  # of one person
NAME_LENGTH: Final = 60
LIFE: Final = timedelta(minutes=5)  # of a challenge
_BYTES: Final = 32
_LONGEST_ID: Final = 1023  # bytes; the standard's
_NO: Final = "This passkey could not be set up. Try again, or use another device."
_log = structlog.get_logger()


class Use(StrEnum):
    """What a challenge was asked for; one that was asked for something else counts for nothing."""

    ADD = "add"
    SIGN_IN = "sign_in"
    AGAIN = "again"


class Passkeys:
    """The passkeys of everybody.

    Args:
        database: where the rows are.
        site: where they count.
    """

    def __init__(self, database: Database, site: Site) -> None:
        self._database = database
        self.site = site

    def of(self, person: UUID) -> list[StaffPasskey]:
        """Those of one person, the oldest first."""
        query = select(StaffPasskey).where(StaffPasskey.caseworker == person).order_by(col(StaffPasskey.added_at))
        with self._database.read() as session:
            return list(session.exec(query).all())

    def ask(self, use: Use, bound_to: str, now: datetime, person: Caseworker | None = None) -> str:
        """A challenge for a browser, with what it needs to answer it: JSON as `navigator.credentials` takes it.

        Args:
            use: what the answer is for.
            bound_to: the session or browser that asks.
            now: UTC.
            person: whose passkey it is to be; None where only the answer says.
        """
        from webauthn import generate_authentication_options, options_to_json  # noqa: PLC0415 (8 MB, from the first passkey on)
        from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

        challenge = secrets.token_bytes(_BYTES)
        with self._database.write() as session:
            session.execute(delete(PasskeyChallenge).where(col(PasskeyChallenge.expires_at) < now))
            session.add(PasskeyChallenge(challenge=challenge, use=use.value, bound_to=bound_to, expires_at=now + LIFE))
        mine = self._named(person.id) if person else []
        if use is Use.ADD:
            assert person is not None
            return self._options_to_add(person, challenge, mine)
        return options_to_json(
            generate_authentication_options(
                rp_id=self.site.name,
                challenge=challenge,
                timeout=int(LIFE.total_seconds()) * 1000,
                allow_credentials=mine,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def add(self, person: UUID, bound_to: str, answer: str, name: str, now: datetime) -> None:
        """Let a new passkey of somebody count; they are told, and it is on record.

        Args:
            person: whose.
            bound_to: the session that asked.
            answer: what the browser made of the challenge, JSON.
            name: as its owner calls it.
            now: UTC.

        Raises:
            InvalidInputError: no name, too many, or no answer to a challenge of this session that counts here.
        """
        called = one_line(name, "passkey_name")[:NAME_LENGTH]
        if not called:
            raise InvalidInputError("Give it a name, such as the device it is on.", field="passkey_name")
        made = self._registered(bound_to, answer, now)
        if made is None or len(made.credential_id) > _LONGEST_ID:
            raise InvalidInputError(_NO, field="passkey_name")
        row = StaffPasskey(
            caseworker=person,
            credential=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=called,
            added_at=now,
        )
        with self._database.write() as session:
            session.exec(select(Caseworker.id).where(Caseworker.id == person).with_for_update())
            mine = select(func.count()).where(col(StaffPasskey.caseworker) == person)
            if session.exec(mine).one() >= MOST:
                raise InvalidInputError(f"You have {MOST} passkeys. Remove one that you do not use.", field="passkey_name")
            if session.exec(select(StaffPasskey).where(StaffPasskey.credential == made.credential_id)).first() is not None:
                raise InvalidInputError("This passkey is in use already.", field="passkey_name")
            session.add(row)
            session.add(AccessLog(at=now, actor=f"caseworker:{person}", action="passkey_added"))
            tell(session, "passkey_added", person, at=now, passkey=called)

    def accept(self, use: Use, bound_to: str, answer: str, now: datetime, person: UUID | None = None) -> Caseworker | None:
        """Whose passkey answered; None when it does not count, which is on record.

        A signature whose counter did not go on is of a copy, perhaps: it is refused, and its owner is told.

        Args:
            use: what the challenge was asked for.
            bound_to: the session or browser that asked.
            answer: what the browser made of the challenge, JSON.
            now: UTC.
            person: only a passkey of this one counts.
        """
        challenge, found = self._spent(use, bound_to, answer, now), self._found(answer)
        passkey, owner = found or (None, None)
        shown = None
        if challenge and passkey and owner and owner.active and person in {None, owner.id}:
            shown = self._shown(answer, challenge, passkey)
        with self._database.write() as session:
            if passkey and owner and shown and _went_on(session, passkey, shown.new_sign_count, now):
                return owner
            actor = f"caseworker:{owner.id}" if owner else "unknown"
            session.add(AccessLog(at=now, actor=actor, action="passkey_failed"))
            if passkey and owner and shown:
                tell(session, "passkey_copied", owner.id, at=now, passkey=passkey.name)
        return None

    def remove(self, person: UUID, passkey: UUID, now: datetime) -> bool:
        """Forget one passkey of somebody; whether there was one. They are told, and it is on record."""
        here = (col(StaffPasskey.caseworker) == person, col(StaffPasskey.id) == passkey)
        with self._database.write() as session:
            row = session.exec(select(StaffPasskey).where(*here)).first()
            if row is None:
                return False
            name = row.name
            session.delete(row)
            session.add(AccessLog(at=now, actor=f"caseworker:{person}", action="passkey_removed"))
            tell(session, "passkey_removed", person, at=now, passkey=name)
        return True

    def _options_to_add(self, person: Caseworker, challenge: bytes, mine: "list[PublicKeyCredentialDescriptor]") -> str:
        from webauthn import generate_registration_options, options_to_json  # noqa: PLC0415
        from webauthn.helpers.structs import (  # noqa: PLC0415
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        return options_to_json(
            generate_registration_options(  # attestation: none, by default; nobody's model of device is our business
                rp_id=self.site.name,
                rp_name="Habeas",
                user_id=person.id.bytes,
                user_name=person.email,
                user_display_name=person.name,
                challenge=challenge,
                timeout=int(LIFE.total_seconds()) * 1000,
                exclude_credentials=mine,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
                ),
            )
        )

    def _named(self, person: UUID) -> "list[PublicKeyCredentialDescriptor]":
        from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

        return [PublicKeyCredentialDescriptor(id=row.credential) for row in self.of(person)]

    def _spent(self, use: Use, bound_to: str, answer: str, now: datetime) -> bytes | None:
        """The challenge that an answer names, if it was asked by the same and for the same; from now on it counts no more."""
        said = _said_by_browser(answer)
        challenge = _bytes_of(said.get("challenge"))
        if said.get("crossOrigin") not in {None, False}:  # a page of ours is in nobody's frame
            return None
        here = (
            col(PasskeyChallenge.challenge) == challenge,
            col(PasskeyChallenge.use) == use.value,
            col(PasskeyChallenge.bound_to) == bound_to,
            col(PasskeyChallenge.used_at).is_(None),
            col(PasskeyChallenge.expires_at) > now,
        )
        with self._database.write() as session:
            return challenge if changed(session, update(PasskeyChallenge).where(*here).values(used_at=now)) else None

    def _found(self, answer: str) -> tuple[StaffPasskey, Caseworker] | None:
        query = select(StaffPasskey, Caseworker).join(Caseworker, col(Caseworker.id) == col(StaffPasskey.caseworker))
        with self._database.read() as session:
            return session.exec(query.where(StaffPasskey.credential == _bytes_of(_fields(answer).get("rawId")))).first()

    def _registered(self, bound_to: str, answer: str, now: datetime) -> "VerifiedRegistration | None":
        from webauthn import verify_registration_response  # noqa: PLC0415

        challenge = self._spent(Use.ADD, bound_to, answer, now)
        if challenge is None:
            return None
        try:
            return verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.site.name,
                expected_origin=self.site.origin,
                require_user_verification=True,
            )
        except Exception as refusal:  # noqa: BLE001 (whatever the library makes of a stranger's bytes is a refusal)
            _log.info("passkey refused", reason=type(refusal).__name__)
            return None

    def _shown(self, answer: str, challenge: bytes, passkey: StaffPasskey) -> "VerifiedAuthentication | None":
        from webauthn import verify_authentication_response  # noqa: PLC0415

        handle = _bytes_of(_fields(_fields(answer).get("response")).get("userHandle"))
        if handle not in {b"", passkey.caseworker.bytes}:
            return None
        try:
            return verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.site.name,
                expected_origin=self.site.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,  # the library looks before the signature is known to be good; here after it
                require_user_verification=True,
            )
        except Exception as refusal:  # noqa: BLE001 (as above)
            _log.info("passkey refused", reason=type(refusal).__name__)
            return None


def _went_on(session: Session, passkey: StaffPasskey, count: int, now: datetime) -> bool:
    """Whether a counter is further than the last one; devices without one say 0 each time."""
    here = (col(StaffPasskey.id) == passkey.id, col(StaffPasskey.sign_count) == passkey.sign_count)
    further = count > passkey.sign_count or count == passkey.sign_count == 0
    return further and changed(session, update(StaffPasskey).where(*here).values(sign_count=count, used_at=now))


def _said_by_browser(answer: str) -> dict[str, Any]:
    return _fields(_bytes_of(_fields(_fields(answer).get("response")).get("clientDataJSON")))


def _fields(value: object) -> dict[str, Any]:
    """An object of JSON, as text or already read; anything else is an empty one."""
    if isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _bytes_of(text: object) -> bytes:
    try:
        return urlsafe_b64decode(f"{text}===") if isinstance(text, str) else b""
    except ValueError:
        return b""
