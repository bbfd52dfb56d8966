"""Whether a row that a system found really is the person's: every matched value is compared again, here (`security.md` I4).

A database may hold that an i with and one without its dot are equal, or that case and accents do not count; the person is
whoever the normal form says. Next: activities/search.py
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from activities.found_keys import Keys
from adapters.row_text import Row, key_text
from domain.errors import InvalidInputError
from domain.normal import normal_email, normal_phone

_NORMAL: dict[str, Callable[[str], str]] = {"email": normal_email, "phone": normal_phone}


class Way:
    """One way to a collection's rows: a field, and the keys that it may hold.

    Args:
        field: of the collection.
        keys: identifiers as they were proven, or values of rows found before.
        kind: kind of identifier; None for values of rows.
    """

    def __init__(self, field: str, keys: Keys, kind: str | None = None) -> None:
        self.field = field
        self.keys = keys
        self.kind = kind
        self._normal = _NORMAL.get(kind or "")

    def forms(self, keys: Sequence[str]) -> frozenset[str]:
        """The forms in which some of the keys are compared."""
        return frozenset(form for key in keys if (form := self._form(key)) is not None)

    def match(self, value: Any, forms: frozenset[str]) -> str | None:  # noqa: ANN401 (whatever a driver returns)
        """The form that a value is equal to, None when it only looks like one."""
        text = key_text(value)
        if text is None:
            return None
        form = self._form(text)
        if form in forms:
            return form
        # An id kept as text in capitals in one place and as a UUID in the other is the same id.
        capitals = text.upper() if isinstance(value, UUID) else None
        return capitals if capitals in forms else None

    def _form(self, text: str) -> str | None:
        if self._normal is None:
            return text
        try:
            return self._normal(text)
        except InvalidInputError:
            return None


class Sieve:
    """Parts the rows found by some keys of one way. Remembers the values it has judged: rows of one person share them.

    Args:
        way: by which the rows were found.
        keys: of the way, those that were asked for.
        at: position of the way's field in a row.
    """

    def __init__(self, way: Way, keys: Sequence[str], at: int) -> None:
        self._way = way
        self._at = at
        self._asked = way.forms(keys)
        self._good: set[Any] = set()

    def part(self, rows: Sequence[Row]) -> tuple[Sequence[Row], list[Row]]:
        """The person's rows, and the doubtful ones; rows that other keys of the way will find are left to these."""
        at, good = self._at, self._good
        mine = [row for row in rows if row[at] in good]
        if len(mine) == len(rows):
            return rows, []
        mine, doubtful = [], []
        for row in rows:
            value = row[at]
            if value in good or self._way.match(value, self._asked):
                good.add(value)
                mine.append(row)
            elif (text := key_text(value)) is None or text not in self._way.keys:
                doubtful.append(row)
        return mine, doubtful
