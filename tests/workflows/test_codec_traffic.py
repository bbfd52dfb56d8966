"""Genuine traffic is sealed and never refused; what a worker or a schedule could be fed is."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from temporalio.client import (
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleSpec,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from adapters.message_guard import REFUSED_TYPE
from tests.workflows.sealed_engine import (
    HASH,
    SECRET,
    Engine,
    assert_no_task_failed,
    sealed_engine,
)
from tests.workflows.sealed_workflows import (
    Begin,
    ScheduledWorkflow,
    TrafficWorkflow,
    WaitingWorkflow,
)


@pytest.fixture(scope="module")
async def engine(temporal_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    async with sealed_engine(temporal_server, tmp_path_factory.mktemp("vault")) as running:
        yield running


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
            handle = engine.client.get_workflow_handle(await started_run(schedule, count), result_type=int)
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
