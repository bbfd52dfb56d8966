"""The stored formats against vectors that were computed without this code. A failure here means stored data is lost."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from adapters.case_vault import CaseKeys, CaseVault
from adapters.codec import SealingCodec
from adapters.stream import OpeningStream, SealingStream, StreamKeys
from adapters.vault import Vault
from domain.errors import SealBrokenError
from tests.adapters.vault_factory import vector_vault, vectors

KEYS, STREAM = vectors("keys"), vectors("stream")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    home: Path = tmp_path_factory.mktemp("vectors")
    opened = vector_vault(home)
    yield opened
    opened.close()


def case_vault(vault: Vault, vector: dict[str, Any]) -> CaseVault:
    case_id = UUID(vector["case"])
    return vault.case(case_id) if vector["family"] == "case" else vault.evidence(case_id)


def test_install_id_is_the_one_stored(vault: Vault) -> None:
    assert vault.install.hex() == KEYS["install"]


def cell(vector: dict[str, Any]) -> tuple[str, str, str]:
    table, column, row = vector["cell"]
    return table, column, row


@pytest.mark.parametrize("vector", KEYS["fields"], ids=lambda vector: vector["plaintext"] or "empty")
def test_field_opens(vault: Vault, vector: dict[str, Any]) -> None:
    opened = case_vault(vault, vector).open(*cell(vector), bytes.fromhex(vector["sealed"]))
    assert opened.decode() == vector["plaintext"]


@pytest.mark.parametrize("vector", KEYS["fields_refused"], ids=lambda vector: vector["why"])
def test_field_is_refused(vault: Vault, vector: dict[str, Any]) -> None:
    with pytest.raises(SealBrokenError):
        case_vault(vault, vector).open(*cell(vector), bytes.fromhex(vector["sealed"]))


@pytest.mark.parametrize("vector", KEYS["macs"], ids=lambda vector: f"{vector['call']} {vector['args'][0]}")
def test_mac_is_the_same(vault: Vault, vector: dict[str, Any]) -> None:
    calls: dict[str, Callable[..., bytes | str]] = {
        "email": vault.index_email,
        "phone": vault.index_phone,
        "id": vault.index_id,
        "list": vault.list_mac,
        "code": vault.code_mac,
        "receipt": vault.case(UUID(KEYS["case"])).receipt_mac,
    }
    mac = calls[vector["call"]](*vector["args"])
    assert (mac if isinstance(mac, str) else mac.hex()) == vector["mac"]


async def decode(vault: Vault, vector: dict[str, Any]) -> Payload:
    context = WorkflowSerializationContext(namespace=vector["namespace"], workflow_id=vector["workflow_id"])
    codec = SealingCodec(vault, vector["namespace"]).with_context(context)
    metadata = {"encoding": b"binary/habeas-1", "kid": vector["kid"].encode()}
    [payload] = await codec.decode([Payload(metadata=metadata, data=bytes.fromhex(vector["data"]))])
    return payload


@pytest.mark.parametrize("vector", KEYS["codec"], ids=lambda vector: vector["workflow_id"])
async def test_payload_opens(vault: Vault, vector: dict[str, Any]) -> None:
    assert (await decode(vault, vector)).SerializeToString(deterministic=True).hex() == vector["payload"]


@pytest.mark.parametrize("vector", KEYS["codec_refused"], ids=lambda vector: vector["why"])
async def test_payload_is_refused(vault: Vault, vector: dict[str, Any]) -> None:
    assert await decode(vault, vector) == Payload(metadata={"encoding": b"habeas/refused"})


def stream_keys(kind: str) -> StreamKeys:
    keys = CaseKeys(bytes.fromhex(STREAM["case_key"]), "case")
    return CaseVault(UUID(STREAM["case"]), lambda: keys).stream_key(UUID(STREAM["blob"]), kind)


@pytest.mark.parametrize("vector", STREAM["streams"], ids=lambda vector: f"{len(vector['plaintext']) // 2} bytes")
def test_stream_opens(vector: dict[str, Any]) -> None:
    opened = OpeningStream(io.BytesIO(bytes.fromhex(vector["sealed"])), stream_keys(vector["kind"]))
    assert opened.readall().hex() == vector["plaintext"]


@pytest.mark.parametrize("vector", STREAM["refused"], ids=lambda vector: vector["why"])
def test_stream_gives_nothing(vector: dict[str, Any]) -> None:
    with pytest.raises(SealBrokenError):
        OpeningStream(io.BytesIO(bytes.fromhex(vector["sealed"])), stream_keys("collection"))


@pytest.mark.parametrize("vector", STREAM["long"], ids=lambda vector: f"{vector['bytes']} bytes")
def test_stream_is_cut_into_segments_alike(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the vector's salt and prefix instead of random ones, every sealed byte is the same."""
    front = bytes.fromhex(vector["front"])
    chosen = {32: front[41:73], 7: front[73:80]}
    monkeypatch.setattr("adapters.stream.secrets.token_bytes", chosen.__getitem__)
    target = io.BytesIO()
    sealing = SealingStream(target, stream_keys(vector["kind"]))
    plaintext = (b"0123456789abcde\n" * (vector["bytes"] // 16 + 1))[: vector["bytes"]]
    for start in range(0, len(plaintext), 70_001):  # in pieces that meet no boundary
        sealing.write(plaintext[start : start + 70_001])
    sealing.finish()
    assert target.getvalue()[:80] == front
    assert len(target.getvalue()) == vector["sealed_bytes"]
    assert hashlib.sha256(target.getvalue()).hexdigest() == vector["sealed_sha256"]
