"""Letters that are written as numbers or backwards: escapes of JSON, JavaScript, CSS and spreadsheets, turned writing.

Next: adapters/layers.py
"""

import re
from collections.abc import Iterator
from typing import Final

# Behind any number of backslashes, since JSON stands in JSON; begun at the first of them, so that long runs are read once.
_UNITS: Final = re.compile(r"(?<!\\)\\{1,16}(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))")
_STYLES: Final = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?")
_CELLS: Final = re.compile(r"_x([0-9a-fA-F]{4})_")
_MOST: Final = 0x110000
_TURNED, _ENDS = "\u202e", "\u202c"


def unescaped(text: str) -> Iterator[str]:
    """A text with its escapes as letters, in each way that there is one."""
    for pattern in (_UNITS, _STYLES, _CELLS):
        found, number = pattern.subn(_letter, text)
        if number:
            yield found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _letter(match: re.Match[str]) -> str:
    code = int(next(each for each in match.groups() if each), 16)
    return chr(code) if code < _MOST else ""


def forwards(text: str) -> str:
    """What is shown backwards, as it is read."""
    first, *rest = text.split(_TURNED)
    turned = (each.partition(_ENDS) for each in rest)
    return first + "".join(f"{inside[::-1]} {after}" for inside, _, after in turned)
