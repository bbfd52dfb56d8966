"""The floor of many at once: workflows that do nothing but schedule as many activities as a case does, and these nothing.

Run as `python -m benchmarks.bare_workflows ADDRESS` for its worker, on the same server as Habeas, outside the sandbox and with
plain payloads. Next: benchmarks/measures.py
"""

import asyncio
import sys
import time
from datetime import timedelta
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUEUE = "bare"


@activity.defn
async def nothing() -> None:
    """Do nothing."""


@workflow.defn
class BareWorkflow:
    """As many steps as asked for, one after the other."""

    @workflow.run
    async def run(self, steps: int) -> None:
        for _ in range(steps):
            await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=5))


async def many(address: str, count: int, steps: int) -> float:
    """Run so many at once; gives back workflows per second."""
    client = await Client.connect(address)
    began = time.perf_counter()
    runs = (client.execute_workflow(BareWorkflow.run, steps, id=f"bare-{uuid4()}", task_queue=QUEUE) for _ in range(count))
    await asyncio.gather(*runs)
    return count / (time.perf_counter() - began)


async def work(address: str) -> None:
    """Poll until killed."""
    client = await Client.connect(address)
    await Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareWorkflow],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ).run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
