"""The process that reads the messages of archives: many mails in one wish, or one file of a chat export.

An answer is the length of a JSON text (u32, big-endian), the text, and the contents of the attachments one after another.
Next: adapters/archives/reader.py
"""

import json
import struct
import sys
from typing import Any, Final

from adapters.archives import outlook
from adapters.archives.cards import looks_like_cards, read_card
from adapters.archives.chats import people_of, read_chat
from adapters.archives.mails import read_mail
from adapters.children.serving import limit, serve

MEMORY: Final = 1_500_000_000  # bytes of address space; a 50 MB message needs about a third
_FILES: Final = 16  # modules of rare character sets are loaded when they are met
_FAILURES: Final = (MemoryError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError, struct.error)
_HEAD: Final = 1_000
_LENGTH: Final = struct.Struct(">I")


def _answer(wish: dict[str, Any], raw: bytes) -> bytes:
    if wish["do"] == "people":
        return _framed({"people": people_of(raw)}, [])
    if wish["do"] == "chat":
        kind, records = read_chat(raw, wish["place"], wish["people"])
        return _framed({"kind": kind.value, "records": records}, [])
    records, contents, at = [], [], 0
    for size in wish["sizes"]:
        try:
            record, files = _read(raw[at : at + size])
        except _FAILURES as failure:
            record, files = {"failed": "limits" if isinstance(failure, (MemoryError, RecursionError)) else "damaged"}, []
        at += size
        records.append(record)
        contents += files
    return _framed({"records": records}, contents)


def _read(raw: bytes) -> tuple[dict[str, Any], list[bytes]]:
    if looks_like_cards(raw[:_HEAD]):
        return read_card(raw), []
    return read_mail(outlook.as_mail(raw) if raw.startswith(outlook.SIGN) else raw)


def _framed(said: dict[str, Any], contents: list[bytes]) -> bytes:
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"".join((_LENGTH.pack(len(text)), text, *contents))


if __name__ == "__main__":
    limit(MEMORY, _FILES)
    serve(_answer, _FAILURES, sys.stdin.buffer, sys.stdout.buffer)
