"""One case as its client, its data subject and its staff drive it: by HTTP and mail, insisting until they are answered.

A client that is not answered asks again under the same Idempotency-Key; that is all a kill may cost it.
"""

import asyncio
import email.policy
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import SearchReceipt
from adapters.links import record_attempt
from adapters.temporal import connect
from api.answers import CommandUnansweredError
from api.cases import Cases
from domain.commands import OpenPackage
from domain.messages import CommandCall
from domain.rights import Status
from tests.factories import SUBJECT
from tests.journeys.started import Started
from tests.servers import wait_until

PATIENCE = 120.0  # seconds; a letter that was under way when the worker was killed is tried again after 60
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the environment knows no loopback
NAME, WORDS = "Wilhelmina Ashdown", "Everything since the spring, please."
_UNANSWERED = {0, 202, 502, 503}


class Walk:
    """One case under way. Every command has one key, however often it is sent.

    Args:
        started: the installation.
        address: of the data subject.
    """

    def __init__(self, started: Started, address: str) -> None:
        self.started, self.address = started, address
        self.key = uuid4().hex
        self._reader = CaseReader(started.resources)

    def post(self, path: str, body: dict[str, Any], *, role: str = "caseworker", key: str = "") -> dict[str, Any]:
        """Send until it is answered; an answer that refuses fails the test."""
        status = 0
        answer: dict[str, Any] = {}

        def answered() -> bool:
            nonlocal status, answer
            status, answer = self._call("POST", path, body, role, key or f"{self.key}:{path}")
            return status not in _UNANSWERED

        wait_until(answered, f"{path} is answered", PATIENCE)
        assert status in {200, 201}, (path, status, answer)
        return answer

    def get(self, path: str, role: str = "reviewer") -> bytes:
        request = urllib.request.Request(self._url(path), headers=self._headers(role))
        with _DIRECT.open(request, timeout=60) as answer:
            return bytes(answer.read())

    def request(self, right: str = "access") -> None:
        """Ask for a copy of everything, or for something else."""
        body = {"rights": [right], "subject": {"email": self.address, "name": NAME, "country": "IE"}, "message": WORDS}
        answer = self.post("/requests", body)
        self.case_id, self.reference = UUID(answer["case_id"]), answer["reference"]

    def act(self, action: str, body: dict[str, Any], *, role: str = "caseworker", key: str = "") -> dict[str, Any]:
        path = f"/cases/{self.reference}/actions/{action}"
        return self.post(path, body, role=role, key=key or f"{self.key}:{action}:{json.dumps(body)}")

    def confirm(self) -> None:
        """Type the code of the first letter."""
        self.until(lambda view: view.state.status is Status.VERIFYING_IDENTITY)
        self.act("confirm_identity_code", {"code": self.newest_code()})

    def answer_by_hand(self) -> None:
        """Say that the system which only people can search holds nothing."""
        view = self.until(lambda each: each.state.open_work_items)
        for item in view.state.open_work_items:
            self.act("complete_work_item", {"work_item": str(item), "result": "not_found"})

    def approve(self) -> None:
        view = self.until(lambda each: each.state.package and each.state.status is Status.IN_REVIEW)
        assert view.state.package is not None
        self.act("approve_package", {"sha256": view.state.package.sha256}, role="reviewer")

    def fetch(self) -> None:
        """Open the package as the data subject does, with a fresh code, and wait for the end of the case."""
        view = self.until(lambda each: each.state.status is Status.DELIVERED)
        sent = len(self.codes())
        self.act("request_code", {"identifier": str(view.state.usable_keys[0])})
        wait_until(lambda: len(self.codes()) > sent, "the code arrives", PATIENCE)
        with self.started.resources.database.write() as session:
            attempt = record_attempt(
                session,
                self.started.resources.vault,
                self.case_id,
                "open_package",
                code=self.newest_code(),
                now=datetime.now(UTC),
            )
        call = CommandCall(command_id=f"journey:{uuid4().hex}", command=OpenPackage(actor=SUBJECT, attempt=attempt))
        asyncio.run(self._open(call))
        self.until(lambda each: each.state.status is Status.CLOSED)

    async def _open(self, call: CommandCall) -> None:
        cases = Cases(await connect(self.started.settings, self.started.resources.vault), self.started.resources)
        for _ in range(8):  # times 15 seconds
            try:
                await cases.perform(self.case_id, call)
            except CommandUnansweredError:
                continue
            return
        raise AssertionError("nobody opened the package")

    def until(self, condition: Callable[[CaseView], object]) -> CaseView:
        """Wait for the record to fulfil a condition."""
        view: list[CaseView] = []

        def fulfilled() -> bool:
            view[:] = [self._reader.get(self.case_id)]
            return bool(condition(view[0]))

        try:
            wait_until(fulfilled, f"case {self.case_id}", PATIENCE)
        except TimeoutError as late:
            raise AssertionError((view[0].state, self.tags(), self.started.log("worker"))) from late
        return view[0]

    def tags(self) -> list[str]:
        return [row.tag for row in self._reader.events(self.case_id)] if hasattr(self, "case_id") else []

    def searched(self) -> dict[tuple[str, str], str]:
        """State of every collection of the first search so far."""
        with self.started.resources.database.read() as session:
            here = SearchReceipt.case_id == self.case_id, SearchReceipt.run == 1
            return {(row.system, row.collection): row.state for row in session.exec(select(SearchReceipt).where(*here))}

    def letters(self) -> list[EmailMessage]:
        """What the mail server took for this case, in the order in which it was written."""
        folder = self.started.settings.home / "mail" / "new"
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        every = [BytesParser(policy=email.policy.default).parsebytes(file.read_bytes()) for file in files]
        return [letter for letter in every if self.reference in str(letter["Subject"])]

    def codes(self) -> list[str]:
        bodies = [letter.get_body(("plain",)) for letter in self.letters()]
        found = [re.search(r"^ +(\d{8})\s*$", body.get_content() if body else "", re.MULTILINE) for body in bodies]
        return [code[1] for code in found if code]

    def newest_code(self) -> str:
        wait_until(lambda: bool(self.codes()), "a code arrives", PATIENCE)
        return self.codes()[-1]

    def _url(self, path: str) -> str:
        return f"{self.started.installation.url}/api/v1{path}"

    def _headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.started.keys[role]}"}

    def _call(self, method: str, path: str, body: dict[str, Any], role: str, key: str) -> tuple[int, dict[str, Any]]:
        headers = self._headers(role) | {"Content-Type": "application/json", "Idempotency-Key": key[:255]}
        request = urllib.request.Request(self._url(path), json.dumps(body).encode(), headers, method=method)
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")
        except (OSError, http.client.HTTPException):
            return 0, {}
