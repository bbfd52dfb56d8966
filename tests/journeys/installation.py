"""A Habeas of its own for one journey: real processes in a home of their own, on free ports."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.processes import ProcessId
from tests import servers

UP_LIMIT = 240.0  # seconds until everything is ready on a machine that is busy with other tests


@dataclass
class Installation:
    """One home with its settings; `up()` starts it, as often as a journey likes."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("PORT", "TEMPORAL_PORT", "MAIL_PORT"):
            self.settings.setdefault(f"HABEAS_{name}", str(servers.free_port()))
        self.settings["HABEAS_HOME"] = str(self.home)
        # A journey approves by key, and nobody looks at samples in it: tests/api/test_console_sampling.py does.
        self.settings.setdefault("HABEAS_SAMPLING_FROM", "1000000")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['HABEAS_PORT']}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HABEAS_", "TEMPORAL_"))}
        return kept | self.settings

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one `habeas` command to its end."""
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=UP_LIMIT)

    @contextmanager
    def up(self, *arguments: str) -> Iterator["Up"]:
        """Start `habeas up` and wait until it is ready; whatever still runs at the end of the block is killed."""
        running = Up(self, *arguments)
        try:
            servers.wait_until(running.is_ready, f"Habeas is ready; it printed:\n{running.printed()}", UP_LIMIT)
            yield running
        finally:
            running.kill()

    def sign_ins(self) -> dict[str, str]:
        """API key by role of the demo's staff."""
        people = json.loads((self.home / "demo-sign-ins.json").read_text())
        return {person["role"]: person["api_key"] for person in people}

    def answers(self, path: str) -> int:
        """Status of a GET, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0


class Up:
    """A running `habeas up`."""

    def __init__(self, installation: Installation, *arguments: str) -> None:
        self.home = installation.home
        self._output = installation.home.with_name(f"{installation.home.name}.out")
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", *arguments],
                env=installation.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def printed(self) -> str:
        return self._output.read_text()

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"habeas up ended with {self.process.returncode}:\n{self.printed()}\n{self.logs()}")
        return "Ctrl-C stops it." in self.printed()

    def logs(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text()[-2000:]}" for log in sorted((self.home / "logs").glob("*.log")))

    def parts(self) -> dict[str, ProcessId]:
        record = json.loads((self.home / "up.json").read_text())
        return {name: ProcessId(**identity) for name, identity in record.items()}

    def kill_part(self, *names: str) -> None:
        """`kill -9` of parts, together; the supervisor starts them again."""
        parts = self.parts()
        for name in names:
            os.kill(parts[name].pid, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9` of the supervisor; its parts die with it."""
        if self.process.poll() is None:
            parts = self.parts() if (self.home / "up.json").exists() else {}
            self.process.kill()
            self.process.wait()
            servers.wait_until(lambda: not any(part.lives for part in parts.values()), "the parts die with the supervisor")

    def interrupt(self) -> int:
        """Ctrl-C; gives back the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=90)
