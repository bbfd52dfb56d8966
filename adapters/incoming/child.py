"""The process that reads mail: takes a wish and a raw message on its standard input, and answers.

It holds no key and no connection, can write no file, and has a bounded memory: what a hostile mail does to it,
it does to nothing else. A wish is two frames, what to do as JSON and the message; a frame is a length (u32, big-endian) and
that many bytes; an empty answer means "cannot be read".
Next: `adapters/incoming/reader.py`
"""

import json
import resource
import struct
import sys
from typing import Any, BinaryIO, Final

from adapters.incoming.parsing import part, read, without

MEMORY: Final = 1_500_000_000  # bytes of address space; a 50 MB message needs about a third
_FRAME = struct.Struct(">I")


def limit() -> None:
    """Give up what reading does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))  # modules of rare character sets are loaded when they are met
    sys.setrecursionlimit(1_000)


def serve(source: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    while wish := _frame(source):
        raw = _frame(source)
        try:
            answer = _answer(json.loads(wish), raw)
        except (MemoryError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError):
            answer = b""
        answers.write(_FRAME.pack(len(answer)) + answer)
        answers.flush()


def _frame(source: BinaryIO) -> bytes:
    head = source.read(_FRAME.size)
    return source.read(_FRAME.unpack(head)[0]) if len(head) == _FRAME.size else b""


def _answer(wish: dict[str, Any], raw: bytes) -> bytes:
    if wish["do"] == "part":
        return part(raw, wish["places"][0])
    if wish["do"] == "without":
        return without(raw, wish["places"])
    return read(raw).model_dump_json().encode("utf-8", "replace")


if __name__ == "__main__":
    limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
