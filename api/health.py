"""Whether this process lives, whether Habeas can work, and how it does: for supervisors and monitors. No personal data.

Outside `/api/v1` and without a key: what stands here are states, counts and durations by route.
Next: api/v1/requests.py
"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.database.session import Database
from api.dependencies import TheWeb

WORKER_SEEN_WITHIN = timedelta(seconds=30)  # mechanics 5.15; a poll is renewed at least once a minute, at rest far oftener
CASE_QUEUE = "case"  # workflows.options has it too; only the doors may import that, so a test compares the two
_ENGINE_ANSWERS_WITHIN = timedelta(seconds=2)  # a supervisor asks every second and must not pile up

REQUESTS = Counter("habeas_http_requests_total", "Requests answered", ["method", "route", "status"])
DURATION = Histogram(
    "habeas_http_request_seconds",
    "Time to the first byte of the answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15),
)

Answer = Literal["ready", "away"]


class Health(BaseModel):
    """This process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """What Habeas needs, and whether it is there. Requests are taken in as long as the database is."""

    status: Literal["ready", "not_ready"]
    database: Answer
    engine: Answer
    worker: Answer


router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Answer as long as this process lives."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(web: TheWeb, response: Response) -> Readiness:
    """Say whether the database and the engine answer and a worker asked for work within 30 seconds."""
    database = await run_in_threadpool(_database_answers, web.resources.database)
    seen = await worker_last_seen(web.client)
    engine = seen is not None
    worker = seen is not None and any(web.now() - at <= WORKER_SEEN_WITHIN for at in seen)
    ready = database and engine and worker
    response.status_code = 200 if ready else 503
    return Readiness(
        status="ready" if ready else "not_ready", database=_answer(database), engine=_answer(engine), worker=_answer(worker)
    )


@router.get("/metrics", include_in_schema=False)
def metrics() -> Response:
    """Counts and durations by route, for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def worker_last_seen(client: Client | None) -> list[datetime] | None:
    """When workers last asked the engine for cases, UTC; None when the engine does not answer."""
    if client is None:
        return None
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=CASE_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        described = await client.workflow_service.describe_task_queue(request, timeout=_ENGINE_ANSWERS_WITHIN)
    except (RPCError, RuntimeError, TimeoutError):
        return None
    return [poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in described.pollers]


def _database_answers(database: Database) -> bool:
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _answer(there: bool) -> Answer:  # noqa: FBT001
    return "ready" if there else "away"
