"""The report of a child's account where time can be skipped: suspended first, decided by a person, never by a timer."""

from typing import Any
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import AnswerSafeguarding, ApproveErasure, CompleteWorkItem, DecideAccount, NameAccount, ObjectToReport
from domain.events import Tag
from domain.messages import HeldContacts, ReceivedIdentifier, SystemResult
from domain.minor_messages import Suspended
from domain.rights import Outcome, Right
from tests.factories import ANNA, BEN, SECOND_MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case

ACCOUNT = SECOND_MAILBOX


def _office() -> FakeOffice:
    office = FakeOffice()
    office.rights = [Right.MINOR_REPORT]
    office.minors.held = HeldContacts(found=[ReceivedIdentifier(identifier=ACCOUNT, kind="email")])
    return office


def _open(running: Running, kind: str) -> list[Any]:
    state = running.office.state
    return [key for key, item in state.open_work_items.items() if item.kind == kind] if state else []


async def _named(running: Running) -> None:
    await running.until(lambda _office: _open(running, "find_account"))
    await running.command(NameAccount(actor=ANNA, identifier=ACCOUNT, kind="email"))
    await running.until(lambda office: Tag.ACCOUNT_HOLDER_TOLD in office.tags)


async def test_an_account_is_suspended_at_once_and_deleted_only_by_two_people(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper, _office()) as running:
        await _named(running)
        office = running.office
        assert office.minors.suspended == [[ACCOUNT]]
        assert office.letters.count("report_acted") == 1, "the reporter hears the same words whatever there is"
        assert "account_suspended" in office.letters
        await running.command(AnswerSafeguarding(actor=ANNA, concern=False, note=uuid4()))
        decision = {"actor": ANNA, "note": uuid4(), "decision": "delete"}
        silent = DecideAccount.model_validate(decision | {"ground": "no_objection"})
        assert await running.refused(silent) == "not-allowed-now", "seven days are not over"
        await running.command(DecideAccount.model_validate(decision | {"ground": "shows_age"}))
        await running.until(lambda office: Tag.ERASURE_PLANNED in office.tags)
        assert office.erasing.plans[0].keys == [ACCOUNT]
        assert not office.erasing.plans[0].samples, "nobody looks at what a child made"
        assert office.erasing.runs == []
        await running.command(ApproveErasure(actor=BEN, sha256=f"{1:064x}"))
        await running.until(lambda office: "account_deleted" in office.letters)
        await running.until(lambda _office: _open(running, "refund_payments"))
        assert office.erasing.runs, "the deletion does not wait for the refund, and the case does"
        (refund,) = _open(running, "refund_payments")
        answer = CompleteWorkItem(actor=ANNA, work_item=refund, result="not_found")
        assert await running.refused(answer) == "invalid-input", "where somebody looked stands with it"
        await running.command(answer.model_copy(update={"note": uuid4()}))
        await running.handle.result()
        assert office.state is not None
        assert office.state.outcome is Outcome.FULFILLED
        assert office.erasing.certificates == [], "a certificate would tell the reporter what there was"
        assert office.minors.blocked == 1
        assert office.letters[-1] == "account_deleted"
        assert {"case_closed", "erasure_planned", "erasure_done"}.isdisjoint(office.letters)


async def test_an_adult_gets_the_account_back_as_it_was(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper, _office()) as running:
        await _named(running)
        await running.command(ObjectToReport(actor=SUBJECT))
        await running.until(lambda _office: _open(running, "account_objection"))
        back = {"actor": ANNA, "note": uuid4(), "decision": "reinstate", "ground": "adult"}
        await running.command(DecideAccount.model_validate(back))
        await running.handle.result()
        office = running.office
        assert office.minors.reinstated == office.minors.looks
        assert office.erasing.plans == []
        assert office.letters[-1] == "account_reinstated"


async def test_no_timer_deletes_and_three_days_make_it_urgent(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = _office()
    failed = [SystemResult(system="platform", state="failed", reason="unreachable")]
    office.minors.failing = [Suspended(failed=failed)]
    async with case(temporal_client, time_skipper, office) as running:
        await running.until(lambda _office: _open(running, "find_account"))
        await running.command(NameAccount(actor=ANNA, identifier=ACCOUNT, kind="email"))
        await running.until(lambda _office: _open(running, "suspension_failed"))
        item = _open(running, "suspension_failed")[0]
        await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
        await running.until(lambda office: Tag.ACCOUNT_SUSPENDED in office.tags)
        await running.age(days=10)
        await running.until(lambda _office: _open(running, "account_overdue"))
        assert office.erasing.plans == []
        assert office.minors.reinstated == []
