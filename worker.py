"""Composition root of the Temporal worker: opens everything once, then polls. Nobody imports this.

Five queues (mechanics, section 3): `case` carries workflows and short activities, `connector` whatever searches systems or
builds packages, so that a long search never holds up a command, `letter` whatever waits for the mail server, `mail` the watched
mailboxes, `notice` messages to many people.

Next: workflows/registry.py
"""

from adapters import logs

# isort: split
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.registry import build
from activities.threads import Threads
from adapters.database.alarms import RefusalAlarms
from adapters.ending import end_process
from adapters.kept_code import keep_code
from adapters.lasting import keep_for_good
from adapters.mailboxes import DESK, watched
from adapters.parts import WORKER_READY
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.temporal import connect
from domain.datamap import DataMap
from domain.errors import DomainError, SettingsError
from domain.messages import WatchMailbox
from domain.retention import RULES
from domain.source_retention import source_rules
from domain.sweep_messages import Swept, WatchPeriod, WatchRecord
from workflows.audit import AuditWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.options import TASK_TIMEOUT
from workflows.registry import (
    AUDIT_WORKFLOW_ID,
    CASE_QUEUE,
    CONNECTOR_QUEUE,
    LETTER_QUEUE,
    MAIL_QUEUE,
    NOTICE_QUEUE,
    WORKFLOWS,
    mailbox_workflow_id,
    sweep_workflow_id,
)
from workflows.sweep import SweepWorkflow

EVENT_THREADS = 8  # small transactions; more threads only wait for each other (mechanics 5.19)
SORTING_THREADS = 2  # beside one per watched mailbox, which mostly waits
LETTER_THREADS = 4  # each waits for the mail server most of its time
NOTICE_THREADS = 2  # notices that are sent at the same time; each has connections of its own
CONNECTOR_THREADS = 2  # CPU-bound: sealing, zipping, setting type
STICKY = timedelta(seconds=2)  # how long a command waits for a worker that crashed (temporal.md, rule 43)
GRACE = timedelta(seconds=30)  # what is running may finish after SIGTERM

# Imported once instead of once per workflow run: 478 ms against 18 ms of CPU each. All of it is pure or only referred to by
# workflows; tests/architecture forbids in those files what the sandbox would have caught.
PASSED_THROUGH = (
    "domain",
    "activities",
    "adapters",
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "cryptography",
    "yaml",
    "holidays",
)

_log = structlog.get_logger("worker")


def runner() -> SandboxedWorkflowRunner:
    """Build the workflow runner with the sandbox on. Tests that run workflows use the same one."""
    keep_code("workflows")  # each run still gets modules of its own
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


async def run(resources: Resources) -> None:
    """Poll every queue until SIGTERM or SIGINT, then let running activities finish."""
    client = await _connected(resources)
    stop = asyncio.Event()
    asyncio.get_running_loop().set_default_executor(Threads(thread_name_prefix="worker"))
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    with contextlib.ExitStack() as stack:
        async with contextlib.AsyncExitStack() as polling:
            for worker in workers(client, resources, stack):
                await polling.enter_async_context(worker)
            await watch_mailboxes(client, resources.settings)
            await watch_periods(client, resources.datamap)
            await watch_record(client)
            keep_for_good()
            stack.enter_context(_shown_ready(resources.settings.home / WORKER_READY))
            _log.info("polling", queues=[CASE_QUEUE, CONNECTOR_QUEUE, LETTER_QUEUE, MAIL_QUEUE, NOTICE_QUEUE])
            await stop.wait()
            _log.info("stopping")


def workers(client: Client, resources: Resources, stack: contextlib.ExitStack) -> Sequence[Worker]:
    """Build one worker per queue; their threads end with `stack`."""
    activities = build(resources)
    case = Worker(
        client,
        task_queue=CASE_QUEUE,
        workflows=WORKFLOWS,
        activities=activities["case"],
        activity_executor=stack.enter_context(Threads(EVENT_THREADS, thread_name_prefix="case")),
        max_concurrent_activities=EVENT_THREADS,
        workflow_runner=runner(),
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
    )

    def beside(queue: str, threads: int) -> Worker:
        return Worker(
            client,
            task_queue=queue,
            activities=activities[queue],
            activity_executor=stack.enter_context(Threads(threads, thread_name_prefix=queue)),
            max_concurrent_activities=threads,
            graceful_shutdown_timeout=GRACE,
        )

    mail_threads = len(watched(resources.settings.mailboxes)) + 1 + SORTING_THREADS
    return (
        case,
        beside(CONNECTOR_QUEUE, CONNECTOR_THREADS),
        beside(LETTER_QUEUE, LETTER_THREADS),
        beside(MAIL_QUEUE, mail_threads),
        beside(NOTICE_QUEUE, NOTICE_THREADS),
    )


async def watch_mailboxes(client: Client, settings: Settings) -> None:
    """See to it that every mailbox of the settings is watched, and the desk for mail that is handed in."""
    for name in (DESK, *watched(settings.mailboxes)):
        await client.start_workflow(
            MailboxWorkflow.run,
            WatchMailbox(mailbox=name),
            id=mailbox_workflow_id(name),
            task_queue=CASE_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


async def watch_periods(client: Client, datamap: DataMap) -> None:
    """See to it that every period of retention is watched: Habeas' own, and those that the data map wants swept."""
    every = [Swept(rule=rule.value) for rule in RULES]
    every += [Swept(rule=each.rule, system=each.system, collection=each.collection.name) for each in source_rules(datamap)]
    for swept in every:
        await client.start_workflow(
            SweepWorkflow.run,
            WatchPeriod(swept=swept),
            id=sweep_workflow_id(swept.rule, swept.system, swept.collection),
            task_queue=CASE_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )


async def watch_record(client: Client) -> None:
    """See to it that the record is chained and anchored."""
    await client.start_workflow(
        AuditWorkflow.run,
        WatchRecord(),
        id=AUDIT_WORKFLOW_ID,
        task_queue=CASE_QUEUE,
        task_timeout=TASK_TIMEOUT,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


@contextlib.contextmanager
def _shown_ready(sign: Path) -> Iterator[None]:
    sign.write_text(str(os.getpid()))
    try:
        yield
    finally:
        sign.unlink(missing_ok=True)


async def _connected(resources: Resources) -> Client:
    try:
        return await connect(resources.settings, resources.vault, on_refused=RefusalAlarms(resources.database))
    except RuntimeError:  # what the SDK raises when nobody answers
        raise SettingsError("Temporal does not answer. Is it running, and is TEMPORAL_ADDRESS right?") from None


def main() -> int:
    """Run as `python -m worker`; gives back the exit status."""
    os.umask(0o077)  # what it writes is its owner's alone
    try:
        settings = Settings.load()
        logs.configure(settings.log_level, ship_to=settings.logs_to)
        resources = Resources.open(settings)
        asyncio.run(run(resources))
        resources.close()
    except DomainError as refused:
        sys.stderr.write(f"habeas: {refused.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    try:
        status = main()
    except Exception:  # noqa: BLE001 (the last place that can tell)
        sys.excepthook(*sys.exc_info())
        status = 1
    end_process(status)
