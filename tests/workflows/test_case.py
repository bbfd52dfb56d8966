"""The case from receipt to its end on a real Temporal server, with everything outside it faked by activity name."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from adapters.message_guard import REFUSED_TYPE
from domain.archive_messages import ArchiveStopped
from domain.commands import (
    AddIdentifier,
    ApprovePackage,
    ChangeDeliveryAddress,
    Close,
    CompleteWorkItem,
    ConfirmIdentity,
    ConfirmIdentityCode,
    ContinueWithoutSystem,
    ExtendDeadline,
    OpenPackage,
    RetrySystem,
    SearchArchive,
    SendMessage,
    SubmitIdentityEvidence,
    Withdraw,
)
from domain.events import Tag
from domain.identity import Factor
from domain.messages import OpenCase, SystemResult
from domain.moving_in import Earlier
from domain.next_step import next_step
from domain.rights import Outcome, Status
from tests.factories import ANNA, BEN, LEAD, MAILBOX, SECOND_MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case
from workflows.case import CaseWorkflow


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper) as one:
        yield one


async def test_a_plain_access_request_from_receipt_to_its_end(running: Running) -> None:
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.fetch()
    await running.until_status(Status.CLOSED)
    await running.handle.result()
    assert running.office.state is not None
    assert running.office.state.outcome is Outcome.FULFILLED
    assert sorted(running.office.letters) == ["case_closed", "package_ready", "request_received", "verify_identity"]


async def test_a_case_does_not_close_over_a_message_that_waits_for_an_answer(running: Running) -> None:
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.command(SendMessage(actor=SUBJECT, note=uuid4()))
    await running.fetch()
    await running.until(lambda office: Tag.RIGHT_DECIDED in office.tags)
    snapshot = await running.folded()
    assert snapshot.state.status is Status.DELIVERED
    assert Tag.REQUEST_CLOSED not in running.office.tags
    await running.command(SendMessage(actor=ANNA, note=uuid4()))
    await running.until_status(Status.CLOSED)
    await running.handle.result()
    assert running.office.state is not None
    assert running.office.state.outcome is Outcome.FULFILLED


async def test_a_wrong_code_changes_nothing_and_the_answer_is_the_same_for_every_reason(running: Running) -> None:
    await running.until_status(Status.VERIFYING_IDENTITY)
    assert await running.refused(ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4())) == "code-refused"
    assert running.office.state is not None
    assert running.office.state.status is Status.VERIFYING_IDENTITY


async def test_a_command_that_is_not_legal_now_is_refused_before_it_enters_the_history(running: Running) -> None:
    await running.until_folded()
    assert await running.refused(ApprovePackage(actor=BEN, sha256="a" * 64)) == "not-allowed-now"
    history = await running.handle.fetch_history()
    assert not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events)


async def test_reminders_and_a_proposal_but_no_timer_closes_the_case(running: Running) -> None:
    await running.until_status(Status.VERIFYING_IDENTITY)
    await running.age(hours=25)
    await running.until(lambda office: "case:identity:reminded" in office.tags)
    await running.age(days=7)
    await running.age(days=24)
    await running.until(lambda office: "case:closing:proposed" in office.tags)
    assert running.office.state is not None
    assert running.office.state.status is Status.VERIFYING_IDENTITY
    await running.command(Close(actor=LEAD, note=uuid4()))
    await running.handle.result()
    assert running.office.state.outcome is Outcome.IDENTITY_NOT_CONFIRMED
    assert "identity_not_confirmed" in running.office.letters
    assert "links" in running.office.destroyed


async def test_the_clock_reminds_and_a_missed_date_is_visible(running: Running) -> None:
    await running.identify()
    await running.until_status(Status.IN_REVIEW)
    await running.age(days=40)
    await running.until(lambda office: office.tags.count("case:deadline:passed") == 2)
    assert running.office.state is not None
    assert running.office.state.status is Status.IN_REVIEW
    assert "case:deadline:approaching" in running.office.tags


async def test_withdrawing_ends_the_case_wherever_it_stands(running: Running) -> None:
    await running.identify()
    await running.until_status(Status.IN_REVIEW)
    await running.command(Withdraw(actor=SUBJECT))
    await running.handle.result()
    assert running.office.letters[-1] == "request_withdrawn"


async def test_a_system_that_stays_down_waits_for_a_person(running: Running) -> None:
    office = running.office
    office.results = [
        SystemResult(system="platform", state="searched", records=5),
        SystemResult(system="billing", state="failed", reason="unreachable"),
        SystemResult(system="payments", state="manual"),
    ]
    await running.identify()
    await running.until(lambda each: each.state and len(each.state.open_work_items) == 2)
    assert office.state is not None
    assert office.state.status is Status.COLLECTING
    office.results[1] = SystemResult(system="billing", state="searched", records=7)
    await running.command(RetrySystem(actor=ANNA, system="billing"))
    await running.until(lambda each: each.state and each.state.systems["billing"].state == "searched")
    assert office.searches[-1].systems == ["billing"]
    by_hand = next(key for key, item in office.state.open_work_items.items() if item.system == "payments")
    await running.command(CompleteWorkItem(actor=ANNA, work_item=by_hand, result="not_found"))
    await running.until_status(Status.IN_REVIEW)


async def test_what_was_imported_is_searched_when_a_scope_is_agreed_and_again_out_of_a_review(running: Running) -> None:
    office = running.office
    office.results = [SystemResult(system="mail", state="manual", archive=True)]
    await running.identify()
    await running.until(lambda each: each.state and each.state.open_work_items)
    office.results = [SystemResult(system="mail", state="searched", records=4_000, archive=True)]
    await running.command(SearchArchive(actor=ANNA, system="mail", scope=1))
    await running.until_status(Status.IN_REVIEW)
    await running.until(lambda each: "case:package:built" in each.tags)
    assert office.state is not None
    assert (office.state.systems["mail"].records, office.state.open_work_items) == (4_000, {})
    office.results = [SystemResult(system="mail", state="searched", records=5_000, archive=True)]
    await running.command(SearchArchive(actor=ANNA, system="mail", scope=2))
    await running.until(lambda each: each.tags.count("case:package:built") == 2)
    assert (office.state.status, office.state.systems["mail"].records) == (Status.IN_REVIEW, 5_000)
    assert ANNA.person in office.state.preparers, "whoever asked for the search approves nothing that came of it"


async def test_an_archive_that_is_not_asked_for_holds_nobody_up_and_can_be_searched_all_the_same(running: Running) -> None:
    office = running.office
    office.results = [SystemResult(system="mail", state="unasked", archive=True)]
    await running.identify()
    await running.until_status(Status.IN_REVIEW)
    assert office.state is not None
    assert (office.state.systems["mail"].state, office.state.open_work_items) == ("unasked", {})
    office.results = [SystemResult(system="mail", state="searched", records=40, archive=True)]
    await running.command(SearchArchive(actor=ANNA, system="mail", scope=1))
    await running.until(lambda each: each.state and each.state.systems["mail"].records == 40)


async def test_an_import_that_was_given_up_is_a_task_of_its_case(running: Running) -> None:
    office = running.office
    office.results = [SystemResult(system="mail", state="manual", archive=True)]
    await running.identify()
    await running.until(lambda each: each.state and each.state.open_work_items)
    assert office.state is not None
    stopped = ArchiveStopped(archive=uuid4(), case_id=office.state.case_id, system="mail")
    await running.handle.signal(CaseWorkflow.archive_stopped, stopped)
    await running.until(lambda each: each.state and len(each.state.open_work_items) == 2)
    (task,) = [key for key, item in office.state.open_work_items.items() if item.kind == "import_stopped"]
    step = next_step(office.state)
    assert (step.about, step.attention) == ("import_stopped", True)
    await running.command(CompleteWorkItem(actor=ANNA, work_item=task, result="found"))
    await running.until(lambda each: each.state and task not in each.state.open_work_items)


async def test_a_system_is_left_out_only_with_a_reason_and_the_case_is_partly_fulfilled(running: Running) -> None:
    office = running.office
    office.results.append(SystemResult(system="billing", state="failed", reason="unreachable"))
    await running.identify()
    await running.until(lambda each: each.state and each.state.open_work_items)
    await running.command(ContinueWithoutSystem(actor=ANNA, system="billing", note=uuid4()))
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.fetch()
    await running.handle.result()
    assert office.state is not None
    assert office.state.outcome is Outcome.PARTLY_FULFILLED


async def test_nothing_held_is_an_answer_and_passes_review(running: Running) -> None:
    office = running.office
    office.results = [SystemResult(system="platform", state="searched", records=0)]
    await running.identify()
    await running.approve()
    await running.handle.result()
    assert office.state is not None
    assert office.state.outcome is Outcome.NOTHING_HELD
    assert "nothing_held" in office.letters


async def test_an_approval_that_no_longer_fits_is_void_and_nothing_is_sent(running: Running) -> None:
    running.office.intact = False
    await running.identify()
    await running.approve()
    await running.until(lambda office: "case:package:voided" in office.tags)
    await running.until_status(Status.IN_REVIEW)
    assert "package_ready" not in running.office.letters


async def test_a_second_address_searches_again_and_voids_the_approval(running: Running) -> None:
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.command(AddIdentifier(actor=SUBJECT, identifier=SECOND_MAILBOX, kind="email"))
    await running.identify(SECOND_MAILBOX)
    await running.until_status(Status.IN_REVIEW)
    assert running.office.searches[-1].run == 2
    assert set(running.office.searches[-1].keys) == {MAILBOX, SECOND_MAILBOX}
    await running.until(lambda office: office.state and office.state.package)
    await running.command(ConfirmIdentity(actor=ANNA, note=uuid4()))  # nothing that was found knows it: somebody looks first
    await running.approve()
    await running.until_status(Status.DELIVERED)


async def test_a_changed_recipient_voids_the_approval_after_notice(running: Running) -> None:
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.command(ChangeDeliveryAddress(actor=ANNA, identifier=MAILBOX, note=uuid4()))
    attempt = uuid4()
    running.office.good_attempts[attempt] = MAILBOX
    assert await running.refused(OpenPackage(actor=SUBJECT, attempt=attempt)) == "not-allowed-now"


async def test_a_letter_nobody_accepts_is_a_work_item_and_the_case_goes_on(running: Running) -> None:
    running.office.refused_letters.add("package_ready")
    await running.identify()
    await running.approve()
    await running.until(lambda office: office.state and office.state.open_work_items)
    assert running.office.state is not None
    assert running.office.state.status is Status.FULFILLING
    item = next(iter(running.office.state.open_work_items))
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
    await running.until_status(Status.DELIVERED)


async def test_an_unfetched_package_is_reminded_twice_and_then_only_proposed_for_closing(running: Running) -> None:
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    await running.age(days=8)
    await running.age(days=14)
    await running.age(days=9)
    await running.until(lambda office: "case:closing:proposed" in office.tags)
    assert running.office.tags.count("case:delivery:reminded") == 2
    assert running.office.state is not None
    assert running.office.state.status is Status.DELIVERED


async def test_evidence_is_destroyed_after_fourteen_days_at_the_latest(running: Running) -> None:
    await running.until_status(Status.VERIFYING_IDENTITY)
    await running.command(SubmitIdentityEvidence(actor=SUBJECT, evidence=uuid4()))
    await running.age(days=15)
    await running.until(lambda office: "case:identity:evidence_destroyed" in office.tags)
    assert running.office.destroyed == ["evidence"]


async def test_an_assertion_needs_no_code(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.asserted = MAILBOX
    async with case(temporal_client, time_skipper, office) as running:
        await running.until_status(Status.IN_REVIEW)
        assert "verify_identity" not in office.letters


async def test_a_case_that_moved_in_goes_on_from_where_it_stood_and_nothing_is_sent_twice(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.received_at -= timedelta(days=40)
    told = office.received_at + timedelta(days=20)
    office.earlier = Earlier(
        by=LEAD.person,
        acknowledged_at=office.received_at,
        identity_confirmed_at=told,
        identity_how=Factor.MAILBOX,
        extension_told_at=told,
        extension_ground="number",
        extension_note=uuid4(),
    )
    async with case(temporal_client, time_skipper, office) as running:
        await running.until(lambda office: office.state and office.state.package)
        clock = (await running.folded()).clock
        assert clock
        assert (clock.extended, clock.state) == (True, "running")
        # Whoever vouched for the identity is no second person.
        assert await running.refused(ApprovePackage(actor=LEAD, sha256=running.sha256)) == "four-eyes"
        assert await running.refused(ExtendDeadline(actor=ANNA, ground="number", note=uuid4())) == "not-allowed-now"
        await running.approve()
        await running.until_status(Status.DELIVERED)
        assert office.letters == ["package_ready"]


async def test_short_lived_data_are_kept_sealed_and_destroyed_if_identity_is_not_confirmed(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.short_lived = True
    async with case(temporal_client, time_skipper, office) as running:
        await running.until(lambda each: "case:snapshot:taken" in each.tags)
        await running.command(Withdraw(actor=SUBJECT))
        await running.handle.result()
        assert "snapshots" in office.destroyed


async def test_a_start_without_a_message_fails_and_does_not_hold_the_id_of_the_case(running: Running) -> None:
    queue = (await running.handle.describe()).task_queue
    forged = await running.skipper.client.start_workflow("CaseWorkflow", id=f"case-{uuid4()}", task_queue=queue)
    with pytest.raises(WorkflowFailureError) as failure:
        await forged.result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == REFUSED_TYPE


async def test_a_case_is_carried_on_from_its_recorded_events(running: Running) -> None:
    await running.identify()
    await running.until(lambda office: office.state and office.state.package)
    state = running.office.state
    assert state is not None
    resumed = state.sequence + 1
    await running.handle.terminate()
    queue = (await running.handle.describe()).task_queue
    with running.skipper.with_time_skipping_disabled():
        handle = await running.skipper.client.start_workflow(
            CaseWorkflow.run,
            OpenCase(case_id=state.case_id, state=state.model_copy(deep=True)),
            id=f"case-{uuid4()}",
            task_queue=queue,
        )
    again = Running(running.office, handle, running.skipper)
    await again.until(lambda office: office.told_of_resumption == [resumed])  # somebody ended it: the DPO hears of it
    await again.approve()
    await again.until_status(Status.DELIVERED)
    await handle.terminate()
