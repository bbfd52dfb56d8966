"""A package is built once, sealed, signed, and holds exactly what was found. On the real database, vault and blobs."""

import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.package import Packaging, build
from adapters.database.tables import PackageRow
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import UnknownObjectError
from domain.events import Tag
from domain.messages import VerifyPackage
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, INVOICES, MAILBOX, SearchedCase, typical


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def package_rows(resources: Resources) -> list[PackageRow]:
    with resources.database.read() as session:
        return list(session.exec(select(PackageRow)).all())


def sealed_files(resources: Resources) -> int:
    return sum(1 for path in Path(resources.settings.blobs_url).rglob("*") if path.is_file())


def test_json_and_csv_hold_exactly_the_rows_that_were_found(resources: Resources) -> None:
    members = typical(resources).members()
    assert json.loads(members["data/platform/accounts.json"]) == [
        dict(zip(("id", "email", "name", "password_hash"), ACCOUNT[0], strict=True))
    ]
    table = list(csv.reader(io.StringIO(members["data/billing/invoices.csv"].decode())))
    assert table == [["number", "email", "total", "dated"], *map(list, INVOICES)]
    assert len(json.loads(members["data/platform/prompts.json"])) == 20
    schema = json.loads(members["data/platform/accounts.schema.json"])
    assert list(schema["items"]["properties"]) == ["id", "email", "name", "password_hash"]


def test_rows_over_many_segments_make_one_array_and_one_table(resources: Resources) -> None:
    case = SearchedCase(resources)
    rows = [
        (number, 42, f'line "one"\nline, two {number}', f"2026-11-01T10:00:{number % 60:02d}+00:00") for number in range(3500)
    ]
    case.found("platform", "prompts", rows)
    members = case.members()
    assert [row["id"] for row in json.loads(members["data/platform/prompts.json"])] == list(range(3500))
    table = list(csv.reader(io.StringIO(members["data/platform/prompts.csv"].decode(), newline="")))
    assert [tuple(row[:3]) for row in table[1:]] == [(str(number), "42", rows[number][2]) for number in range(3500)]


def test_files_are_as_they_were_also_those_a_person_found(resources: Resources) -> None:
    members = typical(resources).members()
    assert members["data/uploads/pictures/files/000001.jpg"] == b"\xff\xd8\xff picture"
    assert members["data/paper/by-hand/000001.pdf"] == b"%PDF-1.4 letter"
    listed = list(csv.DictReader(io.StringIO(members["files.csv"].decode())))
    assert [row["name"] for row in listed] == ["holiday.jpg", "cat.png", "Brief vom März.pdf"]


def test_built_again_it_is_the_same_package_and_nothing_is_built(resources: Resources) -> None:
    case = typical(resources)
    first = case.build()
    stored = sealed_files(resources)
    assert case.build() == first
    assert first.records == 1 + 20 + 2 + 2 + 1
    assert len(package_rows(resources)) == 1
    assert sealed_files(resources) == stored


def test_what_was_found_after_a_package_is_in_the_next_one_though_nothing_was_decided(resources: Resources) -> None:
    """An archive that is searched out of a review, and a file that somebody hands in, belong to the same run."""
    case = typical(resources)
    first = case.build()
    case.found("mailing", "subscribers", [(MAILBOX,)])
    second = case.build()
    case.by_hand("paper", "found", {"late.txt": b"found later"})
    third = case.members()
    assert len({first.package, second.package}) == 2
    assert b"found later" in b"".join(third.values())
    assert len(package_rows(resources)) == 3


def test_two_attempts_at_once_leave_one_package(resources: Resources) -> None:
    case = typical(resources)
    before = sealed_files(resources)
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(lambda _: case.build(), range(2))
    assert first == second
    assert len(package_rows(resources)) == 1
    assert sealed_files(resources) == before + 1


def test_a_new_revision_is_a_new_package_and_the_old_one_stays(resources: Resources) -> None:
    case = typical(resources)
    first = case.build()
    case.decide(case.items("platform", "prompts")[0].id, "withhold", "third_party")
    second = case.build()
    assert (first.revision, second.revision) == (0, 1)
    assert first.sha256 != second.sha256
    assert build(resources, case.message.model_copy(update={"revision": 0}), lambda: None) == first


def test_an_attempt_that_fails_leaves_neither_blob_nor_row(resources: Resources) -> None:
    case = typical(resources)
    files = [item.file for item in case.items("uploads", "pictures") if item.file]
    resources.blobs.delete(files[1].ref.blob_id)
    before = sealed_files(resources)
    with pytest.raises(UnknownObjectError):
        case.build()
    assert sealed_files(resources) == before
    assert package_rows(resources) == []


def test_a_withheld_row_is_nowhere_in_the_package_and_counted(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "mine", "2026-11-01"), (2, 42, "about-somebody-else", "2026-11-02")])
    case.found_files("uploads", "pictures", {"mine.jpg": b"my picture", "theirs.jpg": b"their picture"})
    case.decide(case.items("platform", "prompts")[1].id, "withhold", "third_party", revision=1)
    case.decide(case.items("uploads", "pictures")[1].id, "withhold", "privilege", revision=2)
    members = case.members()
    everything = b"".join(members.values())
    assert b"about-somebody-else" not in everything
    assert b"their picture" not in everything
    assert b"theirs.jpg" not in everything
    assert [row["id"] for row in json.loads(members["data/platform/prompts.json"])] == [1]
    assert [row[0] for row in csv.reader(io.StringIO(members["data/platform/prompts.csv"].decode()))] == ["id", "1"]
    withheld = list(csv.DictReader(io.StringIO(members["withheld.csv"].decode())))
    assert [(row["category"], row["count"]) for row in withheld] == [
        ("The platform: Your prompts", "1"),
        ("Uploads: Pictures you uploaded", "1"),
    ]
    assert "Schedule 2, paragraph 16" in withheld[0]["ground"]


def test_only_the_newest_decision_up_to_the_frozen_revision_counts(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "first", "2026-11-01"), (2, 42, "second", "2026-11-02")])
    first, second = (item.id for item in case.items("platform", "prompts"))
    case.decide(first, "withhold", "third_party", revision=1)
    case.decide(first, "include", revision=2)
    case.decide(second, "withhold", "third_party", revision=3)
    frozen = build(resources, case.message.model_copy(update={"revision": 2}), lambda: None)
    newest = case.build()
    withheld = {row.id: row.summary["collections"][0]["withheld"] for row in package_rows(resources)}
    assert withheld == {frozen.package: 0, newest.package: 1}


def test_a_part_has_what_is_ready_says_what_comes_later_and_is_not_the_whole(resources: Resources) -> None:
    case = typical(resources)
    case.event(Tag.SYSTEM_SEARCHED, system="platform", records=21)
    case.event(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="search_by_hand", system="partners")
    part = case.propose_part("billing")
    with resources.blobs.read(case.vault, part.blob) as stored, zipfile.ZipFile(io.BytesIO(stored.read())) as package:
        members = {name: package.read(name).decode(errors="replace") for name in package.namelist()}
    assert "data/platform/accounts.json" in members
    assert not any(name.startswith("data/billing") for name in members)
    page = members["index.html"]
    assert "This is a first part." in page
    for system in ("billing", "partners"):
        title = resources.datamap.system(system).title
        assert re.search(rf"{title}</th><td>What we hold there comes with the rest of our answer\.", page)
    whole = case.build()
    assert whole.package != part.package
    assert whole.records == part.records + len(INVOICES)
    assert case.propose_part("billing").package != part.package  # each proposal is built for itself


def test_when_nothing_is_withheld_the_list_says_so(resources: Resources) -> None:
    table = list(csv.reader(io.StringIO(typical(resources).members()["withheld.csv"].decode())))
    assert table == [["category", "count", "withheld", "ground"], ["nothing to list", "0", "", ""]]


def test_a_collection_of_which_everything_is_withheld_has_no_data_member(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "about-somebody-else", "2026-11-01")])
    case.decide(case.items("platform", "prompts")[0].id, "withhold", "third_party")
    members = case.members()
    assert not [name for name in members if name.startswith(("data/", "pages/"))]
    assert case.build().records == 1  # found, so the answer is not "nothing held"


def test_the_manifest_says_what_was_released_and_openssl_verifies_it(resources: Resources, tmp_path: Path) -> None:
    case = typical(resources)
    members = case.members()
    manifest = json.loads(members["manifest.json"])
    assert next(iter(manifest)) == "type"
    assert manifest["type"] == "habeas.manifest/1"
    assert manifest["install"] == resources.vault.install.hex()
    assert manifest["controller"] == "Orchard Pictures Ltd"
    assert manifest["datamap"] == resources.datamap.hash
    assert len(manifest["head"]) == len(manifest["salt"]) == 64
    listed = [member["path"] for member in manifest["members"]]
    assert listed == sorted(set(members) - {"manifest.json", "manifest.sig"})
    for name in ("key.pem", "manifest.json", "manifest.sig"):
        (tmp_path / name).write_bytes(members[name])
    command = next(line for line in members["README.txt"].decode().splitlines() if "openssl" in line).split()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Verified Successfully" in done.stdout


def test_two_answers_of_nothing_have_different_hashes(resources: Resources) -> None:
    first, second = SearchedCase(resources), SearchedCase(resources)
    for case in (first, second):
        case.found("platform", "accounts", [])
    assert first.build().records == 0
    assert first.build().sha256 != second.build().sha256


def test_no_personal_data_outside_the_seal(resources: Resources) -> None:
    case = typical(resources)
    case.build()
    row = package_rows(resources)[0]
    assert MAILBOX not in json.dumps(row.summary)
    assert all(
        MAILBOX.encode() not in path.read_bytes() for path in Path(resources.settings.blobs_url).rglob("*") if path.is_file()
    )


async def test_what_was_approved_is_published_only_while_it_still_stands(resources: Resources) -> None:
    case = typical(resources)
    built = case.build()
    order = VerifyPackage(case_id=case.id, package=built.package, sha256=built.sha256, datamap=built.datamap)
    publish = Packaging(resources).verify_package

    def intact(changed: VerifyPackage) -> bool:
        return ActivityEnvironment().run(publish, changed).intact

    assert intact(order)
    assert not intact(order.model_copy(update={"sha256": "0" * 64}))
    assert not intact(order.model_copy(update={"datamap": "0" * 64}))
    assert not intact(order.model_copy(update={"package": case.id}))
    assert not intact(order.model_copy(update={"case_id": built.package}))


async def test_under_another_data_map_nothing_is_published_and_the_package_is_built_anew(
    resources: Resources, tmp_path: Path
) -> None:
    case = typical(resources)
    built = case.build()
    order = VerifyPackage(case_id=case.id, package=built.package, sha256=built.sha256, datamap=built.datamap)
    changed = tmp_path / "changed.yml"
    changed.write_text(DATAMAP.read_text().replace("To keep our books", "To keep our accounts"))
    with opened.resources(tmp_path / "home", str(resources.settings.database_url), changed) as later:
        assert not ActivityEnvironment().run(Packaging(later).verify_package, order).intact
        assert build(later, case.message, lambda: None).sha256 != built.sha256


def test_the_activity_gives_what_the_function_gives(resources: Resources) -> None:
    case = typical(resources)
    assert ActivityEnvironment().run(Packaging(resources).build_package, case.message) == case.build()


def test_stored_bytes_are_those_of_the_hash(resources: Resources) -> None:
    case = typical(resources)
    built = case.build()
    row = package_rows(resources)[0]
    assert BlobRef.model_validate(row.blob) == built.blob
    assert (built.blob.sha256, built.blob.bytes) == (built.sha256, built.bytes)
