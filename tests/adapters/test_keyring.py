import json
from base64 import b64encode
from pathlib import Path

import pytest

from adapters.keyring import KeyRing
from domain.errors import KeyMissingError, SettingsError

GOOD = b64encode(bytes(range(32))).decode()


def ring_file(tmp_path: Path, content: object, mode: int = 0o600) -> Path:
    path = tmp_path / "ring.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def test_created_ring_is_private_and_opens(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    created = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path) == created
    assert len(created.keys[created.primary]) == 32
    assert b64encode(created.keys[created.primary]).decode() not in repr(created)


def test_existing_ring_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    KeyRing.create(path)
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="already"):
        KeyRing.create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_ring_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = ring_file(tmp_path, [{"kid": "a", "key": GOOD, "state": "primary"}], mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        KeyRing.load(path)
    path.chmod(0o400)
    assert KeyRing.load(path).primary == "a"


def test_missing_ring_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="habeas keys init"):
        KeyRing.load(tmp_path / "ring.json")
    with pytest.raises(SettingsError):
        KeyRing.load(tmp_path)


def entry(key: str = GOOD, kid: str = "a", state: str = "primary") -> dict[str, str]:
    return {"kid": kid, "key": key, "state": state}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "null",
        [{"kid": "a"}],
        [entry("not base64!")],
        [entry(GOOD[:-4])],
        [entry(b64encode(bytes(32)).decode())],
        [entry(b64encode(b"change-me-change-me-change-me-ch").decode())],
        [entry(state="old")],
        [entry(), entry(kid="b")],
        [entry(), entry(state="old")],
        [entry(), entry(kid="b", state="new")],
    ],
)
def test_malformed_or_default_ring_is_refused_in_one_line(tmp_path: Path, content: object) -> None:
    with pytest.raises(SettingsError) as refused:
        KeyRing.load(ring_file(tmp_path, content))
    assert "\n" not in refused.value.message
    assert GOOD not in refused.value.message


def test_rotation_keeps_the_old_key_for_opening(tmp_path: Path) -> None:
    first = KeyRing.create(tmp_path / "ring.json")
    second = first.rotate()
    assert second.primary != first.primary
    assert second.keys[first.primary] == first.keys[first.primary]
    assert second.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["ring.json"]


def test_wrapping_keys_differ_by_purpose_and_installation(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "ring.json")
    derived = {
        ring.wrapping_key(ring.primary, install, purpose) for install in (b"a" * 16, b"b" * 16) for purpose in ("case", "index")
    }
    assert len(derived) == 4
    with pytest.raises(KeyMissingError):
        ring.wrapping_key("unknown", b"a" * 16, "case")
