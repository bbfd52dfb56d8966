"""How the copy shows what stands in rows and what is counted: days, numbers, values, characters that hide (Article 12(1)).

In the language that is spoken; a value itself is never translated. Next: activities/package_index.py
"""

import json
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from activities.package_language import current, say
from adapters import letter_words
from adapters.letter_languages import WORDS
from adapters.row_text import HELD
from domain.redaction import COVER

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # Unicode categories of what does not show, or moves what does
_MAYBE_HIDDEN = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0373\u0386-\u058f\u4e00-\u9fff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z")


def day(value: date) -> str:
    """A date as a person reads it, with its weekday and without a line break in it: Wed 23 December 2026."""
    return letter_words.day(value, current())


def digits(number: int) -> str:
    """A number with its thousands apart: 1,284."""
    said = f"{number:,}"
    return said.replace(",", WORDS[current()].thousands) if current() in WORDS else said


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: 1 record, 1,284 records."""
    return f"{digits(number)} {say(singular if number == 1 else plural or singular + 's')}"


def visible(text: str) -> str:
    """The same text with every character that hides or turns round others written as its code, for example [U+202E]."""
    if _MAYBE_HIDDEN.search(text) is None:
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN:
        return letter
    return f"[U+{ord(letter):04X}]"


def cell(value: Any, limit: int) -> str:  # noqa: ANN401 (whatever stands in the controller's row)
    """A value of a row as text: nothing interpreted, hidden characters shown, cut with a remark beyond `limit` letters."""
    if value is None:
        return "–"  # noqa: RUF001 (a dash, as in any table)
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and (said := _time(value)):
        return said
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > limit:
        return f"{visible(text[:limit])} … ({say('%(number)s more letters in the JSON file', number=digits(len(text) - limit))})"
    return visible(_marks(text) if current() != "en" else text)


def _marks(text: str) -> str:
    """The marks that we put into rows, which are the same in every language of the files for machines."""
    return text.replace(HELD, say(HELD)).replace(COVER, say(COVER))


def _time(text: str) -> str:
    """A day or an instant as a person reads it, to the minute, in the zone in which it is stored; empty if it is none."""
    if _TIME.match(text) is None:
        return ""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return ""
    said = _date(value)
    if len(text) == len("2026-11-25"):
        return said
    zone = "" if value.tzinfo is None else " UTC" if not value.utcoffset() else f" UTC{value:%z}"
    return f"{said}, {value:%H:%M}{zone}"


def _date(value: date) -> str:
    words = WORDS.get(current())
    if words is None:
        return f"{value.day} {value:%B %Y}"
    return f"{value.day}{words.first if value.day == 1 else words.dot} {words.months[value.month - 1]} {value.year}"
