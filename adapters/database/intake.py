"""Intake: a request is received when its receipt is committed, whatever else is up or down (design principle 2).

Sealed with the case's own key from the first byte: the key is durable before the receipt, so a receipt without a key cannot
exist. Receipts that come at the same time share a commit, and each is answered after it. The first clock is computed here and
stored with the receipt, so that the answer can say the date at once.
Next: `api/cases.py`, which starts the workflow.
"""

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import sqlalchemy
from pydantic import BaseModel
from sqlalchemy import Table, bindparam, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from adapters.case_vault import CaseVault
from adapters.database import queue_projection
from adapters.database.clocks import clock_of, seat_of
from adapters.database.identifiers import identifier_row
from adapters.database.session import insert
from adapters.database.tables import AssertionUse, CaseIdentifierRow, CaseReceipt, CaseRecord, CaseRight
from adapters.resources import Resources
from domain.consents import consents_of
from domain.deadline import Clock, regimes_for
from domain.errors import AssertionRefusedError, IdempotencyMismatchError, InvalidInputError
from domain.events import CaseEvent
from domain.identity import Doubt, risk_of
from domain.incoming import Language
from domain.language import language_of
from domain.moving_in import Earlier
from domain.normal import normal_email
from domain.rights import Channel, Mandate, Relation, Right, Status

# Crockford's alphabet: no I, L, O, U, so that a reference survives being read out over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 8  # 32^8: a guess hits one of a million cases once in a million tries

AGENT = "agent"  # who added an identifier: whoever acts for the person
_receipts = cast("Table", inspect(CaseReceipt).local_table)
_records = cast("Table", inspect(CaseRecord).local_table)
_SAME = (
    sqlalchemy.select(
        _receipts.c.case_id, _receipts.c.reference, _receipts.c.clock, _receipts.c.body_hash, _records.c.case_id.label("begun")
    )
    .select_from(_receipts.outerjoin(_records, _records.c.case_id == _receipts.c.case_id))
    .where(_receipts.c.caller == bindparam("caller"), _receipts.c.idempotency_key == bindparam("key"))
)


class IncomingRequest(BaseModel):
    """What reached the controller, on any channel.

    Args:
        hints: further things the person typed, as (kind, value); they help a caseworker and are never search keys (I2).
        received_at: when it reached the controller, UTC; the clock starts here.
        caller: who handed it in, for idempotency.
        asserted: a valid identity assertion of the platform proves the e-mail address.
        assertion: its issuer and jti, used once.
        doubts: what the platform saw: a new device, a contact that was changed.
        relation: what the person is to the controller, where a caseworker said so; sealed with their name.
        agent: who asks for the person, by name; `mandate` on what ground, as they say; `agent_email` where they are reached.
        postal_address: where letters on paper go; sealed with the person's name.
        unreachable: why no way to reach the person is known, in a caseworker's words; sealed with the name.
        correction: what is wrong and what would be right, in the person's own words (Article 16); kept sealed.
        consents: purposes of which consent is withdrawn, where the person chose them (Article 7(3)).
        language: in which the person filled in our form, that of letters; without it the one of their message.
        earlier: what another system did in the case before it moved in; `earlier_words`, what was written then, by its field.
    """

    rights: list[Right]
    email: str | None = None
    name: str | None = None
    country: str | None = None
    message: str | None = None
    hints: list[tuple[str, str]] = []
    channel: Channel = Channel.API
    received_at: datetime
    caller: str
    idempotency_key: str | None = None
    body_hash: str | None = None
    asserted: bool = False
    assertion: tuple[str, str] | None = None
    doubts: list[Doubt] = []
    relation: Relation | None = None
    agent: str | None = None
    postal_address: str | None = None
    unreachable: str | None = None
    agent_email: str | None = None
    mandate: Mandate | None = None
    correction: tuple[str, str] | None = None
    consents: list[str] = []
    language: Language | None = None
    earlier: Earlier | None = None
    earlier_words: dict[str, str] = {}


class Receipt(BaseModel):
    """What the person gets back. `created` is False when the same request was handed in before."""

    case_id: UUID
    reference: str
    status: Status = Status.RECEIVED
    clock: Clock
    created: bool
    begun: bool = False  # its workflow has recorded the first event; until then whoever asks again has it started


class Intake:
    """Takes requests in.

    Args:
        resources: opened once by the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def receive(self, request: IncomingRequest, now: datetime) -> Receipt:
        """Commit a receipt and answer with it.

        Raises:
            InvalidInputError: nothing to go by. IdempotencyMismatchError: the key came with another body before.
            AssertionRefusedError: the assertion was used before.
        """
        if not request.rights:
            raise InvalidInputError("Say what you would like: name at least one right.", field="rights")
        case_id = self._resources.vault.new_case()
        sealed = self._sealed(case_id, request, now)

        def store(session: Session) -> Receipt:
            if (before := known_receipt(session, request)) is not None:
                return before
            if request.assertion:
                insert(session, [_use_of(request.assertion, now)])
            return _insert(session, *sealed)

        try:
            answer = self._resources.database.shared.carry_out(store)
        except IntegrityError:
            # Two of the same at once: the other one committed first, and its answer is ours.
            with self._resources.database.read() as session:
                before = known_receipt(session, request)
            if before is not None:
                return before
            if request.assertion:
                raise AssertionRefusedError from None
            raise
        if not answer.created:
            self._resources.vault.return_case(case_id)  # its key sealed nothing that was kept
        return answer

    def insert_sealed(self, session: Session, case_id: UUID, request: IncomingRequest, now: datetime) -> Receipt:
        """Write a receipt and what belongs to it, in a transaction of the caller's."""
        return _insert(session, *self._sealed(case_id, request, now))

    def clock(self, request: IncomingRequest, now: datetime) -> Clock:
        """The clock that a request has on its receipt, what was done before it moved in included."""
        controller = self._resources.datamap.controller
        drafts = request.earlier.drafts(request.rights, None) if request.earlier else []
        events = [
            CaseEvent(sequence=place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for place, draft in enumerate(drafts, start=1)
        ]
        regimes = regimes_for(controller.country, request.country)
        return clock_of(request.received_at, regimes, request.rights, events, as_of=now, seat=seat_of(controller))

    def _sealed(
        self, case_id: UUID, request: IncomingRequest, now: datetime
    ) -> tuple[CaseReceipt, Clock, list[CaseIdentifierRow]]:
        vault, datamap = self._resources.vault.case(case_id), self._resources.datamap
        # A microsecond apart, so that the address the person gave as their own stays the first.
        # Typed twice it is one: a second row would ask the owner of the same mailbox whether it is theirs.
        first: dict[bytes, CaseIdentifierRow] = {}
        for place, (kind, value) in enumerate(_claims(request)):
            at = now + timedelta(microseconds=place)
            row = identifier_row(self._resources.vault, case_id, kind, value, added_by="subject", now=at)
            first.setdefault(row.value_index, row)
        identifiers = [*first.values()]
        regimes = regimes_for(datamap.controller.country, request.country)
        clock = self.clock(request, now)
        subject = {"name": request.name, "email": request.email, "country": request.country}
        if request.agent_email and request.agent_email != request.email:  # no hint: nobody is found or known by it
            at = now + timedelta(microseconds=len(identifiers))
            identifiers.append(
                identifier_row(self._resources.vault, case_id, "email", request.agent_email, added_by=AGENT, now=at)
            )
        known = {"relation": request.relation, "address": request.postal_address, "unreachable": request.unreachable}
        known |= {"agent": request.agent, "mandate": request.mandate}
        subject |= {name: value for name, value in known.items() if value}
        message = request.message.encode() if request.message else None
        receipt = CaseReceipt(
            case_id=case_id,
            reference="HAB-" + "".join(secrets.choice(ALPHABET) for _ in range(_REFERENCE_LENGTH)),
            received_at=request.received_at,
            recorded_at=now,
            channel=request.channel.value,
            rights=list(dict.fromkeys(right.value for right in request.rights)),
            regimes=list(regimes),
            risk=risk_of(doubts := doubts_of(request)).value,
            doubts=[doubt.value for doubt in doubts],
            consents=consents_of(request.rights, request.consents, datamap) or None,
            subject=vault.seal("case_receipt", "subject", str(case_id), json.dumps(subject).encode()),
            language=request.language or language_of(request.message or ""),
            message=vault.seal("case_receipt", "message", str(case_id), message) if message else None,
            correction=_correction(vault, case_id, request),
            clock=clock.model_dump(mode="json"),
            legal_due=clock.legal_due,
            safe_due=clock.safe_due,
            asserted_identifier=identifiers[0].id if request.asserted and identifiers else None,
            datamap=datamap.hash,
            policy_version=datamap.controller.policy.version,
            caller=request.caller,
            idempotency_key=request.idempotency_key,
            body_hash=request.body_hash,
            earlier=request.earlier.model_dump(mode="json", exclude_none=True) if request.earlier else None,
        )
        return receipt, clock, identifiers


def _correction(vault: CaseVault, case_id: UUID, request: IncomingRequest) -> bytes | None:
    if request.correction is None or Right.RECTIFICATION not in request.rights:
        return None
    said = dict(zip(("wrong", "right"), request.correction, strict=True))
    return vault.seal("case_receipt", "correction", str(case_id), json.dumps(said).encode())


def _insert(session: Session, receipt: CaseReceipt, clock: Clock, identifiers: list[CaseIdentifierRow]) -> Receipt:
    insert(session, [receipt])
    insert(session, [CaseRight(case_id=receipt.case_id, right=right) for right in receipt.rights])
    insert(session, identifiers)
    insert(session, [queue_projection.received(receipt)])
    return Receipt(case_id=receipt.case_id, reference=receipt.reference, clock=clock, created=True)


def _claims(request: IncomingRequest) -> list[tuple[str, str]]:
    return [*([("email", request.email)] if request.email else []), *request.hints]


def doubts_of(request: IncomingRequest) -> list[Doubt]:
    """What makes it doubtful who asks, as far as the request itself shows."""
    doubts = set(request.doubts)
    # An address with letters that look like others is the mark of somebody who wants to be taken for somebody else.
    address = normal_email(request.email) if request.email else ""
    unusual = not address.isascii() or any(part.startswith("xn--") for part in address.rpartition("@")[2].split("."))
    signs = {
        Doubt.LOOK_ALIKE: unusual,
        Doubt.AGENT: request.relation is Relation.AGENT,
        Doubt.BY_STAFF: request.channel in {Channel.LETTER, Channel.PHONE, Channel.IN_PERSON},
        Doubt.NO_MAILBOX: request.email is None,
    }
    return sorted(doubts | {doubt for doubt, shows in signs.items() if shows})


def _use_of(assertion: tuple[str, str], now: datetime) -> AssertionUse:
    issuer, jti = assertion
    return AssertionUse(issuer=issuer, jti_sha256=hashlib.sha256(jti.encode()).hexdigest(), used_at=now)


def known_receipt(session: Session, request: IncomingRequest) -> Receipt | None:
    """The receipt of the same request, if it was handed in before."""
    if request.idempotency_key is None:
        return None
    sent = {"caller": request.caller, "key": request.idempotency_key}
    receipt = session.connection().execute(_SAME, sent).first()
    if receipt is None:
        return None
    if receipt.body_hash != request.body_hash:
        raise IdempotencyMismatchError
    clock = Clock.model_validate(receipt.clock)
    return Receipt(
        case_id=receipt.case_id, reference=receipt.reference, clock=clock, created=False, begun=receipt.begun is not None
    )
