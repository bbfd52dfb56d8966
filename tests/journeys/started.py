"""The parts of one installation, started one by one so that a journey can kill -9 any of them and start it again at once.

`habeas up` would do the same and wait longer each time: a part that dies often is restarted late on purpose.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from adapters import parts, processes
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.supervisor import Part
from tests import servers
from tests.journeys.installation import Installation


class Started:
    """Temporal, mail catcher, worker and web of one home, and its record opened for reading.

    Args:
        installation: the home; prepared here as the demo.
    """

    def __init__(self, installation: Installation) -> None:
        installation.settings["HABEAS_ENVIRONMENT"] = "demo"
        prepared = installation.run("prepare")
        assert prepared.returncode == 0, prepared.stderr
        self.installation = installation
        named = {name.removeprefix("HABEAS_").lower(): value for name, value in installation.settings.items()}
        self.settings = Settings.load(**{name: value for name, value in named.items() if name in Settings.model_fields})
        self.resources = Resources.open(self.settings)
        self.keys = installation.sign_ins()
        self._parts = {part.name: part for part in parts.parts(self.settings)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        (self.settings.home / "logs").mkdir(exist_ok=True)

    def start(self, *names: str) -> None:
        """Start parts and wait until all are ready; the engine first, since the worker ends when nobody answers it."""
        for group in (["temporal", "mail"], ["worker", "web"]):
            chosen = [self._parts[name] for name in group if name in names]
            for part in chosen:
                self._spawn(part)
            for part in chosen:
                servers.wait_until(lambda part=part: self._is_ready(part), f"{part.name} is ready")  # type: ignore[misc]

    def kill(self, *names: str) -> None:
        """`kill -9`, all at once; none of them is there any more when this returns."""
        for name in names:
            os.kill(self._running[name].pid, signal.SIGKILL)
        for name in names:
            self._running.pop(name).wait()

    def log(self, name: str) -> str:
        return (self.settings.home / "logs" / f"{name}.log").read_text()[-2000:]

    def close(self) -> None:
        for process in reversed(self._running.values()):
            processes.end(process)
        self.resources.close()

    def _spawn(self, part: Part) -> None:
        if part.sign is not None:
            part.sign.unlink(missing_ok=True)
        environment = part.environment | self.installation.settings
        log = self.settings.home / "logs" / f"{part.name}.log"
        self._running[part.name] = processes.spawn(part.command, log=log, environment=environment)

    def _is_ready(self, part: Part) -> bool:
        status = self._running[part.name].poll()
        assert status is None, f"{part.name} ended with {status}:\n{self.log(part.name)}"
        return part.ready()


@contextmanager
def started(installation: Installation) -> Iterator[Started]:
    """Everything running until the end of the block."""
    running = Started(installation)
    try:
        running.start("temporal", "mail", "worker", "web")
        yield running
    finally:
        running.close()
