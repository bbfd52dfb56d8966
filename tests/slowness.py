"""Makes every activity slow to begin or slow to answer, so that a test that waits for too little is found out.

`HABEAS_TEST_SLOW=before` (or `after`, or both with a comma) holds each activity for most of a second before it does anything,
or between what it did and its answer: what it did is on record then, and no workflow knows of it yet.
"""

import asyncio
import os
import random
from typing import Any

from temporalio import client, worker
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

SLOW = set(filter(None, os.environ.get("HABEAS_TEST_SLOW", "").split(",")))


class Slowness(client.Interceptor, worker.Interceptor):
    """For a client: the SDK hands it on to the workers of that client."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 (the SDK's name)
        return _SlowActivities(next)


class _SlowActivities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 (the SDK's signature)
        await _pause("before")
        answer = await super().execute_activity(input)
        await _pause("after")
        return answer


async def _pause(when: str) -> None:
    if when in SLOW:
        await asyncio.sleep(random.uniform(0.3, 1))
