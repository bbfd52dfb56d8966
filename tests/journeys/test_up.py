"""`habeas up` as a stranger meets it: it starts, goes on where it stopped, survives kill -9, and refuses in one clear line."""

import json
import socket
import sqlite3
import stat
from pathlib import Path

import pytest

from adapters.database import migrate
from tests import servers
from tests.journeys.installation import Installation
from tests.servers import wait_until

pytestmark = pytest.mark.journey

DATAMAP = Path(__file__).parent.parent / "data" / "small_datamap.yml"
PARTS = ["temporal", "mail", "worker", "web"]


def firsts(printed: str) -> list[str]:
    return [line.split()[0] for line in printed.splitlines() if " ready after " in line]


@pytest.mark.both_databases
def test_it_starts_goes_on_and_stops_in_order(installation: Installation) -> None:
    with installation.up("--demo") as running:
        assert firsts(running.printed()) == PARTS
        assert installation.answers("/readyz") == 200
        keys = installation.sign_ins()
        assert all(key in running.printed() for key in keys.values())
        assert running.interrupt() == 0
        stopped = [line.split()[0] for line in running.printed().splitlines() if line.endswith(" stopped")]
        assert stopped == PARTS[::-1]
        assert not list(installation.home.glob("up.json"))

    ring = (installation.home / "keys" / "ring.json").read_bytes()
    with installation.up("--demo") as running:
        assert (installation.home / "keys" / "ring.json").read_bytes() == ring
        assert installation.sign_ins() == keys
        assert running.interrupt() == 0


@pytest.mark.both_databases
def test_with_an_engine_elsewhere_it_starts_none_of_its_own(installation: Installation, tmp_path: Path) -> None:
    """By environment alone; on PostgreSQL too."""
    with servers.temporal(tmp_path, time_skipping=False) as address:
        installation.settings["TEMPORAL_ADDRESS"] = address
        with installation.up("--demo") as running:
            assert firsts(running.printed()) == PARTS[1:]
            assert installation.answers("/readyz") == 200
            assert not (installation.home / "temporal.db").exists()
            assert running.interrupt() == 0


def test_kill_nine_then_start_again(installation: Installation) -> None:
    with installation.up("--demo") as running:
        running.kill()
        assert installation.answers("/healthz") == 0
    with installation.up("--demo") as running:
        assert installation.answers("/readyz") == 200
        assert running.interrupt() == 0


def test_a_part_that_is_killed_comes_back(installation: Installation) -> None:
    with installation.up("--demo") as running:
        running.kill_part("web", "worker", "temporal")
        back = [f"{part:<10} ready again" for part in ("web", "worker", "temporal")]
        wait_until(lambda: all(line in running.printed() for line in back), "all three are back", 120)
        wait_until(lambda: installation.answers("/readyz") == 200, "everything is ready again")
        assert running.interrupt() == 0


def test_state_is_readable_by_its_owner_alone_and_only_this_machine_is_listened_on(installation: Installation) -> None:
    with installation.up("--demo") as running:
        assert stat.S_IMODE(installation.home.stat().st_mode) == 0o700
        opened = [path for path in installation.home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
        assert opened == []
        inodes = {
            link.readlink().name.split("[")[1].rstrip("]")
            for part in running.parts().values()
            for link in Path(f"/proc/{part.pid}/fd").iterdir()
            if link.readlink().name.startswith("socket:[")
        }
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        rows = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
        listening = {row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}
        assert listening == {"0100007F"}
        assert running.interrupt() == 0


def test_the_engine_is_set_up_deliberately(installation: Installation) -> None:
    with installation.up("--demo") as running:
        assert running.interrupt() == 0
    engine = sqlite3.connect(installation.home / "temporal.db")
    assert engine.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    engine.close()


@pytest.fixture
def plain(installation: Installation) -> Installation:
    """Not the demo: a small data map of one's own."""
    installation.settings["HABEAS_DATAMAP"] = str(DATAMAP)
    return installation


def refused(installation: Installation, *arguments: str) -> str:
    """Start, expect a refusal, and give back its one line."""
    ended = installation.run("up", *arguments)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert not (installation.home / "up.json").exists()
    return lines[0]


@pytest.mark.parametrize("setting", ["HABEAS_PORT", "HABEAS_TEMPORAL_PORT", "HABEAS_MAIL_PORT"])
def test_a_taken_port_names_its_setting(plain: Installation, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(plain.settings[setting])))
        taken.listen()
        assert setting in refused(plain)


def test_a_port_named_twice_is_taken_too(plain: Installation) -> None:
    plain.settings["HABEAS_MAIL_PORT"] = plain.settings["HABEAS_PORT"]
    assert "HABEAS_MAIL_PORT" in refused(plain)


def test_a_broken_data_map_names_its_line(plain: Installation, tmp_path: Path) -> None:
    broken = tmp_path / "datamap.yml"
    broken.write_text(DATAMAP.read_text() + "\nsystems: []\n")
    plain.settings["HABEAS_DATAMAP"] = str(broken)
    line = len(broken.read_text().splitlines())
    assert f"Line {line}" in refused(plain)


def test_a_missing_data_map_names_the_setting(plain: Installation) -> None:
    plain.settings["HABEAS_DATAMAP"] = "/nonexistent/datamap.yml"
    assert "HABEAS_DATAMAP" in refused(plain)


def test_a_key_ring_that_is_gone_is_not_replaced(plain: Installation) -> None:
    assert plain.run("prepare").returncode == 0
    ring = plain.home / "keys" / "ring.json"
    ring.rename(ring.with_suffix(".away"))
    assert "HABEAS_KEYS" in refused(plain)
    assert not ring.exists()


def test_production_without_keys_says_how_to_make_them(plain: Installation) -> None:
    plain.settings |= {
        "HABEAS_ENVIRONMENT": "production",
        "HABEAS_SMTP_URL": "smtp://127.0.0.1:1",
        "HABEAS_MAIL_FROM": "privacy@controller.example",
        "HABEAS_PUBLIC_URL": "https://privacy.controller.example",
    }
    assert "habeas keys init" in refused(plain)
    assert plain.run("keys", "init").returncode == 0
    assert plain.run("prepare").returncode == 0
    assert migrate.present(f"sqlite:///{plain.home}/habeas.db") == migrate.newest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HABEAS_SMTP_URL", "smtp://mail.controller.example"),
        ("HABEAS_PUBLIC_URL", "https://privacy.controller.example"),
        ("HABEAS_DATABASE_URL", "postgresql+psycopg://db.controller.example/habeas"),
        ("HABEAS_ENVIRONMENT", "production"),
    ],
)
def test_the_demo_and_everything_real_are_kept_apart(installation: Installation, name: str, value: str) -> None:
    installation.settings[name] = value
    assert name in refused(installation, "--demo")


def test_a_demo_home_is_never_started_for_real(plain: Installation) -> None:
    plain.home.mkdir()
    (plain.home / "DEMO").touch()
    assert "--demo" in refused(plain)


def test_a_home_with_something_else_in_it_is_no_demo(plain: Installation) -> None:
    assert plain.run("prepare").returncode == 0
    assert "HABEAS_HOME" in refused(plain, "--demo")


def test_the_keys_of_two_demos_have_nothing_in_common(installation: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "other")
    for one in (installation, other):
        one.settings["HABEAS_ENVIRONMENT"] = "demo"
        assert one.run("prepare").returncode == 0
    assert not set(installation.sign_ins().values()) & set(other.sign_ins().values())
    rings = [json.loads((one.home / "keys" / "ring.json").read_text())[0]["key"] for one in (installation, other)]
    assert rings[0] != rings[1]
