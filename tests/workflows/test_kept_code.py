"""Each run of a workflow has modules of its own, and none of them is read again."""

import sys
from pathlib import Path

import worker
from adapters.kept_code import keep_code

PACKAGE = "kept_example"


def _loaded_anew(name: str) -> object:
    for known in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[known]
    return __import__(f"{PACKAGE}.{name}", fromlist=["box"])


def test_modules_are_loaded_anew_from_the_code_of_the_start(tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "counting.py").write_text(f"from {PACKAGE} import held\nbox = [held.VALUE]\n")
    (package / "held.py").write_text("VALUE = 1\n")
    sys.path.insert(0, str(tmp_path))
    try:
        keep_code(PACKAGE)
        first = _loaded_anew("counting")
        first.box.append(2)  # type: ignore[attr-defined]
        (package / "held.py").write_text("VALUE = 'of a later version'\n")
        second = _loaded_anew("counting")
    finally:
        sys.path.remove(str(tmp_path))
        sys.meta_path[:] = [finder for finder in sys.meta_path if getattr(finder, "package", None) != PACKAGE]
        for known in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
            del sys.modules[known]
    assert second is not first
    assert second.box == [1]  # type: ignore[attr-defined]


def test_the_worker_keeps_the_code_of_the_workflows_once() -> None:
    worker.runner()
    worker.runner()
    assert [getattr(finder, "package", None) for finder in sys.meta_path].count("workflows") == 1
