"""What supervisors and monitors are told."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import cast

from fastapi import FastAPI
from fastapi.testclient import TestClient
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api import health
from workflows.options import CASE_QUEUE


class FakeEngine:
    """Answers one question: who polls the case queue."""

    namespace = "default"

    def __init__(self, *polled: timedelta, away: bool = False) -> None:
        self._polled = polled
        self._away = away
        self.asked: list[str] = []
        self.workflow_service = self

    async def describe_task_queue(self, request: DescribeTaskQueueRequest, **_options: object) -> DescribeTaskQueueResponse:
        self.asked.append(request.task_queue.name)
        if self._away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        pollers = []
        for ago in self._polled:
            at = Timestamp()
            at.FromDatetime((datetime.now(UTC) - ago).replace(tzinfo=None))
            pollers.append(PollerInfo(last_access_time=at))
        return DescribeTaskQueueResponse(pollers=pollers)


def _ready(web: TestClient, engine: FakeEngine) -> tuple[int, dict[str, str]]:
    app = cast("FastAPI", web.app)
    app.state.web = dataclasses.replace(app.state.web, client=cast("Client", engine))
    answer = web.get("/readyz")
    return answer.status_code, answer.json()


def test_ready_means_database_engine_and_a_worker_that_asked(web: TestClient) -> None:
    engine = FakeEngine(timedelta(minutes=5), timedelta(seconds=2))
    assert _ready(web, engine) == (200, {"status": "ready", "database": "ready", "engine": "ready", "worker": "ready"})
    assert engine.asked == [CASE_QUEUE]


def test_a_worker_that_fell_silent_is_away(web: TestClient) -> None:
    status, answer = _ready(web, FakeEngine(timedelta(seconds=40)))
    assert (status, answer["engine"], answer["worker"]) == (503, "ready", "away")


def test_an_engine_that_does_not_answer_is_away(web: TestClient) -> None:
    status, answer = _ready(web, FakeEngine(away=True))
    assert (status, answer["database"], answer["engine"]) == (503, "ready", "away")


def test_the_queue_is_the_one_that_workers_poll() -> None:
    assert health.CASE_QUEUE == CASE_QUEUE


def test_metrics_name_routes_and_no_references(web: TestClient) -> None:
    web.get("/healthz")
    web.get("/api/v1/cases/HAB-00000000")
    text = web.get("/metrics").text
    assert 'route="/healthz"' in text
    assert "HAB-00000000" not in text
