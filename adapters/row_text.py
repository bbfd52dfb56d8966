"""Rows of a controller's systems as JSON lines and as CSV: one way to write each kind of value, whatever the source.

Serves Articles 15(3) and 20: JSON is the authoritative copy, CSV the one that opens in a spreadsheet.

| value in the source | in JSON | in CSV |
|---|---|---|
| NULL | `null` | nothing between the commas |
| text | string, as it is | in quotes; with `'` before it where a spreadsheet would take it for a formula |
| whole number | number, all digits | the digits |
| decimal | string, so that no digit is lost | the digits |
| floating point | number; `"NaN"`, `"Infinity"`, `"-Infinity"` | the same |
| yes/no | `true`, `false` | `true`, `false` |
| date, time, instant | ISO 8601 string, with the offset where the source has one | the same |
| instant kept as text | string, as it is | without a fraction of nothing but noughts |
| UUID, network address, interval, range | string | in quotes |
| bytes | base64 string | in quotes |
| list, JSON document | as JSON | as JSON, in quotes |
| masked in the data map | `"(held, not shown)"`, or `null` if nothing is held | the same |

Works on columns of many rows at once, because a call per value is what costs. Next: adapters/sealed_rows.py
"""

import base64
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from typing import Any
from uuid import UUID

Row = tuple[Any, ...]

HELD = "(held, not shown)"
# What makes a spreadsheet read a cell as a formula (OWASP, CSV injection). The wide forms count because spreadsheets in
# Asian locales take them for the narrow ones; a blank, because some importers trim.
_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_SUSPECT = _FORMULA | {" "}


def plain(value: Any) -> Any:  # noqa: ANN401 (whatever a driver returns)
    """A value as JSON can hold it: None, bool, int, float, str, list or dict."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    for base, convert in _PLAIN.items():
        if isinstance(value, base):
            return convert(value)
    return str(value)


def key_text(value: Any) -> str | None:  # noqa: ANN401 (whatever a driver returns)
    """A value as a search key: the same text for the row that leads somewhere and for the row it leads to.

    `7` is `7` whether a source keeps it as a number, a decimal or a text. None for NULL, which leads nowhere.
    """
    if type(value) is int:
        return str(value)
    value = plain(value)
    return value if value is None or isinstance(value, str) else _json(value)


def masked(column: Iterable[Any]) -> list[str | None]:
    """A column of which the person learns that it is held, not what it is."""
    return [None if value is None else HELD for value in column]


def encode(fields: Sequence[str], rows: Sequence[Row]) -> tuple[bytes, bytes]:
    """The rows as JSON lines and as CSV lines without header, both UTF-8.

    JSON: one compact object a line, keys in the order of the fields. CSV: RFC 4180, CRLF, guarded.
    """
    if not rows:
        return b"", b""
    json_columns, csv_columns = zip(*map(_column, zip(*rows, strict=True)), strict=True)
    return _lines(_json_line(fields), json_columns), _lines(",".join(["%s"] * len(fields)) + "\r\n", csv_columns)


def json_lines(fields: Sequence[str], rows: Sequence[Row]) -> bytes:
    """The rows as JSON lines alone, as `encode` writes them."""
    if not rows:
        return b""
    return _lines(_json_line(fields), [_column(column)[0] for column in zip(*rows, strict=True)])


def guarded(value: Any) -> str:  # noqa: ANN401 (what `plain` gives)
    """A value as a CSV cell without its quotes, for rows that are written again: no spreadsheet takes it for a formula."""
    text = "" if value is None else value if isinstance(value, str) else _json(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text[:1] in _FORMULA else text


def csv_file(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table with its header as a CSV file (RFC 4180, CRLF). Texts are guarded, numbers stay numbers."""
    return "".join(map(csv_line, (head, *rows))).encode()


def csv_line(cells: Iterable[object]) -> str:
    """One guarded line of a CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def csv_header(fields: Sequence[str]) -> bytes:
    """The first line of a CSV file."""
    return ",".join(fields).encode() + b"\r\n"


def _json_line(fields: Sequence[str]) -> str:
    # Names are plain identifiers (`domain/datamap_systems.py`), so nothing in them needs escaping.
    return "{" + ",".join(f'"{name}":%s' for name in fields) + "}\n"


def _lines(template: str, columns: Sequence[Sequence[str]]) -> bytes:
    text = "".join(map(template.__mod__, zip(*columns, strict=True)))
    return text.encode(errors="backslashreplace")  # a lone surrogate becomes \udXXX, which is how JSON itself writes it


def _column(column: Sequence[Any]) -> tuple[Sequence[str], Sequence[str]]:
    """One column's JSON texts and CSV cells. All but the last way are short cuts for what most columns hold."""
    kinds = set(map(type, column))
    if kinds == {int}:
        digits = list(map(str, column))
        return digits, digits
    if kinds <= _TEXT:
        return list(map(_json_text, column)), list(map(_cell_text, column))
    if kinds <= _BARE:  # texts of ours, in which nothing needs escaping
        texts = ["" if value is None else _PLAIN[type(value)](value) for value in column]
        return [f'"{text}"' if text else "null" for text in texts], texts
    if kinds <= _FLAGS:
        return [_FLAG[value] or "null" for value in column], [_FLAG[value] for value in column]
    values = list(map(plain, column))
    return list(map(_json, values)), list(map(_cell, values))


def _json(value: Any) -> str:  # noqa: ANN401 (what `plain` gives)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain, allow_nan=False)


def _json_text(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def _cell(value: Any) -> str:  # noqa: ANN401 (what `plain` gives)
    if value is None or isinstance(value, str):
        return _cell_text(value)
    return _cell_text(_json(value)) if isinstance(value, list | dict) else _json(value)


def _cell_text(value: str | None) -> str:
    if value is None:
        return ""
    if value[-7:] == _NO_FRACTION and _INSTANT.fullmatch(value):
        value = value[:-7]
    if value[:1] not in _SUSPECT and '"' not in value:
        return f'"{value}"'
    guard = "'" if value[:1] in _FORMULA or value.lstrip()[:1] in _FORMULA else ""
    return f'"{guard}{value.replace(_QUOTE, _QUOTE * 2)}"'


def _real(value: float) -> float | str:
    return value if isfinite(value) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")


def _number(value: Decimal) -> str:
    # A whole decimal is written without point or exponent, so that a key kept as NUMERIC meets one kept as an integer.
    return str(int(value)) if value.is_finite() and value == value.to_integral_value() else str(value)


def _bytes(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(value).decode()


_QUOTE = '"'
_NO_FRACTION = ".000000"  # as SQLite keeps a whole second
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.0{6}")
_AS_IT_IS = frozenset({type(None), bool, int, str, list, dict})
_TEXT = {str, type(None)}
_BARE = {datetime, date, time, Decimal, UUID, type(None)}
_FLAGS = {bool, type(None)}
_FLAG = {None: "", True: "true", False: "false"}
_PLAIN: dict[type, Callable[[Any], Any]] = {  # a class stands before its parent
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: _number,
    UUID: str,
    float: _real,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    int: int,
    str: str,
    list: list,
    tuple: list,
    dict: dict,
}
