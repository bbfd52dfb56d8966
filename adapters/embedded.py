"""The embedded Temporal server of the small installation: one process, its state in one SQLite file on disk.

It is used when no Temporal address is configured (design 5b). A self-hosted cluster or Temporal Cloud is a change of
`TEMPORAL_*` environment variables, not of code.

Next: adapters/supervisor.py
"""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from domain.errors import SettingsError

# Closed cases leave the engine after this time; the server's own default of one day would lose the id of a case that
# closed yesterday, and with it the refusal to start it twice.
RETENTION = timedelta(days=30)

# Lists and reports come from SQL; these two are for operators who look at the engine itself.
SEARCH_ATTRIBUTES = {"HabeasKind": "Keyword", "HabeasStage": "Keyword"}

PRAGMAS = {
    "journal_mode": "WAL",  # measured: two to four times the throughput of the default
    # A power cut must not put the database ahead of the engine; measured: no slower in sequence, 5 to 18 % in a burst.
    "synchronous": "FULL",
}

DYNAMIC_CONFIG = {
    # One partition per task queue: first come, first served. The default of four finishes everybody late together.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}

ASK_LIMIT = 10  # seconds for one question to the server

STATE = "temporal.db"  # in HABEAS_HOME
ENVIRONMENT = {"TEMPORAL_VERSION_CHECK_DISABLED": "1"}  # nothing leaves the machine


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Say whether `habeas up` has to bring its own server: nothing in the environment points at another one."""
    return not any(environment.get(name) for name in ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"))


def client_environment(port: int) -> dict[str, str]:
    """Return what points the other parts at the embedded server, whatever profile file lies in somebody's home."""
    return {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "TEMPORAL_CONFIG_FILE": os.devnull}


def binary() -> Path:
    """Find the server's binary: in this virtual environment, else on the path.

    Raises:
        SettingsError: it is not installed.
    """
    beside_python = Path(sysconfig.get_path("scripts")) / "temporal"
    if beside_python.is_file():
        return beside_python
    found = shutil.which("temporal")
    if found is None:
        raise SettingsError("TEMPORAL_ADDRESS is not set, and no embedded server is installed (`habeas[embedded]`).")
    return Path(found)


def command(*, port: int, database: Path, namespace: str = "default", dynamic_config: dict[str, str] | None = None) -> list[str]:
    """Build the server's command line.

    Its HTTP interface cannot be turned off and answers any web page that finds it, so it gets a random port at each
    start and the user interface stays off (`security.md`, section 1).

    Args:
        port: of the gRPC interface, on 127.0.0.1.
        database: file that holds the state; made when missing.
        namespace: made when missing.
        dynamic_config: further server settings; only tests switch time skipping on.
    """
    line = [str(binary()), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    line += ["--namespace", namespace, "--db-filename", str(database), "--log-format", "json", "--log-level", "error"]
    for name, value in PRAGMAS.items():
        line += ["--sqlite-pragma", f"{name}={value}"]
    for name, value in (DYNAMIC_CONFIG | (dynamic_config or {})).items():
        line += ["--dynamic-config-value", f"{name}={value}"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        line += ["--search-attribute", f"{name}={kind}"]
    return line


def prepare_namespace(address: str, namespace: str = "default") -> bool:
    """Set the retention of closed workflows; there is no start flag for it. False while the server is not ready yet.

    Uses the command line client, so that the supervisor never loads the engine's native library before it forks.
    """
    line = [str(binary()), "operator", "namespace", "update", "--disable-config-env", "--disable-config-file"]
    line += ["--namespace", namespace, "--retention", f"{RETENTION.days}d", "--address", address]
    try:
        return subprocess.run(line, capture_output=True, check=False, timeout=ASK_LIMIT).returncode == 0  # noqa: S603 (our own binary)
    except subprocess.TimeoutExpired:
        return False
