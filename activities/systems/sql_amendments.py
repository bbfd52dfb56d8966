"""Corrections, marks and restrictions in a relational database: one statement for each field, set-based, by primary keys.

Serves Articles 7(3), 16 and 18, with the account that may change rows. A row is changed only while it still holds what led to
it and, where the type allows the comparison, the value that was looked at.

Next: activities/measure_run.py
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from activities.systems.base import Amendment
from activities.systems.sql_changes import Asked
from activities.systems.sql_keys import Type, python_type, values

_YES, _NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n"}
_COMPARED = (str, int, bool)  # others are written in too many ways; the rows were compared when they were looked at


def amending(
    amendment: Amendment,
    table: sa.TableClause,
    types: dict[str, Type],
    primary_key: Sequence[str],
    column: Callable[[str], sa.ColumnClause[Any]],
    *,
    arrays: bool,
) -> tuple[sa.Update, dict[str, Any]]:
    """The statement of an amendment, with what it binds.

    Raises:
        ValueError: the field cannot hold the value.
    """
    asked, kind, field = Asked(types, column, arrays=arrays), types[amendment.field], column(amendment.field)
    where = [
        asked.is_one_of(primary_key, amendment.rows),
        sa.or_(*(asked.is_one_of([way], amendment.rows) for way in amendment.ways)),
    ]
    value = sa.bindparam("habeas_new", type_=kind)
    new, flag = typed(amendment.new, kind), python_type(kind) is bool
    if amendment.whatever:
        where.append(field.is_distinct_from(value) if new is not None else field.is_not(None))
    elif amendment.old is None:
        where.append(field.is_not(True) if flag else field.is_(None))
    elif python_type(kind) in _COMPARED:
        where.append(field == sa.bindparam("habeas_old", type_=kind))
        asked.bound["habeas_old"] = typed(amendment.old, kind)
    bound = {**asked.bound, "habeas_new": new}
    return sa.update(table).where(*where).values({amendment.field: value}), bound


def typed(value: str | datetime | None, kind: Type) -> Any:  # noqa: ANN401 (whatever the column holds)
    """A value as the column takes it.

    Raises:
        ValueError: it takes no such value.
    """
    target = python_type(kind)
    if target is bool:
        return _flag(value)
    if isinstance(value, datetime):
        return _instant(value, kind) if target is datetime else value.date() if target is date else value.isoformat()
    if value is None:
        return None
    if target is datetime:
        return _instant(datetime.fromisoformat(value), kind)
    if target is date:
        return date.fromisoformat(value)
    length = getattr(kind, "length", None)
    if target is str and length is not None and len(value) > length:
        raise ValueError("too long")
    found = values(value, kind)
    if not found:
        raise ValueError("not of this type")
    return float(found[0]) if target is float and isinstance(found[0], Decimal) else found[0]


def _flag(value: str | datetime | None) -> bool:
    if value is None or isinstance(value, datetime):
        return value is not None
    if value.casefold() in _YES | _NO:
        return value.casefold() in _YES
    raise ValueError("neither yes nor no")


def _instant(value: datetime, kind: Type) -> datetime:
    if getattr(kind, "timezone", False):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
