"""What the pages about security promise is held by tests that are there."""

import re
from pathlib import Path

import pytest

from tests import asvs

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


def test_the_page_of_the_standard_is_current() -> None:
    assert (ROOT / "docs" / "security" / "asvs.md").read_text("utf-8") == asvs.page()  # make asvs-table


def test_every_requirement_of_levels_one_and_two_has_one_verdict_and_what_shows_it() -> None:
    known = asvs.lines()
    assert len({line.id for line in known}) == len(known)
    # OWASP ASVS 5.0.0: 70 of level 1, 183 of level 2, of which chapter V17 has 7 that are one line here.
    assert [sum(line.level == level for line in known) for level in "12"] == [70, 183 - 7 + 1]
    for line in known:
        assert line.verdict in asvs.VERDICTS, line.id
        assert line.shown, line.id
        assert len(line.asks.split()) <= 8, line.id
        assert not line.shown.startswith("Deviation") or line.id in asvs.DEVIATIONS, line.id
    assert set(asvs.DEVIATIONS) <= {line.id for line in known}


def test_every_chapter_named_there_exists() -> None:
    named = re.findall(r"docs/operations\.md, ((?:\"[^\"]+\"(?: and )?)+)", asvs.page())
    chapters = set(re.findall(r"^## (.+)$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE))
    assert {name for names in named for name in re.findall(r"\"([^\"]+)\"", names)} <= chapters
