"""The child's side: answers wishes about one file after the other on its standard input and output.

It holds no key and no connection, can write no file, and has a bounded memory: what a hostile file does to it, it does to
nothing else (`security.md` section 7, V15). A wish is two frames, what to do as JSON and the file; a frame is a length (u32,
big-endian) and that many bytes; an empty answer means "cannot be read". Next: adapters/documents/child.py
"""

import json
import resource
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

_FRAME = struct.Struct(">I")


def limit(memory: int, files: int) -> None:
    """Give up what reading does not need.

    Args:
        memory: bytes of address space.
        files: how many may be open, the two pipes and the errors among them; 3 leaves no way to open a file or a connection.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    sys.setrecursionlimit(1_000)


def serve(
    answer: Callable[[dict[str, Any], bytes], bytes], failures: tuple[type[Exception], ...], source: BinaryIO, answers: BinaryIO
) -> None:
    """Answer until the input ends.

    Args:
        answer: gives the answer to a wish about a file.
        failures: what it may raise for a file that cannot be read.
        source: of wishes.
        answers: where they go.
    """
    while wish := _frame(source):
        raw = _frame(source)
        try:
            said = answer(json.loads(wish), raw)
        except failures:
            said = b""
        answers.write(_FRAME.pack(len(said)) + said)
        answers.flush()


def _frame(source: BinaryIO) -> bytes:
    head = source.read(_FRAME.size)
    return source.read(_FRAME.unpack(head)[0]) if len(head) == _FRAME.size else b""
