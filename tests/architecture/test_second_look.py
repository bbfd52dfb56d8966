"""A test that fails is looked at a second time and named; one that stays broken stays a failure (decision 37).

Next: `.ci/again`
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AGAIN = Path(__file__).parents[2] / ".ci" / "again"

BROKEN = "def test_broken_{}():\n    assert False\n"
UNSTEADY = """
from pathlib import Path

def test_unsteady():
    seen = Path(__file__).with_name("seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""


def look(where: Path, tests: str) -> subprocess.CompletedProcess[str]:
    (where / "test_it.py").write_text(tests)
    run: list[str | Path] = [
        AGAIN,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "xdist.plugin",
        "-c",
        "/dev/null",
        "--rootdir",
        where,
        where,
    ]
    bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(run, cwd=where, env=bare, capture_output=True, text=True, check=False, timeout=120)


def test_one_that_passes_the_second_time_is_named(tmp_path: Path) -> None:
    seen = look(tmp_path, UNSTEADY)
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert "UNSTEADY" in seen.stdout
    assert (tmp_path / "build" / "unsteady.txt").read_text().splitlines() == ["test_it.py::test_unsteady"]


@pytest.mark.parametrize("broken", [1, 4])
def test_what_stays_broken_or_breaks_in_many_places_fails(tmp_path: Path, broken: int) -> None:
    seen = look(tmp_path, "".join(BROKEN.format(number) for number in range(broken)) + UNSTEADY * (broken == 1))
    assert seen.returncode == 1
    assert not (tmp_path / "build").exists()
    assert ("second look" in seen.stdout) == (broken == 1), "many at once are no accident"


def test_what_passes_or_cannot_be_collected_is_not_looked_at_twice(tmp_path: Path) -> None:
    assert look(tmp_path, "def test_fine():\n    pass\n").returncode == 0
    seen = look(tmp_path, "import nothing_of_this_name\n")
    assert seen.returncode not in {0, 1}
    assert "second look" not in seen.stdout
