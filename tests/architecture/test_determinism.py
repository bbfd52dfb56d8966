"""Workflows and the pure rules they call see no clock, no chance and no environment (temporal.md, rule 48).

Both are passed through the sandbox, so the sandbox would not notice.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture import sources

# Names that bring a clock, chance or the machine in, as they look once imports are resolved.
FORBIDDEN = {
    "datetime.datetime": {"now", "utcnow", "today"},
    "datetime.date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep", "localtime"},
    "uuid": {"uuid1", "uuid4", "uuid6", "uuid7", "getnode"},
    "os": {"environ", "getenv", "urandom", "getpid"},
    "random": set(),
    "secrets": set(),
    "socket": set(),
}


def offences(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for every use of a forbidden name."""
    known: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            known |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        for line, dotted in sources.imported(node):
            parent, _, last = dotted.rpartition(".")
            whole = [name for name, members in FORBIDDEN.items() if not members and name in {dotted, parent}]
            if whole or last in FORBIDDEN.get(parent, ()):
                yield line, dotted
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            owner = _dotted(node.value, known)
            if node.attr in FORBIDDEN.get(owner, ()):
                yield node.lineno, f"{owner}.{node.attr}"


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    match node:
        case ast.Name():
            return known.get(node.id, "")
        case ast.Attribute():
            return f"{_dotted(node.value, known)}.{node.attr}"
        case _:
            return ""


def test_no_clock_no_chance_no_environment() -> None:
    read = ((sources.name(path), list(offences(sources.tree(path)))) for path in sources.python_files("workflows", "domain"))
    assert [(file, found) for file, found in read if found] == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import UTC, datetime\nat = datetime.now(UTC)",
        "from datetime import datetime as dt\nat = dt.utcnow()",
        "import datetime\nday = datetime.date.today()",
        "import datetime as when\nday = when.datetime.today()",
        "from time import time\nat = time()",
        "import time\ntime.sleep(1)",
        "from uuid import UUID, uuid4\nnew = uuid4()",
        "import uuid\nmake = uuid.uuid4",
        "import random",
        "from random import choice",
        "from secrets import token_hex",
        "import os\nhome = os.environ['HOME']",
        "from os import getenv",
        "def late():\n    import random\n    return random.random()",
    ],
)
def test_each_of_these_is_found(code: str) -> None:
    assert list(offences(ast.parse(code)))


def test_what_the_engine_offers_instead_is_allowed() -> None:
    code = "from temporalio import workflow\nat, new, dice = workflow.now(), workflow.uuid4(), workflow.random()"
    assert list(offences(ast.parse(code))) == []
