"""The real thing, started as an operator starts it: `habeas up`, a PostgreSQL cluster with the data, a client by HTTP.

Temporal, worker, web and mail catcher are processes of their own; nothing of Habeas runs in the process that measures.

Next: benchmarks/saas.py
"""

import contextlib
import email
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry, serialize_compact

from adapters import processes
from benchmarks import saas
from domain.events import Tag
from tests import servers
from tests.journeys.installation import Installation, Up

ISSUER = "https://platform.peer.example"
DATAMAP = Path(__file__).with_name("peer_datamap.yml")
POLL = 0.003  # seconds between two looks at the record; a fortieth of the shortest time measured
IDLE = 2.0  # seconds; a server lets go of a connection that nothing came over for five
PATIENCE = 300.0  # seconds until something that should have happened is called lost; a sweep may have to find it first


class Caller:
    """One client with one connection that is kept open, as a platform's backend has it."""

    def __init__(self, port: int, keys: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._keys, self._used = keys, 0.0

    def post(self, path: str, body: dict[str, Any], role: str = "caseworker") -> dict[str, Any]:
        """Send once; anything but success ends the run."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        if self._keys:
            headers["Authorization"] = f"Bearer {self._keys[role]}"
        self._fresh()
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        return dict(json.loads(content))

    def get(self, path: str, role: str = "reviewer") -> bytes:
        self._fresh()
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {self._keys[role]}"})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return content

    def _fresh(self) -> None:
        if time.monotonic() - self._used > IDLE:
            self._connection.close()  # it opens itself again
        self._used = time.monotonic()

    def close(self) -> None:
        self._connection.close()


class Stack:
    """A running Habeas on the data.

    Args:
        installation: its home and ports.
        up: the supervisor's process.
        source: the controller's database.
        key: signs identity assertions.
    """

    def __init__(self, installation: Installation, up: Up, source: str, key: OKPKey) -> None:
        self.installation, self.up, self.source, self._key = installation, up, source, key
        self.keys = installation.sign_ins()
        self.temporal = f"127.0.0.1:{installation.settings['HABEAS_TEMPORAL_PORT']}"
        self._record = sqlite3.connect(f"file:{installation.home}/habeas.db?mode=ro", uri=True, isolation_level=None)

    def caller(self) -> Caller:
        return Caller(int(self.installation.settings["HABEAS_PORT"]), self.keys)

    def body(self, address: str, *, asserted: bool = False, right: str = "access") -> dict[str, Any]:
        """A request; `asserted` when the platform vouches for who is signed in there."""
        body: dict[str, Any] = {"rights": [right], "subject": {"email": address, "name": "Somebody", "country": "DE"}}
        return body | {"identity_assertion": self._assertion(address, right)} if asserted else body

    def _assertion(self, address: str, right: str) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": self.installation.url, "sub": address, "email": address, "rights": [right]}
        claims |= {"acr": "mfa", "jti": uuid4().hex}
        payload = json.dumps(claims | {"auth_time": now - 5, "exp": now + 290}).encode()
        return serialize_compact({"alg": "Ed25519"}, payload, self._key, registry=_Signing())

    def code(self, reference: str) -> str:
        """The code in the first letter of a case; waits for it."""
        folder = self.installation.home / "mail" / "new"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            newest = sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[:20]
            for letter in (email.message_from_bytes(file.read_bytes()) for file in newest):
                if reference in str(letter["Subject"]):
                    parts = [part.get_payload(decode=True) for part in letter.walk() if part.get_content_type() == "text/plain"]
                    found = re.search(
                        rb"^ +(\d{8})\s*$", b"\n".join(part for part in parts if isinstance(part, bytes)), re.MULTILINE
                    )
                    if found:
                        return found[1].decode()
            time.sleep(0.05)
        raise TimeoutError("no code arrived")

    def event(self, case_id: UUID, tag: Tag) -> dict[str, Any] | None:
        """Facts of the newest such event, None while there is none."""
        found = self._record.execute(
            "SELECT facts FROM case_event WHERE case_id = ? AND tag = ? ORDER BY sequence DESC LIMIT 1", (case_id.hex, tag.value)
        ).fetchone()
        return dict(json.loads(found[0])) if found else None

    def reference(self, case_id: UUID) -> str:
        """Of a case."""
        return str(self._record.execute("SELECT reference FROM case_receipt WHERE case_id = ?", (case_id.hex,)).fetchone()[0])

    def until(self, case_id: UUID, tag: Tag) -> dict[str, Any]:
        """Wait for an event; gives back its facts."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if (facts := self.event(case_id, tag)) is not None:
                return facts
            time.sleep(POLL)
        raise TimeoutError(f"{tag} did not happen")

    def ranks(self, cases: list[UUID]) -> list[int]:
        """Of those in review: position by arrival, in order of completion."""
        ids = {case.hex for case in cases}
        arrived = [row[0] for row in self._record.execute("SELECT case_id FROM case_receipt ORDER BY rowid") if row[0] in ids]
        built = "SELECT case_id FROM case_event WHERE tag = ? ORDER BY id"
        done = [row[0] for row in self._record.execute(built, (Tag.PACKAGE_BUILT.value,)) if row[0] in ids]
        position = {case: number for number, case in enumerate(arrived)}
        return [position[case] for case in done]

    def settle(self) -> None:
        """Wait until no event has been recorded for a second: what the last measurement left behind is done."""
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < 1:
            now = self._record.execute("SELECT count(*) FROM case_event").fetchone()[0]
            if now != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.1)

    def memory(self) -> dict[str, float]:
        """Proportional memory (PSS) of every part in MB, the supervisor included; shared pages are counted once."""
        pids = {name: part.pid for name, part in self.up.parts().items()} | {"supervisor": self.up.process.pid}
        return {name: pss(pid) for name, pid in pids.items()}

    def close(self) -> None:
        self._record.close()


class _Signing(JWSRegistry):
    """joserfc knows the newer name of Ed25519 only where it is asked for by name."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401 (joserfc does not export the type)
        return self.algorithms[name]


def pss(pid: int) -> float:
    """Proportional set size of a process in MB (proc(5), smaps_rollup)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[1]) / 1000  # type: ignore[index]


@contextlib.contextmanager
def running(folder: Path, *, users: int, share: float) -> Iterator[tuple[Stack, int]]:
    """Everything running until the end of the block; yields also how many rows the controller's database holds."""
    with servers.postgresql() as url:
        dsn = servers.plain(url)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE DATABASE saas")
        source = f"{dsn.rpartition('/')[0]}/saas"
        rows = saas.fill(source, users=users, share=share)
        key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
        issuers = folder / "issuers.json"
        issuers.write_text(json.dumps({ISSUER: {"keys": [key.as_dict(private=False)]}}), encoding="utf-8")
        settings = {
            "HABEAS_DATAMAP": str(DATAMAP),
            "HABEAS_ERASURE_WAITING_DAYS": "0",
            "HABEAS_IDENTITY_ISSUERS": str(issuers),
            "PEER_DATABASE_URL": f"{url.rpartition('/')[0]}/saas",
        }
        installation = Installation(folder / "home", settings)
        with installation.up("--demo") as up:
            stack = Stack(installation, up, source, key)
            try:
                yield stack, rows
            finally:
                stack.close()
                up.interrupt()


@contextlib.contextmanager
def bare_endpoint(folder: Path) -> Iterator[int]:
    """Run the floor of intake; yields its port."""
    port = servers.free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare_endpoint:create_app", "--factory", "--port", str(port)]
    with _process([*command, "--no-access-log", "--log-level", "warning"], folder, {"BARE_DATABASE": str(folder / "bare.db")}):
        servers.wait_until(lambda: servers.listens(port), "the bare endpoint answers")
        yield port


@contextlib.contextmanager
def bare_worker(stack: Stack, folder: Path) -> Iterator[None]:
    """Run the worker of the bare workflows."""
    with _process([sys.executable, "-m", "benchmarks.bare_workflows", stack.temporal], folder, {}):
        yield


@contextlib.contextmanager
def _process(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = processes.spawn(command, log=folder / "floor.log", environment=os.environ | environment)
    try:
        yield process
    finally:
        processes.end(process)
