"""The reference of the data map's keys, made from the models themselves so that it cannot rot: part of `docs/datamap.md`."""

from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from domain.datamap import DataMap
from domain.datamap_parts import Part


def reference() -> str:
    """Markdown: one table for each part of a data map, in the order in which they contain each other."""
    parts: dict[str, type[Part]] = {}
    _collect("the whole file", DataMap, parts)
    return "\n".join(_table(title, part) for title, part in parts.items())


def _collect(title: str, part: type[Part], parts: dict[str, type[Part]]) -> None:
    if part in parts.values():
        return
    parts[title] = part
    for key, field in part.model_fields.items():
        for inner in _parts_in(field.annotation):
            _collect(f"`{key}`", inner, parts)


def _table(title: str, part: type[Part]) -> str:
    said = " ".join((part.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    lines = [f"#### {title}", "", said, "", "| key | | meaning |", "|---|---|---|"]
    for key, field in part.model_fields.items():
        needed = "needed" if field.is_required() else ""
        choices = ", ".join(f"`{choice}`" for choice in _choices(field.annotation))
        meaning = ": ".join(filter(None, [field.description, choices]))
        lines.append(f"| `{key}` | {needed} | {meaning} |")
    return "\n".join([*lines, ""])


def _parts_in(annotation: Any) -> list[type[Part]]:  # noqa: ANN401 (an annotation may be anything)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for inner in get_args(annotation) for part in _parts_in(inner)]


def _choices(annotation: Any) -> list[str]:  # noqa: ANN401 (an annotation may be anything)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if get_origin(annotation) in {Union, UnionType, tuple}:
        return [choice for inner in get_args(annotation) for choice in _choices(inner)]
    return []
