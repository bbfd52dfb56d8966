"""A package works offline and runs nothing; hostile data are shown letter by letter (abuse test 28)."""

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from adapters.package_check import check_package
from adapters.resources import Resources
from tests import opened
from tests.activities.package_case import DATAMAP, typical
from tests.activities.package_reading import HOSTILE, HOSTILE_FILES, hostile, pages_of


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def test_every_page_is_accessible_and_lets_nothing_load_or_run(resources: Resources) -> None:
    members = typical(resources).members()
    pages = pages_of(members)
    assert set(pages) == {
        "index.html",
        "pages/platform.accounts.html",
        "pages/platform.prompts.html",
        "pages/billing.invoices.html",
        "pages/uploads.pictures.html",
    }
    for name, page in pages.items():
        raw = members[name].decode()
        style = re.search(r"<style>(.*?)</style>", raw, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert {"http-equiv": "Content-Security-Policy", "content": policy} in page.all("meta")
        names = [tag for tag, _ in page.tags]
        assert not {"script", "img", "iframe", "object", "embed", "form", "link", "base"} & set(names)
        assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
        assert page.all("html") == [{"lang": "en"}]
        assert names.count("h1") == names.count("main") == names.count("title") == 1
        assert names.count("caption") == names.count("table") > 0
        assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))
        levels = [int(tag[1]) for tag in names if re.fullmatch("h[1-6]", tag)]
        assert levels == sorted(levels)


def test_every_link_leads_to_a_member_or_a_place_on_the_page(resources: Resources) -> None:
    members = hostile(resources).members()
    for name, page in pages_of(members).items():
        places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
        for link in page.all("a"):
            target = str(link["href"])
            if target.startswith("#"):
                assert target[1:] in places
            else:
                assert normpath(join(dirname(name), target)) in members


def test_hostile_rows_are_shown_literally_and_change_no_structure(resources: Resources) -> None:
    members = hostile(resources).members()
    page = pages_of(members)["pages/platform.prompts.html"]
    shown = page.cells[3::5]
    for text, there in zip(HOSTILE, shown, strict=True):
        visible = re.sub("[\u202e\u2066\u200b\u2028\x00\r]", lambda hidden: f"[U+{ord(hidden[0]):04X}]", text)
        assert there == visible
    assert len(page.all("table")) == len(page.all("h1")) == 1
    assert "<b>Ruth</b>" in pages_of(members)["index.html"].text
    rows = json.loads(members["data/platform/prompts.json"])
    assert [row["body"] for row in rows] == HOSTILE


def test_no_cell_of_a_table_is_a_formula(resources: Resources) -> None:
    members = hostile(resources).members()
    for name in [name for name in members if name.endswith(".csv")]:
        for row in csv.reader(io.StringIO(members[name].decode(), newline="")):
            assert not [cell for cell in row if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r"}], name


def test_hostile_names_become_neutral_ones_and_nothing_lies_outside(resources: Resources, tmp_path: Path) -> None:
    case = hostile(resources)
    package = tmp_path / "package.zip"
    package.write_bytes(case.package())
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(package) as whole:
        names = whole.namelist()
        whole.extractall(folder)
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", name) and ".." not in name for name in names)
    files = [Path(name).name for name in names if name.startswith("data/uploads/pictures/files/")]
    assert files == [
        *("000001.bin", "000002.bin", "000003.bin", "000004.bin", "000005.bin"),
        *("000006.zip", "000007.pdf", "000008.jpg", "000009.png"),
    ]
    assert (folder / "data/uploads/pictures/files/000004.bin").read_bytes() == HOSTILE_FILES["logo.svg"]
    assert [Path(name).suffix for name in names if "/by-hand/" in name] == [".bin", ".bin"]
    assert {path.name for path in tmp_path.iterdir()} >= {"unpacked", "package.zip"}
    assert check_package(package, {resources.signer.kid: resources.signer.public_pem}).status == "intact"
