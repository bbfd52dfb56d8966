"""Files that can be read in one sitting and say what they are for."""

import ast
from pathlib import Path

import pytest

from tests.architecture import sources

LONGEST = 300  # lines
# Longer for a reason.
LISTED = {
    "domain/commands.py": "one model per command, read beside each other",
    "api/v1/models.py": "the promised shape of every answer, read beside each other",
    "adapters/database/tables.py": "every table in one place: columns only, read beside each other",
}
CODE = [path for path in sources.python_files(*sources.ROOMS, *sources.SINGLE) if "migrations/versions" not in sources.name(path)]
LETTERS = sorted(
    folder for folder in (sources.ROOT / "email_templates").iterdir() if folder.is_dir() and not folder.name.startswith("_")
)


def test_a_module_says_what_it_serves() -> None:
    modules = (path for path in CODE if path.name != "__init__.py" or path.read_text().strip())  # an empty one makes a package
    assert [sources.name(path) for path in modules if not ast.get_docstring(sources.tree(path))] == []


def test_a_file_is_read_in_one_sitting_or_listed_with_its_reason() -> None:
    long = {sources.name(path) for path in CODE if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST}
    assert long == set(LISTED)


@pytest.mark.parametrize("folder", LETTERS, ids=lambda folder: folder.name)
def test_a_letter_is_a_subject_a_text_and_a_page(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} - {"de", "fr"} == {"subject.txt", "body.txt", "body.html"}
    assert all(path.read_text(encoding="utf-8").strip() for path in folder.rglob("*.*"))
    for language in folder.glob("??"):  # its page is set from the text
        assert {path.name for path in language.iterdir()} == {"subject.txt", "body.txt"}


def test_there_are_letters() -> None:
    assert LETTERS
