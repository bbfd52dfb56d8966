"""A real IMAP server, Debian's dovecot, on a free port; and a way through to it that tears connections where a test wants it."""

import getpass
import grp
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters import processes
from tests import servers

PASSWORD = "made-up"


@dataclass
class Dovecot:
    """A running server; every user name has an empty mailbox and the same password."""

    port: int
    folder: Path
    capability: str = ""

    def url(self, user: str = "connect", **options: str) -> str:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"imap://{user}:{PASSWORD}@127.0.0.1:{self.port}/INBOX" + (f"?{query}" if query else "")

    @contextmanager
    def signed_in(self, user: str = "connect") -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=30) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, *raws: bytes, user: str = "connect", arrived: datetime | None = None) -> None:
        """Put messages into a mailbox, as if they had arrived at this instant."""
        moment = imaplib.Time2Internaldate(arrived or datetime.now(UTC))
        with self.signed_in(user) as client:
            for raw in raws:
                answer, _ = client.append("INBOX", "", moment, raw)
                assert answer == "OK"

    def seen(self, folder: str = "INBOX", user: str = "connect") -> tuple[int, int]:
        """How many messages a folder holds, and how many of them are marked as read."""
        with self.signed_in(user) as client:
            answer, _ = client.select(folder)
            if answer != "OK":
                return 0, 0
            every, read = (client.search(None, what)[1][0].split() for what in ("ALL", "SEEN"))
            return len(every), len(read)


@contextmanager
def running(*, idle: bool = True) -> Iterator[Dovecot]:
    """Run a server; `idle` says whether it offers to say by itself that something came."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not Path(program).exists():
        raise FileNotFoundError("dovecot is not installed: apt-get install dovecot-imapd")
    folder, port = Path(tempfile.mkdtemp(prefix="habeas-imap-")), servers.free_port()
    folder.chmod(0o755)
    config = folder / "dovecot.conf"
    config.write_text(_config(folder, port, idle=idle))
    process = processes.spawn([program, "-F", "-c", str(config)], log=folder / "out", environment=dict(os.environ), folder=folder)
    server = Dovecot(port, folder)
    try:
        servers.wait_until(lambda: _greets(port), "dovecot answers")
        yield server
    finally:
        processes.end(process, sign=signal.SIGTERM, patience=20)
        shutil.rmtree(folder, ignore_errors=True)


def _config(folder: Path, port: int, *, idle: bool) -> str:
    root = os.geteuid() == 0
    me, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    mail_user = "nobody" if root else me
    mail_group = subprocess.run(["id", "-gn", mail_user], capture_output=True, text=True, check=True).stdout.strip()
    mails = folder / "mails"
    mails.mkdir()
    if root:
        shutil.chown(mails, mail_user, mail_group)
    own = "" if root else f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}\n"
    capability = "" if idle else "imap_capability = IMAP4rev1 UIDPLUS MOVE\n"
    return f"""
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:{mails}/%u
first_valid_uid = 1
{own}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={mails}/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
protocol imap {{
  mail_max_userip_connections = 100
{capability}}}
"""


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.settimeout(5)
        return connection.recv(100).startswith(b"* OK")
    return False


@dataclass
class Wire:
    """A way to a server that is torn once, when a sign is seen in what a side says."""

    target: int
    port: int = field(default_factory=servers.free_port)
    tear_at_client: bytes | None = None  # seen in what the client says: not passed on, torn
    tear_at_server: bytes | None = None  # seen in what the server says: torn in the middle of it
    torn: int = 0
    connections: int = 0

    _threads: list[threading.Thread] = field(default_factory=list)

    def _carry(self, source: socket.socket, sink: socket.socket, *, from_client: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(4_096):
                sign = self.tear_at_client if from_client else self.tear_at_server
                if sign is not None and sign in piece:
                    self.tear_at_client = self.tear_at_server = None
                    self.torn += 1
                    if not from_client:
                        sink.sendall(piece[: piece.index(sign) + len(sign)])
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _connect(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=self._carry, args=(server, client), kwargs={"from_client": False})
            back.start()
            self._carry(client, server, from_client=True)
            back.join()

    def serve(self, listening: socket.socket) -> None:
        """Carry every connection until the listening socket is shut down."""
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self._connect, args=(client,)))
                self._threads[-1].start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    """Listen in front of a server."""
    carried = Wire(target)
    with socket.create_server(("127.0.0.1", carried.port)) as listening:
        serving = threading.Thread(target=carried.serve, args=(listening,))
        serving.start()
        yield carried
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        serving.join()
        carried.join()
