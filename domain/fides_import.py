"""Turns a Fides dataset file into a draft of our categories and systems, for teams that have described their data there.

What a data map needs and a dataset does not say (purpose, lawful basis, retention, erasure, whether a reference leads to
the same person) is left out on purpose: `habeas datamap check` then asks for each of them by line, and a person answers.

Next: docs/datamap.md
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.datamap_text import read
from domain.errors import DataMapError

_KINDS = {"email": "email", "phone_number": "phone"}  # their identity types -> ours; others keep their name
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_TARGET_PARTS = 2  # `collection.field`; more means a field inside a document, which a table does not have

Tree = dict[str, Any]


@dataclass
class Draft:
    """A draft of parts of a data map.

    Args:
        text: YAML with the sections `categories` and `systems`.
        notes: what was left out or has to be looked at, one sentence each.
    """

    text: str = ""
    notes: list[str] = field(default_factory=list)


def import_fides(text: str) -> Draft:
    """The draft for a file with `dataset:` as Fides writes it.

    Raises:
        DataMapError: it is not YAML, uses aliases or tags, or has no `dataset` list. Facts: line.
    """
    import yaml  # noqa: PLC0415 - see domain/datamap_text.py

    document = read(text)
    if errors := [finding for finding in document.findings if finding.severity == "error"]:
        raise DataMapError(f"Line {errors[0].line}: {errors[0].sentence}", line=errors[0].line)
    datasets = document.data.get("dataset") if isinstance(document.data, dict) else None
    if not isinstance(datasets, list) or not datasets:
        raise DataMapError("This is no Fides dataset: there is no list `dataset`.", line=1)
    draft = Draft()
    categories: dict[str, str] = {}
    systems = [_system(dataset, categories, draft) for dataset in _trees(datasets)]
    _turn_references(systems, draft)
    parts = {
        "categories": [{"id": name, "title": title} for name, title in categories.items()],
        "systems": systems,
    }
    draft.text = yaml.safe_dump(parts, sort_keys=False, allow_unicode=True, width=120)
    return draft


def _system(dataset: Tree, categories: dict[str, str], draft: Draft) -> Tree:
    key = str(dataset.get("fides_key", "system"))
    return {
        "name": _name(key),
        "title": str(dataset.get("name", key)),
        "kind": "sql",
        "connection": {"read": f"${{{_name(key).upper()}_URL}}"},
        "collections": [_collection(each, _name(key), categories, draft) for each in _trees(dataset.get("collections"))],
    }


def _collection(collection: Tree, system: str, categories: dict[str, str], draft: Draft) -> Tree:
    table = str(collection.get("name", ""))
    made: Tree = {"name": _name(table), "title": str(collection.get("description", table)), "table": table}
    made |= {"primary_key": [], "fields": {}, "identities": {}, "references": []}
    for each in _trees(collection.get("fields")):
        column = str(each.get("name", ""))
        place = f"{system}.{made['name']}.{column}"
        if not _COLUMN.match(column) or each.get("fields"):
            draft.notes.append(f"{place}: left out; a field is a plain column.")
            continue
        named = [str(name) for name in each.get("data_categories") or ["uncategorised"]]
        categories.setdefault(_name(named[0]), named[0])
        made["fields"][column] = {"category": _name(named[0])}
        if named[1:]:
            draft.notes.append(f"{place}: a field has one category here; left out: {', '.join(named[1:])}.")
        _meta(each, column, place, made, draft)
    return {key: value for key, value in made.items() if value}


def _meta(each: Tree, column: str, place: str, made: Tree, draft: Draft) -> None:
    meta = each.get("fides_meta") or each.get("fidesops_meta") or {}
    if meta.get("primary_key"):
        made["primary_key"].append(column)
    if kind := meta.get("identity"):
        made["identities"][column] = _KINDS.get(str(kind), _name(str(kind)))
    if "masking_strategy_override" in meta:
        draft.notes.append(f"{place}: erased by a strategy of its own there; say so in `erasure`.")
    for reference in _trees(meta.get("references")):
        target = str(reference.get("field", "")).split(".")
        if len(target) != _TARGET_PARTS:
            draft.notes.append(f"{place}: a reference into a document is left out.")
            continue
        to = f"{_name(str(reference.get('dataset', '')))}.{_name(target[0])}.{target[1]}"
        # `from`: rows here are found by values there, which is our direction; `to` is turned round below
        made["references"].append({"field": column, "to": to, "direction": reference.get("direction", "from")})


def _turn_references(systems: list[Tree], draft: Draft) -> None:
    """Put every reference at the collection whose rows it finds."""
    known = {f"{system['name']}.{each['name']}": each for system in systems for each in system["collections"]}
    turned: list[tuple[str, Tree]] = []
    for place, collection in known.items():
        for reference in list(collection.get("references", [])):
            if reference.pop("direction") == "to":
                collection["references"].remove(reference)
                target, _, column = reference["to"].rpartition(".")
                turned.append((target, {"field": column, "to": f"{place}.{reference['field']}"}))
    for target, reference in turned:
        if target in known:
            known[target].setdefault("references", []).append(reference)
        else:
            draft.notes.append(f"{reference['to']}: leads to `{target}`, which is not in this file.")
    for collection in known.values():
        if not collection.get("references", True):
            del collection["references"]


def _trees(value: object) -> Iterator[Tree]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _name(text: str) -> str:
    """A short name as our format has it: lower-case letters, digits and `_`, a letter first, 40 at most."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return (plain if plain[:1].isalpha() else f"x_{plain}")[:40]
