"""Log lines leave the machine while they are written: over TLS, to whom is meant, none of them silently missing."""

import contextlib
import datetime as dt
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters import logs
from adapters.log_shipping import Collector, Shipping
from domain.errors import SettingsError
from tests import servers

PAUSE = 0.05


def certificate(folder: Path, host: str) -> Path:
    """A certificate that vouches for itself, with its key, for one address."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "collector")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{host}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


class Listening:
    """A collector that keeps what it is sent."""

    def __init__(self, pem: Path, port: int) -> None:
        self.taken, self.refused = b"", 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self._socket = socket.create_server(("127.0.0.1", port))
        self._open: list[ssl.SSLSocket] = []
        self._threads = [threading.Thread(target=self._run)]
        self._threads[0].start()

    @property
    def lines(self) -> list[str]:
        """What came, frame by frame (RFC 5425)."""
        found, rest = list[str](), self.taken
        while rest:
            length, _, rest = rest.partition(b" ")
            found.append(rest[: int(length)].decode())
            rest = rest[int(length) :]
        return found

    def close(self) -> None:
        """Be gone at once."""
        self._socket.shutdown(socket.SHUT_RDWR)  # whoever waits for a connection wakes up
        self._threads[0].join(30)
        self._socket.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # seen at once, also while the other thread reads
            each.close()
        for reader in self._threads[1:]:
            reader.join(30)

    def _run(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            try:
                self._open.append(self._context.wrap_socket(plain, server_side=True))
            except OSError:
                plain.close()
                self.refused += 1
                continue
            self._threads.append(threading.Thread(target=self._read, args=(self._open[-1],)))
            self._threads[-1].start()

    def _read(self, connection: ssl.SSLSocket) -> None:
        try:
            while chunk := connection.recv(65_536):
                self.taken += chunk
        except OSError:
            return


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path, "127.0.0.1")


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("tests.shipped")
    found.setLevel(logging.INFO)
    yield found
    for handler in [*found.handlers]:
        handler.close()
        found.removeHandler(handler)


def test_lines_arrive_in_order_and_those_of_an_outage_after_it(pem: Path, logger: logging.Logger) -> None:
    port = servers.free_port()
    first = Listening(pem, port)
    logger.addHandler(Shipping(Collector("127.0.0.1", port, ca=pem), pause=PAUSE))
    logger.warning("one")
    servers.wait_until(lambda: len(first.lines) == 1, "the first line arrives")
    assert first.lines[0].startswith("<132>1 ")
    assert " habeas " in first.lines[0]
    first.close()
    for number in range(20):
        logger.info("of the outage, %d", number)  # nothing waits and nothing fails
    second = Listening(pem, port)
    servers.wait_until(lambda: len(second.lines) >= 20, "what was written meanwhile arrives")
    assert [line.rpartition(" ")[2] for line in second.lines[-20:]] == [str(number) for number in range(20)]
    second.close()


def test_nothing_is_sent_to_somebody_else(tmp_path: Path, pem: Path, logger: logging.Logger) -> None:
    port = servers.free_port()
    other = Listening(certificate(tmp_path, "127.0.0.2"), port)  # another key, and another name
    logger.addHandler(Shipping(Collector("127.0.0.1", port, ca=pem), pause=PAUSE))
    logger.error("for the collector alone")
    servers.wait_until(lambda: other.refused >= 2, "it was tried more than once")
    assert other.taken == b""
    other.close()


def test_what_the_queue_cannot_hold_is_counted(pem: Path, logger: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.log_shipping._MOST", 5)
    port = servers.free_port()
    logger.addHandler(Shipping(Collector("127.0.0.1", port, ca=pem), pause=PAUSE))
    for number in range(50):
        logger.info("%d", number)
    there = Listening(pem, port)
    servers.wait_until(lambda: any("log lines lost" in line for line in there.lines), "the gap is told")
    [told] = [line for line in there.lines if "log lines lost" in line]
    servers.wait_until(lambda: len(there.lines) >= 6, "the rest arrives")
    assert int(told.rpartition(":")[2].strip(" }")) + len(there.lines) - 1 == 50
    there.close()


def test_what_is_shipped_is_withheld_as_what_is_written(pem: Path) -> None:
    port, kept = servers.free_port(), logging.getLogger().handlers
    there = Listening(pem, port)
    try:
        logs.configure("INFO", ship_to=f"tls://127.0.0.1:{port}?ca={pem}")
        structlog.get_logger("web").info("answered", note="Ruth Adeyemi asks", case="HAB-12345678")
        servers.wait_until(lambda: len(there.lines) == 1, "the line arrives")
        assert '"case": "HAB-12345678"' in there.lines[0]
        assert "Ruth" not in there.lines[0]
    finally:
        for handler in logging.getLogger().handlers:
            handler.close()
        logging.getLogger().handlers = kept
        there.close()


@pytest.mark.parametrize(
    "url", ["syslog://host", "tls://", "tls://host?ca=/nowhere/ca.pem", "tls://host?verify=no", "tls://host:x"]
)
def test_a_collector_that_could_be_anybody_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="HABEAS_LOGS_TO"):
        Collector.of(url)
