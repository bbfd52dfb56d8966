"""`habeas datamap`: what the systems contradict is said by line, and a Fides dataset becomes a draft."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from tests.domain.test_fides_import import DATASET

DEMO = Path("demo/datamap.yml")


def test_a_system_that_does_not_answer_is_an_error_at_the_line_of_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HABEAS_HOME", str(tmp_path))
    monkeypatch.setenv("HABEAS_DEMO_PLATFORM_URL", f"sqlite:///{tmp_path}/nothing/here.db")
    checked = CliRunner().invoke(app, ["datamap", "check", str(DEMO)])
    assert checked.exit_code == 1
    said = next(line for line in checked.stdout.splitlines() if "systems.platform.connection" in line)
    line = int(said.removeprefix(f"{DEMO}:").partition(":")[0])
    assert "connection" in DEMO.read_text().splitlines()[line - 1]
    assert CliRunner().invoke(app, ["datamap", "check", "--no-systems", str(DEMO)]).exit_code == 0


def test_a_dataset_of_fides_becomes_a_draft(tmp_path: Path) -> None:
    (tmp_path / "dataset.yml").write_text(DATASET)
    drafted = CliRunner().invoke(app, ["datamap", "import-fides", str(tmp_path / "dataset.yml")])
    assert drafted.exit_code == 0
    assert "table: prompts" in drafted.stdout
