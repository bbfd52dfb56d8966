"""The key store on both databases: shared by processes, and empty of what was destroyed."""

import os
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.keyring import KeyRing
from adapters.keystore import KeyStore, WrappedKey
from domain.errors import KeyMissingError, SettingsError
from tests import servers
from tests.adapters.vault_factory import fresh_vault

ROOT = Path(__file__).parents[2]
KEY = WrappedKey("case-1", "case", "kid", os.urandom(60))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/keys.db"
        return
    administrative: str = request.getfixturevalue("postgresql_url")
    name = f"keys_{uuid.uuid4().hex}"
    with psycopg.connect(servers.plain(administrative), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{administrative.rpartition('/')[0]}/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def store(url: str) -> Iterator[KeyStore]:
    opened = KeyStore(url)
    yield opened
    opened.close()


def test_first_key_of_a_name_wins(store: KeyStore) -> None:
    assert store.add(KEY) == KEY
    assert store.add(KEY._replace(wrapped=b"second")) == KEY
    assert store.add(KEY._replace(purpose="evidence", wrapped=b"other")).wrapped == b"other"
    assert store.find("case-1", "case") == KEY
    assert store.find("case-2", "case") is None


def test_install_id_is_made_once(store: KeyStore) -> None:
    assert store.installation(b"1" * 16) == b"1" * 16
    assert store.installation(b"2" * 16) == b"1" * 16


def test_destroyed_key_leaves_a_tombstone(store: KeyStore) -> None:
    store.add(KEY)
    store.destroy("case-1", "case", rule="retention", approver="7")
    assert store.find("case-1", "case") is None
    with pytest.raises(KeyMissingError):
        store.add(KEY, once=True)
    assert store.every() == []


def test_replacing_does_not_revive_a_destroyed_key(store: KeyStore) -> None:
    store.add(KEY)
    store.destroy("case-1", "case", rule="retention", approver="7")
    store.replace([(KEY, KEY._replace(kid="new"))])
    assert store.every() == []


OPEN = """
import sys
from pathlib import Path
from adapters.vault import Vault
sys.stdin.readline()
vault = Vault.open(ring_file=Path(sys.argv[1]), keystore_url=sys.argv[2])
macs = vault.index_email("a@b.example"), vault.list_mac("a", "b"), vault.code_mac("a")
print(vault.install.hex(), vault.codec_key()[1].hex(), *[mac.hex() for mac in macs])
"""


def test_processes_that_start_at_once_agree_on_everything(url: str, tmp_path: Path) -> None:
    """The very first start of web and worker: one install id, one set of keys, no lock error."""
    ring = tmp_path / "ring.json"
    KeyRing.create(ring)
    command = [sys.executable, "-W", "error", "-c", OPEN, str(ring), url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120) for process in started]
    assert {process.returncode for process in started} == {0}, answers
    assert len({out for out, _ in answers}) == 1
    assert len(answers[0][0].split()) == 5


def test_threads_share_one_vault(url: str, tmp_path: Path) -> None:
    vault = fresh_vault(tmp_path, url)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                case_id = uuid.uuid4()
                vault.make_case_key(case_id)
                sealed = vault.case(case_id).seal("t", "c", "1", b"x")
                assert vault.case(case_id).open("t", "c", "1", sealed) == b"x"
                vault.codec_key()
        except BaseException as failure:  # noqa: BLE001 (a thread's failure would be lost)
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    vault.close()
    assert failures == []


def test_nothing_of_a_destroyed_key_is_left_in_the_files(tmp_path: Path) -> None:
    store = KeyStore(f"sqlite:///{tmp_path}/keys.db")
    for number in range(50):
        store.add(KEY._replace(object=f"case-{number}", wrapped=os.urandom(60)))
    doomed = store.find("case-25", "case")
    assert doomed

    def raw() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))

    assert doomed.wrapped in raw()
    store.destroy("case-25", "case", rule="retention", approver="7")
    assert doomed.wrapped not in raw()
    assert len(store.every()) == 49
    store.close()


def test_reader_in_the_way_is_told_and_the_repetition_finishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.keystore._BUSY_SECONDS", 0.1)
    store = KeyStore(f"sqlite:///{tmp_path}/keys.db")
    store.add(KEY)
    reader = sqlite3.connect(tmp_path / "keys.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM keys").fetchone()
    with pytest.raises(TimeoutError):
        store.destroy("case-1", "case", rule="retention", approver="7")
    assert store.find("case-1", "case") is None
    reader.execute("COMMIT")
    reader.close()
    store.destroy("case-1", "case", rule="retention", approver="7")
    assert KEY.wrapped not in b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
    with sqlite3.connect(tmp_path / "keys.db") as connection:
        assert connection.execute("SELECT object, purpose, rule, approver FROM tombstones").fetchall() == [
            ("case-1", "case", "retention", "7")
        ]
    connection.close()
    store.close()


def test_store_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.touch(mode=0o644)
    store = KeyStore(f"sqlite:///{path}")
    store.add(KEY)
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("keys.db*")} == {
        "keys.db": 0o600,
        "keys.db-wal": 0o600,
        "keys.db-shm": 0o600,
    }
    with store._read() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("secure_delete", "synchronous")}
    assert settings == {"secure_delete": 1, "synchronous": 2}
    store.close()


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "sqlite:////proc/none/k"]
)
def test_unusable_url_is_refused_in_one_line(wrong: str) -> None:
    with pytest.raises(SettingsError) as refused:
        KeyStore(wrong)
    assert "\n" not in refused.value.message
    assert "secret" not in refused.value.message


def test_unreachable_store_does_not_print_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        KeyStore(f"postgresql://habeas:secret@127.0.0.1:{servers.free_port()}/keys")
    assert "secret" not in str(refused.value)
