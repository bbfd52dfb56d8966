"""Which fields a proposed correction may name, and which of them say how the person is reached, or signs in (Article 16).

Next: domain/measure_decisions.py
"""

from collections.abc import Mapping
from typing import Any

from domain.datamap import DataMap
from domain.errors import InvalidInputError, UnknownObjectError


def check_correctable(datamap: DataMap, change: Mapping[str, Any]) -> None:
    """Refuse a correction of what no program may correct: what names a row, leads to others, or is masked.

    Raises:
        InvalidInputError: says so.
    """
    try:
        collection = datamap.collection(change["system"], change["collection"])
    except UnknownObjectError:
        raise InvalidInputError("The data map has no such collection.", field="changes") from None
    if change["old"] == change["new"]:
        raise InvalidInputError("Old and new value are the same.", field="changes")
    if change["field"] not in collection.correctable:
        raise InvalidInputError("This field cannot be corrected here.", field="changes")


def reaches(datamap: DataMap, change: Mapping[str, Any]) -> bool:
    """Whether a field says how the person is reached, signs in or is found: more is asked of whoever wants it changed."""
    return change["field"] in datamap.collection(change["system"], change["collection"]).identities
