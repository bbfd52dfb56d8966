"""The letters of RTF, as old word processors and Outlook write it (runs in a child process).

Source: Microsoft, "Rich Text Format Specification" 1.9.1, and [MS-OXRTFCP] for the packed form in Outlook's messages.
Next: adapters/documents/letters.py
"""

import re
import struct
from typing import Final

SIGN: Final = b"{\\rtf"
_TOKEN: Final = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6}) ?\??|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|([^\\{}]+)"
)
_LINES: Final = frozenset({b"par", b"line", b"row", b"sect", b"page"})
_GAPS: Final = frozenset({b"tab", b"cell", b"emdash", b"endash"})
# Groups that hold no letters of the text.
_SILENT: Final = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"pict", b"object", b"themedata", b"datastore", b"listtable"})
_START: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_PACKED, _UNPACKED = int.from_bytes(b"LZFu", "little"), int.from_bytes(b"MELA", "little")
_HEAD: Final = 16  # bytes before what is packed
_RING: Final = 4_096
_MOST: Final = 64 * 2**20


def text_of(content: bytes) -> str:
    """The letters of an RTF document; fonts, colours, pictures and hidden destinations left out."""
    pieces: list[str] = []
    silent: list[bool] = [False]
    for match in _TOKEN.finditer(content):
        octet, code, word, _, sign, brace, plain = match.groups()
        if brace == b"{":
            silent.append(silent[-1])
        elif brace == b"}":
            silent.pop() if len(silent) > 1 else None
        elif word in _SILENT or sign == b"*":
            silent[-1] = True
        elif silent[-1]:
            continue
        else:
            pieces.append(_said(octet, code, word, sign, plain))
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # pairs become one letter


def _said(octet: bytes | None, code: bytes | None, word: bytes | None, sign: bytes | None, plain: bytes | None) -> str:
    if octet:
        return bytes([int(octet, 16)]).decode("cp1252", "replace")
    if code:
        return chr(int(code) % 65_536)
    if word:
        return "\n" if word in _LINES else " " if word in _GAPS else ""
    if sign:
        return " " if sign == b"~" else sign.decode() if sign in {b"\\", b"{", b"}"} else ""
    return (plain or b"").replace(b"\r", b"").replace(b"\n", b"").decode("cp1252", "replace")


def unpacked(content: bytes) -> bytes:
    """RTF as Outlook packs it.

    Raises:
        ValueError: it is not packed like that, or swells.
    """
    _, size, sign = struct.unpack_from("<III", content)
    if sign == _UNPACKED:
        return content[_HEAD : _HEAD + size]
    if sign != _PACKED or size > _MOST:
        raise ValueError("not packed RTF")
    ring = bytearray(_START.ljust(_RING, b"\0"))
    at, out, place = len(_START), bytearray(), _HEAD
    while len(out) < size and place < len(content):
        flags, place = content[place], place + 1
        for bit in range(8):
            if place >= len(content) or len(out) >= size:
                break
            if flags >> bit & 1:
                offset, length = content[place] << 4 | content[place + 1] >> 4, (content[place + 1] & 15) + 2
                place += 2
                if offset == at:
                    return bytes(out)
                run = []
                for step in range(length):
                    run.append(ring[(offset + step) % _RING])
                    ring[at] = run[-1]
                    at = (at + 1) % _RING
                out += bytes(run)
            else:
                out.append(content[place])
                ring[at] = content[place]
                at, place = (at + 1) % _RING, place + 1
    return bytes(out)
