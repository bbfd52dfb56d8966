"""Every right that a person decides, from request to letter, in one running system: each ends with SQL and with the letter.

Staff act by the JSON API; the data subject by mail. The SQL is written without the data map.
"""

import asyncio
import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from sqlmodel import select

from adapters.database import people as staff
from adapters.database.case_reader import CaseView
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import CaseReceipt, Letter
from adapters.suppression import lists_of
from api.app import create_app
from demo import people
from domain.case import WorkItem
from domain.case_parts import LETTER_BY_POST, REFUND
from domain.commands import AcceptIdentifier, ConfirmIdentity, ConfirmIdentityCode
from domain.identity import Factor
from domain.next_step import Step, next_step
from domain.recipients import untold
from domain.rights import Channel, Outcome, Right, Role, Status
from tests.api.visiting import marks
from tests.factories import ANNA, SUBJECT
from tests.journeys.erasing import approve, do_first
from tests.journeys.installed import Installed, running_in

pytestmark = pytest.mark.journey
ROLES = (Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD)


@dataclass
class Office:
    """Everything running, and the staff's keys."""

    here: Installed
    web: httpx.AsyncClient
    keys: dict[Role, str]

    async def post(self, path: str, body: dict[str, Any], role: Role = Role.CASEWORKER) -> httpx.Response:
        return await self.web.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {self.keys[role]}"})

    async def ask(self, address: str, *rights: Right, identified: bool = True, **more: Any) -> "Asked":  # noqa: ANN401
        body = {"rights": [*rights], "subject": {"email": address, "country": "IE"}, **more}
        answer = await self.post("/requests", body)
        assert answer.status_code == 201, answer.text
        asked = Asked(self, UUID(answer.json()["case_id"]), answer.json()["reference"])
        if identified:
            await self.here.identify(asked.id)
        return asked

    async def by_form(self, address: str, right: Right, **more: Any) -> "Asked":  # noqa: ANN401
        """As the data subject asks, in the portal."""
        given = marks((await self.web.get("/")).text) | {"rights": right.value, "email": address} | more
        page = (await self.web.post("/", data=given | {"step": "about"})).text
        assert "optional marketing emails" in page, "the purposes that rest on consent can be chosen"
        answer = await self.web.post("/", data=given | {"step": "check"}, follow_redirects=True)
        found = re.search(r"HAB-[0-9A-Z]{8}", answer.text)
        assert found is not None, answer.text
        with self.here.resources.database.read() as session:
            receipt = session.exec(select(CaseReceipt).where(CaseReceipt.reference == found[0])).one()
        return Asked(self, receipt.case_id, receipt.reference)

    def sql(self, store: str, query: str, *given: object) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(self.here.resources.settings.home / "demo" / f"{store}.db")
        try:
            return database.execute(query, given).fetchall()
        finally:
            database.close()


@dataclass
class Asked:
    """One case."""

    office: Office
    id: UUID
    reference: str

    async def act(self, action: str, body: dict[str, Any], role: Role = Role.CASEWORKER) -> dict[str, Any]:
        answer = await self.office.post(f"/cases/{self.reference}/actions/{action}", body, role)
        assert answer.status_code == 200, (action, answer.status_code, answer.text)
        return dict(answer.json())

    async def refused(self, action: str, body: dict[str, Any], role: Role = Role.CASEWORKER) -> int:
        answer = await self.office.post(f"/cases/{self.reference}/actions/{action}", body, role)
        return answer.status_code

    async def until(self, condition: Any) -> CaseView:  # noqa: ANN401 (a question to a view)
        return await self.office.here.until(self.id, condition)

    async def decide(self, outcome: str, note: str) -> None:
        """Say how a right ended that a person carries out."""
        view = await self.until(lambda each: items(each, "carry_out_right"))
        (item,) = items(view, "carry_out_right")
        await self.act("complete_work_item", {"work_item": str(item), "result": "done", "outcome": outcome, "note": note})

    async def answer(self, kind: str, note: str) -> None:
        """Say of the task of a kind that it is done."""
        (item,) = items(await self.until(lambda each: items(each, kind)), kind)
        await self.act("complete_work_item", {"work_item": str(item), "result": "found", "note": note})

    async def see_through(self) -> CaseView:
        """Answer every task at recipients and in systems by hand, until the case is closed."""
        kinds = ("instruct_processor", "inform_recipient", "processor_confirmation", "measure_by_hand")
        while True:
            view = await self.until(lambda each: items(each, *kinds) or each.state.status is Status.CLOSED)
            if view.state.status is Status.CLOSED:
                return view
            for item in items(view, *kinds):
                await self.act("complete_work_item", {"work_item": str(item), "result": "found"})

    async def letter(self, words: str) -> str:
        """The letter that says something, once it arrives."""
        for _ in range(600):
            if found := [each for each in self.letters if words in each]:
                return found[-1]
            await asyncio.sleep(0.05)
        raise AssertionError((words, self.letters))

    @property
    def letters(self) -> list[str]:
        """The newest last, as text in one line."""
        post = self.office.here.post.letters
        mine = [each for each in post if self.reference in str(each["Subject"])]
        bodies = [each.get_body(("plain",)) for each in mine]
        return [" ".join(body.get_content().split()) for body in bodies if body]


def items(view: CaseView, *kinds: str) -> list[UUID]:
    return [key for key, item in view.state.open_work_items.items() if item.kind in kinds]


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("rights")
    async with running_in(folder) as here:
        keys = {}
        for role in ROLES:
            email = f"{role.value}@office.example"
            staff.add_caseworker(here.resources.database, email=email, name=role.value, role=role)
            keys[role] = staff.create_api_key(here.resources.database, email=email, scopes=list(staff.SCOPES))
        app = create_app(here.resources, here.cases)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url=here.resources.settings.public_url, timeout=60) as web:
                yield Office(here, web, keys)


async def test_a_consent_ends_at_once_for_the_purpose_named_and_nobody_is_asked_who_they_are(office: Office) -> None:
    consents = "SELECT id, email, purpose, granted, given_at, withdrawn_at FROM consents ORDER BY id"
    before = {row[0]: row for row in office.sql("platform", consents)}
    (address,) = office.sql(
        "platform", "SELECT email FROM consents WHERE purpose = 'marketing_email' AND granted AND withdrawn_at IS NULL LIMIT 1"
    )[0]
    received = datetime.now(UTC)
    case = await office.by_form(address, Right.WITHDRAW_CONSENT, consents=["marketing"])
    view = await case.until(lambda each: each.state.rights[0].answered)
    assert view.state.identity_record == 0

    changed = {row[0]: row for row in office.sql("platform", consents) if before[row[0]] != row}
    assert changed
    for key, (_, email, purpose, granted, given_at, withdrawn_at) in changed.items():
        assert (email.lower(), purpose, granted) == (address.lower(), "marketing_email", 1)
        assert before[key][:5] == (key, email, purpose, granted, given_at), "what was done before stays as it was"
        assert before[key][5] is None
        assert abs((datetime.fromisoformat(withdrawn_at).replace(tzinfo=UTC) - received).total_seconds()) < 60
    with office.here.resources.database.read() as session:
        listed = lists_of(session, office.here.resources.vault, "email", address, today=date(2099, 1, 1))
    assert {*listed} == {"marketing"}
    answer = (await office.post("/suppression/check", {"value": address}, Role.PRIVACY_LEAD)).json()
    assert (answer["may_send_marketing"], [*answer["consents_ended"]]) == (False, ["marketing"])
    assert "optional marketing emails" in case.letters[-1]
    assert office.here.post.newest_code(case.reference) is None, "no heavier check than giving it took"
    assert (await case.see_through()).state.outcome is Outcome.FULFILLED


async def test_where_no_purpose_was_named_a_caseworker_says_which(office: Office) -> None:
    case = await office.ask(people.CHANGED, Right.WITHDRAW_CONSENT, identified=False, message="I take my consent back.")
    await case.until(lambda each: items(each, "carry_out_right"))
    assert await case.refused("withdraw_consent", {"purposes": ["operate"]}) == 422, "a contract is no consent"
    await case.act("withdraw_consent", {"purposes": ["optional_cookies"]})
    await case.until(lambda each: each.state.rights[0].answered)
    query = (
        """SELECT analytics, functionality FROM cookie_preferences JOIN accounts ON accounts.id = account_id WHERE email = ?"""
    )
    assert {value for row in office.sql("platform", query, people.CHANGED) for value in row} == {0}
    others = office.sql("platform", "SELECT count(*) FROM cookie_preferences WHERE functionality")
    assert others[0][0] > 10, "somebody else's choices stand"
    await case.see_through()


async def test_a_correction_needs_two_people_and_reaches_every_system_and_recipient(office: Office) -> None:
    everybody = "SELECT id, full_name FROM {} ORDER BY id"
    before = {table: dict(office.sql(store, everybody.format(table))) for store, table in _NAMES}
    case = await office.ask(people.TYPICAL, Right.RECTIFICATION, message="My name is spelled Tilde.")
    await case.until(lambda each: items(each, "carry_out_right"))
    wrong = {"changes": [_name("platform", "accounts", "Tilda Tipical")], "reason": "Passport seen."}
    await case.act("propose_rectification", wrong)
    view = await case.until(lambda each: each.state.measures[-1].found is not None)
    assert view.state.measures[-1].found == 0
    sha256 = view.state.measures[-1].sha256
    assert await case.refused("approve_rectification", {"sha256": sha256}, Role.REVIEWER) == 409, "nothing holds that value"
    await case.act("return_for_rework", {"reason": "It is spelled otherwise there."}, Role.REVIEWER)

    both = {"changes": [_name("platform", "accounts"), _name("business", "customers")], "reason": "Passport seen."}
    path = f"/cases/{case.reference}/actions/propose_rectification"
    tries = await asyncio.gather(office.post(path, both), office.post(path, both, Role.PRIVACY_LEAD))
    assert sorted(each.status_code for each in tries) == [200, 409], "two caseworkers at once: one of them proposes"
    view = await case.until(lambda each: each.state.measures[-1].found)
    approval = {"sha256": view.state.measures[-1].sha256}
    assert view.state.measures[-1].found == 2
    assert await case.refused("approve_rectification", {"sha256": "0" * 64}, Role.REVIEWER) == 409
    assert await case.refused("approve_rectification", approval) == 403, "a caseworker approves nothing"
    item = str(items(view, "carry_out_right")[0])
    early = {"work_item": item, "result": "done", "outcome": "fulfilled", "note": "Done."}
    assert await case.refused("complete_work_item", early) == 409, "nothing is said to be done that is not"
    await case.act("approve_rectification", approval, Role.REVIEWER)
    view = await case.until(lambda each: each.state.measures[-1].carried_out_at)
    assert await case.refused("approve_rectification", approval, Role.REVIEWER) == 409, "approved once"
    assert view.state.measures[-1].rows == 2

    for store, table in _NAMES:
        after = dict(office.sql(store, everybody.format(table)))
        changed = {key: name for key, name in after.items() if before[table][key] != name}
        assert [*changed.values()] == ["Tilde Typical"], (table, changed)
    statement = {"system": "platform", "collection": "accounts", "text": "I never wrote this profile.", "reason": "She did."}
    await case.act("mark_disputed", statement)
    await case.until(lambda each: each.state.measures[-1].kind == "dispute" and each.state.measures[-1].carried_out_at)
    disputed = office.sql("platform", "SELECT email FROM accounts WHERE disputed_at IS NOT NULL")
    assert disputed == [(people.TYPICAL,)]
    view = await case.until(lambda each: untold(each.state) and len(items(each, "instruct_processor")) == len(untold(each.state)))
    told = {str(view.state.work_items[key].recipient) for key in items(view, "instruct_processor")}
    assert {"payments", "mail"} <= told, "whoever received it, before the answer goes out"
    assert "hosting" not in told, "it only carries our own stores"
    paid = [key for key in items(view, "instruct_processor") if view.state.work_items[key].recipient == "payments"]
    for key in paid:
        await case.act("complete_work_item", {"work_item": str(key), "result": "found"})
    await case.decide("partly_fulfilled", "Your name is corrected. The profile stays as it is, marked as disputed.")
    letter = await case.letter("marked as disputed")
    assert f"we had told 1 of {len(told)} of them" in letter, "as it was when it went out"
    assert "- Told, and still to confirm it: Example Payments Inc - Told next:" in letter
    assert (await case.see_through()).state.outcome is Outcome.PARTLY_FULFILLED


async def test_a_restriction_stands_in_every_system_until_the_person_was_told_that_it_ends(office: Office) -> None:
    flags = "SELECT email FROM {} WHERE restricted_at IS NOT NULL"
    case = await office.ask(people.HOUSEHOLD[0], Right.RESTRICTION)
    await case.until(lambda each: items(each, "carry_out_right"))
    await case.act("restrict_processing", {"ground": "claims", "reason": "She needs the tickets for a claim."})
    view = await case.until(lambda each: each.state.rights[0].answered)
    for store, table in _NAMES:
        assert office.sql(store, flags.format(table)) == [(people.HOUSEHOLD[0],)], "and not whoever shares the household"
    by_hand = {str(view.state.work_items[key].system) for key in items(view, "measure_by_hand")}
    assert by_hand == {"files", "office_mail", "payment_provider"}
    assert "only store your data" in case.letters[-1]
    told = await case.until(lambda each: len(items(each, "instruct_processor")) == len(untold(each.state)) > 0)
    assert told.state.measures[0].in_force, "who received the data hears of it while it lasts"
    asked = {"value": people.HOUSEHOLD[0]}
    answer = (await office.post("/suppression/check", asked, Role.PRIVACY_LEAD)).json()
    assert (answer["restricted"], answer["may_send_marketing"]) == (True, False)
    why = {"reason": "The claim is over."}
    assert await case.refused("close", {"outcome": "withdrawn", **why}, Role.PRIVACY_LEAD) == 409, "nobody would lift it"
    assert await case.refused("lift_restriction", why, Role.PRIVACY_LEAD) == 409, "not before the notice"
    await case.act("announce_lifting", {"text": "Your claim was settled on 20 November.", **why}, Role.PRIVACY_LEAD)
    await case.until(lambda each: each.state.measures[0].told_at)
    assert "settled on 20 November" in case.letters[-1]
    assert await case.refused("lift_restriction", why) == 403, "a privacy lead lifts"
    await case.act("lift_restriction", why, Role.PRIVACY_LEAD)
    await case.until(lambda each: each.state.measures[0].lifted)
    for store, table in _NAMES:
        assert office.sql(store, flags.format(table)) == []
    assert (await office.post("/suppression/check", asked, Role.PRIVACY_LEAD)).json()["restricted"] is False
    assert (await case.see_through()).state.outcome is Outcome.FULFILLED


async def test_an_objection_stops_first_and_goes_on_only_after_two_people_and_a_letter_said_so(office: Office) -> None:
    flag = "SELECT analysis_stopped_at FROM accounts WHERE email = ?"
    case = await office.ask(people.ERASING, Right.OBJECTION, identified=False, message="Stop analysing what I do.")
    await case.until(lambda each: each.state.marketing_stopped)
    view = await case.until(lambda each: items(each, "carry_out_right") and items(each, "instruct_processor"))
    (first,) = items(view, "instruct_processor")
    assert view.state.work_items[first].recipient == "mail", "who sends for us stops before anybody decides"
    stop = {"ground": "objection", "purposes": ["improve"], "reason": "She wrote so."}
    assert await case.refused("restrict_processing", stop) == 409, "more than marketing needs to know who asks"
    await case.act("request_code", {})
    attempt = await office.here.attempt(case.id, "verify")
    await office.here.command(case.id, ConfirmIdentityCode(actor=SUBJECT, attempt=attempt))
    assert await case.refused("restrict_processing", stop | {"purposes": ["marketing"]}) == 422, "a consent is withdrawn"
    await case.act("restrict_processing", stop)
    await case.until(lambda each: each.state.measures[1].in_force)
    assert office.sql("platform", flag, people.ERASING)[0][0] is not None
    assert office.sql("platform", flag, people.TYPICAL)[0][0] is None
    whole = "SELECT restricted_at FROM accounts WHERE email = ?"
    assert office.sql("platform", whole, people.ERASING)[0][0] is None, "what was objected to stops, not the whole account"
    refusal = {
        "ground": "compelling_grounds",
        "right": "objection",
        "reason": "Balance of 4 May: without it fraud cannot be seen.",
        "text": "We need these figures to see fraud, and that outweighs your interest here.",
    }
    await case.act("propose_refusal", refusal)
    assert office.sql("platform", flag, people.ERASING)[0][0] is not None, "still stopped while it is decided"
    await case.act("approve_refusal", {}, Role.REVIEWER)
    await case.until(lambda each: each.state.measures[1].lifted)
    assert "goes on after this letter" in case.letters[-1], "told before, not after"
    assert "we have compelling legitimate grounds" in case.letters[-1]
    assert "stays stopped (Article 21(3)). Those who received the data from us have to do the same." in case.letters[-1]
    assert office.sql("platform", flag, people.ERASING)[0][0] is None
    assert (await case.see_through()).state.outcome is Outcome.REFUSED


async def test_an_automated_decision_is_looked_at_by_people_with_what_the_person_says(office: Office) -> None:
    query = """SELECT moderation_flags.id, outcome, decided_by FROM moderation_flags
               JOIN accounts ON accounts.id = account_id WHERE email = ? ORDER BY moderation_flags.id"""
    blocked = """SELECT email FROM accounts JOIN moderation_flags ON accounts.id = account_id
                 WHERE outcome = 'blocked' AND email LIKE 'person%' LIMIT 1"""
    (address,) = office.sql("platform", blocked)[0]
    before = office.sql("platform", query, address)
    case = await office.ask(address, Right.AUTOMATED_DECISION_REVIEW)
    view = await case.until(lambda each: items(each, "carry_out_right"))
    done = {"work_item": str(items(view, "carry_out_right")[0]), "result": "done", "outcome": "fulfilled", "note": "Restored."}
    assert await case.refused("complete_work_item", done) == 409, "not before the person's view is recorded"
    await case.act("record_view", {"text": "The prompt was about a play."})
    change = {"system": "platform", "collection": "moderation_flags", "field": "outcome", "old": "blocked", "new": "allowed"}
    await case.act("propose_rectification", {"changes": [change], "reason": "Looked at each of the prompts."})
    view = await case.until(lambda each: each.state.measures[-1].found)
    await case.act("approve_rectification", {"sha256": view.state.measures[-1].sha256}, Role.REVIEWER)
    await case.until(lambda each: each.state.measures[-1].carried_out_at)
    after = office.sql("platform", query, address)
    assert [row[1] for row in after] == ["allowed"] * len(before)
    assert [row[2] for row in after] == [row[2] for row in before], "who had decided stays on record"
    await case.act("complete_work_item", done)
    await case.see_through()
    assert any("A person has looked at the decision again" in letter for letter in case.letters)


async def test_a_portable_copy_holds_what_the_person_gave_and_another_controller_can_take_it_in(office: Office) -> None:
    case = await office.ask(people.TWO_ACCOUNTS[0], Right.PORTABILITY)
    view = await case.until(lambda each: each.state.package)
    assert "payment_provider" not in view.state.systems, "a person's search is no automated means"
    package = zipfile.ZipFile(io.BytesIO(await asyncio.to_thread(office.here.package, view)))
    described = json.loads(package.read("datapackage.json"))
    tables = {each["name"]: each for each in described["resources"]}
    assert {"platform.accounts", "platform.prompts", "business.customers", "business.tickets"} <= tables.keys()
    left = {"platform.images", "platform.logins", "platform.moderation_flags", "business.invoices", "payment_provider.payments"}
    assert not left & tables.keys(), "made by us, or not on consent or a contract"
    assert not [name for name in package.namelist() if "moderation" in name or "logins" in name]

    imported = sqlite3.connect(":memory:")  # as another controller, with nothing but the descriptor
    for name, table in tables.items():
        columns = [field["name"] for field in table["schema"]["fields"]]
        imported.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        rows = list(csv.DictReader(io.StringIO(package.read(table["path"]).decode())))
        assert len(rows) == len(json.loads(package.read(table["x-json"]))) == table["x-rows"]
        assert all([*row] == columns for row in rows)
        imported.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', [[*row.values()] for row in rows])
    fields = {field["name"] for field in tables["platform.accounts"]["schema"]["fields"]}
    assert not fields & {"password_hash", "restricted_at"}
    joined = imported.execute(
        'SELECT count(*) FROM "platform.prompts" JOIN "platform.accounts" a ON account_id = a.id'
    ).fetchone()
    query = "SELECT count(*) FROM prompts JOIN accounts a ON account_id = a.id WHERE email = ?"
    assert joined == office.sql("platform", query, people.TWO_ACCOUNTS[0])[0]
    imported.close()

    await case.act("approve_package", {"sha256": view.state.package.sha256 if view.state.package else ""}, Role.REVIEWER)
    await case.until(lambda each: each.state.delivered_at)
    handed = {"channel": "other_controller", "reason": "Handed to the service she named, over its own upload page."}
    await case.act("record_delivery", handed)
    assert (await case.until(lambda each: each.state.status is Status.CLOSED)).state.outcome is Outcome.FULFILLED


async def test_whoever_asks_where_their_data_go_is_told_for_their_own_data_with_copies_of_the_safeguards(office: Office) -> None:
    case = await office.ask(people.WITHOUT_PURCHASE, Right.TRANSFER_INFORMATION)
    view = await case.until(lambda each: items(each, "carry_out_right"))
    assert view.state.transfers is not None
    assert "analytics" in view.state.transfers
    assert "support_desk" not in view.state.transfers, "it is in our own country"
    copies = {str(view.state.work_items[key].recipient): key for key in items(view, "safeguard_copy")}
    assert "analytics" in copies
    assert "mail" not in copies, "an adequacy decision has no copy"
    done = {"work_item": str(items(view, "carry_out_right")[0]), "result": "done", "outcome": "fulfilled"}
    words = {"note": "In the copy the prices are covered: they are no business of yours and a secret of the processor."}
    assert await case.refused("complete_work_item", done | words) == 409, "the copies first"
    assert await case.refused("complete_work_item", {"work_item": str(copies["analytics"]), "result": "found"}) == 422, "no file"
    for recipient, key in copies.items():
        command = json.dumps({"work_item": str(key), "result": "found"})
        answer = await office.web.post(
            f"/api/v1/cases/{case.reference}/actions/complete_work_item",
            files={
                "command": (None, command, "application/json"),
                "files": (f"{recipient}.pdf", b"%PDF-1.7 covered", "application/pdf"),
            },
            headers={"Authorization": f"Bearer {office.keys[Role.CASEWORKER]}"},
        )
        assert answer.status_code == 200, answer.text
    await case.act("complete_work_item", done | words)
    view = await case.until(lambda each: each.state.status is Status.CLOSED)
    letter = [each for each in office.here.post.letters if case.reference in str(each["Subject"])][-1]
    assert "Example Analytics Inc, the United States" in case.letters[-1]
    assert "International Data Transfer Addendum" in case.letters[-1]
    assert "prices are covered" in case.letters[-1]
    assert len([*letter.iter_attachments()]) == len(copies)


async def test_several_rights_are_answered_each_in_its_time_and_one_letter_says_how_all_ended(office: Office) -> None:
    here = office.here
    rights = (Right.ERASURE, Right.ACCESS, Right.PORTABILITY, Right.WITHDRAW_CONSENT)
    case = await office.ask(people.HOUSEHOLD[1], *rights, consents=["sensitive_uploads"])
    await case.until(lambda each: items(each, "search_by_hand"))
    view = await here.review(case.id)
    count = "SELECT count(*) FROM accounts WHERE email = ?"
    assert office.sql("platform", count, people.HOUSEHOLD[1]) == [(1,)], "shown before it is erased"
    package = zipfile.ZipFile(io.BytesIO(await asyncio.to_thread(here.package, view)))
    assert {"datapackage.json", "data/platform/logins.json"} <= {*package.namelist()}, "one copy for both"
    await here.approve(view)
    await here.fetch(case.id)
    await approve(here, case.id)
    await do_first(here, case.id)
    await case.until(lambda each: each.state.erasure and each.state.erasure.told_at)
    assert office.sql("platform", count, people.HOUSEHOLD[1]) == [(1,)], "three days in which it can be stopped"
    outcomes = {item.right: item.outcome for item in (await case.until(lambda _each: True)).state.rights}
    assert outcomes[Right.ACCESS] is outcomes[Right.PORTABILITY] is outcomes[Right.WITHDRAW_CONSENT] is Outcome.FULFILLED
    await case.act("cancel_erasure", {"reason": "She rang, and kept the account."})
    view = await case.see_through()
    assert {item.right: item.outcome for item in view.state.rights}[Right.ERASURE] is Outcome.WITHDRAWN
    last = await case.letter("we did what you asked.")
    assert all(line in last for line in ("A copy of your data", "take elsewhere", "delete your data", "withdraw a consent"))


_NAMES = (("platform", "accounts"), ("business", "customers"))


def _name(system: str, collection: str, old: str = "Tilda Typical") -> dict[str, str]:
    return {"system": system, "collection": collection, "field": "full_name", "old": old, "new": "Tilde Typical"}


async def _object(office: Office, case: Asked) -> None:
    """The account holder presses the button behind the link in the letter."""
    link = next(found[0] for each in case.letters if (found := re.search(r"/object/hl1_[A-Za-z0-9_-]{43}", each)))
    page = (await office.web.get(link)).text
    assert "I am 18 or older" in page
    assert not items(await case.until(bool), "account_objection"), "looking at the page objects to nothing"
    await office.web.post(link, data=dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)))
    assert items(await case.until(lambda each: items(each, "account_objection")), "account_objection")


async def test_a_childs_account_is_suspended_at_once_given_back_as_it_was_and_deleted_by_two_people(office: Office) -> None:
    """A parent reports; the account holder hears why; the parent learns neither whether there is an account nor what is in it."""
    public = """SELECT images.id, public FROM images JOIN prompts ON prompts.id = prompt_id
        JOIN accounts ON accounts.id = account_id WHERE accounts.email = ? ORDER BY images.id"""
    marked = "SELECT id, email, restricted_at FROM accounts WHERE restricted_at IS NOT NULL"
    before, marks = office.sql("platform", public, people.MINOR), office.sql("platform", marked)
    report: dict[str, Any] = {"identified": False, "hints": [{"kind": "email", "value": people.MINOR}]}

    first = await office.ask(people.PARENT, Right.MINOR_REPORT, **report)
    await first.until(lambda each: each.state.minor and each.state.minor.holder_told_at)
    assert {email for _, email, _ in office.sql("platform", marked)} - {email for _, email, _ in marks} == {people.MINOR}
    assert before
    assert all(not shown for _, shown in office.sql("platform", public, people.MINOR)), "nobody else sees an image"
    checked = (await office.post("/suppression/check", {"value": people.MINOR}, Role.PRIVACY_LEAD)).json()
    assert (checked["restricted"], checked["may_send_marketing"]) == (True, False), "every send asks, and stops"
    told = {str(each["To"]): str(each["Subject"]) for each in office.here.post.letters if first.reference in str(each["Subject"])}
    assert "paused" in told[people.MINOR]
    assert "acted on your report" in told[people.PARENT]
    assert all(people.MINOR not in letter for letter in first.letters)
    await _object(office, first)
    await first.act("decide_account", {"decision": "reinstate", "ground": "adult", "reason": "Showed an older invoice."})
    await first.until(lambda each: each.state.status is Status.CLOSED)
    assert office.sql("platform", public, people.MINOR) == before, "exactly what was hidden is shown again"
    assert office.sql("platform", marked) == marks

    second = await office.ask(people.PARENT, Right.MINOR_REPORT, **report)
    await second.until(lambda each: each.state.minor and each.state.minor.holder_told_at)
    decision = {"decision": "delete", "ground": "shows_age", "reason": "The profile says 14."}
    assert await second.refused("decide_account", decision) == 409, "first the question whether somebody is in danger"
    await second.act("answer_safeguarding", {"concern": True, "hold_evidence": True, "reason": "Messages of an adult."})
    await second.act("decide_account", decision)
    view = await second.until(lambda each: each.state.erasure and each.state.erasure.plan)
    assert view.state.erasure is not None
    assert view.state.erasure.plan is not None
    plan = {"sha256": view.state.erasure.plan.sha256}
    assert await second.refused("approve_erasure", plan) == 403, "not by whoever decided"
    await second.act("approve_erasure", plan, Role.REVIEWER)
    for item in items(await second.until(lambda each: items(each, "before_erasure", "legal_hold")), "before_erasure"):
        await second.act("complete_work_item", {"work_item": str(item), "result": "found"})
    await second.until(lambda each: items(each, "legal_hold"))
    assert office.sql("platform", "SELECT count(*) FROM accounts WHERE email = ?", people.MINOR) == [(1,)], "the evidence is held"
    holds = (await office.web.get("/api/v1/holds", headers={"Authorization": f"Bearer {office.keys[Role.PRIVACY_LEAD]}"})).json()
    for hold in holds["items"]:
        await office.post(f"/holds/{hold['id']}/lift", {}, Role.PRIVACY_LEAD)
    await second.answer("legal_hold", "It is kept elsewhere.")
    await second.until(lambda each: each.state.minor and each.state.minor.blocked)
    await second.answer(REFUND, "9.00 GBP to the card.")
    assert office.sql("platform", "SELECT count(*) FROM accounts WHERE email = ?", people.MINOR) == [(0,)]
    assert office.sql("platform", public, people.MINOR) == []
    with office.here.resources.database.read() as session:
        listed = lists_of(session, office.here.resources.vault, "email", people.MINOR, today=datetime.now(UTC).date())
    assert {"abuse", "restored"} <= {*listed}
    assert listed["abuse"].expires_on is not None, "a block has a last day"
    assert (await second.see_through()).state.outcome is Outcome.FULFILLED
    mine = [each for each in office.here.post.letters if second.reference in str(each["Subject"])]
    assert len([each for each in mine if str(each["To"]) == people.PARENT]) == 2, "the receipt, and that we acted: nothing more"


async def test_somebody_without_email_gets_every_letter_and_the_copy_on_paper(office: Office) -> None:
    """By telephone: no code, no mail to them, a caseworker who makes sure who it is, letters printed and posted on a day."""
    here = office.here
    ((account,),) = office.sql("platform", "SELECT id FROM accounts WHERE email = ?", people.TYPICAL)
    now = datetime.now(UTC)
    incoming = IncomingRequest(
        rights=[Right.ACCESS],
        name="Tilda Typical",
        country="GB",
        message="She called and would like a copy.",
        hints=[("account_id", str(account))],
        channel=Channel.PHONE,
        postal_address="1 Mill Lane, Leeds",
        received_at=now,
        caller="journey",
    )
    receipt = await asyncio.to_thread(Intake(here.resources).receive, incoming, now)
    here.cases.start_soon(receipt.case_id)
    case = Asked(office, receipt.case_id, receipt.reference)

    async def posted(letter: str, words: str) -> None:
        view = await case.until(lambda each: on_paper(each, letter))
        ((key, item),) = on_paper(view, letter)
        assert words in printed(here, item.sent)
        without_day = {"work_item": str(key), "result": "posted"}
        assert await case.refused("complete_work_item", without_day) == 422, "a letter counts from the day on which it went"
        await case.act("complete_work_item", without_day | {"posted_on": now.date().isoformat()})

    await posted("request_received", "We send no code.")
    view = await case.until(lambda each: each.state.status is Status.VERIFYING_IDENTITY)
    assert not items(view, "letter_failed"), "nothing was tried that no mail server could take"
    assert next_step(view.state).step is Step.CONFIRM_IDENTITY
    note = await asyncio.to_thread(here.note, case.id)
    await here.command(case.id, ConfirmIdentity(actor=ANNA, factors=[Factor.BY_PERSON], note=note))
    view = await case.until(lambda each: each.state.identity_record)
    assert next_step(view.state).step is Step.NAME_KEY
    (key,) = view.state.identifiers
    await here.command(case.id, AcceptIdentifier(actor=ANNA, identifier=key, note=note))
    await here.approve(await here.review(case.id))
    await posted("package_ready", "With this letter comes the copy of your data.")
    view = await case.until(lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.FULFILLED
    assert view.state.delivered_at is not None
    await posted("case_closed", "closed")
    told = [str(each["To"]) for each in here.post.letters if case.reference in str(each["Subject"])]
    assert {*told} <= {people.TYPICAL}, "the contact that is held is told, and nobody else by mail"
    assert not here.post.newest_code(case.reference)


def on_paper(view: CaseView, letter: str) -> list[tuple[UUID, WorkItem]]:
    """The open tasks to print and post a letter."""
    items = view.state.open_work_items.items()
    return [(key, item) for key, item in items if item.kind == LETTER_BY_POST and item.letter == letter]


def printed(here: Installed, letter: UUID | None) -> str:
    """The words of a letter on paper, in one line."""
    with here.resources.database.read() as session:
        row = session.get_one(Letter, letter)
    assert row.content is not None
    raw = here.resources.vault.case(row.case_id).open("letter", "content", str(row.id), row.content)
    body = BytesParser(policy=policy.default).parsebytes(raw).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
