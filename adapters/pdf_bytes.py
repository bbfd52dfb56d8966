"""The bytes of a PDF as they are, whatever its pages show: its streams, and the strings that draw its letters.

Each walks through the bytes once, so a hostile file cannot make it look again and again. Next: adapters/layers.py
"""

import re
from collections.abc import Iterator
from typing import Final

STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_PARENTHESIS: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_HEX_STRING: Final = re.compile(rb"<([0-9A-Fa-f\s]{4,8000})>")
_OCTAL: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_UNESCAPED: Final = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("b"): b"\b", ord("f"): b"\f"}


def without_streams(content: bytes) -> bytes:
    """A PDF without what lies between `stream` and `endstream`. A pattern would look to the end of the file at each `stream`."""
    pieces, at = [], 0
    while (begin := STREAM.search(content, at)) and (end := content.find(b"endstream", begin.end())) >= 0:
        pieces += [content[at : begin.start()], b"stream"]
        at = end + len(b"endstream")
    return b"".join([*pieces, content[at:]])


def around_points(raw: bytes) -> bytes:
    """Of a picture inside a PDF, what is no point: the head and the tail of a JPEG, nothing of packed points."""
    if not raw.startswith(b"\xff\xd8"):
        return b""
    scan, end = raw.find(b"\xff\xda"), raw.rfind(b"\xff\xd9")
    return raw[: max(scan, 0)] + b"\n" + raw[max(end, 0) :]


def strings_of(content: bytes) -> bytes:
    """The strings of a PDF after each other: kerning splits words into many, and some are written in hexadecimal."""
    literal = b"".join(_OCTAL.sub(_unescaped, found) for found in _literals(content))
    digits = (re.sub(rb"\s", b"", found[1]) for found in _HEX_STRING.finditer(content))
    return literal + b"\n" + b"".join(bytes.fromhex((each + b"0" * (len(each) % 2)).decode()) for each in digits)


def _literals(content: bytes) -> Iterator[bytes]:
    """What stands between an opening and the next closing parenthesis, found in one walk through the content."""
    begin = -1
    for found in _PARENTHESIS.finditer(content):
        if found[0] == b"(" or (begin < 0 and found[0] == b"\\("):
            begin = found.end()
        elif found[0] == b")":
            if begin >= 0:
                yield content[begin : found.start()]
            begin = -1


def _unescaped(match: re.Match[bytes]) -> bytes:
    what = match[1]
    return bytes([int(what, 8) & 255]) if what.isdigit() and what < b"8" else _UNESCAPED.get(what[0], what)
