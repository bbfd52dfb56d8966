"""Keys are changed while everything runs: no seal is lost, an interruption is carried on, an old key leaves at zero."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

from adapters.key_rotation import Rotation
from adapters.keyring import KeyRing
from adapters.keystore import KeyStore
from adapters.temporal import counter
from adapters.vault import Vault
from cli import app
from domain.errors import SettingsError
from tests import opened
from tests.adapters.vault_factory import fresh_vault

NOW = datetime.now(UTC)


async def nothing_held(_before: datetime) -> int:
    return 0


def rotation(home: Path) -> Rotation:
    return Rotation(fresh_vault(home), KeyStore(f"sqlite:///{home}/keys.db"), KeyRing.load(home / "ring.json"))


def test_processes_that_run_use_the_new_key_and_open_every_old_seal(tmp_path: Path) -> None:
    """Cases come in all the while; not one seal is lost, and nothing is wrapped by the old key afterwards."""
    running = fresh_vault(tmp_path)
    seals: dict[UUID, bytes] = {}
    stop = threading.Event()

    def take_in() -> None:
        while not stop.is_set():
            case_id = running.new_case()
            seals[case_id] = running.case(case_id).seal("note", "text", "1", b"words")

    intake = threading.Thread(target=take_in)
    intake.start()
    work = rotation(tmp_path)
    first = work.root_keys()[0].kid
    for _ in range(3):
        work.rotate()
    stop.set()
    intake.join()
    work.rotate()
    assert all(not key.wraps for key in work.root_keys() if not key.primary)
    assert first not in {key.kid for key in work.root_keys() if key.primary}
    again = fresh_vault(tmp_path)
    assert len(seals) > 10
    assert all(again.case(case_id).open("note", "text", "1", seal) == b"words" for case_id, seal in seals.items())


async def test_an_interrupted_rotation_is_carried_on_and_old_keys_leave_only_at_zero(tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path)
    for _ in range(5):
        vault.new_case()
    vault.close()  # with keys that it makes in advance, so that what is counted stands still
    work, store = rotation(tmp_path), KeyStore(f"sqlite:///{tmp_path}/keys.db")
    old = work.root_keys()[0]
    KeyRing.load(tmp_path / "ring.json").rotate()  # and there it was killed, before the first batch
    with pytest.raises(SettingsError, match="still under an old root key"):
        await work.retire(nothing_held, NOW, at_once=True)
    primary, payload, wrapped = work.rotate()
    assert (payload, wrapped) == ("DK_1", sum(old.wraps.values()))  # no second root key, no second payload key
    assert work.rotate()[1] == "DK_2"
    assert next(key.kid for key in work.root_keys()) != primary
    assert await work.retire(nothing_held, NOW) == ([], ["DK_1"])  # backups of the key store still need the root keys
    assert len((await work.retire(nothing_held, NOW + timedelta(days=31)))[0]) == 2
    assert [key.primary for key in work.root_keys()] == [True]
    assert fresh_vault(tmp_path).cases_with_keys(created_before=datetime.now(UTC) + timedelta(days=1))
    store.close()


async def test_a_payload_key_stays_as_long_as_the_engine_holds_something_under_it(
    tmp_path: Path, temporal_server: str, temporal_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by the engine itself: what was started before the next key came."""
    await temporal_client.start_workflow("nothing", id="held", task_queue="nobody-polls")
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server)
    with opened.resources(tmp_path / "home", f"sqlite:///{tmp_path}/habeas.db") as resources:
        count = await counter(resources.settings, resources.vault)
        assert count is not None
        assert await count(datetime(2020, 1, 1, tzinfo=UTC)) == 0
        for _ in range(100):
            if await count(datetime.now(UTC) + timedelta(hours=1)):
                break
        assert await count(datetime.now(UTC) + timedelta(hours=1)) >= 1
        work = Rotation(resources.vault, KeyStore(resources.settings.keystore_url), KeyRing.load(resources.settings.keys))
        oldest_root = work.root_keys()[0].kid
        work.rotate()
        newest, oldest = await work.payload_keys(count)
        assert (newest.kid, newest.executions, oldest.kid) == ("DK_2", 0, "DK_1")
        assert oldest.executions is not None
        assert oldest.executions >= 1
        assert await work.retire(count, NOW, at_once=True) == ([oldest_root], [])
        assert resources.vault.codec_key("DK_1")[0] == "DK_1"


def test_the_commands_say_what_each_key_wraps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HABEAS_DATAMAP", str(opened.SMALL_DATAMAP))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    for command in (["init"], ["status"], ["rotate"]):
        said = CliRunner().invoke(app, ["keys", *command])
        assert said.exit_code == 0, said.output
    assert "payload key DK_2: made" in said.output
    assert "executions unknown" in said.output
    refused = subprocess.run([sys.executable, "-m", "cli", "keys", "retire"], capture_output=True, text=True, check=False)
    assert (refused.returncode, "nobody knows what it still holds" in refused.stderr) == (1, True)


def test_a_vault_that_cannot_see_the_ring_for_a_moment_goes_on(tmp_path: Path) -> None:
    vault: Vault = fresh_vault(tmp_path)
    (tmp_path / "ring.json").rename(tmp_path / "away.json")
    case_id = vault.new_case()
    assert vault.case(case_id).seal("note", "text", "1", b"words")
