"""Refusals as `application/problem+json` (RFC 9457), translated once for every router.

`type` is `/problems/<kind of the DomainError>`; its facts become members beside it (`field`, `allowed_actions`, ...).
Where a refusal is about a case's stage, the member `status` is the case's status, as the API promises; otherwise it is the
HTTP status. Nothing that was sent is repeated, and an unexpected failure says nothing but that it happened.

Next: api/security.py
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import DomainError, InvalidInputError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5  # a database that restarts is usually back by then


class UnauthenticatedError(DomainError):
    """No key, or one that is unknown, expired, revoked, or used from elsewhere: the answer never says which."""

    kind: ClassVar[str] = "unauthenticated"
    sentence: ClassVar[str] = "Send a valid API key as `Authorization: Bearer hk1_...`."


class RateLimitedError(DomainError):
    """A question that was asked too often with one key."""

    kind = "rate-limited"
    sentence = "This was asked too often with this key. Ask again in an hour."


MAILBOX_FULL = "This mailbox was named too often today, so it is sent no more mails. Try again tomorrow."


class TooLargeError(DomainError):
    """The body is larger than this route reads. Facts: limit (bytes)."""

    kind: ClassVar[str] = "too-large"
    sentence: ClassVar[str] = "This is larger than what is accepted here."


# Kinds that are not here are Habeas's own trouble (500): the caller cannot do anything about them.
STATUSES: dict[str, int] = {
    "invalid-input": 422,
    "idempotency-mismatch": 422,
    "unauthenticated": 401,
    "assertion-refused": 401,
    "not-permitted": 403,
    "four-eyes": 403,
    "leak-found": 409,
    "with-legal": 409,
    "sample-needed": 409,
    "question-open": 409,
    "sign-on-failed": 422,
    "release-held": 409,
    "not-found": 404,
    "not-allowed-now": 409,
    "stale-hash": 409,
    "code-refused": 409,
    "key-missing": 410,
    "too-large": 413,
    "no-codes-left": 429,
    "rate-limited": 429,
    "unanswered": 503,
}

# Whoever forges one is not told which check it failed.
_FOR_THE_LOG = frozenset({"assertion-refused"})
_log = structlog.get_logger()
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}|[0-9]{1,9}")
# Pydantic's sentences that name what would do. Others may quote a piece of what was sent; of those only the code is told.
_QUOTES_NOTHING = frozenset(
    {
        "missing", "enum", "literal_error", "extra_forbidden", "string_type", "string_too_short", "string_too_long",
        "string_pattern_mismatch", "list_type", "too_short", "too_long", "timezone_aware", "greater_than_equal",
        "less_than_equal", "model_attributes_type", "value_error", "uuid_type", "int_type",
    },
)  # fmt: skip


def problem(kind: str, title: str, status: int, members: dict[str, Any] | None = None) -> JSONResponse:
    """One refusal.

    Args:
        kind: last part of `type`.
        title: a sentence a person can act on.
        status: of HTTP.
        members: further members; one named `status` is the case's and takes the place of the HTTP status.
    """
    headers = {}
    if status == HTTPStatus.TOO_MANY_REQUESTS and members:
        headers["Retry-After"] = str(members["retry_after"])
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    content = {"type": f"/problems/{kind}", "title": title, "status": status} | (members or {})
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def refusal(error: DomainError) -> JSONResponse:
    """A DomainError as the outside sees it."""
    status = STATUSES.get(error.kind)
    if status is None:
        _log.error("request failed", exc_info=error)
        return internal()
    if error.kind in _FOR_THE_LOG:
        _log.warning("refused", kind=error.kind, **error.facts)
        return problem(error.kind, error.message, status)
    return problem(error.kind, error.message, status, dict(error.facts))


def internal() -> JSONResponse:
    """An unexpected failure, about which the outside learns nothing."""
    return problem("internal", "Something went wrong here. It was logged; please try again.", 500)


def malformed(failures: Sequence[Any]) -> JSONResponse:
    """What pydantic refused: the names of the fields and the reasons, never the values."""
    errors = [{"field": _field(failure), "reason": _reason(failure)} for failure in failures]
    members = {"field": errors[0]["field"] if errors else "body", "errors": errors}
    return problem(InvalidInputError.kind, InvalidInputError.sentence, 422, members)


def _field(failure: Any) -> str:  # noqa: ANN401 (pydantic's error dictionaries)
    steps = [str(step) for step in failure["loc"] if step not in {"body", "query", "path", "header"}]
    # A name that the caller made up may be anything, also somebody's address: it is not repeated.
    return ".".join(step if _PLAIN_NAME.fullmatch(step) else "?" for step in steps) or "body"


def _reason(failure: Any) -> str:  # noqa: ANN401
    return str(failure["msg"] if failure["type"] in _QUOTES_NOTHING else failure["type"])


def install(app: FastAPI) -> None:
    """Hang the error map into the application."""

    @app.exception_handler(DomainError)
    async def _refused(_request: Request, error: DomainError) -> JSONResponse:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        return malformed(error.errors())

    @app.exception_handler(HTTPException)
    async def _routing(_request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that is no text: one of many ways to be malformed
            return malformed([])
        kinds = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
        answer = problem(
            kinds.get(error.status_code, "invalid-input"), HTTPStatus(error.status_code).phrase + ".", error.status_code
        )
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
        # Nobody is there to read it. Unhandled, every broken upload would be a failure of ours, with a trace in the log.
        return Response(status_code=HTTPStatus.BAD_REQUEST)

    async def _away(_request: Request, _error: Exception) -> JSONResponse:
        return problem(
            "unavailable", "The database does not answer. Try again, with the same Idempotency-Key if you sent one.", 503
        )

    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _away)

    # Starlette answers, then raises it again for the server's log, which is redacted (adapters/logs.py).
    app.add_exception_handler(Exception, _unexpected)


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return internal()
