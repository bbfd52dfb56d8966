"""Abuse tests 7 and 8 in the form of the codec: no message without a seal of its own workflow has any effect."""

import uuid
from collections.abc import AsyncIterator

import pytest
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import (
    WorkflowFailureError,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from adapters.message_guard import REFUSED_TYPE, MessageGuard
from adapters.temporal import data_converter
from tests.workflows.sealed_engine import (
    HASH,
    OTHER_HASH,
    WORKFLOWS,
    Engine,
    assert_case_lives,
    sealed_engine,
    sealed_update,
)
from tests.workflows.sealed_workflows import (
    ApprovalWorkflow,
    Approve,
    Begin,
)


@pytest.fixture(scope="module")
async def engine(temporal_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    async with sealed_engine(temporal_server, tmp_path_factory.mktemp("vault")) as running:
        yield running


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


async def test_start_with_too_many_genuine_messages_ends_at_once(engine: Engine) -> None:
    """Each of them is sealed for this case, so that only their number is wrong."""
    begin = Begin(sha256=HASH)
    forged = await engine.client.start_workflow(
        "ApprovalWorkflow", args=[begin, begin], id=f"case-{uuid.uuid4()}", task_queue=engine.queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await forged.result()
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
