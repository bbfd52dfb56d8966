"""Nothing that anybody writes stands in a log, a metric, a failure or the engine; no stored hash gives an address back.

Every field that takes words gets a marker of its own, also those of requests that are refused or broken; then everything that the
processes wrote is read byte by byte, and every history is asked for from the engine itself.
"""

import asyncio
import base64
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from demo import people
from domain.rights import Status
from tests.journeys.installation import Installation
from tests.journeys.readable import files_in
from tests.journeys.started import Started, started
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey

MARKER = "zqmarkq"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Planted:
    """Gives out markers: one per field, with the same beginning."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def __call__(self, field: str) -> str:
        self.fields.append(field)
        return f"{MARKER}{len(self.fields)}"


@pytest.fixture
def running(installation: Installation) -> Iterator[Started]:
    with started(installation) as everything:
        yield everything


def test_no_log_metric_failure_or_history_holds_anybodys_words(running: Started, tmp_path: Path) -> None:
    mark = Planted()
    walk = MarkedWalk(running, f"{mark('address')}@example.com", mark)
    walk.case()
    walk.breach()
    walk.mail()
    broken(running, walk, mark)
    metrics = _DIRECT.open(f"{running.installation.url}/metrics", timeout=30).read()
    assert b"requests" in metrics
    assert len(mark.fields) > 40
    home = running.settings.home
    looked_at = [path for path in files_in(tmp_path) if not path.is_relative_to(home / "demo")]
    # What was mailed is the person's own copy, and the mail server here stands for theirs.
    looked_at = [path for path in looked_at if not path.is_relative_to(home / "mail")]
    names = {path.name for path in looked_at}
    assert {"temporal.db", "web.log", "worker.log", "temporal.log", "habeas.db", "keys.db"} <= names
    histories = told_by_engine(running)
    assert len(histories) > 10
    written = {path.name: path.read_bytes() for path in looked_at if path.exists()} | {"metrics": metrics} | histories
    assert [name for name, content in written.items() if holds(content)] == []
    dictionary(home, [walk.address])


def holds(content: bytes) -> bool:
    """Whether a marker stands in it, in any case, or in Base64 at any offset."""
    if MARKER.encode() in content.lower():
        return True
    return any(each in content for each in _ENCODED)


# The marker in Base64 at each of the three offsets, without the signs that depend on its neighbours.
_ENCODED = [
    base64.b64encode(b"\0" * pad + MARKER.encode() + b"\0" * 3)[first:last]
    for pad, first, last in ((0, 0, 9), (1, 4, 10), (2, 4, 12))
]


class MarkedWalk(Walk):
    """A case, a breach and a mail whose every word is a marker."""

    def __init__(self, running: Started, address: str, mark: Planted) -> None:
        super().__init__(running, address)
        self.mark = mark

    def try_it(self, action: str, role: str = "caseworker", **body: str) -> int:
        """A command that may be refused, which is written down too."""
        key = f"{self.mark('key')}:{uuid4().hex}"
        return self._call("POST", f"/cases/{self.reference}/actions/{action}", body, role, key)[0]

    def case(self) -> None:
        mark = self.mark
        subject = {"email": self.address, "name": mark("name"), "country": "GB"}
        body = {"rights": ["access"], "subject": subject, "message": mark("message")}
        status, answer = self._call("POST", "/requests", body, "caseworker", mark("idempotency key"))
        assert status == 201, answer
        self.case_id, self.reference = UUID(answer["case_id"]), answer["reference"]
        assert self.try_it("add_note", text=mark("note")) == 200
        assert self.try_it("add_identifier", kind="email", value=f"{mark('second')}@example.com") == 200
        self.try_it("add_identifier", kind="phone", value=mark("not a number"))
        assert self.try_it("confirm_identity_code", code=mark("code")) >= 400
        self.confirm()
        self.try_it("request_clarification", question=mark("question"))
        self.try_it("answer_clarification", answer=mark("answer"))
        self.try_it("send_message", text=mark("message"))
        self.try_it("extend_deadline", ground="complexity", reason=mark("reason"))
        self.try_it("propose_refusal", ground="excessive", text=mark("text"), reason=mark("reason"))
        self.try_it("record_fee", step="asked", reason=mark("fee"))
        self.try_it("hold", "privacy_lead", reason=mark("hold"))
        self.try_it("release", "privacy_lead", reason=mark("release"))
        view = self.until(lambda each: each.state.open_work_items)
        for item in view.state.open_work_items:
            self.try_it("complete_work_item", work_item=str(item), result="not_found", note=mark("by hand"))
        self.try_it("return_for_rework", "reviewer", reason=mark("rework"))
        self.try_it("merge_duplicate", into=mark("into"), reason=mark("reason"))
        assert self.try_it("close", "privacy_lead", outcome="withdrawn", reason=mark("close")) == 200
        self.until(lambda each: each.state.status is Status.CLOSED)
        for path in ("/cases/search", "/suppression/check"):
            self._call("POST", path, {"kind": "email", "value": f"{mark('search')}@example.com"}, "caseworker", "")
        hold = {"kind": "email", "value": self.address, "ground": "dispute", "reason": mark("hold")}
        self._call("POST", "/holds", hold, "privacy_lead", "")

    def breach(self) -> None:
        body = {
            "summary": self.mark("summary"),
            "first_alert_at": "2026-11-24T09:00:00Z",
            "aware_at": "2026-11-24T10:00:00Z",
            "affected": {"GB": 12},
            "role": "controller",
        }
        status, answer = self._call("POST", "/breaches", body, "privacy_lead", self.mark("key"))
        assert status == 201, answer
        path = f"/breaches/{answer['reference']}/actions"
        for action, fields in (
            ("add_fact", {"text": self.mark("fact"), "at": "2026-11-24T09:30:00Z"}),
            ("add_task", {"text": self.mark("task"), "title": self.mark("task")}),
            ("dismiss", {"reason": self.mark("dismiss")}),
        ):
            self._call("POST", f"{path}/{action}", fields, "privacy_lead", uuid4().hex)

    def mail(self) -> None:
        mark = self.mark
        message = EmailMessage(policy=SMTP)
        message["From"] = f"{mark('display')} <{mark('from')}@example.com>"
        message["To"] = "assist@imaginella.example"
        message["Subject"], message["Message-ID"] = mark("subject"), f"<{mark('id')}@example.com>"
        message.set_content(f"Send me all my data, {mark('body')}")
        message.add_attachment(mark("attached"), filename=f"{mark('file')}.txt")
        command = [sys.executable, "-m", "cli", "mail-in"]
        environment = self.started.installation.environment
        done = subprocess.run(command, input=message.as_bytes(), env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert not holds(done.stdout + done.stderr)


def broken(running: Started, walk: MarkedWalk, mark: Planted) -> None:
    """What cannot be understood, is not allowed, or does not exist."""
    base, key = running.installation.url, {"Authorization": f"Bearer {running.keys['caseworker']}"}
    as_json = key | {"Content-Type": "application/json"}
    form = urllib.parse.urlencode({name: mark(name) for name in ("name", "email", "message", "right", "csrf")}).encode()
    sign_in = urllib.parse.urlencode({"email": mark("staff"), "password": mark("word")}).encode()
    calls: list[tuple[str, bytes | None, dict[str, str]]] = [
        (f"/{mark('path')}?q={mark('query')}", None, {}),
        (f"/follow/{mark('token')}", None, {"Referer": f"http://{mark('referer')}.example/", "User-Agent": mark("agent")}),
        (f"/api/v1/cases/{mark('reference')}", None, key),
        ("/api/v1/cases", None, {"Authorization": f"Bearer {mark('key')}"}),
        ("/api/v1/requests", f'{{"subject": {mark("json")}'.encode(), as_json),
        ("/api/v1/requests", json.dumps({mark("member"): {"email": mark("no mailbox")}}).encode(), as_json),
        ("/", form, {"Content-Type": "application/x-www-form-urlencoded"}),
        ("/console/sign-in", sign_in, {}),
    ]
    for path, body, headers in calls:
        request = urllib.request.Request(base + path, body, headers)
        try:
            _DIRECT.open(request, timeout=30).read()
        except urllib.error.HTTPError as refused:
            refused.read()
    assert walk._call("GET", f"/cases?status={mark('status')}", {}, "caseworker", "")[0] in {404, 405, 422}


def told_by_engine(running: Started) -> dict[str, bytes]:
    """Every history, memo and search attribute as the engine gives them out to whoever reaches its port."""

    async def ask() -> dict[str, bytes]:
        client = await Client.connect(f"127.0.0.1:{running.settings.temporal_port}")
        found = {}
        async for each in client.list_workflows():
            history = await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()
            decoded = b"".join(event.SerializeToString() for event in history.events)
            found[f"history of {each.id}"] = decoded + each.raw_info.SerializeToString()
        return found

    return asyncio.run(ask())


def dictionary(home: Path, more: list[str]) -> None:
    """Abuse test 27: 10,000 addresses, hashed in every way that needs no secret, against every hash that is stored anywhere."""
    addresses = [person.email for person in people.crowd(10_000, Random(7))] + [each.email for each in people.cast()] + more
    stored: set[str] = set()
    for path in (home / "habeas.db", home / "temporal.db"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        stored |= hashes_in(value)
    for log in (home / "logs").glob("*.log"):
        stored |= hashes_in(log.read_text(errors="replace"))
    assert len(stored) > 50
    prefixes = {each[:16] for each in stored}
    for address in addresses:
        for guess in guesses(address):
            assert guess not in stored
            assert guess[:16] not in prefixes


def hashes_in(value: object) -> set[str]:
    """What may be a hash: 16 hexadecimal digits or more, or as many bytes as hashes have."""
    if isinstance(value, bytes) and len(value) in {16, 20, 28, 32, 48, 64}:
        return {value.hex()}
    if isinstance(value, str):
        return set(re.findall(r"\b[0-9a-f]{16,128}\b", value))
    return set()


def guesses(address: str) -> Iterator[str]:
    """What a stranger would try: plain hashes of the address, in the ways in which programs write one down."""
    for text in {address, address.lower(), address.upper(), f"email:{address.lower()}", f"mailto:{address.lower()}"}:
        for make in (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.sha512):
            yield make(text.encode(), usedforsecurity=False).hexdigest()
