"""The client factory: where the engine is, and that whatever it makes is sealed and guarded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.codec import SealingCodec
from adapters.message_guard import MessageGuard, bound_id
from adapters.settings import Settings
from adapters.temporal import connect
from adapters.vault import Vault
from domain.errors import SettingsError
from tests.adapters.vault_factory import fresh_vault


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = fresh_vault(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    return Settings.load(home=tmp_path, temporal_port=17233)


async def test_embedded_server_is_the_default(settings: Settings, vault: Vault) -> None:
    client = await connect(settings, vault, lazy=True)
    assert (client.service_client.config.target_host, client.namespace) == ("127.0.0.1:17233", "default")


async def test_profile_file_and_environment_win(
    settings: Settings, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporal.toml").write_text('[profile.default]\naddress = "10.0.0.1:7233"\nnamespace = "privacy"\n')
    client = await connect(settings, vault, lazy=True)
    assert (client.service_client.config.target_host, client.namespace) == ("10.0.0.1:7233", "privacy")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "10.0.0.2:7233")
    client = await connect(settings, vault, lazy=True)
    assert client.service_client.config.target_host == "10.0.0.2:7233"


async def test_production_never_talks_to_an_engine_elsewhere_in_the_clear(
    settings: Settings, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = settings.model_copy(update={"environment": "production"})
    await connect(production, vault, lazy=True)  # on this machine
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.controller.example:7233")
    with pytest.raises(SettingsError, match="TEMPORAL_TLS"):
        await connect(production, vault, lazy=True)
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    await connect(production, vault, lazy=True)


async def test_broken_profile_file_is_one_line(settings: Settings, vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "temporal.toml").write_text("[profile")
    with pytest.raises(SettingsError, match="Temporal's configuration") as refused:
        await connect(settings, vault, lazy=True)
    assert "\n" not in refused.value.message


async def test_client_brings_codec_and_guard(settings: Settings, vault: Vault) -> None:
    client = await connect(settings, vault, lazy=True)
    assert isinstance(client.data_converter.payload_codec, SealingCodec)
    assert any(isinstance(one, MessageGuard) for one in client.config(active_config=True)["interceptors"])


@pytest.mark.parametrize(
    ("workflow_id", "bound"),
    [
        ("housekeeping", "housekeeping"),
        ("housekeeping-2026-11-24T03:00:00Z", "housekeeping"),
        ("mailbox-7-2026-11-24T03:00:00Z", "mailbox-7"),
        ("mailbox-7", "mailbox-7"),
        ("case-7-2026-11-24T03:00:00Z", "case-7-2026-11-24T03:00:00Z"),
        ("housekeepingx-2026-11-24T03:00:00Z", "housekeepingx-2026-11-24T03:00:00Z"),
        ("housekeeping-2026-11-24T03:00:00Z\n", "housekeeping-2026-11-24T03:00:00Z\n"),
        ("housekeeping-2026-11-24T03:00:00Z-2026-11-24T03:00:00Z", "housekeeping-2026-11-24T03:00:00Z"),
    ],
)
def test_only_runs_of_a_schedule_share_an_id(workflow_id: str, bound: str) -> None:
    assert bound_id(workflow_id) == bound
