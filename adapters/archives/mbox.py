"""Splits a mailbox (mbox) into its mails; no byte is looked at twice, since strangers wrote what a mailbox holds.

Next: adapters/archives/mails.py
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from adapters.archives.reader import MOST_BYTES

_PIECE: Final = 1 << 20
_BREAK: Final = re.compile(rb"\r?\n\r?\n(?=From ([^\r\n]{0,364})\r?\n)")
_TIME: Final = re.compile(rb"\d:\d\d")
_AT_ITS_END: Final = 64  # bytes of a line that begins a mail: its time stands there
_LONGEST_BREAK: Final = 400  # bytes of an empty line and the line that begins a mail
_QUOTED: Final = re.compile(rb"^>(?=>*From )", re.MULTILINE)


def mails_of(file: BinaryIO) -> Iterator[bytes | None]:
    """The mails of a mailbox, None for one that is too large; a little at a time."""
    mail: list[bytes] = []
    size, window = 0, b""

    def ended(last: bytes) -> bytes | None:
        return None if size + len(last) > MOST_BYTES else b"".join((*mail, last))

    while chunk := file.read(_PIECE):
        window += chunk
        begin = 0
        for found in _BREAK.finditer(window):
            if _TIME.search(found[1][-_AT_ITS_END:]):
                yield ended(window[begin : found.start()])
                mail, size, begin = [], 0, found.end()
        cut = max(begin, len(window) - _LONGEST_BREAK)  # a line may go on in the next piece
        size += cut - begin
        mail = [*mail, window[begin:cut]] if size <= MOST_BYTES else []
        window = window[cut:]
    yield ended(window)


def unquoted(raw: bytes) -> bytes:
    """A mail without the line that begins it in a mailbox, and without the marks before such lines in its text."""
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    return _QUOTED.sub(b"", raw) if b"\n>" in raw else raw
