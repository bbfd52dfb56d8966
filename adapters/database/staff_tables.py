"""Tables of what staff sign in with beside their password, and of the mails they get about it (`security.md` 2.3, 2.9).

Next: adapters/factors.py
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class StaffFactor(SQLModel, table=True):
    """The authenticator of one person: its seed is sealed under a key of this person's own, of purpose "staff"."""

    __tablename__ = "staff_factor"

    caseworker: UUID = Field(primary_key=True, foreign_key="caseworker.id")
    seed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    since: datetime | None = Field(default=None, sa_column=Column(Instant))
    last_step: int = 0  # of 30 seconds since 1970; a code counts once, so only a later one is taken
    next_seed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # shown, and not yet confirmed by a code


class RecoveryCode(SQLModel, table=True):
    """One of ten codes for the day on which the authenticator is gone; Argon2id, spent by use."""

    __tablename__ = "recovery_code"

    caseworker: UUID = Field(primary_key=True, foreign_key="caseworker.id")
    number: int = Field(primary_key=True)
    code: str
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class StaffPasskey(SQLModel, table=True):
    """A public key whose private half is on a device of somebody; nothing here lets anybody in."""

    __tablename__ = "staff_passkey"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    credential: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))  # as the device calls it
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # COSE
    sign_count: int = Field(sa_column=Column(BigInteger, nullable=False))  # of the last signature; 0: the device has no counter
    name: str  # as its owner calls it
    added_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class PasskeyChallenge(SQLModel, table=True):
    """What a device is to sign: once, within minutes, for whoever asked."""

    __tablename__ = "passkey_challenge"

    challenge: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    use: str  # a value of `adapters.passkeys.Use`
    bound_to: str  # the session that asked, or the hash of what a browser keeps until it is signed in
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class StaffNotice(SQLModel, table=True):
    """A mail to a member of staff about their own account, or to those who watch over all: written with what it tells of."""

    __tablename__ = "staff_notice"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    about: str  # a name of `adapters/staff_post.py`
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    written_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(Instant, index=True))
    refused: bool = False  # the mail server takes it never


class StaffChange(SQLModel, table=True):
    """Something about an account that somebody proposed and a privacy lead or DPO has to confirm (`security.md` R4).

    `by` and `settled_by` name people as commands do, or "host:<user>" for the command line.
    """

    __tablename__ = "staff_change"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str  # a value of `domain.staffing.Change`
    caseworker: UUID | None = Field(default=None, foreign_key="caseworker.id", index=True)
    role: str | None = None  # the one that is proposed
    team: str | None = None  # likewise
    api_key: str | None = Field(default=None, foreign_key="api_key.id")  # of the platform
    issuer: str | None = None  # of single sign-on, with `subject`
    subject: str | None = None
    by: str
    proposed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    settled_by: str | None = None
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant, index=True))
    confirmed: bool | None = None


class StaffInvitation(SQLModel, table=True):
    """A link by mail with which one person sets a password of their own; nobody else ever knows it."""

    __tablename__ = "staff_invitation"

    token_sha256: str = Field(primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    expires_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class HeldRelease(SQLModel, table=True):
    """An approval that the release brake stopped, until a second person lets this one go (`security.md` R6)."""

    __tablename__ = "held_release"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    action: str
    sha256: str | None = None  # of what was approved
    person: str  # who approved, as commands name people
    reason: str  # a value of `domain.release_brake.Brake`
    asked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    raised_by: str | None = None
    raised_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class ConfigurationChange(SQLModel, table=True):
    """A start with another mail server, sender or data map than before; `mac` is keyed, since the settings hold secrets."""

    __tablename__ = "configuration_change"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
    what: str  # mail | datamap
    mac: str
    first: bool  # there was none before, so nothing changed
