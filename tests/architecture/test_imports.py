"""Import rules that a linter of packages cannot see."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import worker
from tests.architecture import sources

# Imported again for every workflow run if it is neither passed through nor cheap.
CHEAP = {*sys.stdlib_module_names, "temporalio", "workflows"}
CODE = sources.python_files(*sources.ROOMS, *sources.SINGLE, "benchmarks")


def module_level(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the imports that run when the file is loaded inside the sandbox, outside of a pass-through block."""
    for node in module.body:
        yield from sources.imported(node)


def importing(package: str, paths: Iterable[Path]) -> list[tuple[str, str]]:
    """(file, dotted name) of every import of a package or something of it; only files that name it are parsed."""
    named = (path for path in paths if package in path.read_text(encoding="utf-8"))
    nodes = ((sources.name(path), node) for path in named for node in ast.walk(sources.tree(path)))
    return [
        (file, dotted) for file, node in nodes for _, dotted in sources.imported(node) if f"{dotted}.".startswith(f"{package}.")
    ]


def test_nobody_imports_the_worker() -> None:
    assert importing("worker", CODE) == []


def test_only_the_command_line_imports_its_commands() -> None:
    assert importing("commands", (path for path in CODE if path.name != "cli.py")) == []


def test_workflow_files_load_nothing_dear_inside_the_sandbox() -> None:
    allowed = CHEAP | set(worker.PASSED_THROUGH)
    loaded = ((path, dotted) for path in sources.python_files("workflows") for _, dotted in module_level(sources.tree(path)))
    assert [(sources.name(path), dotted) for path, dotted in loaded if dotted.split(".")[0] not in allowed] == []


def test_the_calendars_are_not_loaded_on_a_workflows_path() -> None:
    # `holidays` takes 0.7 s to import (dependencies.md, row 10); it belongs inside the activity that builds a clock.
    code = "import sys, workflows.registry; print(sorted({'holidays', 'fastapi', 'typst'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=sources.ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_tests_use_small_fakes_instead_of_mocks() -> None:
    tests = sources.python_files("tests")
    assert [each for package in ("unittest.mock", "mock", "pytest_mock") for each in importing(package, tests)] == []
