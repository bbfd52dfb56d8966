"""Search keys in a database's own terms: the right type to bind, and every spelling under which one identifier may be stored.

A condition made here may match more than was asked for, never less; what is too much is sorted out by whoever asked.

Next: activities/systems/sql.py
"""

import contextlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT

from activities.systems.base import Lookup
from domain.errors import InvalidInputError
from domain.normal import normal_email, normal_phone

_INT64 = range(-(2**63), 2**63)  # a key beyond it is in no integer column, and binding it would fail the whole search
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?[0-9]{1,38}(\.[0-9]{1,38})?")  # 38: the most that every database holds
_PHONE_PUNCTUATION = " -./()"  # as in `domain/normal.py`
_NO_PUNCTUATION = str.maketrans("", "", _PHONE_PUNCTUATION)
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

Type = sa.types.TypeEngine[Any]
Text = sa.ColumnElement[Any]


def condition(column: sa.ColumnClause[Any], kind: Type, identifier: str | None, *, arrays: bool) -> sa.ColumnElement[bool]:
    """Which rows hold one of the keys bound as `keys`.

    Args:
        column: where to look.
        kind: its type, as the database says.
        identifier: the kind of identifier that the keys are; None for values of rows.
        arrays: the database takes one array for all keys.
    """
    operand: Text = column
    if _is_spelled(kind, identifier):
        operand, kind = _FOLDED[str(identifier)](column) if not isinstance(kind, CITEXT) else column, sa.String()
    return one_of(operand, kind, "keys", arrays=arrays)


def one_of(operand: Text, kind: Type, name: str, *, arrays: bool) -> sa.ColumnElement[bool]:
    """Whether an operand of some type is one of the values that are bound under a name."""
    whole = python_type(kind) is int
    bound: Type = sa.BigInteger() if whole else sa.String() if isinstance(kind, sa.types.NullType) else kind
    if arrays:
        return operand == sa.any_(sa.bindparam(name, type_=_WholeNumbers() if whole else ARRAY(bound)))
    return operand.in_(sa.bindparam(name, type_=bound, expanding=True))


class _WholeNumbers(sa.types.UserDefinedType[list[int]]):
    """An array of whole numbers, written as one text: a driver that looks at each of them takes a tenth of the statement."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_: object) -> str:
        return "BIGINT[]"

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[list[int] | None], str]:  # noqa: ARG002 (of SQLAlchemy)
        return lambda keys: "{" + ",".join(map(str, keys or ())) + "}"


def bindable(lookup: Lookup, kind: Type) -> list[Any]:
    """The keys as values to bind; none when no key can be in a column of this type."""
    if _is_spelled(kind, lookup.kind):
        return sorted({form for key in lookup.keys for form in _SPELLINGS[str(lookup.kind)](key)})
    return every_value(lookup.keys, kind)


def every_value(keys: Sequence[str], kind: Type) -> list[Any]:
    """All keys as values that the column can hold; most columns that are looked up hold whole numbers."""
    if python_type(kind) is int:
        return [number for key in keys if _WHOLE.fullmatch(key) and (number := int(key)) in _INT64]
    return [value for key in keys for value in values(key, kind)]


def python_type(kind: Type) -> type | None:
    """The Python type of a column's values, None when the database does not say."""
    try:
        return kind.python_type
    except NotImplementedError:
        return None


def _is_spelled(kind: Type, identifier: str | None) -> bool:
    return identifier in _SPELLINGS and python_type(kind) in {str, None}


def _lower(text: Text) -> Text:
    return sa.func.lower(text)


def _digits(text: Text) -> Text:
    for mark in _PHONE_PUNCTUATION:
        text = sa.func.replace(text, mark, "")
    return text


def _email_spellings(address: str) -> set[str]:
    """Lower-cased as databases do it: as typed, as normalised, with the domain in letters, composed and decomposed."""
    forms = {address}
    with contextlib.suppress(InvalidInputError):
        normal = normal_email(address)
        local, _, domain = normal.rpartition("@")
        forms |= {normal, f"{local}@{_unicode_domain(domain)}"}
    forms |= {unicodedata.normalize(form, text) for text in forms for form in ("NFC", "NFD")}
    # Some fold ASCII letters only, others all letters.
    return {folded for text in forms for folded in (text.lower(), text.translate(_ASCII_LOWER))}


def _unicode_domain(domain: str) -> str:
    import idna  # noqa: PLC0415 (its tables take memory; most addresses are plain)

    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _phone_spellings(number: str) -> set[str]:
    """Without punctuation, with + or 00 or neither; a national form would find other people's numbers in other countries."""
    forms = {number.translate(_NO_PUNCTUATION)}
    with contextlib.suppress(InvalidInputError):
        normal = normal_phone(number)
        forms |= {normal, "00" + normal[1:], normal[1:]}
    return forms


def values(text: str, kind: Type) -> Sequence[Any]:
    """One key as values that the column can hold."""
    target = python_type(kind)
    if target is int:
        return [int(text)] if _WHOLE.fullmatch(text) and int(text) in _INT64 else []
    if target in {Decimal, float}:
        return [Decimal(text)] if _DECIMAL.fullmatch(text) else []
    if target is UUID:
        with contextlib.suppress(ValueError):
            return [UUID(text)]
        return []
    return [text]


_SPELLINGS: dict[str, Callable[[str], set[str]]] = {"email": _email_spellings, "phone": _phone_spellings}
_FOLDED: dict[str, Callable[[Text], Text]] = {"email": _lower, "phone": _digits}
