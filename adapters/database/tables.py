"""Every table. Columns only: rules are in `domain/`, effects in `activities/`.

Three kinds: what was received (written once by intake), what happened (`case_event`, append-only), and projections
(`case_record` and the rows beside it, written by `record_case_event` alone). Whatever may name or describe a person is a
sealed column, readable with the case's key only.
"""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, Boolean, Column, DateTime, Dialect, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes: they have no meaning."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        aware = value.astimezone(UTC)
        return aware.replace(tzinfo=None) if dialect.name == "sqlite" else aware

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back UTC."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _instant(*, nullable: bool = False, index: bool = False) -> Column[datetime]:
    return Column(Instant, nullable=nullable, index=index)


def _json() -> Column[Any]:
    return Column(JSON, nullable=False)


def _sealed(*, nullable: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable)


def _unscanned() -> Any:  # noqa: ANN401 (what SQLModel's own Field gives)
    """What a scanner said of a file: `domain.incoming.Malware`."""
    return Field(default="not_scanned", sa_column_kwargs={"server_default": "not_scanned"})


class CaseReceipt(SQLModel, table=True):
    """A request is received when this row is committed; it is never changed (design principle 2).

    `subject` is the sealed JSON of name, e-mail and country; `message` the sealed words of the person,
    `correction` the sealed JSON of what they say is wrong and what would be right.
    """

    __tablename__ = "case_receipt"
    __table_args__ = (UniqueConstraint("caller", "idempotency_key", name="uq_receipt_idempotency"),)

    case_id: UUID = Field(primary_key=True)
    reference: str = Field(unique=True)
    received_at: datetime = Field(sa_column=_instant(index=True))
    recorded_at: datetime = Field(sa_column=_instant())
    channel: str
    rights: list[str] = Field(sa_column=_json())
    regimes: list[str] = Field(sa_column=_json())
    # purposes of which consent is withdrawn, where the person chose them; None: none was named
    consents: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    risk: str
    doubts: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    subject: bytes | None = Field(sa_column=_sealed(nullable=True))
    message: bytes | None = Field(sa_column=_sealed(nullable=True))
    correction: bytes | None = Field(default=None, sa_column=_sealed(nullable=True))
    language: str = Field(default="en", sa_column_kwargs={"server_default": "en"})  # of the person's own words: that of letters
    clock: dict[str, Any] = Field(sa_column=_json())
    legal_due: date | None
    safe_due: date = Field(index=True)
    asserted_identifier: UUID | None = None
    datamap: str
    policy_version: str
    caller: str
    idempotency_key: str | None = None  # SHA-256 of what the caller sent: the key itself may hold personal data
    body_hash: str | None = None
    started: bool = Field(default=False, index=True)  # a hint for the sweep; the first event is the proof
    # what the system before this one did (`domain/moving_in.py`): instants, choices, ids of notes
    earlier: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class CaseRight(SQLModel, table=True):
    """One right of one case, for filters; outcomes are in the record's state."""

    __tablename__ = "case_right"

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    right: str = Field(primary_key=True, index=True)


class CaseIdentifierRow(SQLModel, table=True):
    """The sealed value behind an identifier of a case; its standing is in the record's state."""

    __tablename__ = "case_identifier"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    kind: str
    value: bytes | None = Field(sa_column=_sealed(nullable=True))
    value_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    added_by: str
    added_at: datetime = Field(sa_column=_instant())


class CaseEventRow(SQLModel, table=True):
    """Append-only. One event of one case, chained to the one before (`security.md` 2.8)."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "sequence", name="uq_event_sequence"), Index("ix_event_tag_at", "tag", "at"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id")
    sequence: int
    command_id: str = Field(index=True)
    tag: str
    at: datetime = Field(sa_column=_instant())
    recorded_at: datetime = Field(sa_column=_instant())
    actor: str
    facts: dict[str, Any] = Field(sa_column=_json())
    previous: str
    hash: str


class CaseRecord(SQLModel, table=True):
    """Projection. Written by record_case_event only. Ask the workflow what may happen next."""

    __tablename__ = "case_record"
    __table_args__ = (Index("ix_record_queue", "status", "safe_due"),)

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    status: str
    outcome: str | None = None
    sequence: int
    head: str
    state: dict[str, Any] = Field(sa_column=_json())
    clock: dict[str, Any] = Field(sa_column=_json())
    legal_due: date | None = None
    review_on: date | None = None
    clock_state: str = Field(default="running", sa_column_kwargs={"server_default": "running"})
    safe_due: date = Field(index=True)
    updated_at: datetime = Field(sa_column=_instant())
    closed_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class QueueEntry(SQLModel, table=True):
    """Projection for lists, figures and reports: one narrow row per case, from its receipt on.

    `rank` 0: the person wrote and nobody has read it. `preparers` are ids with a blank between them (R2). `assignee` is the
    console's own: whom a case is assigned to decides nothing (docs/decisions/0012).
    """

    __tablename__ = "queue_entry"
    __table_args__ = (
        Index("ix_queue_order", "is_open", "rank", "safe_due", "case_id"),
        Index("ix_queue_status", "is_open", "status", "rank", "safe_due", "case_id"),
        Index("ix_queue_waits", "is_open", "waits_for", "rank", "safe_due", "case_id"),
        Index("ix_queue_assignee", "assignee", "is_open", "rank", "safe_due", "case_id"),
        Index("ix_queue_attention", "is_open", "attention", "rank", "safe_due", "case_id"),
        Index("ix_queue_owed", "is_owed", "safe_due"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    is_open: bool
    is_owed: bool  # an answer is still owed: not delivered, not refused
    rank: int
    status: str
    safe_due: date
    legal_due: date | None = None
    waits_for: str
    step: str
    about: str | None = None
    tasks: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # open ones; the step is the most urgent
    attention: bool
    unchecked: bool  # every right in it is honoured without asking who it is
    preparers: str = ""
    assignee: str | None = None  # as commands name a person
    received_at: datetime = Field(sa_column=_instant())
    wrote_at: datetime = Field(sa_column=_instant())
    extended: bool = False
    outcome: str | None = None


class CaseAssignment(SQLModel, table=True):
    """Append-only. Who gave a case to whom; the newest row of a case counts and stands in its queue entry too."""

    __tablename__ = "case_assignment"

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    assignee: str | None
    by: str
    at: datetime = Field(sa_column=_instant())


class Note(SQLModel, table=True):
    """Free text of a command: a reason, a message, an answer. Sealed; an event's facts carry its id.

    A note that no event names within 24 hours is deleted by housekeeping: its command was never accepted.
    """

    __tablename__ = "note"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    author: str
    text: bytes = Field(sa_column=_sealed())
    text_sha256: str | None = None  # of the sealed bytes, once they were destroyed: the chain of events still verifies
    created_at: datetime = Field(sa_column=_instant())


class IdentityEvidence(SQLModel, table=True):
    """An uploaded proof of identity, under a key of its own that dies with the decision, after 14 days at the latest."""

    __tablename__ = "identity_evidence"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    blob: dict[str, Any] | None = Field(sa_column=Column(JSON, nullable=True))
    media_type: str
    malware: str = _unscanned()
    received_at: datetime = Field(sa_column=_instant())
    destroyed_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class UploadedFile(SQLModel, table=True):
    """A file that a person added to a work item: the answer of a system that only people can search."""

    __tablename__ = "uploaded_file"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    work_item: UUID = Field(index=True)
    system: str
    name: bytes = Field(sa_column=_sealed())
    media_type: str
    blob: dict[str, Any] = Field(sa_column=_json())
    malware: str = _unscanned()
    uploaded_by: str
    uploaded_at: datetime = Field(sa_column=_instant())


class SearchReceipt(SQLModel, table=True):
    """What was searched, with which identifiers (as keyed hashes), when, how many rows: zero included (principle 6).

    `blobs` are the sealed streams of the rows; a retried search replaces the row, never continues a stream.
    """

    __tablename__ = "search_receipt"
    __table_args__ = (UniqueConstraint("case_id", "run", "system", "collection", name="uq_search_receipt"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    run: int  # 0 is the snapshot of short-lived collections, taken at receipt
    system: str
    collection: str
    state: str  # searched | unreachable | failed
    rows: int
    doubtful: int = 0  # rows whose identity value is not the same after normalisation (I4): not in the package
    keys: list[str] = Field(sa_column=_json())
    blobs: dict[str, Any] = Field(sa_column=_json())
    searched_at: datetime = Field(sa_column=_instant())


class PackageRow(SQLModel, table=True):
    """A built package. `sha256` is of the zip as it will be delivered, `blob` its sealed form, built once and kept."""

    __tablename__ = "package"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    run: int
    revision: int
    sha256: str
    bytes: int
    records: int
    datamap: str
    blob: dict[str, Any] = Field(sa_column=_json())
    summary: dict[str, Any] = Field(sa_column=_json())
    built_at: datetime = Field(sa_column=_instant())


class ItemDecision(SQLModel, table=True):
    """Append-only. What becomes of one item, of a collection's, or of a third person; the newest revision counts.

    `parts` seals which fields, places or words, and what a rule or a balance says (`domain/item_rules.py`).
    """

    __tablename__ = "item_decision"
    __table_args__ = (UniqueConstraint("case_id", "revision", name="uq_item_revision"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id")
    revision: int
    item: str  # <system>.<collection>.<hash of the primary key>; `.*` in its place is a rule, `*` alone a third person
    decision: str
    basis: str | None = None
    reason: UUID | None = None
    parts: bytes | None = Field(default=None, sa_column=_sealed(nullable=True))
    author: str
    decided_at: datetime = Field(sa_column=_instant())


class PageSeen(SQLModel, table=True):
    """A page of collected items that somebody had on the screen: progress of the review, kept over restarts.

    `items` counts those that stood whole on it; what a list shows in part alone counts when it was opened (`item_opened`).
    """

    __tablename__ = "page_seen"

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    run: int = Field(primary_key=True)
    system: str = Field(primary_key=True)
    collection: str = Field(primary_key=True)
    start: int = Field(primary_key=True)
    items: int
    seen_by: str
    seen_at: datetime = Field(sa_column=_instant())


class ComplaintLink(SQLModel, table=True):
    """A complaint and a case that it is about. Written by record_case_event only.

    While the complaint is open nothing of the other is destroyed (`adapters/database/complaints.py`).
    """

    __tablename__ = "complaint_link"

    complaint: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    about: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id", index=True)


BY_POST: Final = UUID(int=0)  # in the place of an address: a letter on paper, which a person posts or hands over


class Letter(SQLModel, table=True):
    """A letter, once per case, name and number. The row and its sealed bytes come first, then SMTP with its Message-ID."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("case_id", "name", "number", name="uq_letter"),)

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    name: str
    number: int
    identifier: UUID
    message_id: str = Field(unique=True)
    content: bytes | None = Field(sa_column=_sealed(nullable=True))  # the sealed message exactly as it is sent
    written_at: datetime = Field(sa_column=_instant())
    accepted_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))  # by the mail server
    bounced_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))  # by a report with a valid token
    bounce: str | None = None  # `hard`, `soft`
    answers: UUID | None = None  # the incoming mail that it answers, for the headers by which programs thread


class Link(SQLModel, table=True):
    """A single-purpose link, stored as a hash; spent by a POST that changes one row, never by a GET."""

    __tablename__ = "link"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    purpose: str  # verify | follow | package
    identifier: UUID
    token_sha256: str = Field(unique=True)
    expires_at: datetime = Field(sa_column=_instant())
    used_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class SubjectSession(SQLModel, table=True):
    """A data subject's visit to the pages of one case; its cookie is 32 random bytes, stored as a hash (`security.md` 2.9).

    The row is the visit: without it the cookie is nothing. `proven` and `opened` are set at its beginning and never later.
    `opened_by` is the command that says that the copy was fetched; it happens once the copy has gone out.
    """

    __tablename__ = "subject_session"

    token_sha256: str = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    purpose: str  # verify | follow | package
    identifier: UUID | None = None
    link: UUID | None = None
    proven: bool = False
    opened: bool = False
    opened_by: str | None = None
    began_at: datetime = Field(sa_column=_instant(index=True))
    seen_at: datetime = Field(sa_column=_instant())


class RateWindow(SQLModel, table=True):
    """How often something was done under one key in one stretch of time, counted for all web processes together."""

    __tablename__ = "rate_window"

    key: str = Field(primary_key=True)  # a keyed MAC of an address, a network or a mailbox
    began_at: datetime = Field(sa_column=Column(Instant, primary_key=True))
    ends_at: datetime = Field(sa_column=_instant(index=True))  # then it counts no more and is deleted
    count: int


class Code(SQLModel, table=True):
    """An eight-digit code, stored as a MAC; one valid at a time per address and purpose."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("case_id", "purpose", "identifier", "serial", name="uq_code_serial"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    purpose: str  # verify | open_package | visit
    identifier: UUID
    mailbox_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))  # caps are per mailbox, not per case
    serial: int
    mac: bytes = Field(sa_column=_sealed())
    issued_at: datetime = Field(sa_column=_instant())
    expires_at: datetime = Field(sa_column=_instant())
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class Attempt(SQLModel, table=True):
    """Somebody typed a code or pressed the button behind a link. Written by the web, judged once by an activity.

    The code itself never enters the engine: the update carries this row's id. `answer` is the MAC of what was typed for
    each code it could match, or the hash of the link's token.
    """

    __tablename__ = "attempt"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    purpose: str
    kind: str  # code | link
    answer: bytes = Field(sa_column=_sealed())
    made_at: datetime = Field(sa_column=_instant())
    judged_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    accepted: bool | None = None
    identifier: UUID | None = None


class Caseworker(SQLModel, table=True):
    """A member of staff. `role` is the one in force now; keys and sessions are cut with it."""

    __tablename__ = "caseworker"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    active: bool = True
    password: str | None = None  # Argon2id; None: no sign-in by password
    password_changed_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    team: str | None = None  # whose cases they see, where that is limited
    issuer: str | None = None  # of single sign-on; with `subject` who this is there, never the address
    subject: str | None = None


class SavedView(SQLModel, table=True):
    """A list of cases that somebody named for themselves. It holds what the address of the list holds, and nobody's data."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("caseworker", "name", name="uq_saved_view_name"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id")
    name: str
    query: str
    made_at: datetime = Field(sa_column=_instant())


class KeptForm(SQLModel, table=True):
    """What somebody had typed when their sign-in was too old for the command. Sealed under the key of what it is about.

    It waits for the password and is deleted after a day (`adapters/leftovers.py`), like the words of a refused command.
    """

    __tablename__ = "kept_form"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id")
    fields: bytes = Field(sa_column=_sealed())
    kept_at: datetime = Field(sa_column=_instant(index=True))


class StaffSession(SQLModel, table=True):
    """A sign-in to the console. The cookie holds 32 random bytes, this row their SHA-256 (`security.md` 2.9).

    `role` is the one at sign-in: with another one the session is over.
    """

    __tablename__ = "staff_session"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    token_sha256: str = Field(unique=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    role: str
    began_at: datetime = Field(sa_column=_instant())
    seen_at: datetime = Field(sa_column=_instant())
    factor_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))  # None: the second factor is due
    recovered_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))  # by a recovery code: a new one is due
    by_passkey: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    provider_sid: str | None = Field(default=None, index=True)  # of the session at the provider, which a logout there names
    proven_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))  # there; None: at `began_at`, here
    browser: str | None = None  # such as "Firefox on Linux"
    ended_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class ApiKey(SQLModel, table=True):
    """A bearer key, stored as a hash. It acts as its owner, with the owner's role of the moment."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    sha256: str
    caseworker: UUID | None = Field(default=None, foreign_key="caseworker.id")  # None: the controller's own platform
    scopes: list[str] = Field(sa_column=_json())
    networks: list[str] = Field(sa_column=_json())
    created_at: datetime = Field(sa_column=_instant())
    expires_at: datetime = Field(sa_column=_instant())
    last_used_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    origin: str | None = None  # which platform: its keys see its cases alone
    pending: bool | None = None  # made, and not confirmed by a second person yet


class CommandRow(SQLModel, table=True):
    """A command that came through the API: so that the same key with another body is refused, and a late answer is found."""

    __tablename__ = "command"

    id: str = Field(primary_key=True)  # the update id
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    action: str
    body_hash: str
    payload: dict[str, Any] = Field(sa_column=_json())  # the command as sent to the workflow: ids only
    created_at: datetime = Field(sa_column=_instant())


class AssertionUse(SQLModel, table=True):
    """An identity assertion's jti, once per issuer (`security.md` I7)."""

    __tablename__ = "assertion_use"

    issuer: str = Field(primary_key=True)
    jti_sha256: str = Field(primary_key=True)
    used_at: datetime = Field(sa_column=_instant())


class AccessLog(SQLModel, table=True):
    """Who looked at what. Inserted unchained; chained in batches by the security issue's sealer."""

    __tablename__ = "access_log"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=_instant())
    actor: str
    action: str
    case_id: UUID | None = Field(default=None, index=True)


class Alarm(SQLModel, table=True):
    """Something an operator has to look at: a refused payload, a sequence conflict, a workflow ended from outside."""

    __tablename__ = "alarm"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=_instant())
    kind: str
    case_id: UUID | None = None
    told_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True, index=True))  # by mail
    facts: dict[str, Any] = Field(sa_column=_json())
