"""The API over the real engine, worker, activities, sources and mail: the whole way of a case, and what is refused on it.

Abuse tests 5 to 9, 11 and 12 of `security.md` as a holder of an API key would try them.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

import worker
from adapters.database import people
from adapters.database.alarms import RefusalAlarms
from adapters.database.tables import Alarm, CaseEventRow, CaseRecord, Code, Link
from adapters.links import record_attempt
from adapters.resources import Resources
from adapters.temporal import connect
from api.app import create_app
from api.authority import ROUTES
from api.cases import Cases
from domain.commands import ApprovePackage, OpenPackage
from domain.errors import NotAllowedNowError
from domain.messages import CommandCall
from domain.rights import Role
from tests import opened, post_office, servers
from tests.api.visiting import hidden
from tests.case_in_hand import code_in, token_in
from tests.factories import BEN, SUBJECT

ROLES = (Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.AUDITOR)
PEOPLE = (
    "parted", "whole", "moved", "preparer", "lost", "many", "looked", "righted", "ended", "pressed", "forged", "copied", "other",
    "scanned",
)  # fmt: skip
REASON = {"reason": "Spoken to on the number on record."}
AT_ONCE = 16


@dataclass
class Office:
    """Everything running, the staff's keys, and the mail server."""

    web: TestClient
    resources: Resources
    mail: post_office.PostOffice
    keys: dict[Role, dict[str, str]]

    @property
    def door(self) -> Cases:
        return cast("Cases", self.web.app.state.web.cases)  # type: ignore[attr-defined]

    def run(self, what: Callable[..., Any], *given: object) -> Any:  # noqa: ANN401
        assert self.web.portal is not None
        return self.web.portal.call(what, *given)

    def ask(self, name: str, *rights: str) -> "Asked":
        body = {"rights": rights or ["access"], "subject": {"email": f"{name}@post.example", "country": "GB"}}
        answer = self.web.post("/api/v1/requests", json=body, headers=self.keys[Role.CASEWORKER])
        assert answer.status_code == 201
        case = Asked(self, UUID(answer.json()["case_id"]), answer.json()["reference"])
        case.until(lambda told: told["status"] != "received")
        return case

    def records(self, case: UUID) -> list[CaseRecord]:
        with self.resources.database.read() as session:
            return list(session.exec(select(CaseRecord).where(CaseRecord.case_id == case)).all())

    def package_links(self, case: UUID) -> list[dict[str, Any]]:
        return [row for row in self.rows(Link, case) if row["purpose"] == "package"]

    def rows(self, table: type[Any], case: UUID) -> list[dict[str, Any]]:
        with self.resources.database.read() as session:
            return [row.model_dump() for row in session.exec(select(table).where(table.case_id == case)).all()]


@dataclass
class Asked:
    """One case, as its staff see it."""

    office: Office
    id: UUID
    reference: str

    @property
    def url(self) -> str:
        return f"/api/v1/cases/{self.reference}"

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.office.web.get(self.url, headers=self.office.keys[Role.PRIVACY_LEAD]).json()
        return answer

    def until(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        servers.wait_until(lambda: bool(condition(self.told())), f"{self.reference}: {self.told()}", pause=0.1)
        return self.told()

    def act(self, action: str, body: object, role: Role = Role.CASEWORKER, **headers: str) -> Any:  # noqa: ANN401
        url = f"{self.url}/actions/{action}"
        return self.office.web.post(url, json=body, headers=self.office.keys[role] | headers)

    def refused(self, action: str, body: object, role: Role = Role.CASEWORKER) -> tuple[int, str]:
        answer = self.act(action, body, role)
        return answer.status_code, answer.json()["type"].removeprefix("/problems/")

    def letters(self, part: str) -> list[post_office.Kept]:
        return [each for each in self.office.mail.kept if self.reference in str(each.message["Subject"]) and part in each.text]

    def codes(self) -> list[str]:
        mine = [letter for letter in self.office.mail.kept if self.reference in str(letter.message["Subject"])]
        found = []
        for letter in mine:
            with contextlib.suppress(AssertionError):
                found.append(code_in(letter))
        return found

    def code(self, number: int = 1) -> str:
        servers.wait_until(lambda: len(self.codes()) >= number, "the code arrives")
        return self.codes()[-1]

    def in_review(self) -> dict[str, Any]:
        """Prove the mailbox and wait for the package."""
        assert self.act("confirm_identity_code", {"code": self.code()}).status_code == 200
        return self.until(lambda told: told["package"] and told["package"]["state"] == "ready")

    def approve(self, sha256: str) -> None:
        assert self.act("approve_package", {"sha256": sha256}, Role.REVIEWER).status_code == 200
        self.until(lambda told: told["status"] == "delivered")

    def with_another_address(self, value: str) -> tuple[dict[str, Any], str]:
        """Prove a second address; gives back the package of the search with both, and the address's id."""
        sent, before = len(self.codes()), self.told()["package"]["sha256"]
        assert self.act("add_identifier", {"kind": "email", "value": value}).status_code == 200
        assert self.act("confirm_identity_code", {"code": self.code(sent + 1)}).status_code == 200

        def built(told: dict[str, Any]) -> bool:
            package = told["package"]
            return bool(package) and package["state"] == "ready" and package["sha256"] != before

        told = self.until(built)
        # Nothing that was found knows the second address: a colleague looks before anything leaves.
        assert self.act("confirm_identity", REASON).status_code == 200
        return told["package"], told["identifiers"][-1]["id"]

    def deliver_to(self, identifier: str) -> dict[str, Any]:
        """Change the recipient of what was approved, and wait until the approval is void."""
        changed = self.act("change_delivery_address", {"identifier": identifier, **REASON})
        assert changed.status_code == 200, changed.json()
        told = self.until(lambda told: told["status"] == "in_review")
        assert not told["package"]["approved"]
        return told

    def open_package(self, address: str) -> None:
        """As the data subject does in the portal, with a fresh code."""
        sent = len(self.codes())
        assert self.act("request_code", {"identifier": address}).status_code == 200
        code, vault = self.code(sent + 1), self.office.resources.vault
        with self.office.resources.database.write() as session:
            attempt = record_attempt(session, vault, self.id, "open_package", code=code, now=datetime.now(UTC))
        call = CommandCall(command_id=f"test:{uuid4().hex}", command=OpenPackage(actor=SUBJECT, attempt=attempt))
        self.office.run(self.office.door.perform, self.id, call)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    source = _source(folder / "shop.db")
    with contextlib.ExitStack() as stack:
        mail = stack.enter_context(post_office.opened())
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in {"SMTP_URL": mail.url, "API_DECISIONS": "1"}.items():
            environment.setenv(f"HABEAS_{name}", value)
        environment.setenv("SMALL_PLATFORM_URL", source)
        environment.setenv("TEMPORAL_ADDRESS", stack.enter_context(servers.temporal(folder, time_skipping=False)))
        url = f"sqlite:///{shutil.copy(migrated, folder)}"
        resources = stack.enter_context(opened.resources(folder / "home", url))
        stack.enter_context(_working(resources))
        web = stack.enter_context(
            TestClient(
                create_app(resources), base_url="http://127.0.0.1", client=("127.0.0.1", 5000), raise_server_exceptions=False
            )
        )
        yield Office(web, resources, mail, {role: _key(resources, role) for role in ROLES})


@contextlib.contextmanager
def _working(resources: Resources) -> Iterator[None]:
    """A worker in a thread of its own."""
    stop, ready = threading.Event(), threading.Event()

    async def work() -> None:
        alarms = RefusalAlarms(resources.database)
        client = await connect(resources.settings, resources.vault, on_refused=alarms)
        with contextlib.ExitStack() as threads:
            async with contextlib.AsyncExitStack() as polling:
                for each in worker.workers(client, resources, threads):
                    await polling.enter_async_context(each)
                ready.set()
                await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        stop.set()
        thread.join()


def _source(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as shop, shop:
        shop.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, name TEXT)")
        shop.execute("CREATE TABLE prompts (id INTEGER PRIMARY KEY, account_id INTEGER, body TEXT)")
        for number, name in enumerate(PEOPLE, start=1):
            shop.execute("INSERT INTO accounts VALUES (?, ?, ?)", (number, f"{name}@post.example", name))
            shop.execute("INSERT INTO prompts VALUES (?, ?, ?)", (number, number, f"a prompt of {name}"))
    return f"sqlite:///{path}"


def _key(resources: Resources, role: Role) -> dict[str, str]:
    email = f"{role.value}@example.com"
    people.add_caseworker(resources.database, email=email, name=role.value, role=role)
    return _another_key(resources, role)


def _another_key(resources: Resources, role: Role) -> dict[str, str]:
    key = people.create_api_key(resources.database, email=f"{role.value}@example.com", scopes=list(people.SCOPES))
    return {"Authorization": f"Bearer {key}"}


def test_the_whole_way_and_every_refusal_on_it(office: Office) -> None:
    case = office.ask("whole")
    assert case.refused("approve_package", {"sha256": "0" * 64}, Role.REVIEWER) == (409, "not-allowed-now")
    assert case.refused("confirm_identity", REASON, Role.REVIEWER) == (403, "not-permitted")
    assert case.refused("abolish", {}) == (404, "not-found")
    first = case.in_review()["package"]
    assert first["records"] == 2
    item = office.web.get(f"{case.url}/items", headers=office.keys[Role.CASEWORKER]).json()["items"][1]["id"]
    withheld = {"item": item, "decision": "withhold", "basis": "third_party", **REASON}
    assert case.act("set_item_decision", withheld, Role.PRIVACY_LEAD).status_code == 200
    assert case.refused("approve_package", {"sha256": first["sha256"]}, Role.REVIEWER) == (409, "stale-hash")
    assert case.act("prepare_package", {}, Role.PRIVACY_LEAD).status_code == 200
    second = case.until(lambda told: told["package"]["state"] == "ready" and told["package"]["revision"] == 1)["package"]
    assert case.refused("approve_package", {"sha256": first["sha256"]}, Role.REVIEWER) == (409, "stale-hash")
    assert case.refused("approve_package", {"sha256": second["sha256"]}, Role.PRIVACY_LEAD) == (403, "four-eyes")
    assert case.refused("approve_package", {"sha256": second["sha256"]}) == (403, "not-permitted")
    case.approve(second["sha256"])
    zipped = office.web.get(f"{case.url}/package", headers=office.keys[Role.REVIEWER]).content
    assert hashlib.sha256(zipped).hexdigest() == second["sha256"]
    assert case.told()["status"] == "delivered"  # looking is not collecting
    case.open_package(case.told()["delivery_address"])
    assert case.until(lambda told: told["status"] == "closed")["outcome"] == "partly_fulfilled"
    opening = next(row for row in office.rows(CaseEventRow, case.id) if row["tag"] == "case:package:approved")
    place = f"{case.url}/commands/{opening['command_id']}"
    assert office.web.get(place, headers=office.keys[Role.REVIEWER]).json()["status"] in {"fulfilling", "delivered", "closed"}


def test_after_the_end_a_copy_is_sent_again_and_reports_are_heard(office: Office) -> None:
    case = office.ask("ended")
    case.approve(case.in_review()["package"]["sha256"])
    case.open_package(case.told()["delivery_address"])
    told = case.until(lambda told: told["status"] == "closed")
    servers.wait_until(lambda: not office.run(office.door._runs, case.id), "its workflow has ended")
    assert set(told["allowed_actions"]) == {"reissue_package", "report_missing", "report_wrong_person", "request_code"}
    assert case.act("reissue_package", {}).status_code == 200
    case.open_package(told["delivery_address"])
    servers.wait_until(
        lambda: any("a new link to your copy" in str(each.message["Subject"]) for each in office.mail.kept), "the new link"
    )
    missing = case.act("report_missing", {"reason": "Two of the prompts are not in it."}).json()
    assert [item["kind"] for item in missing["work_items"] if item["state"] == "open"] == ["something_missing"]
    assert case.act("report_wrong_person", {}).status_code == 200
    assert case.refused("request_code", {}) == (409, "not-allowed-now")
    (closed,) = {row.closed_at for row in office.records(case.id)}
    servers.wait_until(
        lambda: all(link["expires_at"] <= datetime.now(UTC) for link in office.package_links(case.id)), "all links end"
    )
    last = next(row for row in office.rows(CaseEventRow, case.id) if row["tag"] == "case:request:closed")
    assert closed is not None
    assert abs(closed - last["recorded_at"]) < timedelta(seconds=1), "what happens afterwards does not close it again"


def test_rights_of_one_case_end_each_in_its_own_way(office: Office) -> None:
    case = office.ask("righted", "access", "rectification", "objection")
    told = case.until(lambda told: told["work_items"])
    (objection,) = told["work_items"]
    assert (objection["kind"], objection["right"]) == ("carry_out_right", "objection"), "it waits for no code"
    done = {"work_item": objection["id"], "result": "done", "outcome": "fulfilled"}
    assert case.refused("complete_work_item", done) == (422, "invalid-input")
    assert case.act("complete_work_item", done | {"note": "We send you no more advertising."}).status_code == 200
    case.until(lambda told: [each["outcome"] for each in told["rights"] if each["outcome"]] == ["fulfilled"])
    package = case.in_review()["package"]
    (item,) = [each for each in case.told()["work_items"] if each["state"] == "open"]
    refusal = {"right": "rectification", "ground": "exemption", "text": "The old name stays on an invoice.", **REASON}
    assert case.act("propose_refusal", refusal).status_code == 200
    assert case.refused("complete_work_item", done | {"work_item": item["id"], "note": "x"}) == (409, "not-allowed-now")
    assert case.act("approve_refusal", {}, Role.REVIEWER).status_code == 200
    told = case.until(lambda told: "refused" in [each["outcome"] for each in told["rights"]])
    assert (told["status"], told["clock"]["state"]) == ("in_review", "running")
    assert case.act("approve_package", {"sha256": package["sha256"]}, Role.REVIEWER).status_code == 200
    case.until(lambda told: told["status"] == "delivered")
    assert case.told()["clock"]["state"] == "met"
    case.open_package(case.told()["delivery_address"])
    assert case.until(lambda told: told["status"] == "closed")["outcome"] == "partly_fulfilled"
    servers.wait_until(lambda: "How it ended" in office.mail.kept[-1].text, "the last letter")
    last = " ".join(office.mail.kept[-1].text.split())
    assert "That we correct your data: we did not act on it." in last
    assert "A copy of your data: we did what you asked." in last


def test_a_part_is_approved_delivered_and_fetched_before_the_whole(office: Office) -> None:
    case = office.ask("parted")
    case.in_review()
    text = {"text": "Here is what we have looked through. The rest follows."}
    assert case.act("prepare_partial_answer", text).status_code == 200
    part = case.until(lambda told: told["partial_answer"] and told["partial_answer"]["state"] == "ready")["partial_answer"]
    assert case.refused("approve_partial_answer", {"sha256": part["sha256"]}) == (403, "not-permitted")
    assert case.act("approve_partial_answer", {"sha256": part["sha256"]}, Role.REVIEWER).status_code == 200
    told = case.until(lambda told: told["partial_answer"]["state"] == "delivered")
    assert (told["status"], told["clock"]["state"]) == ("in_review", "running")
    letter = next(each for each in reversed(office.mail.kept) if "first part" in str(each.message["Subject"]))
    assert "Here is what we have looked through." in letter.text
    case.open_package(told["delivery_address"])
    case.until(lambda _told: "case:partial_answer:opened" in [row["tag"] for row in office.rows(CaseEventRow, case.id)])
    case.approve(case.told()["package"]["sha256"])
    assert case.told()["clock"]["state"] == "met"
    case.open_package(case.told()["delivery_address"])
    assert case.until(lambda told: told["status"] == "closed")["outcome"] == "fulfilled"


def test_a_complaint_is_handled_by_somebody_who_was_not_involved(office: Office) -> None:
    about = office.ask("looked")
    assert about.act("confirm_identity", REASON, Role.PRIVACY_LEAD).status_code == 200
    case = office.ask("angry", "complaint")
    told = case.until(lambda told: told["complaint"]["acknowledged"])
    assert (told["status"], told["clock"]["state"]) == ("fulfilling", "met")
    assert case.act("link_complaint", {"about": about.reference}).status_code == 200
    outcome = {"finding": "partly_upheld", "text": "The search was slow, and we have mended it.", **REASON}
    assert case.refused("decide_complaint", outcome, Role.PRIVACY_LEAD) == (403, "four-eyes")
    assert case.act("send_progress", {"text": "We look at the log of the search."}, Role.REVIEWER).status_code == 200
    assert case.act("decide_complaint", outcome, Role.REVIEWER).status_code == 200
    told = case.until(lambda told: told["status"] == "closed")
    assert (told["outcome"], told["complaint"]["finding"]) == ("fulfilled", "partly_upheld")
    mine = [letter for letter in office.mail.kept if case.reference in str(letter.message["Subject"])]
    subjects = [str(letter.message["Subject"]).partition(": ")[2] for letter in mine]
    assert subjects == ["we have your complaint", "where your complaint stands", "what came of your complaint"]
    last = " ".join(mine[-1].text.split())
    assert "You were right in part." in last
    assert "Information Commissioner" in last


def test_who_prepared_approves_with_no_key_of_theirs(office: Office) -> None:
    case = office.ask("preparer")
    assert case.act("confirm_identity", REASON, Role.PRIVACY_LEAD).status_code == 200
    package = case.until(lambda told: told["package"] and told["package"]["state"] == "ready")["package"]
    for key in (office.keys[Role.PRIVACY_LEAD], _another_key(office.resources, Role.PRIVACY_LEAD)):
        body = {"sha256": package["sha256"]}
        answer = office.web.post(f"{case.url}/actions/approve_package", json=body, headers=key)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/four-eyes")
    assert case.told()["status"] == "in_review"


def test_an_approval_ends_with_the_recipient_it_was_given_for(office: Office) -> None:
    case = office.ask("moved")
    case.in_review()
    package, added = case.with_another_address("elsewhere@post.example")
    case.approve(package["sha256"])
    told = case.deliver_to(added)
    assert told["package"]["sha256"] == package["sha256"]  # nothing but the recipient is another one
    mine = [letter for letter in office.mail.kept if case.reference in str(letter.message["Subject"])]
    links = [letter.recipients for letter in mine if "/collect/" in letter.text]
    assert links == [["moved@post.example"]]  # and that one is dead: an approval is for one recipient
    call = CommandCall(command_id=f"test:{uuid4().hex}", command=OpenPackage(actor=SUBJECT, attempt=uuid4()))
    with pytest.raises(NotAllowedNowError):
        office.run(office.door.perform, case.id, call)


def test_a_case_ended_from_outside_goes_on_as_it_was(office: Office) -> None:
    case = office.ask("lost")
    case.code()  # ended between its first event and its first letter, a case waits for a reminder
    before = case.told()
    client = office.web.app.state.web.client  # type: ignore[attr-defined]
    office.run(client.get_workflow_handle(f"case-{case.id}").terminate)
    assert office.run(office.door.reconcile) == [case.id]
    assert case.told()["clock"] == before["clock"]
    assert [row["kind"] for row in office.rows(Alarm, case.id)] == ["workflow-carried-on"]
    assert case.in_review()["status"] == "in_review"


def test_whoever_reaches_the_engine_without_a_key_approves_nothing(office: Office) -> None:
    """Abuse test 7: a plain command, as anybody can write it, for the hash that stands there."""
    case = office.ask("forged")
    package = case.in_review()["package"]
    call = CommandCall(command_id=f"test:{uuid4().hex}", command=ApprovePackage(actor=BEN, sha256=package["sha256"]))
    assert office.run(_sent_by_a_stranger, case, call.model_dump(mode="json"), call.command_id) == "PayloadRefused"
    assert case.told()["status"] == "in_review"
    servers.wait_until(lambda: bool(office.rows(Alarm, case.id)), "the alarm is raised")
    assert {(row["kind"], row["facts"]["reason"]) for row in office.rows(Alarm, case.id)} == {("payload-refused", "not-sealed")}
    case.approve(package["sha256"])


def test_a_copied_approval_approves_nothing_a_second_time(office: Office) -> None:
    """Abuse test 8: the reviewer's own sealed approval, taken from the history, in another case and in its own."""
    case, other = office.ask("copied"), office.ask("other")
    case.in_review()
    package, added = case.with_another_address("thief@post.example")
    case.approve(package["sha256"])
    copied = RawValue(office.run(_newest_command, case))
    other.in_review()
    assert office.run(_sent_by_a_stranger, other, copied, uuid4().hex) == "PayloadRefused"
    assert other.told()["status"] == "in_review"

    told = case.deliver_to(added)
    assert told["package"]["sha256"] == package["sha256"]
    assert office.run(_sent_by_a_stranger, case, copied, uuid4().hex) == "PayloadRefused"
    assert case.told()["package"] == told["package"]  # to another recipient nothing was approved


async def _sent_by_a_stranger(case: Asked, command: object, update: str) -> str | None:
    """Send it to the port of the engine, without a key; gives back why it was refused."""
    engine = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await engine.get_workflow_handle(f"case-{case.id}").execute_update("command", command, id=update)
    return refused.value.cause.type if isinstance(refused.value.cause, ApplicationError) else None


async def _newest_command(case: Asked) -> Payload:
    """The argument of the last accepted update of a case, sealed, as it stands in its history."""
    engine, newest = await Client.connect(os.environ["TEMPORAL_ADDRESS"]), Payload()
    async for event in engine.get_workflow_handle(f"case-{case.id}").fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            accepted = event.workflow_execution_update_accepted_event_attributes
            newest.CopyFrom(accepted.accepted_request.input.args.payloads[0])
    return newest


def test_one_code_sent_many_times_at_once_counts_once(office: Office) -> None:
    case = office.ask("many")
    body = {"code": case.code()}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        sent = [threads.submit(case.act, "confirm_identity_code", body) for _ in range(AT_ONCE * 2)]
        answers = [each.result().status_code for each in sent]
    assert (answers.count(200), answers.count(409)) == (1, AT_ONCE * 2 - 1)
    tags = [row["tag"] for row in office.rows(CaseEventRow, case.id)]
    assert tags.count("case:identity:confirmed") == 1


def test_one_link_pressed_two_hundred_times_at_once_counts_once(office: Office) -> None:
    """Abuse test 11 for links: every press from a visit of its own."""
    case = office.ask("pressed")
    servers.wait_until(lambda: bool(case.letters("/verify/")), "the link arrives")
    token = token_in(case.letters("/verify/")[-1], "verify")
    page = office.web.get(f"/verify/{token}").text
    with ThreadPoolExecutor(AT_ONCE) as threads:
        sent = [
            threads.submit(office.web.post, f"/verify/{token}", data=hidden(page) | {"once": uuid4().hex}, follow_redirects=False)
            for _ in range(200)
        ]
        answers = [each.result() for each in sent]
    assert sum(answer.status_code == 303 and "/follow" in answer.headers["location"] for answer in answers) == 1
    tags = [row["tag"] for row in office.rows(CaseEventRow, case.id)]
    assert tags.count("case:identity:confirmed") == 1


def test_looking_changes_nothing(office: Office) -> None:
    case = office.ask("looked")
    case.code()
    tables = (CaseEventRow, Code, Link)
    before = [office.rows(table, case.id) for table in tables]
    for method, path in ROUTES:
        if method == "GET":
            named = defaultdict(lambda: "0", reference=case.reference)
            url = "/api/v1" + path.format_map(named)
            for verb in ("GET", "HEAD"):
                assert office.web.request(verb, url, headers=office.keys[Role.PRIVACY_LEAD]).status_code < 500
    assert [office.rows(table, case.id) for table in tables] == before


def test_a_scanner_that_opens_every_link_and_every_page_changes_nothing(office: Office) -> None:
    """Abuse test 12: the links of every letter, and every page there is, before anybody pressed anything."""
    case = office.ask("scanned")
    case.approve(case.in_review()["package"]["sha256"])
    servers.wait_until(lambda: bool(case.letters("/collect/")), "the last letter arrives")
    tokens = {found for letter in case.letters("hl1_") for found in re.findall(r"hl1_[\w-]{43}", letter.text)}
    assert len(tokens) >= 3  # to confirm, to follow, to collect
    included = [router for each in cast("FastAPI", office.web.app).routes if (router := getattr(each, "original_router", None))]
    pages = {route.path for router in included for route in router.routes if "GET" in route.methods}
    named = [defaultdict(lambda: "0", reference=case.reference, token=token) for token in tokens]
    urls = {page.replace(":path", "").format_map(names) for page in pages for names in named}
    assert any(url.startswith("/collect/hl1_") for url in urls)
    tables = (CaseEventRow, Code, Link)
    before = [office.rows(table, case.id) for table in tables]
    for url in sorted(urls):
        for verb in ("GET", "HEAD"):
            assert office.web.request(verb, url, headers={"Sec-Purpose": "prefetch"}).status_code < 500, url
    assert [office.rows(table, case.id) for table in tables] == before
