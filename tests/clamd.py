"""A real clamd on a free port, with one signature of the tests' own: the EICAR test file and nothing else."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from adapters import processes
from tests import servers

# In two halves, so that no scanner takes this file for one.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


class Clamd(NamedTuple):
    """Both addresses of a running server."""

    tcp: str
    unix: str


@contextmanager
def running(*, most: str = "25M") -> Iterator[Clamd]:
    """Run a server and give its addresses as `HABEAS_CLAMD` takes them; `most` is the longest file it takes."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    if not Path(program).exists():
        raise FileNotFoundError("clamd is not installed: apt-get install clamav-daemon")
    folder, port = Path(tempfile.mkdtemp(prefix="habeas-clamd-")), servers.free_port()
    (folder / "db").mkdir()
    (folder / "db" / "tests.ndb").write_text(f"Tests.Eicar:0:*:{EICAR.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"DatabaseDirectory {folder}/db\nLocalSocket {folder}/ctl\n"
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\nStreamMaxLength {most}\n"
        f"LogFile {folder}/log\nTemporaryDirectory {folder}\n"
    )
    process = processes.spawn([program, "-c", str(config)], log=folder / "out", environment=dict(os.environ), folder=folder)
    try:
        servers.wait_until(lambda: _answers(port), "clamd answers")
        yield Clamd(f"tcp://127.0.0.1:{port}", f"unix://{folder}/ctl")
    finally:
        processes.end(process, sign=signal.SIGTERM, patience=20)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(b"nPING\n")
        return connection.recv(4) == b"PONG"
    return False
