"""A worker behind sealed payloads, and an attacker who reaches the engine's port and nothing else."""

import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowHandle,
)
from temporalio.worker import Worker

from adapters.keyring import KeyRing
from adapters.message_guard import MessageGuard
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
    """Both of them, and the alarms raised so far."""

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


@asynccontextmanager
async def sealed_engine(temporal_server: str, home: Path) -> AsyncIterator[Engine]:
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
