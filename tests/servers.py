"""Real servers for tests: a throw-away PostgreSQL cluster and the embedded Temporal server, each on a free port.

Both stop by process id when the session ends, and die with the test run if that is killed.
"""

import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg

from adapters import embedded, processes

START_LIMIT = 60.0  # seconds; a loaded machine takes ten times what an idle one does
TIME_SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    # By default a timer that is due when it is set is seen up to a second later: a second for every timer that is skipped.
    "history.timerProcessorMaxTimeShift": '"10ms"',
}


@cache
def _ports() -> Iterator[int]:
    first, last = 12_000, 32_000
    return itertools.chain(range(random.randrange(first, last), last), itertools.cycle(range(first, last)))


def free_port() -> int:
    """Return a port on 127.0.0.1 that nobody uses now, and that nobody is given by chance until somebody listens on it.

    Outgoing connections get theirs from 32768 upwards; another test process begins somewhere else.
    """
    for port in _ports():
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable")


def wait_until(ready: Callable[[], bool], what: str, limit: float = START_LIMIT, *, pause: float = 0.05) -> None:
    """Ask every `pause` seconds until the answer is yes; fail with `what` after `limit` seconds."""
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} within {limit:.0f} s")
        time.sleep(pause)


def listens(port: int) -> bool:
    """Say whether something accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def _server(
    command: Sequence[str], log: Path, stop: signal.Signals, environment: dict[str, str], user: str | None = None
) -> Iterator[None]:
    process = processes.spawn(
        command, log=log, environment=os.environ | environment, death_signal=stop, user=user, folder=log.parent
    )
    try:
        yield
    finally:
        processes.end(process, sign=stop, patience=20)


def postgresql_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL that Debian has installed here, or the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if debian:
        return debian[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL cluster of its own; yields the URL of its `postgres` database, without durability."""
    programs = postgresql_bin()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    user = None
    folder = Path(tempfile.mkdtemp(prefix="habeas-pg-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    init = [str(programs / "initdb"), "-D", str(data), "-U", "habeas", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(init, check=True, capture_output=True, user=user, cwd=folder)
    quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
    loopback = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    command = [str(programs / "postgres"), "-D", str(data)]
    for setting in quick + loopback:
        command += ["-c", setting]
    url = f"postgresql+psycopg://habeas@127.0.0.1:{port}/postgres"
    try:
        with _server(command, folder / "log", signal.SIGINT, {}, user):  # SIGINT is its fast shutdown
            wait_until(lambda: _answers(url), "PostgreSQL answers")
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(plain(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def plain(url: str) -> str:
    """Turn an SQLAlchemy URL into one that the driver itself understands."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def temporal(folder: Path, *, time_skipping: bool = True) -> Iterator[str]:
    """Run the embedded Temporal server with its state in `folder`; yields its address.

    With `time_skipping`, `temporalio.testing.TimeSkipper(client)` ages one case at a time on any client of it.
    """
    port = free_port()
    command = embedded.command(port=port, database=folder / "temporal.db", dynamic_config=TIME_SKIPPING if time_skipping else {})
    with _server(command, folder / "temporal.log", signal.SIGTERM, embedded.ENVIRONMENT):
        address = f"127.0.0.1:{port}"
        wait_until(lambda: embedded.prepare_namespace(address), "Temporal answers")
        yield address
