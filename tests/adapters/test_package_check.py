"""A package is intact, intact but of an unknown signer, or broken, whatever was done to it (abuse test 28)."""

import hashlib
import io
import json
import random
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.package_zip import PackageZip
from adapters.package_check import PackageCheck, check_package
from adapters.package_layout import content_digest, layout_problems
from adapters.resources import Resources
from adapters.signing import Signer
from tests import opened
from tests.activities.package_case import DATAMAP, typical


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Resources]:
    home = tmp_path_factory.mktemp("package")
    url = f"sqlite:///{shutil.copy(migrated, home)}"
    with opened.resources(home / "home", url, DATAMAP) as everything:
        yield everything


@pytest.fixture(scope="module")
def good(resources: Resources) -> bytes:
    return typical(resources).package()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "package.zip"


def checked(file: Path, raw: bytes, keys: dict[str, bytes] | None = None) -> PackageCheck:
    file.write_bytes(raw)
    return check_package(file, keys)


def members_of(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip that is ours in every byte of its layout, whatever stands in it."""
    target = io.BytesIO()
    with PackageZip(target, datetime(2026, 11, 24, tzinfo=UTC), lambda: None) as package:
        for name, content in members.items():
            package.add(name, content)
    return target.getvalue()


def resigned(members: dict[str, bytes], signer: Signer, **changes: object) -> dict[str, bytes]:
    """The members with a new manifest over all of them, signed by somebody."""
    rest = {name: content for name, content in members.items() if name not in {"manifest.json", "manifest.sig"}}
    rest["key.pem"] = signer.public_pem
    manifest = json.loads(members["manifest.json"]) | {"kid": signer.kid} | changes
    manifest["members"] = [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in rest.items()
    ]
    raw = json.dumps(manifest).encode()
    return rest | {"manifest.json": raw, "manifest.sig": signer.sign(str(manifest["type"]), raw)}


def test_whole_and_of_a_known_signer(resources: Resources, good: bytes, file: Path) -> None:
    found = checked(file, good, {resources.signer.kid: resources.signer.public_pem})
    assert (found.status, found.problems) == ("intact", ())
    assert found.manifest["controller"] == "Orchard Pictures Ltd"
    assert found.manifest["members"] == len(members_of(good)) - 2


def test_whole_but_of_a_signer_nobody_knows(good: bytes, file: Path) -> None:
    assert checked(file, good).status == "intact_unknown_signer"
    assert checked(file, good, {"0" * 16: b"another"}).status == "intact_unknown_signer"


def test_any_changed_byte_is_found(good: bytes, file: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        starts = [info.header_offset for info in package.infolist()]
        directory = package.start_dir
    chance = random.Random(28)
    headers = [start + chance.randrange(46) for start in starts for _ in range(3)]
    ends = [start - 17 for start in [*starts[1:], directory]]  # the last byte of each stream, before sizes and checksum
    tail = list(range(len(good) - 22, len(good)))
    entries = chance.sample(range(directory, len(good)), 150)
    anywhere = chance.sample(range(len(good)), 150)
    survived = []
    for place in {*headers, *ends, *tail, *entries, *anywhere}:
        changed = bytearray(good)
        changed[place] ^= 1 << chance.randrange(8)
        if checked(file, bytes(changed)).status != "broken":
            survived.append(place)
    assert survived == []


def test_a_changed_member_is_named(good: bytes, file: Path) -> None:
    members = members_of(good)
    changed = members | {"letter.pdf": members["letter.pdf"].replace(b"PDF", b"FDP", 1)}
    assert checked(file, zipped(changed)).problems == ("'letter.pdf' was changed.",)


def test_an_added_a_removed_and_a_duplicated_member_are_named(good: bytes, file: Path) -> None:
    members = members_of(good)
    assert checked(file, zipped(members)).status == "intact_unknown_signer"
    assert checked(file, zipped(members | {"more.txt": b"more"})).problems == ("'more.txt' was added.",)
    less = {name: content for name, content in members.items() if name != "withheld.csv"}
    assert checked(file, zipped(less)).problems == ("'withheld.csv' is missing.",)
    file.write_bytes(good)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as package:
        package.writestr("withheld.csv", members["withheld.csv"])
    found = check_package(file)
    assert found.status == "broken"
    assert "'withheld.csv' is there more than once." in found.problems


@pytest.mark.parametrize("where", ["before", "after", "between"])
def test_bytes_that_belong_to_nothing_are_found(good: bytes, file: Path, where: str) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        second = package.infolist()[1].header_offset
    raw = {"before": b"MZ" + good, "after": good + b"x", "between": good[:second] + b"x" + good[second:]}[where]
    assert checked(file, raw).status == "broken"


def test_a_comment_an_encrypted_flag_and_a_stored_member_are_found(good: bytes, file: Path) -> None:
    file.write_bytes(good)
    with zipfile.ZipFile(file, "a") as package:
        package.comment = b"read me"
    assert check_package(file).status == "broken"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as package:
        for name, content in members_of(good).items():
            package.writestr(name, content)
    assert check_package(file).status == "broken"


def test_somebody_else_who_signs_again_is_unknown(resources: Resources, good: bytes, file: Path, tmp_path: Path) -> None:
    forger = Signer.create(tmp_path / "forged.pem")
    forged = zipped(resigned(members_of(good) | {"index.html": b"forged"}, forger))
    assert checked(file, forged, {resources.signer.kid: resources.signer.public_pem}).status == "intact_unknown_signer"


def test_a_known_number_with_another_key_is_broken(resources: Resources, good: bytes, file: Path, tmp_path: Path) -> None:
    forger = Signer.create(tmp_path / "forged.pem")
    assert checked(file, good, {resources.signer.kid: forger.public_pem}).status == "broken"
    forged = resigned(members_of(good), forger, kid=resources.signer.kid)
    assert checked(file, zipped(forged), {resources.signer.kid: resources.signer.public_pem}).status == "broken"


def test_a_signature_under_another_kind_of_document_is_broken(resources: Resources, good: bytes, file: Path) -> None:
    other = zipped(resigned(members_of(good), resources.signer, type="habeas.certificate/1"))
    assert checked(file, other, {resources.signer.kid: resources.signer.public_pem}).status == "broken"


@pytest.mark.parametrize("gone", ["manifest.json", "manifest.sig", "key.pem"])
def test_without_manifest_signature_or_key_it_is_broken(good: bytes, file: Path, gone: str) -> None:
    rest = {name: content for name, content in members_of(good).items() if name != gone}
    found = checked(file, zipped(rest))
    assert found.status == "broken"
    assert any(gone in problem for problem in found.problems)


@pytest.mark.parametrize("raw", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), b'PK\x03\x04{"type":1}'])
def test_what_is_no_package_is_broken(file: Path, raw: bytes) -> None:
    assert checked(file, raw).status == "broken"


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b'{"kid":1,"members":7}', b"[" * 100_000, b"\xff"])
def test_a_manifest_that_makes_no_sense_is_broken(good: bytes, file: Path, manifest: bytes) -> None:
    assert checked(file, zipped(members_of(good) | {"manifest.json": manifest})).status == "broken"


def test_a_member_that_grows_without_end_is_not_followed(good: bytes, file: Path) -> None:
    bomb = zipped(members_of(good) | {"index.html": bytes(200_000_000)})
    assert checked(file, bomb).problems == ("'index.html' was changed.",)


def test_a_missing_file_is_the_callers_mistake(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_package(file)


def test_members_beyond_four_gigabytes_are_checked_as_strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The 64-bit fields, with a limit low enough for a test."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    target = io.BytesIO()
    with PackageZip(target, datetime(2026, 11, 24, tzinfo=UTC), lambda: None) as package:
        package.add("a.txt", b"small")
        package.add("b.bin", random.Random(1).randbytes(5000))
        package.add("c.txt", b"small, but far from the start")
        package.add("d.txt", b"x" * 990)  # expected to be large enough for the wide header, and is not
    raw = target.getvalue()
    with zipfile.ZipFile(io.BytesIO(raw)) as whole:
        assert list(layout_problems(whole.infolist(), whole.start_dir, io.BytesIO(raw))) == []
        directory = whole.start_dir
    for place in range(directory, len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 0x01
        try:
            with zipfile.ZipFile(io.BytesIO(changed)) as broken:
                found = list(layout_problems(broken.infolist(), broken.start_dir, io.BytesIO(changed)))
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            continue
        assert found, place


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(0, 2_000_000))
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_is_found_whole(contents: list[bytes], size: int) -> None:
    target = io.BytesIO()
    with PackageZip(target, datetime(2026, 11, 24, tzinfo=UTC), lambda: None) as package:
        written = [package.add(f"{place}.bin", iter([content]), size=size) for place, content in enumerate(contents)]
    with zipfile.ZipFile(target) as whole:
        infos, start = whole.infolist(), whole.start_dir
    assert list(layout_problems(infos, start, target)) == []
    assert [content_digest(info, target, most=300) for info in infos] == [member[1:] for member in written]
