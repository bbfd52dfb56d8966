"""Sends log lines to a collector on another machine while they are written, so that whoever takes this one cannot take them back.

Syslog (RFC 5424) over TLS (RFC 5425), with the collector's certificate checked (ASVS 16.4.2, 16.4.3). Nothing waits for it: lines
that the collector cannot take at once stand in a queue, and where the queue is full the next line says how many are missing.

Next: adapters/processes.py
"""

import contextlib
import logging
import os
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from domain.errors import SettingsError

_MOST: Final = 10_000  # lines that wait; some megabytes
_PATIENCE: Final = 10.0  # seconds, for the collector to take a line
_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds, between two tries to reach it
_AT_THE_END: Final = 2.0  # seconds that a process waits for its last lines
_LOCAL0: Final = 16 * 8
_SEVERITIES: Final = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))


@dataclass(frozen=True)
class Collector:
    """Where lines go.

    Args:
        host: whose name stands in its certificate.
        port: of TCP.
        ca: who vouches for it; None: whoever the machine trusts.
        cert, key: what this installation shows of itself, where the collector wants to know.
    """

    host: str
    port: int
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, url: str) -> "Collector":
        """Read `tls://host:6514?ca=FILE&cert=FILE&key=FILE`.

        Raises:
            SettingsError: another scheme, no host, another parameter, or a file that is not there.
        """
        parts, given = urlsplit(url), parse_qs(urlsplit(url).query)
        try:
            port = parts.port or 6514
        except ValueError:
            port = 0
        if parts.scheme != "tls" or not parts.hostname or not port or set(given) - {"ca", "cert", "key"}:
            raise SettingsError("HABEAS_LOGS_TO: write tls://host:6514, with ?ca=FILE and the like if needed.", setting="logs_to")
        files = {name: Path(values[0]) for name, values in given.items()}
        if missing := [name for name, file in files.items() if not file.is_file()]:
            raise SettingsError(f"HABEAS_LOGS_TO: the file of {missing[0]} is not there.", setting="logs_to")
        return cls(parts.hostname, port, files.get("ca"), files.get("cert"), files.get("key"))

    def connect(self) -> ssl.SSLSocket:
        """A connection to it, and to nobody else.

        Raises:
            OSError: it does not answer, or cannot show who it is.
        """
        context = ssl.create_default_context(cafile=self.ca)
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        plain = socket.create_connection((self.host, self.port), timeout=_PATIENCE)
        try:
            return context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class Shipping(logging.Handler):
    """Sends what its formatter makes of each record.

    Args:
        collector: where to.
        pause: seconds before the second try to reach it; each further one waits twice as long.
    """

    def __init__(self, collector: Collector, *, pause: float = _PAUSE) -> None:
        super().__init__()
        self._collector, self._pause = collector, pause
        self._waiting: queue.Queue[bytes] = queue.Queue(_MOST)
        self._lost, self._counting = 0, threading.Lock()
        self._open: ssl.SSLSocket | None = None
        self._over = threading.Event()
        self._sender = threading.Thread(target=self._run, name="log-shipping", daemon=True)
        self._sender.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a line into the queue; never waits, never raises."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 (as every handler of `logging`: a line that cannot be written ends nothing)
            self.handleError(record)
            return
        try:
            self._waiting.put_nowait(_framed(line, record.levelno))
        except queue.Full:
            with self._counting:
                self._lost += 1

    def flush(self) -> None:
        """Give the last lines of a process a moment to leave."""
        until = time.monotonic() + _AT_THE_END
        while self._waiting.unfinished_tasks and time.monotonic() < until and not self._over.is_set():
            time.sleep(0.01)

    def close(self) -> None:
        """Send what is left, and end."""
        self.flush()
        self._over.set()
        if self._sender is not threading.current_thread():
            self._sender.join(_AT_THE_END)
        super().close()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                frame = self._waiting.get(timeout=1.0)
            except queue.Empty:
                continue
            with self._counting:
                lost, self._lost = self._lost, 0
            if lost:
                self._send(_framed(f'{{"event": "log lines lost", "lines": {lost}}}', logging.WARNING))
            self._send(frame)
            self._waiting.task_done()
        self._leave()

    def _leave(self) -> None:
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.close()
            self._open = None

    def _send(self, frame: bytes) -> None:
        """Send one line, however often it takes. What was on its way when the collector broke down nobody confirms (RFC 5425)."""
        pause = self._pause
        while not self._over.is_set():
            try:
                if self._open is None:
                    self._open = self._collector.connect()
                elif _was_left(self._open):
                    raise ConnectionResetError
                self._open.sendall(frame)
            except OSError:  # also what TLS raises
                self._leave()
                self._over.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return


def _was_left(connection: ssl.SSLSocket) -> bool:
    """Whether the other side has gone: it never says anything, so anything to be read is its end."""
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except (ssl.SSLWantReadError, BlockingIOError):
        return False
    finally:
        connection.settimeout(_PATIENCE)


def _framed(line: str, level: int) -> bytes:
    severity = next(number for least, number in _SEVERITIES if level >= least)
    at, host = datetime.now(UTC).isoformat(timespec="milliseconds"), socket.gethostname() or "-"
    message = f"<{_LOCAL0 + severity}>1 {at} {host} habeas {os.getpid()} - - {line}".encode()
    return f"{len(message)} ".encode() + message
