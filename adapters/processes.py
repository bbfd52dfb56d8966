"""Child processes that cannot outlive their parent, and can be recognised after it is gone.

Used by the supervisor of `habeas up` and by the tests that start real parts.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
START_TIME = 19  # of the fields after the command's closing bracket in /proc/<pid>/stat: field 22, proc(5)
_LIBC = ctypes.CDLL(None)  # loaded before any fork


@dataclass(frozen=True)
class ProcessId:
    """A process that is not mistaken for a later one with the same number.

    Args:
        pid: the number.
        started: boot and start time as the kernel tells them; unequal for another process, empty where unknown.
    """

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        return cls(pid=pid, started=started(pid) or "")

    @property
    def lives(self) -> bool:
        return bool(self.started) and started(self.pid) == self.started


def started(pid: int) -> str | None:
    """Return a text that tells this process from every other that has or had its number; None when there is none."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in {"Z", "X"}:  # dead, and only waiting for its parent to notice
        return None
    return f"{boot}:{fields[START_TIME]}"


def spawn(
    command: Sequence[str],
    *,
    log: Path | None,
    environment: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    user: str | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C reaches the parent alone, which then stops its parts in order.

    Args:
        command: program and arguments.
        log: file that its output is added to; None leaves it where this process's own goes.
        environment: the whole environment; this process's own when None.
        death_signal: what the kernel sends it when this process dies. Everything it holds must survive that.
        user: to run as; only root may name another one.
        folder: to run in.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died in between, and its death was not signalled
            os._exit(1)

    with log.open("ab") if log else nullcontext() as output:
        return subprocess.Popen(  # noqa: S603 (every caller names its own program)
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
            env=environment,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the callers fork from their main thread, before any other)
            user=user,
            cwd=folder,
        )


def end(process: subprocess.Popen[bytes], *, sign: signal.Signals = signal.SIGTERM, patience: float = 10.0) -> int:
    """Ask a child to stop, kill it after `patience` seconds, and return its exit status (negative: the signal)."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def end_leftover(leftover: ProcessId, *, patience: float = 10.0) -> None:
    """Stop a process that an earlier parent left behind; nothing when it is gone or the number is somebody else's."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        limit = time.monotonic() + patience
        if leftover.lives:
            os.kill(leftover.pid, sign)
        while leftover.lives and time.monotonic() < limit:
            time.sleep(0.05)
