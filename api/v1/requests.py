"""`POST /api/v1/requests`: receives a request for the data subject, whatever the engine does meanwhile (Article 12).

The Idempotency-Key may hold anything, so only its hash is kept; the hash of the body is keyed, since an address could be
guessed back from a bare one. Next: adapters/database/intake.py
"""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header
from pydantic import StringConstraints

from adapters.assertions import Assertion, verify_assertion
from adapters.database.intake import IncomingRequest, Intake
from api.dependencies import TheCaller, TheWeb, Web
from api.guard import GuardedRoute
from api.security import Caller
from api.v1.models import ReceiptAnswer, RequestBody
from domain.errors import AssertionRefusedError, InvalidInputError
from domain.normal import normal_email

router = APIRouter(tags=["requests"], route_class=GuardedRoute)

IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=255)] | None,
    Header(description="The same key with the same body gives the same answer."),
]
_GDPR_APPLIES = datetime(2018, 5, 25, tzinfo=UTC)  # Article 99(2): nothing older is a request under it


@router.post("/requests", status_code=201)
async def receive_request(
    body: RequestBody, who: TheCaller, web: TheWeb, idempotency_key: IdempotencyKey = None
) -> ReceiptAnswer:
    """Open a case: the request is received when this answers."""
    now = web.now()
    incoming = await to_thread.run_sync(_incoming, web, who, body, idempotency_key, now)
    receipt = await to_thread.run_sync(Intake(web.resources).receive, incoming, now)
    if receipt.created:
        web.cases.start_soon(receipt.case_id)
    clock = receipt.clock
    return ReceiptAnswer(
        case_id=receipt.case_id,
        reference=receipt.reference,
        status=receipt.status,
        legal_due=clock.legal_due,
        safe_due=clock.safe_due,
    )


def _incoming(web: Web, who: Caller, body: RequestBody, key: str | None, now: datetime) -> IncomingRequest:
    received_at = body.received_at or now
    if not _GDPR_APPLIES <= received_at <= now:
        raise InvalidInputError("A request was received in the past, and after 25 May 2018.", field="received_at")
    assertion = _assertion(web, body, now)
    return IncomingRequest(
        rights=body.rights,
        email=body.subject.email,
        name=body.subject.name,
        country=body.subject.country,
        message=body.message,
        channel=body.channel,
        received_at=received_at.astimezone(UTC),
        caller=who.person,
        idempotency_key=key and hashed_key(who, "requests", key),
        body_hash=key and web.resources.vault.code_mac("body", body.model_dump_json()).hex(),
        asserted=assertion is not None,
        assertion=(assertion.issuer, assertion.jti) if assertion else None,
    )


def _assertion(web: Web, body: RequestBody, now: datetime) -> Assertion | None:
    if body.identity_assertion is None:
        return None
    stated = verify_assertion(body.identity_assertion, web.issuers, web.resources.settings.public_url, now)
    try:
        same = normal_email(stated.email) == normal_email(body.subject.email)
    except InvalidInputError:
        same = False
    # Body and assertion agree (I7), or the assertion vouches for something else.
    if not same or not {right.value for right in body.rights} <= set(stated.rights):
        raise AssertionRefusedError
    return stated


def hashed_key(who: Caller, route: str, key: str) -> str:
    """An Idempotency-Key as it is kept: of this caller and this route alone."""
    return hashlib.sha256(f"{who.key_id}\n{route}\n{key}".encode()).hexdigest()
