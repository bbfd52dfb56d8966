"""The process that reads mail: takes raw messages on its standard input and answers with `ReadMessage` as JSON.

It holds no key and no connection, can write no file and open none, and has a bounded memory: what a hostile mail does to it,
it does to nothing else. Frames are a length (u32, big-endian) and that many bytes; an empty answer means "cannot be read".
Next: `adapters/incoming/reader.py`
"""

import resource
import struct
import sys
from typing import BinaryIO, Final

from adapters.incoming.parsing import read

MEMORY: Final = 1_500_000_000  # bytes of address space; a 50 MB message needs about a third
_FRAME = struct.Struct(">I")


def limit() -> None:
    """Give up what reading does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    sys.setrecursionlimit(1_000)


def serve(source: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    while head := source.read(_FRAME.size):
        raw = source.read(_FRAME.unpack(head)[0])
        try:
            answer = read(raw).model_dump_json().encode("utf-8", "replace")
        except (MemoryError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError, KeyError):
            answer = b""
        answers.write(_FRAME.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    read(b"Subject: warm\n\nup\n")  # what is imported late has to be there before no file can be opened
    limit()
    serve(sys.stdin.buffer, sys.stdout.buffer)
