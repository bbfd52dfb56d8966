"""What the pages about security promise is held by tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "SECURITY.md", ROOT / "docs" / "threat-model.md", *sorted((ROOT / "docs" / "security").glob("*.md"))]
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)(?:::([A-Za-z0-9_]+))?`")
_SETTING = re.compile(r"`(HABEAS_[A-Z_]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_named_there_exists(page: Path) -> None:
    named = _TEST.findall(page.read_text("utf-8"))
    assert named, "a page that shows nothing"
    for file, name in named:
        source = ROOT / file
        assert source.is_file(), file
        assert not name or re.search(rf"\b(?:def|class) {name}\b", source.read_text("utf-8")), f"{file}::{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_named_there_exists(page: Path) -> None:
    settings = (ROOT / "adapters" / "settings.py").read_text("utf-8").lower()
    for name in _SETTING.findall(page.read_text("utf-8")):
        assert re.search(rf"^\s+{name.removeprefix('HABEAS_').lower()}\b", settings, re.MULTILINE), name


def test_the_thirty_abuses_are_all_there() -> None:
    page = (ROOT / "docs" / "security" / "abuse.md").read_text("utf-8")
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == list(range(1, 31))
