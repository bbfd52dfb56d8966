"""The process that reads mail: takes a wish and a raw message on its standard input, and answers.

Next: `adapters/incoming/reader.py`
"""

import struct
import sys
from typing import Any, Final

from adapters.children.serving import limit, serve
from adapters.incoming.parsing import contents, read, without

MEMORY: Final = 1_500_000_000  # bytes of address space; a 50 MB message needs about a third
_FILES: Final = 16  # modules of rare character sets are loaded when they are met
LENGTH: Final = struct.Struct(">I")  # of each part in an answer
_FAILURES: Final = (MemoryError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError)


def _answer(wish: dict[str, Any], raw: bytes) -> bytes:
    if wish["do"] == "parts":
        return b"".join(LENGTH.pack(len(content)) + content for content in contents(raw, wish["places"]))
    if wish["do"] == "without":
        return without(raw, wish["places"])
    return read(raw, look=wish["look"]).model_dump_json().encode("utf-8", "replace")


if __name__ == "__main__":
    limit(MEMORY, _FILES)
    serve(_answer, _FAILURES, sys.stdin.buffer, sys.stdout.buffer)
