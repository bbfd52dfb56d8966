"""Whoever writes a workflow or an activity cannot forget to register it."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from activities.registry import build
from adapters import preparation
from adapters.resources import Resources
from adapters.settings import Settings
from tests.architecture import sources
from workflows import options
from workflows.registry import WORKFLOWS

DATAMAP = sources.ROOT / "tests" / "data" / "small_datamap.yml"


def test_a_wheel_holds_every_folder_of_modules() -> None:
    """What is installed from the folder works without this; what is installed from a wheel does not start."""
    packages = set(tomllib.loads((sources.ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    rooms = {name for name in packages if "." not in name}
    folders = {
        path.parent.relative_to(sources.ROOT).as_posix().replace("/", ".")
        for room in rooms
        for path in sources.python_files(room)
    }
    assert folders - packages == set()


def decorated(room: str, decorator: str) -> Iterator[str]:
    """Yield `module.qualified_name` of everything under this decorator, called or bare."""
    for path in sources.python_files(room):
        module = sources.name(path).removesuffix(".py").replace("/", ".")
        yield from (f"{module}.{name}" for name in _decorated(sources.tree(path), decorator, ""))


def _decorated(node: ast.AST, decorator: str, prefix: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            marks = (ast.unparse(mark.func if isinstance(mark, ast.Call) else mark) for mark in child.decorator_list)
            if decorator in marks:
                yield prefix + child.name
            yield from _decorated(child, decorator, f"{prefix}{child.name}.")


def test_every_workflow_is_registered() -> None:
    registered = {f"{workflow.__module__}.{workflow.__qualname__}" for workflow in WORKFLOWS}
    assert registered == set(decorated("workflows", "workflow.defn"))


def test_every_activity_is_registered_on_exactly_one_queue(tmp_path: Path) -> None:
    settings = Settings.load(home=tmp_path / "home", datamap=DATAMAP)
    preparation.prepare(settings, lambda _step, _text: None)
    resources = Resources.open(settings)
    activities = build(resources)
    resources.close()
    assert set(activities) == {"case", "connector", "letter", "mail", "notice"}
    registered = [f"{activity.__module__}.{activity.__qualname__}" for queue in activities.values() for activity in queue]
    assert sorted(registered) == sorted(decorated("activities", "activity.defn"))


def test_the_scan_sees_bare_and_called_decorators_in_classes() -> None:
    code = (
        "class A:\n @activity.defn\n def one(self): ...\n"
        " @activity.defn(name='x')\n async def two(self): ...\n"
        " def three(self): ..."
    )
    assert list(_decorated(ast.parse(code), "activity.defn", "")) == ["A.one", "A.two"]


def asked_for() -> Iterator[tuple[str, str, str]]:
    """Yield where a workflow asks for an activity, `Class.method`, and the queue that its options name."""
    for path in sources.python_files("workflows"):
        for call in ast.walk(sources.tree(path)):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "workflow.execute_activity_method"):
                continue
            names = [ast.unparse(each.value) for each in call.keywords if each.arg is None]
            if names and hasattr(options, names[0]):
                queue = getattr(options, names[0]).get("task_queue", options.CASE_QUEUE)
                yield f"{sources.name(path)}:{call.lineno}", ast.unparse(call.args[0]), queue


def test_an_activity_is_asked_for_on_the_queue_that_carries_it(tmp_path: Path) -> None:
    """On another one nobody would ever take it, and the workflow would wait or fail."""
    settings = Settings.load(home=tmp_path / "home", datamap=DATAMAP)
    preparation.prepare(settings, lambda _step, _text: None)
    resources = Resources.open(settings)
    carried = {each.__qualname__: queue for queue, activities in build(resources).items() for each in activities}
    resources.close()
    asked = list(asked_for())
    assert len(asked) > 30
    assert [(where, name, queue) for where, name, queue in asked if carried.get(name) != queue] == []
