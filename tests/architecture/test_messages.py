"""What travels through the engine has no room for free text, so no personal data can travel by mistake (principle 3)."""

import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter

from domain import (
    archive_messages,
    breach_commands,
    breach_messages,
    call_messages,
    commands,
    erasure_messages,
    messages,
    notice_commands,
    notice_messages,
    owners,
    sweep_messages,
)
from domain.rights import Right
from domain.texts import Sha256

FORMATS = {"uuid", "date", "date-time", "duration", "time"}
# A pattern that lets one of these through is no protection.
PERSONAL = ("Mia Wald", "mia.wald@imaginella.example", "Please send me everything you hold.", "Grüße", "a\nb")
# Sentences of the law, chosen by the code from fixed ones; nobody types them.
FIXED_TEXT = {"SumLine.step", "SumLine.source", "BreachLine.step", "BreachLine.source"}
# UUIDs; pydantic's schema says so of values only, not of keys.
FIXED_TEXT |= {"CaseState.identifiers key", "CaseState.work_items key"}
FIXED_TEXT |= {f"BreachState.{name} key" for name in ("tasks", "timeline", "evidence", "others", "reports")}

MODELS = [
    model
    for module in (
        messages,
        archive_messages,
        call_messages,
        erasure_messages,
        commands,
        breach_messages,
        breach_commands,
        notice_messages,
        owners,
        sweep_messages,
        notice_commands,
    )
    for _, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, BaseModel) and model.__module__ == module.__name__
]


def free_text(schema: Mapping[str, Any], where: str, root: Mapping[str, Any]) -> Iterator[str]:
    """Yield every place of a JSON schema at which somebody's words would be accepted."""
    definitions = root.get("$defs", {})
    for name, inner in definitions.items() if schema is root else ():
        yield from free_text(inner, name, root)
    if "$ref" in schema or "enum" in schema or "const" in schema:
        return
    for branch in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(branch, ()):
            yield from free_text(inner, where, root)
    for name, inner in schema.get("properties", {}).items():
        yield from free_text(inner, f"{where}.{name}", root)
    yield from _parts(schema, where, root)


def _parts(schema: Mapping[str, Any], where: str, root: Mapping[str, Any]) -> Iterator[str]:
    kind = schema.get("type")
    if kind == "string" and not _is_narrow(schema):
        yield where
    elif kind == "array":
        for inner in (*schema.get("prefixItems", ()), *([schema["items"]] if isinstance(schema.get("items"), dict) else ())):
            yield from free_text(inner, f"{where}[]", root)
        if "items" not in schema and "prefixItems" not in schema:
            yield f"{where}[]"
    elif kind == "object" and "properties" not in schema:
        yield from _keyed(schema, where, root)
    elif kind is None and not {"anyOf", "oneOf", "allOf"} & set(schema):
        yield where  # anything at all


def _keyed(schema: Mapping[str, Any], where: str, root: Mapping[str, Any]) -> Iterator[str]:
    """A dictionary: its keys travel as well as its values."""
    patterns = schema.get("patternProperties")
    values = list(patterns.values()) if patterns else [schema.get("additionalProperties", True)]
    keys = [{"pattern": pattern} for pattern in patterns] if patterns else [schema.get("propertyNames", {})]
    for key in keys:
        yield from free_text({"type": "string", **key}, f"{where} key", root)
    for value in values:
        yield from [f"{where} value"] if value is True else free_text(value, f"{where} value", root)


def _is_narrow(schema: Mapping[str, Any]) -> bool:
    if schema.get("format") in FORMATS:
        return True
    pattern = schema.get("pattern")
    return pattern is not None and not any(re.search(pattern, text) for text in PERSONAL)


def test_a_message_has_no_field_for_free_text() -> None:
    schemas = {model.__name__: model.model_json_schema() for model in MODELS}
    found = {field for name, schema in schemas.items() for field in free_text(schema, name, schema)}
    assert sorted(found - FIXED_TEXT) == []


def test_a_message_refuses_what_it_does_not_know() -> None:
    assert [model.__name__ for model in MODELS if model.model_config.get("extra") != "forbid"] == []


@pytest.mark.parametrize(
    "annotation", [UUID, date | None, list[int], dict[UUID, Sha256], Literal["a"], tuple[bool, Right]], ids=str
)
def test_each_of_these_is_allowed(annotation: Any) -> None:  # noqa: ANN401 (any type at all)
    schema = TypeAdapter(annotation).json_schema()
    assert list(free_text(schema, "field", schema)) == []


@pytest.mark.parametrize(
    "annotation", [str, str | None, list[str], dict[str, int], dict[str, Any], Any, list[Any], tuple[int, str]], ids=str
)
def test_each_of_these_is_found(annotation: Any) -> None:  # noqa: ANN401 (any type at all)
    schema = TypeAdapter(annotation).json_schema()
    assert list(free_text(schema, "field", schema))
