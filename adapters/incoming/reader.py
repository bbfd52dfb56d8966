"""Has mail read in a child process: a message that kills, hangs or outgrows it is quarantined, and the next one is read.

Next: `domain/triage.py`
"""

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from adapters.incoming.headers import clean
from domain.incoming import MailKind, ReadMessage

MOST_BYTES: Final = 60_000_000  # of a raw message; mail servers stop at 50 MB and encoding adds to it
PATIENCE: Final = 20.0  # seconds for one message
_MESSAGES_PER_CHILD: Final = 1_000  # then a fresh one, so that nothing leaks for ever
_FRAME = struct.Struct(">I")
_ROOT = Path(__file__).resolve().parent.parent.parent


class MailReader:
    """One child process, started when it is first needed. Thread-safe: one message at a time."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """`patience` in seconds per message."""
        self._patience = patience
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ending: Callable[[], object] | None = None
        self._read = 0

    def read(self, raw: bytes) -> ReadMessage:
        """Read one mail; whatever it does to the child, the answer is a `ReadMessage`, of kind `unreadable` if need be."""
        if len(raw) > MOST_BYTES:
            return unreadable("The message is too large to be opened here.")
        answer = self._ask({"do": "read"}, raw)
        if not answer:
            return unreadable("The message could not be read within the limits of time and memory.")
        with contextlib.suppress(ValueError):
            return ReadMessage.model_validate_json(answer)
        return unreadable("The message could not be read.")

    def part(self, raw: bytes, place: int) -> bytes:
        """The decoded content of one part, as `Attachment.index` names it; empty when there is none."""
        return self._ask({"do": "part", "places": [place]}, raw)

    def without(self, raw: bytes, places: Sequence[int]) -> bytes:
        """The message with these parts replaced by a line that says so; empty when that cannot be done."""
        return self._ask({"do": "without", "places": [*places]}, raw)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask(self, wish: dict[str, object], raw: bytes) -> bytes:
        said = json.dumps(wish).encode()
        with self._lock:
            end = time.monotonic() + self._patience
            child = self._running()
            try:
                assert child.stdin
                _write(child.stdin.fileno(), b"".join((_FRAME.pack(len(said)), said, _FRAME.pack(len(raw)), raw)), end)
                answer = self._answer(child, end)
            except (OSError, TimeoutError, EOFError):
                self._end()
                return b""
            self._read += 1
            if self._read >= _MESSAGES_PER_CHILD:
                self._end()
            return answer

    def _answer(self, child: subprocess.Popen[bytes], end: float) -> bytes:
        assert child.stdout
        length = _FRAME.unpack(_take(child.stdout.fileno(), _FRAME.size, end))[0]
        return _take(child.stdout.fileno(), length, end)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            # The child gets nothing of this process's environment: settings hold secrets.
            environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(_ROOT)}
            self._child = subprocess.Popen(
                [sys.executable, "-m", "adapters.incoming.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                bufsize=0,
            )
            self._ending = weakref.finalize(self, _end, self._child)  # also when nobody closes this reader
            assert self._child.stdin
            os.set_blocking(self._child.stdin.fileno(), False)
            self._read = 0
        return self._child

    def _end(self) -> None:
        if self._ending is not None:
            self._ending()
        self._child = self._ending = None


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()


def unreadable(problem: str) -> ReadMessage:
    """What stands for a message that nobody here can open: kept as it came, shown as such."""
    return ReadMessage(kind=MailKind.UNREADABLE, problems=[clean(problem)])


def _write(target: int, data: bytes, end: float) -> None:
    view = memoryview(data)
    while view:
        _, ready, _ = select.select([], [target], [], _left(end))
        if not ready:
            raise TimeoutError
        view = view[os.write(target, view[:65_536]) :]


def _take(source: int, length: int, end: float) -> bytes:
    taken = bytearray()
    while len(taken) < length:
        ready, _, _ = select.select([source], [], [], _left(end))
        if not ready:
            raise TimeoutError
        piece = os.read(source, min(1 << 20, length - len(taken)))
        if not piece:
            raise EOFError
        taken += piece
    return bytes(taken)


def _left(end: float) -> float:
    return max(0.0, end - time.monotonic())
