"""The file connector finds a person's files and nobody else's, whatever stands in a key."""

import os
from pathlib import Path

import pytest

from activities.systems.base import Lookup, SystemUnreachableError
from activities.systems.files import FileSystem
from domain.datamap import System
from domain.errors import SystemFailedError


def _files(root: Path, path: str) -> FileSystem:
    collection = {
        "name": "uploads",
        "title": "Uploads",
        "path": path,
        "fields": {"owner": {"category": "content"}},
        "identities": {"owner": "account_id"},
        "purpose": "service",
        "lawful_basis": "contract",
        "retention": "years",
        "erasure": {"action": "delete"},
        "origin": "provided",
    }
    system = {"name": "store", "title": "S", "kind": "files", "connection": {"read": "x"}, "collections": [collection]}
    return FileSystem(System.model_validate(system), root)


def _found(files: FileSystem, *keys: str) -> dict[str, bytes]:
    """Path and content of what is found and can be opened."""
    collection = files.system.collections[0]
    contents = {}
    for batch in files.search(collection, Lookup("owner", keys)):
        for row in batch:
            file = files.open_file(collection, row)
            if file:
                with file:
                    contents[str(row[1])] = file.read()
    return contents


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for path in ("7/a.txt", "7/b/c.txt", "70/x.txt", "8/y.txt"):
        place = root / "uploads" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path)
    (tmp_path / "secret.txt").write_text("outside")
    return root


def test_everything_under_a_folder(root: Path) -> None:
    files = _files(root, "uploads/{owner}/*")
    assert _found(files, "7") == {"uploads/7/a.txt": b"7/a.txt", "uploads/7/b/c.txt": b"7/b/c.txt"}
    assert _found(files, "9") == {}


def test_one_file(root: Path) -> None:
    files = _files(root, "uploads/{owner}/a.txt")
    assert _found(files, "7", "8") == {"uploads/7/a.txt": b"7/a.txt"}
    assert _found(_files(root, "{owner}"), "uploads/7/a.txt") == {"uploads/7/a.txt": b"7/a.txt"}


HOSTILE = [
    "../8",
    "7/../8",
    "..",
    ".",
    "./7",
    "",
    "/",
    "7/",
    "//etc",
    "/etc/passwd",
    "..\\8",
    "7\x00",
    "7\n",
    "~root",
    "*",
    "7*",
    "[78]",
]


@pytest.mark.parametrize("key", [*HOSTILE, "x" * 300, "x/" * 3000])
def test_a_hostile_key_finds_nothing(root: Path, key: str) -> None:
    assert _found(_files(root, "uploads/{owner}/*"), key) == {}
    assert _found(_files(root, "uploads/{owner}"), f"{key}/a.txt" if key.strip("./") else key) == {}
    assert _found(_files(root, "{owner}"), f"../{key}", "../secret.txt") == {}


def test_a_link_leads_nowhere(root: Path, tmp_path: Path) -> None:
    """Neither out of the root, nor to somebody else's files inside it."""
    (root / "uploads/7/out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "uploads/7/other").symlink_to(root / "uploads/8")
    (root / "uploads/6").symlink_to(root / "uploads/8")
    assert set(_found(_files(root, "uploads/{owner}/*"), "7", "6")) == {"uploads/7/a.txt", "uploads/7/b/c.txt"}
    assert _found(_files(root, "uploads/{owner}"), "7/out.txt", "6/y.txt", "7/other/y.txt") == {}


def test_the_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mounted").symlink_to(root)
    assert set(_found(_files(tmp_path / "mounted", "uploads/{owner}/*"), "8")) == {"uploads/8/y.txt"}


def test_a_pipe_stops_nobody(root: Path) -> None:
    os.mkfifo(root / "uploads/7/pipe")
    assert set(_found(_files(root, "uploads/{owner}/*"), "7")) == {"uploads/7/a.txt", "uploads/7/b/c.txt"}
    assert _found(_files(root, "uploads/{owner}"), "7/pipe", "7") == {}


def test_a_file_deleted_between_finding_and_opening_is_not_held(root: Path) -> None:
    files = _files(root, "uploads/{owner}/*")
    collection = files.system.collections[0]
    rows = [row for batch in files.search(collection, Lookup("owner", ["8"])) for row in batch]
    (root / "uploads/8/y.txt").unlink()
    assert [files.open_file(collection, row) for row in rows] == [None]


def test_a_row_says_where_the_file_is_its_size_and_its_time(root: Path) -> None:
    os.utime(root / "uploads/8/y.txt", (1_700_000_000, 1_700_000_000))
    files = _files(root, "uploads/{owner}/*")
    collection = files.system.collections[0]
    ((row,),) = files.search(collection, Lookup("owner", ["8"]))
    named = dict(zip(files.fields(collection), row, strict=True))
    assert named["modified_at"].isoformat() == "2023-11-14T22:13:20+00:00"
    assert {**named, "modified_at": None} == {
        "owner": "8",
        "path": "uploads/8/y.txt",
        "bytes": 7,
        "modified_at": None,
        "member": None,
    }


def test_a_store_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    files = _files(tmp_path / "nowhere", "uploads/{owner}/*")
    with pytest.raises(SystemUnreachableError):
        _found(files, "7")


@pytest.mark.parametrize("path", ["uploads/{owner}*", "uploads/*/{owner}", "uploads/{owner}_*"])
def test_a_pattern_that_may_match_other_people_is_refused(root: Path, path: str) -> None:
    with pytest.raises(SystemFailedError):
        _found(_files(root, path), "7")
