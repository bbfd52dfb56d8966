"""`POST /api/v1/requests`: receives a request for the data subject, whatever the engine does meanwhile (Article 12).

Answered after the commit alone; the workflow is started in the background. Next: adapters/database/intake.py
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import StringConstraints
from sqlmodel import col, func, select
from starlette.concurrency import run_in_threadpool

from adapters.assertions import Assertion, verify_assertion
from adapters.database.intake import IncomingRequest, Intake, Receipt
from adapters.database.tables import AssertionUse, CaseIdentifierRow, CaseReceipt
from adapters.rates import MAILBOX
from adapters.resources import Resources
from api.dependencies import TheCaller, TheWeb, Web
from api.errors import MAILBOX_FULL, RateLimitedError
from api.guard import GuardedRoute
from api.idempotency import HEADER, keyed_hash, sent_key
from api.security import Caller
from api.v1.models import ReceiptAnswer, RequestBody
from domain.errors import AssertionRefusedError, InvalidInputError
from domain.normal import normal_email
from domain.rights import Relation, Right, Role

router = APIRouter(tags=["requests"], route_class=GuardedRoute)

_GDPR_APPLIES = datetime(2018, 5, 25, tzinfo=UTC)  # Article 99(2): nothing older is a request under it
_SIGNED_IN_WITHIN = timedelta(minutes=15)  # factor F2 (`security.md` section 3)
# A stolen signing key proves at most so many mailboxes a day; beyond it a code is asked for as well (I7).
ASSERTIONS_A_DAY = 1_000
_DAY = timedelta(days=1)


@router.post("/requests", status_code=201)
async def receive_request(
    body: RequestBody,
    request: Request,
    who: TheCaller,
    web: TheWeb,
    _key: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=255)] | None,
        Header(alias=HEADER, description="The same key with the same body is the same request and gets the same answer."),
    ] = None,
) -> ReceiptAnswer:
    """Open a case: the request is received when this answers, whatever the engine does meanwhile."""
    receipt = await run_in_threadpool(_received, web, who, body, sent_key(request))
    if not receipt.begun:
        web.cases.start_soon(receipt.case_id)
    return ReceiptAnswer(
        case_id=receipt.case_id,
        reference=receipt.reference,
        status=receipt.status,
        legal_due=receipt.clock.legal_due,
        safe_due=receipt.clock.safe_due,
    )


def _received(web: Web, who: Caller, body: RequestBody, key: str | None) -> Receipt:
    now, vault = web.now(), web.resources.vault
    received_at = body.received_at or now
    if not _GDPR_APPLIES <= received_at <= now:
        raise InvalidInputError("A request was received in the past, and after 25 May 2018.", field="received_at")
    if body.correction is not None and Right.RECTIFICATION not in body.rights:
        raise InvalidInputError(
            "A correction belongs to the right of rectification. Name it among the rights.", field="correction"
        )
    incoming = IncomingRequest(
        rights=body.rights,
        email=body.subject.email,
        name=body.subject.name,
        country=body.subject.country,
        message=body.message,
        consents=body.consents,
        correction=body.correction and (body.correction.wrong, body.correction.right),
        hints=[(hint.kind, hint.value) for hint in body.hints],
        channel=body.channel,
        relation=Relation.AGENT if body.agent else None,
        agent=body.agent and body.agent.name,
        agent_email=body.agent and body.agent.email,
        mandate=body.agent and body.agent.mandate,
        received_at=received_at.astimezone(UTC),
        caller=who.person,
        idempotency_key=key and keyed_hash(vault, "requests", who.key_id, key),
        # Whoever tries again may have to have a fresh assertion signed: it is proof, not content.
        body_hash=key and keyed_hash(vault, "body", "requests", body.model_dump_json(exclude={"identity_assertion"})),
    )
    if body.identity_assertion is not None and not _answered_before(web.resources, incoming):
        assertion = _assertion(web, body, body.identity_assertion, now)
        proves = _used_within_a_day(web.resources, assertion.issuer, now) < ASSERTIONS_A_DAY
        used = {"asserted": proves, "assertion": (assertion.issuer, assertion.jti), "doubts": list(assertion.doubts)}
        incoming = incoming.model_copy(update=used)
    if who.role is Role.PLATFORM and not incoming.asserted:
        _refuse_flood(web.resources, incoming, now)
    return Intake(web.resources).receive(incoming, now)


def _refuse_flood(resources: Resources, incoming: IncomingRequest, now: datetime) -> None:
    """Refuse to name a mailbox again and again that nobody has shown to be theirs: each time it is sent letters.

    Counted in what is there, on every channel, so that intake writes nothing more than its receipt.

    Raises:
        RateLimitedError: it was named ten times today.
    """
    if incoming.email is None or _answered_before(resources, incoming):
        return
    index = resources.vault.index_email(incoming.email)
    named = (col(CaseIdentifierRow.value_index) == index, col(CaseIdentifierRow.added_at) > now - MAILBOX.within)
    with resources.database.read() as session:
        if session.exec(select(func.count()).select_from(CaseIdentifierRow).where(*named)).one() >= MAILBOX.most:
            raise RateLimitedError(MAILBOX_FULL)


def _answered_before(resources: Resources, incoming: IncomingRequest) -> bool:
    """Whether this is a repetition: its assertion was used then, and may have expired since."""
    if incoming.idempotency_key is None:
        return False
    same = (CaseReceipt.caller == incoming.caller, CaseReceipt.idempotency_key == incoming.idempotency_key)
    with resources.database.read() as session:
        return session.exec(select(CaseReceipt.case_id).where(*same)).first() is not None


def _assertion(web: Web, body: RequestBody, token: str, now: datetime) -> Assertion:
    stated = verify_assertion(token, web.issuers, web.resources.settings.public_url, now)
    asked = normal_email(body.subject.email)
    try:
        agrees = normal_email(stated.email) == asked
    except InvalidInputError:
        agrees = False
    # Body and assertion agree (I7), or the assertion vouches for something else.
    if not agrees or not {right.value for right in body.rights} <= set(stated.rights):
        raise AssertionRefusedError(reason="body")
    if now - stated.auth_time > _SIGNED_IN_WITHIN:
        raise AssertionRefusedError(reason="auth_time")
    return stated


def _used_within_a_day(resources: Resources, issuer: str, now: datetime) -> int:
    recent = (col(AssertionUse.issuer) == issuer, col(AssertionUse.used_at) > now - _DAY)
    with resources.database.read() as session:
        return session.exec(select(func.count()).select_from(AssertionUse).where(*recent)).one()
