"""The supervisor with small stand-ins for its parts: order, restarts, kill -9, leftovers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from adapters import processes
from adapters.processes import ProcessId
from tests.servers import wait_until

# Each part touches a file when it is up; `dies` ends by itself when a file says so, `broken` never comes up.
SCRIPT = """
import os, sys
from pathlib import Path
from adapters import supervisor
from adapters.supervisor import Part, Supervisor, tell
from domain.errors import SettingsError

home, names = Path(sys.argv[1]), sys.argv[2:]
supervisor.FIRST_DELAY = 0.2
RUN = {
    "dies": "import time; from pathlib import Path; Path({up!r}).touch(); end = Path({up!r} + '.end')\\n"
            "while not end.exists(): time.sleep(0.01)\\n"
            "end.unlink()",
    "broken": "print('first line'); print('the port is gone'); raise SystemExit(3)",
    "deaf": "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "from pathlib import Path; Path({up!r}).touch(); time.sleep(600)",
}
STEADY = "import time; from pathlib import Path; Path({up!r}).touch(); time.sleep(600)"

def part(name):
    up = home / (name + ".up")
    code = RUN.get(name, STEADY).format(up=str(up))
    return Part(name, [sys.executable, "-c", code], dict(os.environ), up.exists, "here", patience=1.0, sign=up)

def prepare():
    code = "raise SystemExit(7)" if "unprepared" in names else "print('prepared')"
    return Part("prepare", [sys.executable, "-c", code], dict(os.environ), bool, "")

boss = Supervisor(home, tell)
try:
    boss.claim()
except SettingsError as refused:
    sys.exit(refused.message)
sys.exit(boss.run(prepare(), [part(name) for name in names], lambda: tell("all", "ready")))
"""


class Boss:
    """A supervisor in a process of its own, and what it printed so far."""

    def __init__(self, home: Path, *names: str) -> None:
        self.home = home
        self.printed = home / "printed"
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(home), *names],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def lines(self) -> list[str]:
        return self.printed.read_text().splitlines()

    def until(self, *words: str) -> None:
        wait_until(lambda: any(all(word in line for word in words) for line in self.lines()), f"the supervisor says {words}")

    def said(self, words: str) -> int:
        return sum(words in line for line in self.lines())

    def parts(self) -> dict[str, ProcessId]:
        record = json.loads((self.home / "up.json").read_text())
        return {name: ProcessId(**identity) for name, identity in record.items()}

    def stopped(self) -> int:
        return self.process.wait(timeout=30)


@contextmanager
def boss(home: Path, *names: str) -> Iterator[Boss]:
    running = Boss(home, *names)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_parts_start_in_order_and_stop_in_the_other(tmp_path: Path, sign: signal.Signals) -> None:
    with boss(tmp_path, "one", "two", "three") as running:
        running.until("all", "ready")
        parts = running.parts()
        running.process.send_signal(sign)
        assert running.stopped() == 0
        told = [line.split()[:2] for line in running.lines()]
    assert told == [
        ["prepared"],
        ["one", "ready"],
        ["two", "ready"],
        ["three", "ready"],
        ["all", "ready"],
        ["three", "stopped"],
        ["two", "stopped"],
        ["one", "stopped"],
    ]
    assert not [part for part in parts.values() if part.lives]
    assert not (tmp_path / "up.json").exists()


def test_a_part_that_dies_is_started_again_and_it_says_so(tmp_path: Path) -> None:
    with boss(tmp_path, "dies", "steady") as running:
        running.until("all", "ready")
        before = running.parts()["steady"]
        for times in (1, 2):  # it must have been seen to be up before it dies again
            (tmp_path / "dies.up.end").touch()
            wait_until(lambda times=times: running.said("ready again") == times, f"the part is back, {times}")  # type: ignore[misc]
        assert running.said("ended (exit status 0); starting again") == 2
        assert before.lives
        os.kill(running.parts()["steady"].pid, signal.SIGKILL)
        running.until("steady", "ended (signal 9)")
        running.until("steady", "ready again")
        assert running.parts()["steady"] != before


def test_a_part_that_cannot_start_ends_everything_with_its_last_line(tmp_path: Path) -> None:
    with boss(tmp_path, "one", "broken", "two") as running:
        running.until("broken", "did not start: the port is gone")
        assert running.stopped() == 1
        assert any(line.split()[:2] == ["one", "stopped"] for line in running.lines())
        assert not any(line.startswith("two") for line in running.lines())


def test_nothing_starts_when_the_preparation_refuses(tmp_path: Path) -> None:
    with boss(tmp_path, "one", "unprepared") as running:
        assert running.stopped() == 7
        assert running.lines() == []


def test_a_part_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    with boss(tmp_path, "deaf") as running:
        running.until("all", "ready")
        running.process.terminate()
        assert running.stopped() == 0


def test_kill_nine_takes_the_parts_along_and_the_next_start_works(tmp_path: Path) -> None:
    with boss(tmp_path, "one", "deaf") as running:
        running.until("all", "ready")
        parts = running.parts()
        assert all(part.lives for part in parts.values())
        running.process.kill()
        running.process.wait()
        wait_until(lambda: not any(part.lives for part in parts.values()), "the parts die with the supervisor")
    with boss(tmp_path, "one", "deaf") as running:
        running.until("all", "ready")


def test_a_leftover_is_ended_but_never_a_stranger_with_its_number(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    leftover, stranger = (processes.spawn(sleeper, log=tmp_path / "log") for _ in range(2))
    record = {"worker": ProcessId.of(leftover.pid), "web": ProcessId(stranger.pid, "another boot:1")}
    (tmp_path / "up.json").write_text(json.dumps({name: asdict(identity) for name, identity in record.items()}))
    with boss(tmp_path, "one") as running:
        running.until("worker", "left behind")
        running.until("all", "ready")
        assert leftover.wait(timeout=10) == -signal.SIGTERM
        assert stranger.poll() is None
    processes.end(stranger)


def test_only_one_runs_on_a_home(tmp_path: Path) -> None:
    with boss(tmp_path, "one") as running:
        running.until("all", "ready")
        second = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), "one"], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stderr.splitlines() == [f"HABEAS_HOME: Habeas is already running on {tmp_path}."]
        assert running.process.poll() is None


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "one.log").write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    with boss(tmp_path, "one") as running:
        running.until("all", "ready")
        assert (tmp_path / "logs" / "one.log.1").stat().st_size > 10 * 1024 * 1024
        assert (tmp_path / "logs" / "one.log").stat().st_size == 0


def test_a_process_is_told_from_a_later_one_with_its_number(tmp_path: Path) -> None:
    child = processes.spawn([sys.executable, "-c", "import time; time.sleep(600)"], log=tmp_path / "log")
    identity = ProcessId.of(child.pid)
    assert identity.lives
    assert not ProcessId(child.pid, "").lives
    processes.end(child)
    end = time.monotonic() + 5
    while identity.lives and time.monotonic() < end:
        time.sleep(0.01)
    assert not identity.lives
