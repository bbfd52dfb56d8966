"""Writes `docs/api.md`: `python -m api.v1.table > docs/api.md`. A test fails when the page is stale.

Everything in it is read off the models, the table of `api/authority.py`, and the rules of `domain/decisions.py`.
"""

import inspect
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

import adapters.oidc  # noqa: F401 (its refusal is one of those listed, whoever else imported it)
from api.authority import API, JSON_LIMIT, ROUTES, UPLOAD_LIMIT, Rule, Scope
from api.errors import STATUSES
from api.v1 import archives, cases, dates, disclosures, erasure, items, lists, mail, package, requests, walls
from api.v1.bodies import SHAPES
from api.v1.desk_table import DESK, DESK_CALLS, DESK_ENUMS, DESK_MODELS, MAIL_MODELS
from api.v1.models import (
    Body,
    CaseAnswer,
    CaseLines,
    EventLines,
    ReceiptAnswer,
    RequestBody,
    SearchBody,
)
from domain.authority import Action
from domain.case import CaseState, Identifier, Package, PartialAnswer, RightItem, SystemState, WorkItem
from domain.decisions import allowed_actions
from domain.errors import DomainError
from domain.events import Tag
from domain.incoming import MailKind
from domain.rights import Channel, Outcome, Right, Risk, Role, Status
from domain.triage import Standing, TriageReason
from domain.withholding import Basis, ItemChoice

_INTRODUCTION = f"""\
# The JSON API

*Made by `python -m api.v1.table > docs/api.md` from the code; a test fails when it is stale. The same, for machines, is at
`/openapi.json`.*

- Every call is under `{API}` and carries a key: `Authorization: Bearer hk1_...` (`habeas api-key create`). A key acts as its
  owner, with the role its owner has at this moment; its scopes are cut with that role. A revocation acts within five seconds.
- A refusal is `application/problem+json`: `type` is one of those below, `title` a sentence. Where it is about a case's stage it
  carries the case's `status` and the caller's `allowed_actions`; otherwise `status` is the HTTP status. Nothing sent is repeated.
- `Idempotency-Key` (1 to 255 printable ASCII characters) on `POST /requests` and on every action: the same key with the same body
  is the same wish and gets the same answer, also after a crash. With another body: 422. Each API key has a space of its own.
- Lists answer `{{"items": [...], "next": cursor or null}}`; the next page is asked for with `?cursor=`. Cases come newest first.
- Instants carry an offset, or they are refused. `legal_due` and `safe_due` are days in the zone of the law that gives them.
- A body has at most {JSON_LIMIT // 1_000_000} MB, an upload {UPLOAD_LIMIT // 1_000_000} MB.
- An action answers with the case as `GET /cases/{{reference}}` gives it. Unanswered after 15 seconds it answers 202 with
  `{{"command": id}}`, and counts as accepted only when `GET /cases/{{reference}}/commands/{{id}}` answers with the case.
- *Decision* in the tables: only where `HABEAS_API_DECISIONS` is on; in production also only by a key that names its networks and
  lives a day at most.
- The platform's own key (`habeas api-key create` without `--for`) sees the cases that came in by it, and no others.
- `no-codes-left` (429) and 503 carry `Retry-After` in seconds.
- Without a key and outside `{API}`: `GET /.well-known/habeas-keys.json` tells the public keys that sign packages, by `kid`;
  `habeas verify-package FILE --key habeas-keys.json` takes it as it is. `/healthz`, `/readyz` and `/metrics` are for monitors.
"""

_ENUMS: tuple[type[StrEnum], ...] = (
    Right,
    Status,
    Outcome,
    Channel,
    Risk,
    ItemChoice,
    Basis,
    MailKind,
    Standing,
    TriageReason,
    Scope,
    Tag,
    *DESK_ENUMS,
)
_MODELS: dict[str, type[BaseModel]] = {
    "`POST /requests`, body": RequestBody,
    "`POST /requests`, answer": ReceiptAnswer,
    "`POST /cases/search`, body": SearchBody,
    "`GET /cases`, `POST /cases/search`, answer": CaseLines,
    "`GET /cases/{reference}` and every action, answer": CaseAnswer,
    "`GET /cases/{reference}/events`, answer": EventLines,
    **items.MODELS | archives.MODELS | walls.MODELS,
    **MAIL_MODELS,
    **DESK_MODELS,
}
# Refusals that an action has beside those that all have: malformed, not now, not this role, no such case.
_ALSO: dict[Action, str] = {
    Action.REQUEST_CODE: "no-codes-left",
    Action.CONFIRM_IDENTITY_CODE: "code-refused",
    Action.APPROVE_PACKAGE: "stale-hash, four-eyes, leak-found, with-legal, question-open, sample-needed",
    Action.APPROVE_PARTIAL_ANSWER: "stale-hash, four-eyes, leak-found, with-legal, question-open, sample-needed",
    **items.ALSO,
    Action.APPROVE_ERASURE: "stale-hash, four-eyes",
    Action.SEND_PROGRESS: "four-eyes",
    Action.DECIDE_COMPLAINT: "four-eyes",
}
_KEY = UUID(int=1)
_SHA = "0" * 64


def page() -> str:
    """The whole page."""
    parts = [_INTRODUCTION, *_calls(), *_actions(), *_desk(), *_shapes(), *_enums(), *_errors()]
    return "\n".join(parts).rstrip() + "\n"


def _calls() -> Iterator[str]:
    summaries = {
        (method, route.path): (route.endpoint.__doc__ or "").strip()
        for module in (mail, requests, cases, items, archives, walls, package, erasure, lists, disclosures, dates, *DESK_CALLS)
        for route in module.router.routes
        for method in route.methods
    }
    yield "## Calls\n"
    yield from _table(
        ["call", "scope", "roles", "does"],
        [
            [f"`{method} {path}`", _scope(rule), _roles(rule.roles), summaries[method, path]]
            for (method, path), rule in ROUTES.items()
            if "/actions/" not in path
        ],
    )


def _scope(rule: Rule) -> str:
    return f"`{rule.scope.value}`" + (", decision" if rule.decision else "")


def _actions() -> Iterator[str]:
    yield "## Actions\n"
    yield "`POST /cases/{reference}/actions/{action}`, scope `cases:write`. Fields with * are needed. Words are sealed before the"
    yield "command leaves the web process. `complete_work_item` and `submit_identity_evidence` take files by multipart: a part"
    yield "`command` with the JSON, parts `files`.\n"
    states = _legal_states()
    yield from _table(
        ["action", "body", "roles", "while the case is", "also refused as"],
        [
            [
                f"`{action.value}`" + (", decision" if ROUTES[_path(action)].decision else ""),
                ", ".join(filter(None, [_fields(shape.body), "`files`" if shape.files else ""])),
                _roles(ROUTES[_path(action)].roles),
                ", ".join(states[action]),
                _ALSO.get(action, ""),
            ]
            for action, shape in sorted(SHAPES.items())
        ],
    )
    yield "`open_package` is the data subject's own, in the portal with a fresh code; no key may do it.\n"


def _desk() -> Iterator[str]:
    """Everything about breaches that is not a table of the whole API."""
    for title, words, shapes, path in DESK:
        yield f"## {title}\n"
        yield f"{words}\n"
        rules = [(action, shape, ROUTES["POST", path + action.value]) for action, shape in sorted(shapes.items())]
        rows = [
            [
                f"`{action.value}`" + (", decision" if rule.decision else ""),
                ", ".join(filter(None, [_fields(shape.body), "`files`" if shape.files else ""])),
                _roles(rule.roles),
                shape.body.__doc__ or "",
            ]
            for action, shape, rule in rules
        ]
        yield from _table(["action", "body", "roles", "means"], rows)


def _path(action: Action) -> tuple[str, str]:
    return "POST", f"/cases/{{reference}}/actions/{action.value}"


def _fields(model: type[BaseModel]) -> str:
    return _listed(model.model_json_schema(), answer=not issubclass(model, Body))


def _listed(schema: dict[str, Any], *, answer: bool) -> str:
    needed = [] if answer else schema.get("required", [])
    return ", ".join(
        f"`{name}`{'*' if name in needed else ''} {_type(field, nullable=answer)}"
        for name, field in schema.get("properties", {}).items()
    )


def _type(field: dict[str, Any], *, nullable: bool = False) -> str:
    if "anyOf" in field:
        kinds = [_type(each) for each in field["anyOf"] if nullable or each.get("type") != "null"]
        return " or ".join(kinds)
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "enum" in field:
        return " / ".join(str(each) for each in field["enum"])
    if field.get("type") == "array":
        return "list of " + _type(field["items"]) if field["items"] else "list"
    names = {"uuid": "id", "date-time": "instant", "date": "day", "string": "text"}
    kind = str(field.get("type", "object"))
    return names.get(str(field.get("format", kind)), kind)


def _legal_states() -> dict[Action, list[str]]:
    """In which statuses an action can be legal at all, found by asking the rule about cases that have everything."""
    found: dict[Action, list[str]] = {action: [] for action in Action}
    for status in Status:
        legal = {action for state in _rich_states(status) for action in allowed_actions(state)}
        for action in legal:
            found[action].append(status.value)
    everywhere = [status.value for status in Status if status is not Status.CLOSED]
    return {action: ["open"] if states == everywhere else states for action, states in found.items()}


def _rich_states(status: Status) -> Iterator[CaseState]:
    built = Package(id=_KEY, revision=0, sha256=_SHA, bytes=1, records=1, datamap=_SHA)
    parts = (None, PartialAnswer(sequence=1, text=_KEY, package=built))
    for held, identified, outcome, part in itertools.product((False, True), (0, 1), (None, *Outcome), parts):
        yield CaseState(
            case_id=_KEY,
            status=status,
            outcome=outcome if status is Status.CLOSED else None,
            identity_record=identified,
            identifiers={_KEY: Identifier(kind="email"), UUID(int=2): Identifier(kind="email", standing="proven")},
            systems={
                "failed": SystemState(state="failed"),
                "manual": SystemState(state="manual"),
                "searched": SystemState(state="searched", records=1),
            },
            partial=part,
            work_items={_KEY: WorkItem(kind="search_by_hand", system="manual")},
            rights=[RightItem(right=Right.ACCESS, status=status), RightItem(right=Right.ERASURE, status=status)],
            run=1,
            searched_keys=[UUID(int=2)],
            package=Package(id=_KEY, revision=0, sha256=_SHA, bytes=1, records=1, datamap=_SHA, published=True),
            delivered_at=datetime(2026, 1, 1, tzinfo=UTC),
            held=held,
        )


def _shapes() -> Iterator[str]:
    yield "## Bodies and answers\n"
    yield "Fields with * are needed in a body; an answer has all of its fields. Names with a capital letter are below.\n"
    rows = [[name, _fields(model)] for name, model in _MODELS.items()]
    top = {model.__name__ for model in _MODELS.values()}
    parts: dict[str, str] = {}
    for model in _MODELS.values():
        for name, part in model.model_json_schema().get("$defs", {}).items():
            if "properties" in part and name not in top:
                parts[name] = _listed(part, answer=not name.endswith("Body"))
    yield from _table(["what", "fields"], rows + [[name, fields] for name, fields in sorted(parts.items())])


def _enums() -> Iterator[str]:
    yield "## Values\n"
    rows = [[kind.__name__, ", ".join(f"`{value}`" for value in kind)] for kind in _ENUMS]
    yield from _table(["name", "values"], rows)


def _errors() -> Iterator[str]:
    kinds = {error.kind: error for error in DomainError.__subclasses__()}
    yield "## Refusals\n"
    yield from _table(
        ["`type`", "HTTP", "when"],
        [
            [f"`/problems/{kind}`", str(status), _first(inspect.getdoc(kinds[kind]) or "")]
            for kind, status in sorted(STATUSES.items(), key=lambda entry: (entry[1], entry[0]))
            if kind in kinds and kind != "unanswered"
        ],
    )
    yield "`/problems/unavailable` (503): the database does not answer; `Retry-After` says when to try again."
    yield "`/problems/internal` (500): an unexpected failure. It was logged; the answer says no more.\n"


def _first(text: str) -> str:
    # Without the pointers into specifications, which a client does not have.
    return re.sub(r" \((`security\.md`|design principle)[^)]*\)", "", re.sub(r"\s+", " ", text.partition("\n\n")[0]))


def _roles(roles: Iterable[StrEnum]) -> str:
    order = list(Role)
    return ", ".join(
        role.value for role in sorted(roles, key=lambda role: order.index(Role(role))) if role is not Role.DATA_SUBJECT
    )


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
