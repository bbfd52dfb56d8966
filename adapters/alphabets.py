"""What is written in another alphabet inside a file, read: for the search of what leaves.

Base64, base32, hexadecimal, Ascii85, uuencode, yEnc. Random words, numbers and hashes look like them and decode to noise; what
may be something is read on, short ones together, since a table holds thousands. Next: adapters/layers.py
"""

import base64
import binascii
import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from adapters.documents import rich_text
from adapters.wrappings import file_begins

CONTROLS: Final = bytes(range(9)) + bytes(range(14, 32))
_NOISE: Final = bytes(0 if each in CONTROLS else each for each in range(256))
_SHORTEST: Final = 16  # letters of a run that may be written in another alphabet
_LEAST: Final = _SHORTEST * 3 // 4 - 1  # bytes that they decode to
_SHORT: Final = 64  # bytes of a decoded run that is read together with others
_NEXT_LINE: Final = re.compile(rb"\r?\n[A-Za-z0-9+/_-]+")
_ASCII85: Final = re.compile(rb"<~([\x21-\x75z\s]{5,})~>")
_UU: Final = re.compile(rb"^begin [0-7]{3} [^\n]{1,200}\n", re.MULTILINE)
_UU_BEGINS: Final = re.compile(rb"\nbegin ")  # a pattern finds it faster than `in`
_YENC: Final = re.compile(rb"^=ybegin [^\n]{1,400}\n", re.MULTILINE)
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")  # of base64's two alphabets, the older
_HEXADECIMAL: Final = b"0123456789abcdefABCDEF"


def _alike(letters: bytes) -> bytes:
    """A table for a look before: every letter of a run as one, all else as another."""
    return bytes(97 if each in letters else 32 for each in range(256))


_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_IN_64: Final = _alike(_LETTERS + _LETTERS.lower() + b"0189+/_-")
_IN_32: Final = _alike(_LETTERS)
_IN_16: Final = _alike(_HEXADECIMAL + b" :")
_RUN: Final = b"a" * _SHORTEST


def written_in(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What is written in another alphabet, each with a word for its place."""
    runs = list(_base64_in(content))
    yield from _gathered("base64", (one for found in runs for one in _spoken(found)))
    if runs:  # the letters of base32 are base64's too
        yield from _gathered("base32", _base32_in(content))
    yield from _gathered("hexadecimal", _hexadecimal_in(content))
    if b"~" in content:
        for number, found in enumerate(_ASCII85.finditer(content), start=1):
            with contextlib.suppress(ValueError):
                yield f"Ascii85 text {number}", base64.a85decode(found[1])
    if content.startswith(b"begin ") or _UU_BEGINS.search(content):
        yield from ((f"uuencoded text {at}", _uu(lines)) for at, lines in enumerate(_between(content, _UU, b"\nend"), start=1))
    if b"=" in content and b"=ybegin " in content:
        yield from ((f"yEnc text {at}", _yenc(lines)) for at, lines in enumerate(_between(content, _YENC, b"\n=yend"), start=1))


def _gathered(alphabet: str, decoded: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """By itself what is long, or may be a file or a mail; all else in three pieces, in which no word meets another."""
    ascii_: list[bytes] = []
    narrow: list[bytes] = []
    wide: list[bytes] = []
    for number, each in enumerate(decoded, start=1):
        if (
            len(each) > _SHORT
            or file_begins(each)
            or each.startswith((rich_text.SIGN, b"GIF8"))
            or (b"\n" in each and b":" in each)
        ):
            yield f"{alphabet} text {number}", each
        elif b"\0" in each:
            wide.append(
                each + bytes(len(each) + 4 + -len(each) * 2 % 4)
            )  # four bytes a letter begin at every fourth, mostly zeros
        else:  # what is no ASCII may be read in ten alphabets
            (ascii_ if each.isascii() else narrow).append(each)
    pieces = (b"\n".join(ascii_), b"\n".join(narrow), b"".join(wide))
    yield from ((f"{alphabet} texts", together) for together in pieces if together)


def _runs(content: bytes, alphabet: bytes) -> Iterator[tuple[int, int]]:
    """Where runs of an alphabet begin and end; such a look is ten times as fast as a pattern."""
    marks, at = content.translate(alphabet), 0
    while (at := marks.find(_RUN, at)) >= 0:
        end = marks.find(b" ", at)
        yield at, (end := end if end >= 0 else len(marks))
        at = end


def _base64_in(content: bytes) -> Iterator[bytes]:
    """Runs of base64, over the ends of lines. Line by line, since a repeated group keeps every repetition in memory."""
    after = 0
    for begin, end in _runs(content, _IN_64):
        if begin >= after:
            after = end
            while line := _NEXT_LINE.match(content, after):
                after = line.end()
            yield content[begin:after]


def _spoken(found: bytes) -> Iterator[bytes]:
    """What a run of base64 may say. What stands before it may be no part of it, so it may begin at any of four letters."""
    raw = found.translate(_STANDARD, b" \t\r\n")
    if not raw.translate(None, _HEXADECIMAL + b"+"):
        return iter(())  # a hash, which is read as what it is, or a UUID
    runs = (raw[at : -1 if (len(raw) - at) % 4 == 1 else None] for at in range(4))
    read = [one for one in map(base64.b64decode, (run + b"===" for run in runs)) if len(one) >= _LEAST]
    spoken = [one if file_begins(one) else _clear(one) for one in read]
    most = max(read, key=_zeros, default=b"")
    if _zeros(most) * 4 > len(most) or not any(spoken):
        # Letters of two bytes have zeros in every second place; noise has one now and then, and so has what else is packed.
        spoken += dict.fromkeys(one for one in (*read[:1], most) if b"\0" in one)
    return (one for one in spoken if one)


def _zeros(decoded: bytes) -> int:
    return decoded.count(0)


def _clear(decoded: bytes) -> bytes:
    """What was decoded, where its longest part without noise is long: around a text stand paths, whose letters are base64's."""
    parted = decoded.translate(_NOISE)
    part = max(parted.split(b"\0"), key=len)
    if len(part) < max(len(decoded) // 2, _LEAST):
        return b""
    if len(decoded) > _SHORT or len(part) == len(decoded):
        return decoded if b"\0" in decoded else parted.replace(b"\0", b"\n")
    # Of ids, too, half decodes to something; of noise half is ASCII, of a text with a little of it before or behind almost all.
    text = part.decode(errors="ignore").encode()
    return text if len(text) * 4 >= len(part) * 3 else b""


def _base32_in(content: bytes) -> Iterator[bytes]:
    for begin, end in _runs(content, _IN_32):
        with contextlib.suppress(binascii.Error, ValueError):
            if _speaks(decoded := base64.b32decode(content[begin:end] + b"=" * ((begin - end) % 8))):
                yield decoded


def _hexadecimal_in(content: bytes) -> Iterator[bytes]:
    for begin, end in _runs(content, _IN_16):
        if len(found := content[begin:end].strip(b" :")) >= _SHORTEST:
            digits = found.translate(None, b" :")
            if _speaks(decoded := bytes.fromhex(digits[: len(digits) // 2 * 2].decode())):
                yield decoded


def _speaks(decoded: bytes) -> bool:
    """Whether decoded bytes may be something: text in some alphabet, or a file in a file; random words decode to noise."""
    return bool(decoded) and (b"\0" in decoded or file_begins(decoded) or not _noise(decoded))


def _noise(decoded: bytes) -> bool:
    return decoded.translate(None, CONTROLS) != decoded


def _between(content: bytes, begin: re.Pattern[bytes], end: bytes) -> Iterator[bytes]:
    at = 0
    while found := begin.search(content, at):
        at = content.find(end, found.end() - 1)
        if at < 0:
            return
        yield content[found.end() : at]


def _uu(lines: bytes) -> bytes:
    out = bytearray()
    for line in lines.splitlines():
        with contextlib.suppress(binascii.Error):
            out += binascii.a2b_uu(line)
    return bytes(out)


def _yenc(lines: bytes) -> bytes:
    plain = re.sub(rb"=(.)", lambda one: bytes([(one[1][0] - 64) % 256]), lines.translate(None, b"\r\n"), flags=re.DOTALL)
    return bytes((each - 42) % 256 for each in plain)
