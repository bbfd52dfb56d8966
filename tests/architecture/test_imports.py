"""Import rules that a linter of packages cannot see."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import worker
from tests.architecture import sources

# Imported again for every workflow run if it is neither passed through nor cheap.
CHEAP = {*sys.stdlib_module_names, "temporalio", "workflows"}
CODE = sources.python_files(*sources.ROOMS, *sources.SINGLE, "benchmarks")


def module_level(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the imports that run when the file is loaded inside the sandbox, outside of a pass-through block."""
    for node in module.body:
        yield from sources.imported(node)


@pytest.mark.parametrize("path", CODE, ids=sources.name)
def test_nobody_imports_the_worker(path: Path) -> None:
    names = [dotted for node in ast.walk(sources.tree(path)) for _, dotted in sources.imported(node)]
    assert not [dotted for dotted in names if dotted.split(".")[0] == "worker"]


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "cli.py"], ids=sources.name)
def test_only_the_command_line_imports_its_commands(path: Path) -> None:
    names = [dotted for node in ast.walk(sources.tree(path)) for _, dotted in sources.imported(node)]
    assert not [dotted for dotted in names if dotted.split(".")[0] == "commands"]


@pytest.mark.parametrize("path", sources.python_files("workflows"), ids=sources.name)
def test_workflow_files_load_nothing_dear_inside_the_sandbox(path: Path) -> None:
    allowed = CHEAP | set(worker.PASSED_THROUGH)
    dear = [(line, dotted) for line, dotted in module_level(sources.tree(path)) if dotted.split(".")[0] not in allowed]
    assert dear == []


def test_the_calendars_are_not_loaded_on_a_workflows_path() -> None:
    # `holidays` takes 0.7 s to import (dependencies.md, row 10); it belongs inside the activity that builds a clock.
    code = "import sys, workflows.registry; print(sorted({'holidays', 'fastapi', 'typst'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=sources.ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sources.python_files("tests"), ids=sources.name)
def test_tests_use_small_fakes_instead_of_mocks(path: Path) -> None:
    names = [dotted for node in ast.walk(sources.tree(path)) for _, dotted in sources.imported(node)]
    assert not [dotted for dotted in names if dotted.startswith(("unittest.mock", "mock.", "pytest_mock"))]
