import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleSpec,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

from adapters.keyring import KeyRing
from adapters.message_guard import REFUSED_TYPE, MessageGuard
from adapters.temporal import data_converter
from adapters.vault import Vault
from tests.workflows.sealed_workflows import (
    ApprovalWorkflow,
    Approve,
    Begin,
    EchoWorkflow,
    ScheduledWorkflow,
    Snapshot,
    TrafficWorkflow,
    WaitingWorkflow,
    answer_later,
    measure,
    refuse_loudly,
)

HASH, OTHER_HASH = "a" * 64, "b" * 64
SECRET = "Ms Canary lives in Putney"
WORKFLOWS = [ApprovalWorkflow, EchoWorkflow, ScheduledWorkflow, TrafficWorkflow, WaitingWorkflow]


@dataclass
class Engine:
    """A worker behind sealed payloads, and an attacker who reaches the engine's port and nothing else."""

    client: Client
    attacker: Client
    vault: Vault
    queue: str
    alarms: list[tuple[str, str]]

    async def open_case(self) -> WorkflowHandle[ApprovalWorkflow, Snapshot]:
        begin = Begin(sha256=HASH, secret=SECRET)
        return await self.client.start_workflow(ApprovalWorkflow.run, begin, id=f"case-{uuid.uuid4()}", task_queue=self.queue)

    def reasons(self, workflow_id: str) -> set[str]:
        return {reason for reason, about in self.alarms if about == workflow_id}


@pytest.fixture(scope="module")
async def engine(temporal_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    home: Path = tmp_path_factory.mktemp("vault")
    KeyRing.create(home / "ring.json")
    vault = Vault.open(ring_file=home / "ring.json", keystore_url=f"sqlite:///{home}/keys.db")
    alarms: list[tuple[str, str]] = []
    converter = data_converter(vault, "default", on_refused=lambda reason, about: alarms.append((reason, about)))
    client = await Client.connect(temporal_server, data_converter=converter, interceptors=[MessageGuard()])
    attacker = await Client.connect(temporal_server)
    queue = uuid.uuid4().hex
    activities: list[Callable[..., Any]] = [measure, refuse_loudly, answer_later]
    with ThreadPoolExecutor(2) as pool:
        async with Worker(client, task_queue=queue, workflows=WORKFLOWS, activities=activities, activity_executor=pool):
            yield Engine(client, attacker, vault, queue, alarms)
    vault.close()


async def sealed_update(handle: WorkflowHandle[Any, Any]) -> Payload:
    """What the attacker finds in the history of a case: the argument of its first accepted update."""
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            payload = Payload()
            payload.CopyFrom(event.workflow_execution_update_accepted_event_attributes.accepted_request.input.args.payloads[0])
            return payload
    raise AssertionError("no update in the history")


async def assert_no_task_failed(handle: WorkflowHandle[Any, Any]) -> None:
    async for event in handle.fetch_history_events():
        assert event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, event


async def assert_case_lives(case: WorkflowHandle[ApprovalWorkflow, Snapshot], notes: int = 0) -> None:
    """State as at the start, no task failed, and a genuine command is carried out."""
    assert await case.query(ApprovalWorkflow.snapshot) == Snapshot(approvals=0, notes=notes, sha256=HASH)
    assert await case.execute_update(ApprovalWorkflow.approve, Approve(sha256=HASH)) == Snapshot(
        approvals=1, notes=notes, sha256=HASH
    )
    assert (await case.result()).approvals == 1
    await assert_no_task_failed(case)


def forged_payloads() -> dict[str, list[Payload]]:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=f'{{"sha256": "{HASH}"}}'.encode())
    sealed = {"encoding": b"binary/habeas-1", "kid": b"DK_1"}
    return {
        "plain": [plain],
        "nothing": [],
        "no encoding": [Payload(data=b"{}")],
        "our own refusal": [Payload(metadata={"encoding": b"habeas/refused"})],
        "noise": [Payload(metadata=sealed, data=bytes(range(200)))],
        "too short": [Payload(metadata=sealed, data=b"x")],
        "unknown key": [Payload(metadata={**sealed, "kid": b"DK_99"}, data=bytes(100))],
        "key that is no name": [Payload(metadata={**sealed, "kid": b"\xff' OR 1=1"}, data=bytes(100))],
        # The SDK raises on these two before any codec runs (temporalio 1.35, errors TMPRL1105 and 1106).
        "stored elsewhere": [Payload(metadata={"encoding": b"json/external-storage-reference"})],
        "marked as stored elsewhere": [Payload(metadata={**sealed, "__temporal_external_storage_reference": b"true"})],
        "two of them": [plain, plain],
    }


FORGERIES = pytest.mark.parametrize("forgery", forged_payloads())


@FORGERIES
@pytest.mark.parametrize("update", ["approve", "rebuild", "no_such_update"])
async def test_forged_update_is_rejected_and_the_case_lives(engine: Engine, update: str, forgery: str) -> None:
    case = await engine.open_case()
    args = [RawValue(payload) for payload in forged_payloads()[forgery]]
    with pytest.raises(WorkflowUpdateFailedError):
        await engine.attacker.get_workflow_handle(case.id).execute_update(update, args=args)
    if args:
        assert engine.reasons(case.id)
    await assert_case_lives(case)


@FORGERIES
async def test_forged_signal_is_dropped_and_the_case_lives(engine: Engine, forgery: str) -> None:
    case = await engine.open_case()
    payloads = forged_payloads()[forgery]
    await engine.attacker.get_workflow_handle(case.id).signal("mail_arrived", args=[RawValue(payload) for payload in payloads])
    await case.signal(ApprovalWorkflow.mail_arrived, Approve(sha256=HASH))
    await assert_case_lives(case, notes=1)
    if payloads:
        assert engine.reasons(case.id)


@FORGERIES
async def test_forged_start_ends_at_once(engine: Engine, forgery: str) -> None:
    args = [RawValue(payload) for payload in forged_payloads()[forgery]]
    forged = await engine.attacker.start_workflow(
        "ApprovalWorkflow", args=args, id=f"case-{uuid.uuid4()}", task_queue=engine.queue
    )
    # Read through the codec, so that the type of the failure is seen.
    with pytest.raises(WorkflowFailureError) as failed:
        await engine.client.get_workflow_handle(forged.id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == REFUSED_TYPE


async def test_id_taken_by_a_forged_start_can_be_taken_back(engine: Engine) -> None:
    workflow_id = f"case-{uuid.uuid4()}"
    forged = await engine.attacker.start_workflow("ApprovalWorkflow", {"sha256": HASH}, id=workflow_id, task_queue=engine.queue)
    with pytest.raises(WorkflowFailureError):
        await forged.result()
    case = await engine.client.start_workflow(
        ApprovalWorkflow.run,
        Begin(sha256=HASH),
        id=workflow_id,
        task_queue=engine.queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    )
    await assert_case_lives(case)


async def test_payload_of_one_case_is_refused_in_another(engine: Engine) -> None:
    first, second = await engine.open_case(), await engine.open_case()
    await first.execute_update(ApprovalWorkflow.approve, Approve(sha256=HASH))
    copied = RawValue(await sealed_update(first))
    intruder = engine.attacker.get_workflow_handle(second.id)
    with pytest.raises(WorkflowUpdateFailedError):
        await intruder.execute_update("approve", copied)
    await intruder.signal("mail_arrived", copied)
    await assert_case_lives(second)
    assert engine.reasons(second.id) == {"not-authentic"}


async def test_replay_within_a_case_meets_its_state(engine: Engine) -> None:
    """The seal is good there, so what stops it is that an approval names its hash."""
    case = await engine.open_case()
    await case.execute_update(ApprovalWorkflow.rebuild, Approve(sha256=OTHER_HASH))
    copied = RawValue(await sealed_update(case))
    await case.execute_update(ApprovalWorkflow.rebuild, Approve(sha256=HASH))
    with pytest.raises(WorkflowUpdateFailedError):
        await engine.attacker.get_workflow_handle(case.id).execute_update("approve", copied)
    assert engine.reasons(case.id) == set()
    await assert_case_lives(case)


async def test_refusals_replay(engine: Engine) -> None:
    """A dropped signal stays in the history: a worker that starts again has to drop it again."""
    case = await engine.open_case()
    intruder = engine.attacker.get_workflow_handle(case.id)
    for payloads in forged_payloads().values():
        await intruder.signal("mail_arrived", args=[RawValue(payload) for payload in payloads])
    await case.execute_update(ApprovalWorkflow.approve, Approve(sha256=HASH))
    await case.result()
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=data_converter(engine.vault, "default"), interceptors=[MessageGuard()]
    )
    await replayer.replay_workflow(await case.fetch_history())


async def test_genuine_traffic_is_sealed_and_never_refused(engine: Engine) -> None:
    flow = await engine.client.start_workflow(
        TrafficWorkflow.run,
        Begin(sha256=HASH, secret=SECRET),
        id=f"case-{uuid.uuid4()}",
        task_queue=engine.queue,
        memo={"about": SECRET},
        static_summary=SECRET,
    )
    expected = f"{len(SECRET)} {SECRET} refused with {SECRET} {SECRET}"
    first_run = flow.first_execution_run_id
    assert await flow.result() == expected
    assert [alarm for alarm in engine.alarms if alarm[1].startswith(flow.id)] == []
    described = await engine.client.get_workflow_handle(flow.id).describe()
    assert await described.memo() == {"about": SECRET, "seen": SECRET}
    first = await engine.client.get_workflow_handle(flow.id, run_id=first_run).describe()
    assert await first.static_summary() == SECRET
    for workflow_id, run_id in ((flow.id, None), (flow.id, first_run), (f"{flow.id}-echo", None)):
        history = await engine.attacker.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        raw = b"".join(event.SerializeToString() for event in history.events)
        assert b"binary/habeas-1" in raw
        for word in SECRET.split():
            assert word.encode() not in raw or len(word) < 3
    await assert_no_task_failed(flow)


async def waiting(engine: Engine) -> WorkflowHandle[WaitingWorkflow, str]:
    flow = await engine.client.start_workflow(
        WaitingWorkflow.run, Begin(sha256=HASH), id=f"case-{uuid.uuid4()}", task_queue=engine.queue
    )
    for _ in range(600):
        described = await flow.describe()
        if any(found.activity_id == "later" and found.attempt == 1 for found in described.raw_description.pending_activities):
            return flow
        await asyncio.sleep(0.05)
    raise AssertionError("the activity was not scheduled")


async def until_done(send: Callable[[], Awaitable[None]]) -> None:
    """The activity is started a moment after it was scheduled; until then the engine knows no attempt to complete."""
    for attempt in range(100):
        try:
            await send()
        except Exception:
            if attempt == 99:
                raise
            await asyncio.sleep(0.05)
        else:
            return


async def test_forged_activity_result_ends_the_run_instead_of_blocking_it(engine: Engine) -> None:
    """Like a termination: the reconciliation starts the case again from its events."""
    flow = await waiting(engine)
    forged = engine.attacker.get_async_activity_handle(workflow_id=flow.id, run_id=None, activity_id="later")
    await until_done(lambda: forged.complete(3))
    with pytest.raises(WorkflowFailureError) as failed:
        await flow.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == REFUSED_TYPE
    assert engine.reasons(flow.id) == {"not-sealed"}


async def test_forged_activity_failure_loses_its_details(engine: Engine) -> None:
    flow = await waiting(engine)
    forged = engine.attacker.get_async_activity_handle(workflow_id=flow.id, run_id=None, activity_id="later")
    await until_done(lambda: forged.fail(ApplicationError("forged", "detail", non_retryable=True)))
    assert await flow.result() == "failed with 0 details"


async def started_run(schedule: ScheduleHandle, count: int) -> str:
    for _ in range(600):
        actions = (await schedule.describe()).info.recent_actions
        if len(actions) >= count and isinstance(actions[-1].action, ScheduleActionExecutionStartWorkflow):
            return actions[-1].action.workflow_id
        await asyncio.sleep(0.05)
    raise AssertionError("the schedule started nothing")


async def test_schedule_runs_share_one_seal_and_nobody_else_takes_it(engine: Engine) -> None:
    name = f"housekeeping-{uuid.uuid4().hex}"
    action = ScheduleActionStartWorkflow(
        ScheduledWorkflow.run, Begin(sha256=HASH, secret="four"), id=name, task_queue=engine.queue
    )
    schedule = await engine.client.create_schedule(name, Schedule(action=action, spec=ScheduleSpec()))
    try:
        results = []
        for count in (1, 2):
            await schedule.trigger()
            handle = engine.client.get_workflow_handle_for(ScheduledWorkflow.run, await started_run(schedule, count))
            results.append(await handle.result())
            await asyncio.sleep(1.1)  # the engine makes run ids of whole seconds
        assert results == [4, 8]
        assert handle.id != name
        assert [alarm for alarm in engine.alarms if alarm[1].startswith(name)] == []
        started = (await anext(handle.fetch_history_events())).workflow_execution_started_event_attributes
        copied = RawValue(started.input.payloads[0])
    finally:
        await schedule.delete()
    for workflow_type, workflow_id in (
        ("EchoWorkflow", f"{name}-2030-01-01T00:00:00Z"),  # the right id, another type
        ("EchoWorkflow", f"case-{uuid.uuid4()}"),
        ("HousekeepingWorkflow", f"housekeeping-{uuid.uuid4().hex}"),  # another schedule
    ):
        forged = await engine.attacker.start_workflow(workflow_type, copied, id=workflow_id, task_queue=engine.queue)
        with pytest.raises(WorkflowFailureError):
            await forged.result()


async def test_forged_query_gets_no_answer(engine: Engine) -> None:
    case = await engine.open_case()
    answer = await engine.attacker.get_workflow_handle(case.id).query("snapshot", result_type=RawValue)
    assert answer.payload.metadata["encoding"] == b"binary/habeas-1"
    await assert_case_lives(case)


async def test_failing_alarm_does_not_stop_a_refusal(engine: Engine) -> None:
    def broken(_reason: str, _about: str) -> None:
        raise OSError("metrics are down")

    converter = data_converter(engine.vault, "default", on_refused=broken).payload_codec
    assert converter is not None
    payloads = Payloads(payloads=[Payload(data=b"x")])
    await converter.decode_wrapper(payloads)
    assert payloads.payloads[0].metadata["encoding"] == b"habeas/refused"


async def test_payload_outside_any_workflow_is_not_sealed(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="outside any workflow"):
        await engine.client.data_converter.encode([1])


async def test_old_payload_keys_still_open(engine: Engine) -> None:
    case = await engine.open_case()
    assert engine.vault.rotate_codec_key() == "DK_2"
    await case.signal(ApprovalWorkflow.mail_arrived, Approve(sha256=HASH))
    await assert_case_lives(case, notes=1)
    assert engine.reasons(case.id) == set()
