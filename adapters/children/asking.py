"""Has hostile files read in a child process: one that kills, hangs or outgrows it ends its own reading, and the next is read.

The child gets nothing of this process's environment, since settings hold secrets. Next: adapters/children/serving.py
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
from collections.abc import Callable
from pathlib import Path
from typing import Final

_WISHES_PER_CHILD: Final = 1_000  # then a fresh one, so that nothing leaks for ever
_SLICE: Final = 1.0  # seconds between two signs of life
_FRAME = struct.Struct(">I")
_ROOT = Path(__file__).resolve().parent.parent.parent


class Child:
    """One child process, started when it is first needed. Thread-safe: one wish at a time."""

    def __init__(self, module: str, *, patience: float) -> None:
        """`module` is run as the child, and `patience` is in seconds per wish."""
        self._module = module
        self._patience = patience
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ending: Callable[[], object] | None = None
        self._answered = 0

    def ask(self, wish: dict[str, object], raw: bytes, pulse: Callable[[], object] = lambda: None, *, times: float = 1) -> bytes:
        """Ask one thing about a file.

        Args:
            wish: what to do, as JSON.
            raw: the file.
            pulse: called about once a second while it takes.
            times: how often the usual patience this takes.

        Returns:
            The answer; empty when there is none within the limits of time and memory.
        """
        said = json.dumps(wish).encode()
        while not self._lock.acquire(timeout=_SLICE):
            pulse()  # somebody else's file is being read
        try:
            end = time.monotonic() + self._patience * times
            child = self._running()
            try:
                assert child.stdin
                _write(child.stdin.fileno(), b"".join((_FRAME.pack(len(said)), said, _FRAME.pack(len(raw)), raw)), end, pulse)
                assert child.stdout
                length = _FRAME.unpack(_take(child.stdout.fileno(), _FRAME.size, end, pulse))[0]
                answer = _take(child.stdout.fileno(), length, end, pulse)
            except (OSError, TimeoutError, EOFError):
                self._end()
                return b""
            except BaseException:
                self._end()  # half an answer would be taken for the next one
                raise
            self._answered += 1
            if self._answered >= _WISHES_PER_CHILD:
                self._end()
            return answer
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(_ROOT)}
            self._child = subprocess.Popen(  # noqa: S603 (a module of ours)
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                bufsize=0,
            )
            self._ending = weakref.finalize(self, _end, self._child)  # also when nobody closes this
            assert self._child.stdin
            os.set_blocking(self._child.stdin.fileno(), False)
            self._answered = 0
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


def _write(target: int, data: bytes, end: float, pulse: Callable[[], object]) -> None:
    view = memoryview(data)
    while view:
        _, ready, _ = select.select([], [target], [], _left(end))
        if ready:
            view = view[os.write(target, view[:65_536]) :]
        else:
            pulse()


def _take(source: int, length: int, end: float, pulse: Callable[[], object]) -> bytes:
    taken = bytearray()
    while len(taken) < length:
        ready, _, _ = select.select([source], [], [], _left(end))
        if not ready:
            pulse()
            continue
        piece = os.read(source, min(1 << 20, length - len(taken)))
        if not piece:
            raise EOFError
        taken += piece
    return bytes(taken)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, _SLICE)
