"""Blobs on disk; abuse tests 24 (swapping between cases) and 25 (kill and retry)."""

import csv
import gc
import io
import os
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.blobs import Blobs, BlobWriter
from adapters.case_vault import CaseVault
from adapters.stream import BODY_AT, SEGMENT
from adapters.vault import Vault
from domain.blobs import BlobRef
from domain.errors import KeyMissingError, SealBrokenError, SettingsError, UnknownObjectError
from tests.adapters.vault_factory import fresh_vault

ROW = b'{"id": 1, "text": "' + b"y" * 200 + b'"}\n'
ROOT = Path(__file__).parents[2]


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = fresh_vault(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs.open(str(tmp_path / "blobs"))


def new_case(vault: Vault) -> CaseVault:
    case_id = uuid4()
    vault.make_case_key(case_id)
    return vault.case(case_id)


def store(blobs: Blobs, case: CaseVault, content: bytes, kind: str = "collection") -> BlobRef:
    with blobs.create(case, kind) as writer:
        writer.write(content)
    return writer.ref


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def path_of(tmp_path: Path, ref: BlobRef) -> Path:
    [path] = [path for path in files(tmp_path) if path.name == ref.blob_id.hex]
    return path


def test_many_small_writes_come_back(blobs: Blobs, vault: Vault) -> None:
    case = new_case(vault)
    with blobs.create(case, "collection") as writer:
        for _ in range(30_000):
            writer.write(ROW)
        assert writer.tell() == 30_000 * len(ROW)
        writer.flush()
    assert writer.ref.bytes == 30_000 * len(ROW)
    with blobs.read(case, writer.ref) as reader:
        chunks = list(reader)
        assert b"".join(chunks) == ROW * 30_000
        assert len(chunks) < 10
        reader.seek(len(ROW) * 29_999)
        assert reader.readline() == ROW
        assert reader.read(1) == b""


def test_zip_and_text_writers_work_on_a_blob(blobs: Blobs, vault: Vault) -> None:
    case = new_case(vault)
    with blobs.create(case, "package") as package, zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "é" * 1000)
        with archive.open("big.json", "w") as member:
            for _ in range(10_000):
                member.write(ROW)
    with blobs.read(case, package.ref) as reader, zipfile.ZipFile(reader) as archive:
        assert archive.testzip() is None
        assert archive.read("big.json") == ROW * 10_000
    with blobs.create(case, "collection") as writer:
        text = io.TextIOWrapper(writer, encoding="utf-8", newline="")
        csv.writer(text).writerow(["Ærø", 'a"b'])
        text.detach()
    with blobs.read(case, writer.ref) as reader:
        assert reader.read().decode() == 'Ærø,"a""b"\r\n'


def test_empty_blob_is_a_blob(blobs: Blobs, vault: Vault) -> None:
    case = new_case(vault)
    ref = store(blobs, case, b"")
    assert ref.bytes == 0
    with blobs.read(case, ref) as reader:
        assert reader.read() == b""


def test_every_attempt_has_its_own_blob(blobs: Blobs, vault: Vault) -> None:
    case = new_case(vault)
    assert store(blobs, case, b"x").blob_id != store(blobs, case, b"x").blob_id


def test_folder_tells_nothing(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    case = new_case(vault)
    ref = store(blobs, case, b"Ms Canary " * 1000)
    [path] = files(tmp_path)
    assert path == tmp_path / "blobs" / ref.blob_id.hex[:2] / ref.blob_id.hex
    assert str(case.case_id) not in str(path)
    assert b"Canary" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def abandon(blobs: Blobs, case: CaseVault) -> None:
    blobs.create(case, "collection").write(ROW * 10_000)


def fail_after(writer: BlobWriter) -> None:
    writer.write(ROW * 10_000)
    raise OSError("source is down")


def test_nothing_is_left_of_a_failed_attempt(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    case = new_case(vault)
    writer = blobs.create(case, "collection")
    with pytest.raises(OSError, match="source is down"), writer:
        fail_after(writer)
    with pytest.raises(ValueError, match="not finished"):
        _ = writer.ref
    with pytest.raises(ValueError, match="closed file"):
        writer.write(b"more")
    abandon(blobs, case)
    gc.collect()
    with pytest.raises(ValueError, match="closed"), blobs.create(case, "collection") as writer:
        writer.close()
    with pytest.raises(ValueError, match="kind"), blobs.create(case, "No Code Word") as writer:
        writer.write(ROW)
    assert files(tmp_path) == []


def test_swapped_blobs_do_not_open(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    case, other = new_case(vault), new_case(vault)
    mine, same_case, theirs = store(blobs, case, b"mine"), store(blobs, case, b"also"), store(blobs, other, b"them")
    for thief in (same_case, theirs):
        path_of(tmp_path, mine).write_bytes(path_of(tmp_path, thief).read_bytes())
        with pytest.raises(SealBrokenError):
            blobs.read(case, mine)
    with pytest.raises(SealBrokenError):
        blobs.read(other, same_case)
    with pytest.raises(SealBrokenError):
        blobs.read(case, same_case.model_copy(update={"kind": "package"}))
    with pytest.raises(SealBrokenError):
        blobs.read(case, same_case.model_copy(update={"bytes": 5}))
    with blobs.read(case, same_case) as reader:
        assert reader.read() == b"also"


def test_cut_blob_gives_no_byte(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    case = new_case(vault)
    ref = store(blobs, case, os.urandom(2 * SEGMENT))
    path = path_of(tmp_path, ref)
    os.truncate(path, BODY_AT + SEGMENT)
    with pytest.raises(SealBrokenError):
        blobs.read(case, ref)


def test_blobs_die_with_the_case_key(blobs: Blobs, vault: Vault) -> None:
    case = new_case(vault)
    ref = store(blobs, case, b"mine")
    vault.destroy_case_key(case.case_id, rule="retention", approver="7")
    with pytest.raises(KeyMissingError):
        blobs.read(case, ref)


def test_deleting_twice_is_no_error(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    case = new_case(vault)
    ref = store(blobs, case, b"mine")
    blobs.delete(ref.blob_id)
    blobs.delete(ref.blob_id)
    assert files(tmp_path) == []
    with pytest.raises(UnknownObjectError):
        blobs.read(case, ref)


@pytest.mark.parametrize("url", ["s3://bucket/x", "https://store.example/x", "file://elsewhere/x"])
def test_other_stores_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="S3-compatible stores follow"):
        Blobs.open(url)


def test_file_url_names_a_folder(tmp_path: Path, vault: Vault) -> None:
    blobs = Blobs.open(f"file://{tmp_path}/with%20blank")
    store(blobs, new_case(vault), b"x")
    assert (tmp_path / "with blank").is_dir()


def test_folder_that_cannot_be_made_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be used"):
        Blobs.open(str(tmp_path / "file" / "blobs"))


WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from uuid import UUID
from adapters.blobs import Blobs
from adapters.vault import Vault
home, case_id = Path(sys.argv[1]), UUID(sys.argv[2])
vault = Vault.open(ring_file=home / "ring.json", keystore_url=f"sqlite:///{home}/keys.db")
with Blobs.open(str(home / "blobs")).create(vault.case(case_id), "collection") as writer:
    while True:
        writer.write(b"row as it was before the kill\\n" * 1000)
        if writer.tell() > 3 << 20:
            writer.flush()
            print("now", flush=True)
"""


def segments_of(path: Path, case: CaseVault, blob_id: UUID) -> list[tuple[bytes, bytes]]:
    """(key, nonce) of every segment in a file, a half-written one included."""
    raw = path.read_bytes()
    keys = case.stream_key(blob_id, "collection")
    salt, prefix = raw[BODY_AT + 1 : BODY_AT + 33], raw[BODY_AT + 33 : BODY_AT + 40]
    key = HKDF(SHA256(), 32, salt, keys.associated).derive(keys.body)
    count = -(-(len(raw) - BODY_AT) // SEGMENT)
    return [(key, prefix + index.to_bytes(4, "big")) for index in range(count)]


def test_retry_after_a_kill_reuses_no_key_and_nonce(blobs: Blobs, vault: Vault, tmp_path: Path) -> None:
    """Abuse test 25. The last flag is left out of the nonce, which makes the test stricter than the format."""
    case = new_case(vault)
    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(tmp_path), str(case.case_id)]
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}) as process:
            assert process.stdout
            assert process.stdout.readline() == b"now\n"
            process.send_signal(signal.SIGKILL)
    ref = store(blobs, case, b"row as it is after the kill\n" * 200_000)
    found = files(tmp_path)
    assert len(found) == 3
    assert all(path.stat().st_size > 2 * SEGMENT for path in found)
    spent = Counter(segment for path in found for segment in segments_of(path, case, UUID(path.name)))
    assert len(spent) > 8
    assert max(spent.values()) == 1
    half_written = [path for path in found if path.name != ref.blob_id.hex]
    assert all(path.parent.name == "unfinished" for path in half_written)
    assert blobs.sweep_unfinished(older_than=timedelta(days=1)) == 0
    assert blobs.sweep_unfinished(older_than=timedelta(seconds=-1)) == 2
    assert files(tmp_path) == [path_of(tmp_path, ref)]
