"""`datapackage.json`: the portable tables of a package and the keys that join them, for others to import (Article 20).

The descriptor is the Frictionless Data Package 1.0: tables as CSV with a schema, the keys that join them, and beside each
the same rows as JSON. Next: activities/package_manifest.py
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from activities.package_data import Written
from activities.package_language import labelled, say
from domain.datamap import Collection
from domain.portability import is_portable

_TYPES: Final = {
    "integer": "integer",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}


def datapackage(written: Iterable[Written], reference: str, at: datetime) -> bytes | None:
    """The descriptor of the portable tables of a package; None where it has none.

    Args:
        written: what stands in the package.
        reference: of the request.
        at: when the package is made, UTC.
    """
    rows = [part for part in written if part.records and not part.source.by_hand]
    tables = [part for part in rows if is_portable(part.source.system, part.source.collection)]
    if not tables:
        return None
    names = {(part.source.system.name, part.source.collection.name) for part in tables}
    document = {
        "profile": "tabular-data-package",
        "name": reference.lower(),
        "title": say(
            "Data that you gave, or that came from your use, in a form that another service can take in (Article 20 GDPR)"
        ),
        "created": at.isoformat(),
        "resources": [_resource(part, names) for part in tables],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _resource(part: Written, names: set[tuple[str, str]]) -> dict[str, Any]:
    source = part.source
    return {
        "profile": "tabular-data-resource",
        "name": _name(source.system.name, source.collection.name),
        "title": labelled(source.system.title, source.collection.title),
        "path": f"{part.folder}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "x-json": f"{part.folder}.json",
        "x-json-schema": f"{part.folder}.schema.json",
        "x-rows": part.records,
        "x-files": [file.member.path for file in part.files],
        "schema": _schema(source.collection, source.found.fields, names),
    }


def _schema(collection: Collection, fields: Sequence[str], names: set[tuple[str, str]]) -> dict[str, Any]:
    described = []
    for name in fields:
        part = collection.fields.get(name)
        kind = {"type": _TYPES.get(part.type or "", "string")} if part else {}
        described.append({"name": name, **kind, **({"description": part.description} if part and part.description else {})})
    keys = [
        {"fields": each.field, "reference": {"resource": _name(*each.source[:2]), "fields": each.source[2]}}
        for each in collection.references
        if each.same_person and each.source[:2] in names and each.field in fields
    ]
    named = [name for name in collection.primary_key if name in fields]
    return {
        "fields": described,
        **({"primaryKey": named} if named else {}),
        **({"foreignKeys": keys} if keys else {}),
    }


def _name(system: str, collection: str) -> str:
    return f"{system}.{collection}"
