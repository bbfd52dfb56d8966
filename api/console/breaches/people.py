"""How many people live where, as somebody types it: its name or code and a number or a range, by line or by comma.

Next: api/console/breaches/fields.py
"""

import re
from collections.abc import Mapping
from typing import Final

from domain.breach import Count
from domain.errors import InvalidInputError
from domain.place_names import place_called, place_name
from domain.texts import Place

HINT: Final = "With commas or a line each, a number or from-to: United Kingdom 120, Ireland 4-6, Berlin 30, unknown 5"
_LINE: Final = re.compile(r"(?P<place>.*?)[\s:;=,]+(?P<low>[0-9][0-9.,']*)(?:\s*(?:-|\u2013|to)\s*(?P<high>[0-9][0-9.,']*))?")
_NEXT: Final = re.compile(r"(?<=[0-9])\s*[,;]\s*(?=[^\W\d])|[,;]\s*$")  # a comma between digits is of thousands
_BETWEEN: Final = re.compile(r"[.,']")  # thousands
_MOST: Final = 9  # digits


def people_in(text: str) -> dict[Place, dict[str, int]]:
    """People by place; an empty text is nobody.

    Raises:
        InvalidInputError: a line that cannot be read; it is named by its number, since what was typed is in no error.
    """
    found: dict[Place, dict[str, int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for one in filter(None, map(str.strip, _NEXT.split(line))):
            place, people = _read(number, one)
            if place in found:
                raise _wrong(number, "this place stands before it. Write it once.")
            found[place] = people
    return found


def people_read(text: str) -> tuple[str, str]:
    """What cannot be read of people by place, and the rest, which can."""
    lost: list[str] = []
    rest: list[str] = []
    for line in text.splitlines():
        for one in filter(None, map(str.strip, _NEXT.split(line))):
            try:
                people_in("\n".join([*rest, one]))
            except InvalidInputError:
                lost.append(one)
            else:
                rest.append(one)
    return "; ".join(lost), "\n".join(rest)


def people_as_typed(affected: Mapping[Place, Count]) -> str:
    """The lines that `people_in` reads back."""
    return "\n".join(
        f"{place_name(place, 'en')} {each.low if each.low == each.high else f'{each.low}-{each.high}'}"
        for place, each in affected.items()
    )


def _read(number: int, line: str) -> tuple[Place, dict[str, int]]:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise _wrong(number, "write a place and how many people, for example Ireland 4-6.")
    place = place_called(parts["place"])
    if place is None:
        raise _wrong(number, "no such country or Land is known. Write its English name, a code such as JP, or unknown.")
    low = _number(number, parts["low"])
    high = _number(number, parts["high"]) if parts["high"] else low
    if low > high:
        raise _wrong(number, "a range goes from the lower to the higher number.")
    return place, {"low": low, "high": high}


def _number(number: int, text: str) -> int:
    digits = _BETWEEN.sub("", text)
    if len(digits) > _MOST:
        raise _wrong(number, "this is more people than there are.")
    return int(digits)


def _wrong(number: int, told: str) -> InvalidInputError:
    return InvalidInputError(f"Line {number}: {told}", field="affected")
