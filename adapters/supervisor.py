"""`habeas up`: starts the parts in order, starts a part again that dies, stops them in the other order.

`kill -9` of this process takes its parts with it by the kernel's parent-death signal; what survives all the same is found in
the record of the last start and ended by the next one (mechanics 12).

Next: adapters/parts.py
"""

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path

from adapters.processes import ProcessId, end, end_leftover, spawn
from domain.errors import SettingsError

START_LIMIT = 120.0  # seconds for one part; ten times what the slowest takes on two busy cores
TICK = 0.2  # seconds between two looks at the parts
FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0  # seconds before a part that died is started again; doubled each time
HEALTHY_AFTER = 60.0  # seconds; a part that ran as long is not in a crash loop
LOG_LIMIT = 10 * 1024 * 1024  # bytes; a longer log is put aside when its part starts

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Part:
    """One process of a running Habeas.

    Args:
        name: shown, and the name of its log.
        command: program and arguments.
        environment: its whole environment.
        ready: asked repeatedly after the start; must not block for longer than a few seconds.
        where: what to show once it is ready.
        patience: seconds it may take to stop before it is killed.
        sign: file the part writes when it is ready; removed before each start.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    ready: Callable[[], bool]
    where: str
    patience: float = 10.0
    sign: Path | None = None


@dataclass
class Running:
    """A part with its process, or with the time at which it is started again."""

    part: Part
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0
    is_ready: bool = False


@dataclass
class Supervisor:
    """Runs the parts of one home until SIGINT or SIGTERM.

    Args:
        home: holds the record, the lock and the logs.
        say: told each part's progress.
    """

    home: Path
    say: Say
    stopping: bool = False
    running: list[Running] = field(default_factory=list)
    _lock: TextIOWrapper | None = None

    def claim(self) -> None:
        """Become the only supervisor of this home and end what an earlier one left behind.

        Raises:
            SettingsError: another one runs.
        """
        (self.home / "logs").mkdir(exist_ok=True)
        self._lock = (self.home / "up.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(f"HABEAS_HOME: Habeas is already running on {self.home}.", setting="home") from None
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._asked_to_stop)
        for name, leftover in self._read_record().items():
            if leftover.lives:
                end_leftover(leftover)
                self.say(name, f"ended process {leftover.pid}, left behind by the last start")
        self._record.unlink(missing_ok=True)

    def run(self, preparation: Part, parts: Sequence[Part], greet: Callable[[], object]) -> int:
        """Prepare, start, watch, stop.

        Args:
            preparation: run to its end first; its output is shown.
            parts: in starting order.
            greet: called once everything is ready.

        Returns:
            exit status: 0 after a stop that was asked for.
        """
        try:
            if (status := self._prepare(preparation)) or not self._start(parts):
                return status or (0 if self.stopping else 1)
            greet()
            while not self.stopping:
                self._watch()
                time.sleep(TICK)
            return 0
        finally:
            self._stop()

    def _prepare(self, preparation: Part) -> int:
        if self.stopping:
            return 0
        process = spawn(preparation.command, log=None, environment=preparation.environment)
        while process.poll() is None:
            if self.stopping:
                end(process, patience=preparation.patience)
                return 0
            time.sleep(TICK / 4)
        return 0 if self.stopping else process.returncode

    def _start(self, parts: Sequence[Part]) -> bool:
        """Start every part once the one before it is ready; False when one could not, or a stop was asked for."""
        for part in parts:
            if self.stopping:
                return False
            running = Running(part)
            self.running.append(running)
            self._spawn(running)
            if not self._await(running):
                return False
        return True

    def _await(self, running: Running) -> bool:
        part, process = running.part, running.process
        assert process is not None
        while not self.stopping:
            if process.poll() is not None:
                self.say(part.name, f"did not start: {_last_line(self._log(part)) or _exit(process.returncode)}")
                return False
            if part.ready():
                running.is_ready = True
                self.say(part.name, f"ready after {time.monotonic() - running.started:.1f} s, {part.where}")
                return True
            if time.monotonic() - running.started > START_LIMIT:
                self.say(part.name, f"not ready after {START_LIMIT:.0f} s; its log is {self._log(part)}")
                return False
            time.sleep(TICK / 4)
        return False

    def _watch(self) -> None:
        """Look at every part once: say what died, and start it again after a delay that grows."""
        now = time.monotonic()
        for running in self.running:
            process = running.process
            if process is None:
                if now >= running.again_at:
                    self._spawn(running)
            elif process.poll() is not None:
                running.failures = 0 if now - running.started > HEALTHY_AFTER else running.failures + 1
                delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, running.failures - 1))
                running.process, running.is_ready, running.again_at = None, False, now + delay
                self.say(running.part.name, f"ended ({_exit(process.returncode)}); starting again in {delay:.0f} s")
            elif not running.is_ready and running.part.ready():
                running.is_ready = True
                self.say(running.part.name, "ready again")

    def _spawn(self, running: Running) -> None:
        log = self._log(running.part)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        if running.part.sign is not None:
            running.part.sign.unlink(missing_ok=True)
        running.process = spawn(running.part.command, log=log, environment=running.part.environment)
        running.started = time.monotonic()
        self._write_record()

    def _stop(self) -> None:
        for running in reversed(self.running):
            if running.process is not None:
                end(running.process, patience=running.part.patience)
                self.say(running.part.name, "stopped")
        self._record.unlink(missing_ok=True)

    def _asked_to_stop(self, _sign: int, _frame: object) -> None:
        if self.stopping:  # asked twice: somebody does not want to wait
            for running in self.running:
                if running.process is not None:
                    running.process.kill()
        self.stopping = True

    def _log(self, part: Part) -> Path:
        return self.home / "logs" / f"{part.name}.log"

    @property
    def _record(self) -> Path:
        return self.home / "up.json"

    def _write_record(self) -> None:
        record = {
            running.part.name: asdict(ProcessId.of(running.process.pid))
            for running in self.running
            if running.process is not None
        }
        fresh = self._record.with_suffix(".next")
        fresh.write_text(json.dumps(record, indent=1))
        fresh.replace(self._record)

    def _read_record(self) -> dict[str, ProcessId]:
        try:
            record = json.loads(self._record.read_text())
            return {name: ProcessId(**identity) for name, identity in record.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}  # none was left, or the machine died while it was written


def tell(part: str, text: str) -> None:
    """Print one line of progress."""
    sys.stdout.write(f"{part:<10} {text}\n")
    sys.stdout.flush()


def _exit(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""
