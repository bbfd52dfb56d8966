"""What the architecture tests look at: our own source files, parsed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("domain", "adapters", "workflows", "activities", "api", "commands", "demo")
SINGLE = ("cli.py", "worker.py")


def python_files(*rooms: str) -> list[Path]:
    """Return the Python files of these rooms; a file at the top level is a room of its own."""
    found = (ROOT / room for room in rooms)
    return sorted(file for path in found for file in ([path] if path.is_file() else path.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything this statement imports; `from a import b` counts as `a.b`."""
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from ((node.lineno, f"{node.module or ''}.{alias.name}") for alias in node.names)
