"""The OpenAPI document: every action with its body, every refusal with its shape, the key and the scope of every call.

Made from the models and from the table of `api/authority.py`, so that it cannot promise anything else.
"""

from collections.abc import Iterator
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel

from api.authority import API, ROUTES
from api.errors import MEDIA_TYPE
from api.v1.bodies import SHAPES, Shape
from api.v1.breach_bodies import BREACH_SHAPES
from api.v1.dossier_bodies import DossierShape
from api.v1.models import Problem
from api.v1.notice_bodies import NOTICE_SHAPES

_REF = "#/components/schemas/{model}"
_REFUSALS = {
    401: "No key that holds here and now",
    403: "Scope, role, four eyes, or a decision where keys take none",
    404: "There is no such thing, or it is not yours to see",
    409: "Not possible at this stage; says what is",
    410: "The case's key was destroyed at the end of its retention",
    413: "Too large",
    422: "Malformed, or an Idempotency-Key that came with another body",
    429: "The mailbox had its codes of the day; `Retry-After` says when there is one more",
    503: "The database does not answer",
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key with the same body is the same wish and gets the same answer, also after a crash.",
}


def install(app: FastAPI) -> None:
    """Let the application describe itself in full."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    models: list[type[BaseModel]] = [Problem, *(shape.body for shape in SHAPES.values())]
    for model in models:
        schemas |= _schemas(model)
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "hk1_..."}}
    for method, path, operation in _operations(document):
        _guarded(operation, method, path)
    for action, shape in SHAPES.items():
        operation = document["paths"][f"{API}/cases/{{reference}}/actions/{action.value}"]["post"]
        operation["requestBody"] = _request_body(shape)
        operation["parameters"].append(_KEY_HEADER)
    desk = [("breaches", *each) for each in BREACH_SHAPES.items()] + [("notices", *each) for each in NOTICE_SHAPES.items()]
    for folder, desk_action, desk_shape in desk:
        schemas |= _schemas(desk_shape.body)
        operation = document["paths"][f"{API}/{folder}/{{reference}}/actions/{desk_action.value}"]["post"]
        operation["requestBody"] = _desk_body(desk_shape)
        operation["parameters"].append(_KEY_HEADER)
    return document


def _desk_body(shape: DossierShape) -> dict[str, Any]:
    files: Literal["evidence"] | None = "evidence" if shape.files else None
    return _request_body(Shape(body=shape.body, words=shape.words, files=files, example=shape.example))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith(API):
                yield method.upper(), path.removeprefix(API), operation


def _guarded(operation: dict[str, Any], method: str, path: str) -> None:
    rule = ROUTES[method, path]
    operation["security"] = [{"key": []}]
    operation["x-scope"] = rule.scope.value
    operation["x-roles"] = sorted(role.value for role in rule.roles)
    operation["x-decision"] = rule.decision
    problem = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}}
    for status, sentence in _REFUSALS.items():
        operation["responses"][str(status)] = {"description": sentence, "content": problem}


def _request_body(shape: Shape) -> dict[str, Any]:
    body = {"schema": {"$ref": _REF.format(model=shape.body.__name__)}, "example": shape.example}
    content: dict[str, Any] = {"application/json": body}
    if shape.files:
        parts = {"command": body["schema"], "files": {"type": "array", "items": {"type": "string", "format": "binary"}}}
        content["multipart/form-data"] = {"schema": {"type": "object", "properties": parts}}
    required = bool(shape.body.model_json_schema().get("required")) or shape.files == "evidence"
    return {"required": required, "content": content}


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REF)
    return {**schema.pop("$defs", {}), model.__name__: schema}
