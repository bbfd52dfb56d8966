import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from adapters import embedded
from tests import servers


@workflow.defn
class Waits:
    @workflow.run
    async def run(self) -> str:
        await workflow.sleep(timedelta(days=40))
        return workflow.now().isoformat()


async def test_closed_cases_stay_thirty_days(temporal_client: Client) -> None:
    answer = await temporal_client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert answer.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_one_case_can_be_aged_by_forty_days(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with Worker(temporal_client, task_queue="test-waits", workflows=[Waits]):
        with time_skipper.with_time_skipping_disabled():
            handle = await time_skipper.client.start_workflow(Waits.run, id="waits", task_queue="test-waits")
        await time_skipper.fast_forward(handle, timedelta(days=40))
        ended = datetime.fromisoformat(await handle.result())
    assert ended > datetime.now(UTC) + timedelta(days=39)


def test_the_server_of_habeas_up_cannot_skip_time_and_listens_on_this_machine_only() -> None:
    line = embedded.command(port=7233, database=Path("temporal.db"))
    assert not [part for part in line if "TimeSkipping" in part]
    assert line[line.index("--ip") + 1] == "127.0.0.1"
    assert "--headless" in line
    assert "--http-port" not in line


def test_state_is_on_disk_in_write_ahead_mode(tmp_path: Path) -> None:
    with servers.temporal(tmp_path, time_skipping=False):
        database = sqlite3.connect(tmp_path / "temporal.db")
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        database.close()


def test_any_temporal_address_in_the_environment_wins_over_the_embedded_server() -> None:
    assert embedded.is_wanted({})
    assert embedded.is_wanted({"TEMPORAL_ADDRESS": ""})
    assert not embedded.is_wanted({"TEMPORAL_ADDRESS": "temporal.example:7233"})
    assert not embedded.is_wanted({"TEMPORAL_PROFILE": "cloud"})
