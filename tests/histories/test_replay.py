"""Today's workflows follow every saved history: a case that is open while a release is installed goes on.

A failure here means that the order of commands of a workflow changed: keep the old way behind `workflow.patched`, or
such cases block. Never make the histories anew to get rid of it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

import worker
from adapters.message_guard import MessageGuard
from adapters.temporal import data_converter
from adapters.vault import Vault
from tests.histories import keys
from workflows.registry import WORKFLOWS

FILES = sorted(keys.FOLDER.glob("*.json"))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    opened = keys.vault(tmp_path_factory.mktemp("keys"))
    yield opened
    opened.close()


def saved(file: Path) -> WorkflowHistory:
    text = file.read_text()
    return WorkflowHistory.from_json(json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"], text)


def test_every_kind_of_run_is_there() -> None:
    assert [file.stem for file in FILES] == sorted(
        [
            "access_full",
            "afterwards",
            "breach",
            "carried_on",
            "closed_unverified",
            "complaint",
            "erasure",
            "manual_system",
            "measures",
            "minor_report",
            "nothing_held",
            "notice",
            "notice_afterwards",
            "partial_answer",
            "several_rights",
        ]
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_todays_workflow_follows_it(file: Path, vault: Vault) -> None:
    refused: list[tuple[str, str]] = []
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=data_converter(vault, "default", on_refused=lambda reason, about: refused.append((reason, about))),
        interceptors=[MessageGuard()],
        workflow_runner=worker.runner(),
    )
    await replayer.replay_workflow(saved(file))
    assert refused == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_ran_to_its_end_and_names_no_machine(file: Path) -> None:
    events = json.loads(file.read_text())["events"]
    assert events[-1]["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"
    assert set(re.findall(r'"identity": "([^"]*)"', file.read_text())) == {"habeas"}
    assert not re.search(r"\d@", file.read_text())  # <process>@<host> is how a worker calls itself
